# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from datetime import timedelta

from odoo import api, fields, models


class MarketplaceDemo(models.AbstractModel):
    _inherit = 'marketplace.demo'

    # === CHAPTERS: DEPOSITS AND OTHER MONEY === #

    @api.model
    def _tell_other_money(self):
        """A mistake is taken from a deposit, a service is charged, and money is proposed."""
        self._tell_services()
        self._tell_deduction()
        self._tell_proposals()
        self.env['marketplace.deposit.requirement'].sudo()._compute_requirements()

    def _tell_services(self):
        """One merchant pays for a photo shoot, the strategic ones for a window from next month."""
        today = fields.Date.context_today(self)
        Fee = self.env['marketplace.service.fee'].with_user(self._user('financemanager'))
        shoot = Fee.create({
            'name': "Photo shoot of ten products",
            'kind': 'service',
            'amount': 60.0,
            'merchant_ids': self._merchant('kiln').ids,
            'description': "Half a day with our photographer.",
        })
        window = Fee.create({
            'name': "Shop window on the start page",
            'kind': 'advertising',
            'interval': 'month',
            'amount': 1200.0,
            'date_start': (today.replace(day=1) + timedelta(days=32)).replace(day=1),
            'tier_ids': self._merchant('spark').tier_id.ids,
        })
        (shoot | window).action_activate()
        shoot.sudo()._charge_and_book(today)

    def _tell_deduction(self):
        """Postage that was paid twice is charged back; the deposit makes the debt good."""
        merchant = self._merchant('panda')
        officer, manager = self._user('accountant'), self._user('financemanager')
        adjustment = self.env['marketplace.adjustment'].with_user(officer).create({
            'merchant_id': merchant.id,
            'amount': -36.0,
            'reason_code': 'mistake',
            'reason': "We paid the postage of three parcels twice",
        })
        adjustment.with_user(manager).action_approve()
        debt = self.env['marketplace.debt'].sudo().search([
            ('entry_id', '=', adjustment.sudo().entry_id.id),
        ])
        if debt:
            action = debt.with_user(officer).action_take_from_deposit()
            recovery = self.env['marketplace.debt.recovery'].search(action['domain'])
            recovery.with_user(manager).action_approve()

    def _tell_proposals(self):
        """What waits for the finance manager: goodwill, and a shopper to be paid in advance."""
        officer = self._user('accountant')
        self.env['marketplace.adjustment'].with_user(officer).create({
            'merchant_id': self._merchant('yunnan').id,
            'amount': 25.0,
            'reason_code': 'logistics',
            'reason': "Our carrier lost a parcel",
        })
        part = self.env['marketplace.order'].sudo().search([
            ('merchant_id', '=', self._merchant('kiln').id), ('state', '=', 'delivered'),
        ], limit=1)  # fmt: skip
        if part:
            self.env['marketplace.advance'].with_user(officer).create({
                'order_id': part.id,
                'amount': 150.0,
                'reason': "The teapot leaked and stained the table",
            })

# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools.misc import format_date

from .proposal_mixin import MANAGER


class MarketplaceServiceCharge(models.Model):
    """A period of a service that one merchant was charged for."""

    _name = 'marketplace.service.charge'
    _description = "Service Charge"
    _order = 'date desc, id desc'
    _rec_name = 'fee_id'
    _allow_sudo_commands = False
    _reason_actions = ('action_credit',)

    fee_id = fields.Many2one(
        comodel_name='marketplace.service.fee', required=True, readonly=True, ondelete='restrict'
    )
    merchant_id = fields.Many2one(
        comodel_name='marketplace.merchant', required=True, readonly=True, index=True,
        ondelete='restrict',
    )  # fmt: skip
    company_id = fields.Many2one(
        comodel_name='res.company', required=True, readonly=True, ondelete='restrict'
    )
    currency_id = fields.Many2one(related='company_id.currency_id')
    date = fields.Date(string="Period From", required=True, readonly=True)
    amount = fields.Monetary(required=True, readonly=True)
    entry_id = fields.Many2one(
        comodel_name='marketplace.balance.entry', readonly=True, index='btree_not_null',
        ondelete='restrict',
    )  # fmt: skip
    credit_entry_id = fields.Many2one(
        comodel_name='marketplace.balance.entry', string="Credited", readonly=True,
        ondelete='restrict',
    )  # fmt: skip
    statement_id = fields.Many2one(related='entry_id.statement_id')

    _period_uniq = models.UniqueIndex(
        '(fee_id, merchant_id, date)', "This period was charged already."
    )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            raise UserError(self.env._("Charges are written by the system only."))
        return super().create(vals_list)

    def write(self, vals):
        if not self.env.su or vals.keys() - {'entry_id', 'credit_entry_id'}:
            raise UserError(self.env._("What was charged stays as it is: credit it instead."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_never(self):
        raise UserError(self.env._("What was charged stays as it is: credit it instead."))

    # === ACTION METHODS === #

    def action_credit(self, reason=None):
        """Give back what was charged, once; the merchant reads why."""
        self.check_access('read')
        if not self.env.user.has_group(MANAGER):
            raise AccessError(self.env._("Fees are given back by finance managers."))
        if not (reason or '').strip():
            raise UserError(self.env._("Please give a reason: the merchant reads it."))
        for charge in self.sudo():
            if charge.credit_entry_id:
                raise UserError(self.env._("This was given back already."))
            charge.credit_entry_id = self.env['marketplace.balance.entry']._book(
                charge.merchant_id, 'service_fee_refund', charge.amount, reason, charge
            )
            self.env['marketplace.audit.log']._log(charge, 'change', reason=reason, after={
                'credited': charge.amount,
            })

    # === BUSINESS METHODS === #

    def _book(self):
        """Book the balance entries of new charges, all at once."""
        Entry = self.env['marketplace.balance.entry'].sudo()
        entries = Entry.create([
            {
                'merchant_id': charge.merchant_id.id,
                'company_id': charge.company_id.id,
                'currency_id': charge.currency_id.id,
                'kind': 'service_fee',
                'amount': -charge.amount,
                'state': 'available',
                'source_model': charge._name,
                'source_id': charge.id,
                'reason': charge._reason(),
            }
            for charge in self
        ])
        for charge, entry in zip(self, entries, strict=True):
            charge.entry_id = entry

    def _reason(self):
        """Return what the merchant reads: the service and its period, in its language."""
        self.ensure_one()
        lang = self.merchant_id.partner_id.lang
        charge = self.with_context(lang=lang) if lang else self
        if charge.fee_id.interval == 'once':
            return charge.fee_id.name
        return charge.env._(
            "%(service)s, from %(date)s", service=charge.fee_id.name,
            date=format_date(charge.env, charge.date),
        )

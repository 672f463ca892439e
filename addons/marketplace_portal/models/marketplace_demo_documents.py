# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Command

# How many days the food permit of the tea merchant is still valid, and since when the permission
# to sell the protected brand is over.
PERMIT_DAYS_LEFT = 12
PERMISSION_DAYS_OVER = 30


class MarketplaceDemo(models.AbstractModel):
    _inherit = 'marketplace.demo'

    # === CHAPTERS: WHAT IT TAKES === #

    @api.model
    def _tell_documents(self):
        """A permit runs out soon, a brand's permission is over, and the yearly check is on.

        A service that would ask the register of companies is set up and switched off.
        """
        permit = self._merchant('yunnan').qualification_ids.filtered(
            lambda document: document.type_id == self._kind('food')
        )
        self._let_time_pass(permit, -PERMIT_DAYS_LEFT)
        self._tell_brand()
        self._tell_reverification()
        self._tell_service()

    def _tell_brand(self):
        """The pottery sells brocade of a protected brand, until its permission is over."""
        brand = self.env['marketplace.brand'].with_user(self._user('manager')).create(
            {'name': "云锦 Yunjin Brocade", 'needs_authorisation': True}
        )
        self._name_record(brand, 'brand_yunjin')
        owner = self._user('kiln')
        document_id = self._merchant('kiln').with_user(owner).portal_upload(
            self._kind('brand').id, 'authorisation.jpg', self._image('licence'),
            valid_until=fields.Date.to_string(fields.Date.today()), brand_ids=brand.ids,
        )  # fmt: skip
        document = self.env['marketplace.qualification'].browse(document_id)
        document.with_user(self._user('officer')).action_approve()
        story = self._story()
        scarf = next(data for data in story['goods'] if data['key'] == 'silk_scarf')
        listing = self._create_listing(dict(
            scarf, like='silk_scarf', price=899,
            name=["Yunjin brocade scarf", "云锦丝巾"],
        ), 'brocade_scarf')  # fmt: skip
        listing.portal_update_listing({'brand_id': brand.id})
        listing.portal_submit_listing()
        if listing.listing_state == 'in_review':
            listing.with_user(self._user('officer')).action_approve_listing()
        self._let_time_pass(document, PERMISSION_DAYS_OVER)

    def _tell_reverification(self):
        """One answer is accepted, one was sent back, one waits, and one is still to come."""
        campaign = self.env['marketplace.reverification'].with_user(self._user('manager')).create({
            'due_date': fields.Date.today() + timedelta(days=21),
            'type_ids': self._kind('business_licence').ids,
            'is_yearly': True,
        })  # fmt: skip
        campaign.action_start()
        self._name_record(campaign, 'reverification')
        lines = campaign.sudo().line_ids
        officer = self._user('officer')
        answered = {
            key: lines.filtered(lambda line, key=key: line.merchant_id == self._merchant(key))
            for key in ('spark', 'yunnan', 'kiln')
        }
        for key, line in answered.items():
            line.with_user(self._user(key)).portal_answer({'confirmed': '1'})
        answered['yunnan'].with_user(officer).action_accept()
        answered['kiln'].with_user(officer).action_send_back(
            "The scan of the licence is cut off at the edge. Please upload it once more."
        )
        lines.notice = False

    def _tell_service(self):
        service = self.env['marketplace.verification.service'].with_user(
            self.env.ref('base.user_admin')
        ).create({
            'name': "企业信用信息公示系统 Register of Companies", 'check_code': 'register',
            'country_ids': [Command.set(self.env.ref('base.cn').ids)],
            'url': 'https://register.example/verify', 'active': False,
        })  # fmt: skip
        self._name_record(service, 'verification_register')

    def _let_time_pass(self, document, days):
        """Let the last day of validity be so many days ago, and the clock do the rest."""
        document_sudo = document.sudo()
        document_sudo.valid_until = fields.Date.today() - timedelta(days=days)
        document_sudo._reschedule()
        document_sudo._process_deadline()
        document_sudo.notice = False

    def _kind(self, key):
        return self.env.ref(f'marketplace_merchant.qualification_type_{key}')

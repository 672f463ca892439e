# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models

from odoo.addons.marketplace_merchant.models.merchant_application import STAFF_ONLY
from odoo.addons.marketplace_merchant.models.merchant_application_check import Finding
from odoo.addons.marketplace_merchant.tools.secret import mask

# What a merchant asks us to change: the legal data of its file and its contact.
LEGAL_FIELDS = (
    'company_name', 'entity_type', 'licence_number', 'legal_representative', 'country_id',
    'street', 'city', 'zip',
)  # fmt: skip


class MarketplaceMerchantApplication(models.Model):
    """What a merchant applies for once it is one: other legal data, or to leave."""

    _inherit = 'marketplace.merchant.application'

    note = fields.Text(
        string="Explanation", readonly=True, help="Why the merchant asks for it, in its words."
    )
    exit_reason_id = fields.Many2one(
        comodel_name='marketplace.exit.reason', string="Reason", readonly=True, ondelete='restrict'
    )
    data_on_file = fields.Json(
        readonly=True, copy=False, groups=STAFF_ONLY,
        help="What stood in the merchant's file when the change was asked for.",
    )  # fmt: skip
    change_text = fields.Text(
        string="Would Change", compute='_compute_change_text', groups=STAFF_ONLY
    )

    # === COMPUTE METHODS === #

    @api.depends('data_on_file', *LEGAL_FIELDS)
    @api.depends_context('lang')
    def _compute_change_text(self):
        for application in self:
            application.change_text = "\n".join(
                f"{change['label']}: {change['before'] or '–'} → {change['after'] or '–'}"
                for change in application.sudo()._changes()
            )

    # === BUSINESS METHODS === #

    def _changes(self):
        """Return what differs from the merchant's file, one dict per field.

        :return: field, label, before and after, identity numbers masked
        :rtype: list[dict]
        """
        self.ensure_one()
        before, after = self.data_on_file or {}, self._legal_data()
        return [
            {
                'field': name,
                'label': self._label(name),
                'before': before.get(name),
                'after': after[name],
            }
            for name in LEGAL_FIELDS
            if self.kind == 'change' and (before.get(name) or '') != (after[name] or '')
        ]

    def _legal_data(self):
        """Return the legal data as people read them; identity numbers masked."""
        self.ensure_one()
        entity_types = dict(self._fields['entity_type']._description_selection(self.env))
        return {
            **{name: self[name] for name in LEGAL_FIELDS},
            'entity_type': entity_types.get(self.entity_type),
            'country_id': self.country_id.name,
        }

    @api.model
    def _prepare_request_values(self, merchant, kind):
        """Return the values of a merchant's request, starting with what is on its file."""
        partner = merchant.partner_id
        return {
            'kind': kind,
            'merchant_id': merchant.id,
            'applicant_id': self.env.uid,
            'company_id': merchant.company_id.id,
            'tier_id': merchant.tier_id.id,
            'company_name': partner.name,
            'entity_type': merchant.entity_type,
            'licence_number': merchant._licence_plain(),
            'legal_representative': merchant.legal_representative,
            'country_id': partner.country_id.id,
            'street': partner.street,
            'city': partner.city,
            'zip': partner.zip,
            'contact_name': merchant.contact_name,
            'phone': merchant.phone,
            'email': merchant.email,
            'category_ids': merchant.category_ids.ids,
            'shop_name': merchant.shop_id.name,
        }

    # === LEAVING === #

    @api.model
    def _offered_exit_reasons(self):
        """Return the reasons among which a merchant that leaves chooses."""
        return self.env['marketplace.exit.reason'].sudo().search([('kind', '=', 'voluntary')])

    def _read_step_leave(self, reader):
        reader.record(
            'exit_reason_id', self._label('exit_reason_id'), self._offered_exit_reasons()
        )
        self._read_step_note(reader)

    def _machine_check_exit(self):
        """Show what is still open with the merchant; leaving winds it up, nothing is lost."""
        obstacles = self.merchant_id._exit_obstacles()
        value = self.exit_reason_id.name
        if obstacles:
            note = self.env._(
                "Still open, to be wound up: %s.",
                "; ".join(
                    item['text'] for item in self.env['marketplace.exit']._describe(obstacles)
                ),
            )
            return Finding('pending', note, value)
        return Finding('passed', self.env._("Nothing is open."), value)

    # === APPROVAL === #

    def _carry_out_leave(self):
        """Begin to wind the merchant up."""
        self.ensure_one()
        self.merchant_id._start_exit(self.exit_reason_id, self.note, self)

    def _carry_out_change(self):
        """Write the new legal data on the merchant's file, with the papers that prove them."""
        self.ensure_one()
        merchant = self.merchant_id
        changes = self._changes()
        merchant.write({
            'entity_type': self.entity_type,
            'licence_number': self._licence_plain(),
            'legal_representative': self.legal_representative,
        })
        merchant.partner_id.write(self._prepare_legal_partner_values())
        self._hand_over_documents()
        self.env['marketplace.audit.log']._log(
            merchant,
            'change',
            reason=self.env._("Request %s", self.name),
            before=self._logged_values(changes, 'before'),
            after=self._logged_values(changes, 'after'),
        )
        if 'company_name' in {change['field'] for change in changes}:
            self._remind_of_bank_account()

    @api.model
    def _logged_values(self, changes, side):
        """Return one side of the changes for the audit log, which can't forget a person's name."""
        return {
            change['field']: mask(change[side], 1, 0)
            if change['field'] == 'legal_representative' else change[side]
            for change in changes
        }

    def _prepare_legal_partner_values(self):
        """Return the part of the contact's values that the law asks for."""
        values = self._prepare_partner_values()
        return {name: values[name] for name in (
            'name', 'company_registry', 'street', 'city', 'zip', 'country_id'
        )}  # fmt: skip

    def _hand_over_documents(self):
        """Make what was handed in part of the merchant's file; the review has accepted it."""
        self.qualification_ids.merchant_id = self.merchant_id
        self.qualification_ids.filtered(
            lambda document: document.state == 'pending'
        )._move_to('valid')

    def _remind_of_bank_account(self):
        """A payout needs an account in the merchant's name, and that is another one now."""
        merchant = self.merchant_id
        accounts = merchant.bank_account_ids.filtered(lambda account: account.state == 'verified')
        responsible = merchant.manager_id or self._managers()[:1]
        if accounts and responsible:
            merchant.activity_schedule(
                'mail.mail_activity_data_todo',
                summary=self.env._("New name: is the bank account still the merchant's?"),
                user_id=responsible.id,
            )

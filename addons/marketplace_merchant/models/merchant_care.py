# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models

from ..tools.elevate import elevate

OFFICER = 'marketplace_merchant.group_onboarding_officer'


class MarketplaceMerchant(models.Model):
    """Looking after the merchant: visits, calls, promises; its insurance; who does it."""

    _inherit = 'marketplace.merchant'

    insurance_policy_ids = fields.One2many(
        comodel_name='marketplace.insurance.policy', inverse_name='merchant_id',
        string="Insurance",
    )  # fmt: skip
    insurance_cover = fields.Monetary(
        string="Insured up to", compute='_compute_insurance_cover',
        help="Per claim, today: the highest cover of the valid policies.",
    )  # fmt: skip
    contact_count = fields.Integer(
        string="Visits and Calls", compute='_compute_contact_count',
        groups='marketplace_merchant.group_staff', help="Planned and past.",
    )  # fmt: skip

    # === COMPUTE METHODS === #

    @api.depends('insurance_policy_ids.state')
    def _compute_insurance_cover(self):
        today = fields.Date.context_today(self)
        for merchant in self:
            policies = merchant.sudo().insurance_policy_ids.filtered(
                lambda policy: policy.state == 'valid' and policy.valid_from <= today
            )
            merchant.insurance_cover = max(policies.mapped('cover'), default=0.0)

    def _compute_contact_count(self):
        counts = dict(self.env['mail.activity'].with_context(active_test=False)._read_group(
            [('res_model', '=', self._name), ('res_id', 'in', self.ids)], ['res_id'], ['__count']
        ))
        for merchant in self:
            merchant.contact_count = counts.get(merchant.id, 0)

    # === CRUD METHODS === #

    def write(self, vals):
        """Let open visits, calls and promises follow the merchant to a new account manager."""
        if not vals.get('manager_id'):
            return super().write(vals)
        before = {merchant: merchant.manager_id for merchant in self}
        result = super().write(vals)
        self._hand_over_activities(before)
        return result

    def _mail_get_operation_for_mail_message_operation(self, message_operation):
        """Officers note visits and calls, though they do not edit merchants."""
        operations = super()._mail_get_operation_for_mail_message_operation(message_operation)
        if message_operation == 'create' and self.env.user.has_group(OFFICER):
            operations.update(dict.fromkeys(self, 'read'))
        return operations

    # === ACTION METHODS === #

    def action_open_contacts(self):
        """Show the visits, calls and promises of the merchant, past ones included."""
        self.ensure_one()
        action = self.env['ir.actions.act_window']._for_xml_id(
            'marketplace_merchant.merchant_contact_action'
        )
        domain = [('res_model', '=', self._name), ('res_id', '=', self.id)]
        return dict(action, domain=domain, context={'active_test': False, 'create': False})

    # === PORTAL METHODS === #

    def portal_upload_insurance(self, values):
        """Hand in an insurance policy, to be verified; for owners.

        :param dict values: insurer, number, cover, valid_from, valid_until and file, a dict of
            ``filename`` and base64 ``content``
        :return: the policy
        :raise FieldErrors: everything that is wrong
        """
        self.ensure_one()
        self._check_member('owner')
        merchant_sudo = elevate(self)
        policies_sudo = merchant_sudo.insurance_policy_ids
        vals = policies_sudo._prepare_upload(merchant_sudo, values)
        # The database lets one policy wait: what was handed in before gives up its place.
        policies_sudo.filtered(lambda policy: policy.state == 'pending')._move_to(
            'superseded', system=True
        )
        policies_sudo.flush_recordset(['state'])
        return policies_sudo.create(vals).with_env(self.env)

    # === BUSINESS METHODS === #

    def _hand_over_activities(self, before):
        """Give the open activities of each former account manager to the new one.

        :param dict before: merchant → account manager until now
        """
        activities = self.env['mail.activity'].sudo().search([
            ('res_model', '=', self._name), ('res_id', 'in', self.ids),
            ('user_id', 'in', [user.id for user in before.values()]),
        ])  # fmt: skip
        former = {merchant.id: manager for merchant, manager in before.items()}
        activities.filtered(
            lambda activity: activity.user_id == former[activity.res_id] != self.manager_id
        ).user_id = self.manager_id

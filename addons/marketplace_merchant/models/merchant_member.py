# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError

from odoo.addons.marketplace_merchant.tools.elevate import elevate
from odoo.addons.marketplace_merchant.tools.field_errors import FieldErrors

ROLES = ('owner', 'catalogue', 'orders', 'finance', 'service')
ROLE_FIELDS = [f'role_{role}' for role in ROLES]


class MarketplaceMerchantMember(models.Model):
    """A portal user who acts for a merchant, and in which roles. The owner has all of them."""

    _name = 'marketplace.merchant.member'
    _inherit = ['marketplace.guard.mixin']
    _description = "Team Member"
    _order = 'merchant_id, role_owner desc, id'
    _rec_name = 'user_id'

    _guard_editable = tuple(ROLE_FIELDS)
    _guard_frozen = ('merchant_id', 'user_id')

    merchant_id = fields.Many2one(
        comodel_name='marketplace.merchant', required=True, readonly=True, ondelete='cascade'
    )
    user_id = fields.Many2one(
        comodel_name='res.users', required=True, index=True, ondelete='cascade',
        domain="[('share', '=', True)]",
    )  # fmt: skip
    name = fields.Char(related='user_id.name')
    email = fields.Char(related='user_id.email')
    last_login = fields.Datetime(related='user_id.login_date', string="Last Login")
    role_owner = fields.Boolean(string="Owner", help="Everything, and who else may do what.")
    role_catalogue = fields.Boolean(string="Catalogue", help="Goods, prices, the shop's page.")
    role_orders = fields.Boolean(string="Orders", help="Accept and ship orders, handle returns.")
    role_finance = fields.Boolean(
        string="Finance", help="Statements, deposit, bank account, payouts."
    )
    role_service = fields.Boolean(string="Service", help="Answer complaints.")

    _user_uniq = models.Constraint(
        'UNIQUE (merchant_id, user_id)', "This person is in the team already."
    )

    # === CONSTRAINT METHODS === #

    @api.constrains('user_id')
    def _check_user_is_external(self):
        for member in self:
            if member.user_id._is_internal():
                raise ValidationError(self.env._(
                    "%s works for the platform and cannot act for a merchant.",
                    member.user_id.name,
                ))

    @api.constrains(*ROLE_FIELDS)
    def _check_roles(self):
        for member in self:
            if not any(member[role] for role in ROLE_FIELDS):
                raise ValidationError(self.env._("Please choose at least one role."))
            member.merchant_id._check_has_owner()

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        members = super().create([self._with_all_roles(vals) for vals in vals_list])
        members._log_roles()
        return members

    def write(self, vals):
        result = super().write(self._with_all_roles(vals))
        self._log_roles()
        self.filtered(
            lambda member: not (member.role_owner or member.role_finance)
        )._leave_contact()
        return result

    def unlink(self):
        self._leave_contact()
        # Members may follow their merchant: what staff writes there is not for those who left.
        for member in self.sudo():
            member.merchant_id.message_unsubscribe(member.user_id.partner_id.ids)
        return super().unlink()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_last_owner(self):
        # Who is gone for good needs nobody who acts for it.
        trading = self.merchant_id.filtered(lambda m: m.state not in ('closed', 'expelled'))
        for merchant in trading:
            if not (merchant.member_ids - self).filtered('role_owner'):
                raise merchant._last_owner_error()
        self.env['marketplace.audit.log']._log(
            self.merchant_id, 'access', before={'left': ", ".join(self.user_id.mapped('login'))}
        )

    # === PORTAL METHODS === #

    def portal_set_roles(self, roles):
        """Give this member exactly these roles; for owners of the merchant.

        :param list roles: of owner, catalogue, orders, finance, service
        :raise FieldErrors: if a role is unknown or none is given
        """
        member_sudo = self._check_portal_owner()
        given = self._roles_values(roles)
        member_sudo.write(given)

    def portal_remove(self):
        """Take this member out of the team; for owners of the merchant."""
        member_sudo = self._check_portal_owner()
        member_sudo.unlink()

    # === BUSINESS METHODS === #

    def _check_portal_owner(self):
        """Return this member in sudo if the acting user owns its merchant."""
        self.ensure_one()
        member_sudo = elevate(self).exists()
        merchant = member_sudo.merchant_id.with_env(self.env)
        if not merchant:
            raise AccessError(merchant._no_member_message())
        merchant._check_member('owner')
        return member_sudo

    def _leave_contact(self):
        """Take these people out of the merchant's contact: a child of it reads its invoices."""
        for member in self.sudo():
            partner = member.user_id.partner_id
            if partner.parent_id == member.merchant_id.partner_id:
                partner.parent_id = False

    @api.model
    def _roles_values(self, roles):
        """Return the values of the role columns.

        :raise FieldErrors: if a role is unknown or none is given
        """
        if not isinstance(roles, list | tuple) or not roles or set(roles) - set(ROLES):
            raise FieldErrors({'roles': self.env._("Please choose at least one of the roles.")})
        return {f'role_{role}': role in roles for role in ROLES}

    @api.model
    def _with_all_roles(self, vals):
        return dict(vals, **dict.fromkeys(ROLE_FIELDS, True)) if vals.get('role_owner') else vals

    def _log_roles(self):
        self.env['marketplace.audit.log']._log(
            self,
            'access',
            after=[
                {'roles': ", ".join(role for role in ROLES if member[f'role_{role}'])}
                for member in self
            ],
        )

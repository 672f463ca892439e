# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import SUPERUSER_ID, api, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.marketplace_merchant.tools.elevate import elevate
from odoo.addons.marketplace_merchant.tools.field_errors import FieldErrors
from odoo.addons.marketplace_merchant.tools.form_reader import TEXT_MAX_LENGTH, FormReader

TEAM_MAX_SIZE = 50
# Whatever happens to the merchant, shoppers get their orders, answers and money.
DUTY_ROLES = ('orders', 'finance', 'service')


class MarketplaceMerchant(models.Model):
    _inherit = 'marketplace.merchant'

    # === MEMBERSHIP === #

    def _is_member(self, role=None):
        """Return whether the acting user is a member, with ``role`` if one is given.

        ``sudo()`` makes no difference: it keeps the user.
        """
        member = self.sudo().member_ids.filtered(lambda member: member.user_id == self.env.user)
        return bool(member) and (not role or member.role_owner or member[f'role_{role}'])

    def _check_member(self, role):
        """Raise unless the acting user may act for the merchant in this role now.

        :raise AccessError: for everybody who is no such member; the same for a merchant that does
            not exist
        :raise UserError: if the merchant's state allows only to finish what is open
        """
        if self.env.uid == SUPERUSER_ID:
            return
        merchant_sudo = self.sudo().exists()
        if len(merchant_sudo) != 1 or not self._is_member(role):
            raise AccessError(self._no_member_message())
        if merchant_sudo.state in ('closed', 'expelled'):
            raise UserError(self.env._("Your shop is closed: nothing can be changed any more."))
        if merchant_sudo.state in ('suspended', 'exiting') and role not in DUTY_ROLES:
            raise UserError(self.env._(
                "Your shop is %s at the moment. You can still handle orders, complaints and"
                " payments; please contact us about everything else.",
                merchant_sudo._state_label(merchant_sudo.state).lower(),
            ))

    @api.model
    def _no_member_message(self):
        return self.env._("You have no access to this page, or it does not exist.")

    def _check_has_owner(self):
        self.ensure_one()
        if not self.member_ids.filtered('role_owner'):
            raise self._last_owner_error()

    def _last_owner_error(self):
        return UserError(self.env._(
            "%s needs at least one owner. Make somebody else an owner first.",
            self.display_name,
        ))

    # === PORTAL METHODS: TEAM === #

    def portal_invite(self, values):
        """Invite a person by mail to work for the merchant; for its owners.

        Somebody without an account gets one, and a link to choose a password.

        :param dict values: email, name (optional), roles (list)
        :return: the id of the new member
        :rtype: int
        :raise FieldErrors: if an address or role is wrong
        """
        self.ensure_one()
        self._check_member('owner')
        merchant_sudo = elevate(self)
        reader = FormReader(self.env, values)
        reader.email('email', self.env._("E-mail"))
        reader.text('name', self.env._("Name"), required=False)
        Member = self.env['marketplace.merchant.member']
        try:
            roles = Member._roles_values(reader.values.get('roles'))
        except FieldErrors as error:
            reader.errors.update(error.field_errors)
        if len(merchant_sudo.member_ids) >= TEAM_MAX_SIZE:
            reader.fail('email', self.env._(
                "A team has at most %s people. Remove somebody first.", TEAM_MAX_SIZE,
            ))
        clean = reader.check()
        user_sudo = merchant_sudo._invited_user(clean['email'], clean['name'])
        member_sudo = merchant_sudo._add_member(user_sudo, roles)
        return member_sudo.id

    def _invited_user(self, email, name):
        """Return the portal user with this address, a new one if there is none."""
        users = self.env['res.users'].with_context(active_test=False).search([
            '|', ('login', '=', email), ('email_normalized', '=', email),
        ])
        if not users:
            return self._create_portal_user(email, name)
        # One answer for staff, archived and ambiguous accounts: it must not tell who works here.
        if len(users) > 1 or not users.active or not users._is_portal():
            raise FieldErrors({'email': self.env._(
                "This address cannot be invited. Please use another one."
            )})
        if users in self.member_ids.user_id:
            raise FieldErrors({'email': self.env._("This person is in your team already.")})
        return users

    def _create_portal_user(self, email, name):
        """Create an account that its owner opens with the link of the invitation.

        The new contact is no child of the merchant's: a child reads all its invoices.
        """
        Users = self.env['res.users'].with_context(no_reset_password=True)
        user = Users._create_user_from_template({
            'login': email,
            'email': email,
            'name': name or email.partition('@')[0],
            'lang': self.env.lang,
            'company_id': self.company_id.id,
            'company_ids': [(6, 0, self.company_id.ids)],
        })
        user.partner_id.signup_prepare()
        return user

    def _add_member(self, user, roles):
        """Make a user a member and tell that person by mail."""
        member = self.env['marketplace.merchant.member'].create(
            dict(roles, merchant_id=self.id, user_id=user.id)
        )
        self.env['mail.template']._marketplace_send(
            'marketplace_merchant.mail_template_member_invited', member,
            create_user=not user.login_date,
        )
        return member

    # === PORTAL METHODS: SHOP === #

    def portal_update_shop(self, values):
        """Change what the public sees of the merchant; for members of the catalogue.

        :param dict values: name, tagline, description, logo (base64, empty: keep the logo)
        :raise FieldErrors: everything that is wrong
        """
        self.ensure_one()
        self._check_member('catalogue')
        shop_sudo = elevate(self).shop_id
        reader = FormReader(self.env, values)
        reader.text('name', self.env._("Shop name"))
        reader.text('tagline', self.env._("Line below the name"), required=False)
        reader.text('description', self.env._("About the shop"), required=False,
                    limit=TEXT_MAX_LENGTH, multiline=True)
        if logo := reader.values.get('logo'):
            shop_sudo._read_logo(reader, logo)
        if reader.clean.get('name') and shop_sudo._is_name_taken(reader.clean['name']):
            reader.fail('name', self.env._("Another shop has this name. Please choose another."))
        shop_sudo.write(reader.check())
        self._requirements_changed()

    # === PORTAL METHODS: PAPERS === #

    def portal_upload(
        self, type_id, filename, content, number=None, valid_until=None, brand_ids=None
    ):
        """Hand in a document or its renewal, to be reviewed; for owners.

        The live version stays valid until the new one is accepted. A renewal of the same document
        that still waits for its review is replaced.

        :param int type_id: kind of document
        :param str content: the file in base64
        :param list brand_ids: the brands that it names, for documents that name brands
        :return: the id of the document
        :rtype: int
        :raise FieldErrors: everything that is wrong
        """
        self.ensure_one()
        self._check_papers_owner()
        Qualification = self.env['marketplace.qualification']
        vals = Qualification._prepare_upload(
            self.env['marketplace.qualification.type']._from_form(type_id),
            filename, content, number, valid_until, brand_ids,
        )
        self._serialise_papers()
        document_sudo = elevate(Qualification).create(dict(vals, merchant_id=self.id))
        document_sudo._number_version()
        document_sudo._same_kind().filtered(
            lambda other: other.state == 'pending' and other.brand_ids <= document_sudo.brand_ids
        )._move_to('superseded', system=True)
        document_sudo._move_to('pending')
        return document_sudo.id

    def portal_accept_agreement(self, agreement_id):
        """Accept the version of an agreement that is in force; for owners."""
        self.ensure_one()
        self._check_member('owner')
        agreement = self.env['marketplace.agreement']._from_form(agreement_id)
        merchant_sudo = elevate(self)
        if agreement not in merchant_sudo.agreement_acceptance_ids.agreement_id:
            self.env['marketplace.agreement.acceptance']._record(agreement, merchant_id=self.id)
            merchant_sudo._requirements_changed()

    def portal_answer(self, requirement_id, values):
        """Answer a question, or say that a training is done; for owners.

        :param requirement_id: what is asked of this merchant
        :param dict values: ``answer``, or ``file``: a dict of ``filename`` and base64 ``content``
        :raise FieldErrors: what is wrong with the answer, at ``requirement_<id>``
        """
        self.ensure_one()
        self._check_member('owner')
        requirement = elevate(self)._answerable_requirements().filtered(
            lambda row: str(row.id) == str(requirement_id)
        )
        if not requirement:
            raise UserError(self.env._(
                "This is answered already, or we do not ask for it any more. Reload the page."
            ))
        self.env['marketplace.requirement.submission']._hand_in(
            requirement, values, merchant_id=self.id
        )
        self._requirements_changed()

# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo.http import request

from .merchant_portal import MAX_UPLOAD_LENGTH, MerchantPortal, portal_route

SHOP_PATH = '/my/merchant/shop'
TEAM_PATH = '/my/merchant/team'
DOCUMENT_PATH = '/my/merchant/documents'


class MerchantAccount(MerchantPortal):
    """The shop that the public sees, and the people who run it."""

    # === SHOP === #

    @portal_route(SHOP_PATH, methods=['GET', 'POST'], max_content_length=MAX_UPLOAD_LENGTH)
    def merchant_shop_page(self, **post):
        merchant_sudo = self._merchant_for('catalogue')
        errors = {}
        if request.httprequest.method == 'POST':
            errors = self._merchant_submit(lambda: self._merchant_shop_save(merchant_sudo, post))
            if not errors:
                return self._merchant_done(SHOP_PATH, request.env._("Your shop is updated."))
        values = self._merchant_values(
            merchant_sudo,
            'shop',
            [(request.env._("My shop"), SHOP_PATH)],
            shop=merchant_sudo.shop_id,
            errors=errors,
            typed=post,
        )
        return request.render('marketplace_portal.merchant_shop', values)

    def _merchant_shop_save(self, merchant_sudo, post):
        values = {key: post.get(key, '') for key in ('name', 'tagline', 'description')}
        if logos := self._merchant_uploads('logo'):
            values['logo'] = logos[0]['content']
        merchant_sudo.sudo(False).portal_update_shop(values)

    # === TEAM === #

    @portal_route(TEAM_PATH, methods=['GET', 'POST'])
    def merchant_team(self, action=None, **post):
        merchant_sudo = self._merchant_for('owner')
        errors = {}
        if request.httprequest.method == 'POST':
            errors = self._merchant_submit(
                lambda: self._merchant_team_act(merchant_sudo, action, post)
            )
            if not errors:
                return self._merchant_done(TEAM_PATH, self._merchant_team_message(action))
        values = self._merchant_values(
            merchant_sudo,
            'team',
            [(request.env._("Team"), TEAM_PATH)],
            members=merchant_sudo.member_ids,
            roles=self._merchant_roles(),
            errors=errors,
            typed=post,
            typed_roles=request.httprequest.form.getlist('roles'),
            failed_action=action if errors else None,
        )
        return request.render('marketplace_portal.merchant_team', values)

    def _merchant_team_act(self, merchant_sudo, action, post):
        """Call the method of the pressed button; members are looked up in this merchant only."""
        roles = request.httprequest.form.getlist('roles')
        if action == 'invite':
            merchant_sudo.sudo(False).portal_invite(
                {'name': post.get('name', ''), 'email': post.get('email', ''), 'roles': roles}
            )
            return
        member = merchant_sudo.member_ids.filtered(lambda m: str(m.id) == post.get('member'))
        member = member.sudo(False)
        if not member:
            raise self._merchant_not_found()
        if action == 'roles':
            member.portal_set_roles(roles)
        elif action == 'remove':
            member.portal_remove()
        else:
            raise self._merchant_not_found()

    def _merchant_team_message(self, action):
        _ = request.env._
        return {
            'invite': _("Invitation sent by e-mail."),
            'roles': _("Roles saved. They apply from the next click."),
            'remove': _("Removed from the team."),
        }[action]

    def _merchant_roles(self):
        """Return the roles a member may have: key, label and what it opens."""
        _ = request.env._
        return [
            ('owner', _("Owner"), _("Everything, and the team.")),
            ('catalogue', _("Catalogue"), _("Products and shop page.")),
            ('orders', _("Orders"), _("Accept, ship, handle returns.")),
            ('finance', _("Finance"), _("Balances, statements, deposit, bank account.")),
            ('service', _("Service"), _("Answer complaints.")),
        ]

    # === DOCUMENTS === #

    @portal_route(DOCUMENT_PATH, methods=['GET', 'POST'], max_content_length=MAX_UPLOAD_LENGTH)
    def merchant_documents(self, action=None, **post):
        merchant_sudo = self._merchant_for('owner')
        errors = {}
        if request.httprequest.method == 'POST':
            errors = self._merchant_submit(
                lambda: self._merchant_document_act(merchant_sudo, action, post)
            )
            if not errors:
                message = request.env._("Thank you. We tell you as soon as it is checked.")
                return self._merchant_done(DOCUMENT_PATH, message)
        values = self._merchant_values(
            merchant_sudo,
            'documents',
            [(request.env._("Documents"), DOCUMENT_PATH)],
            **merchant_sudo._portal_papers(),
            errors=errors,
            typed=post,
            typed_brands=[
                brand for name in post if name.startswith('brands_')
                for brand in request.httprequest.form.getlist(name)
            ],
        )
        return request.render('marketplace_portal.merchant_documents', values)

    def _merchant_document_act(self, merchant_sudo, action, post):
        """Hand in the document whose button was pressed."""
        merchant = merchant_sudo.sudo(False)
        kind, _separator, paper_id = (action or '').partition('_')
        if kind == 'upload':
            file = next(iter(self._merchant_uploads(f'document_{paper_id}')), {})
            merchant.portal_upload(
                paper_id,
                file.get('filename', ''),
                file.get('content', ''),
                post.get(f'number_{paper_id}', ''),
                post.get(f'valid_until_{paper_id}', ''),
                request.httprequest.form.getlist(f'brands_{paper_id}'),
            )
        else:
            raise self._merchant_not_found()

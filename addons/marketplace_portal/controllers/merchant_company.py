# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from functools import partial

from odoo.http import request

from odoo.addons.marketplace_merchant.models.merchant_application_kind import LEGAL_FIELDS
from odoo.addons.marketplace_merchant.models.merchant_application_portal import EDITABLE_STATES

from .merchant_apply import MerchantApply
from .merchant_portal import MAX_UPLOAD_LENGTH, portal_route

COMPANY_PATH = '/my/merchant/company'


class MerchantCompany(MerchantApply):
    """The legal data that we have on file, and the way to have them changed."""

    @portal_route(COMPANY_PATH, methods=['GET', 'POST'], max_content_length=MAX_UPLOAD_LENGTH)
    def merchant_company(self, action=None, **post):
        merchant_sudo = self._merchant_for('owner')
        change_sudo = merchant_sudo._open_request('change')
        errors = {}
        if request.httprequest.method == 'POST':
            for call in self._company_calls(merchant_sudo, change_sudo, action, post):
                self._apply_merge(errors, self._merchant_submit(call))
            if action == 'send' and not errors:
                errors = self._merchant_submit(change_sudo.sudo(False).portal_submit)
            if not errors:
                return self._merchant_done(COMPANY_PATH, self._company_message(action))
        values = self._merchant_values(
            merchant_sudo,
            'company',
            [(request.env._("Company"), COMPANY_PATH)],
            **self._company_values(merchant_sudo, change_sudo),
            errors=errors,
            typed=post,
        )
        return request.render('marketplace_portal.merchant_company', values)

    def _company_calls(self, merchant_sudo, change_sudo, action, post):
        """Return the calls behind the pressed button; each is saved by itself.

        A good document stays although a field beside it is refused.
        """
        if action == 'start':
            return [merchant_sudo.sudo(False).portal_start_change]
        change = change_sudo.sudo(False)
        if not change:
            raise self._merchant_not_found()
        if action == 'withdraw':
            return [change.portal_withdraw]
        if (action or '').startswith('remove_'):
            return [partial(change.portal_remove_document, action.removeprefix('remove_'))]
        if action not in ('save', 'send'):
            raise self._merchant_not_found()
        return [
            partial(change.portal_save, 'company', {
                name: post.get(name, '') for name in LEGAL_FIELDS
            }),
            *self._apply_uploads(change, post),
            partial(change.portal_save, 'note', {'note': post.get('note', '')}),
        ]

    def _company_message(self, action):
        _ = request.env._
        return {
            'start': _("Change what is different now, and add a document that proves it."),
            'save': _("Saved. Come back whenever you like."),
            'send': _("Your request is sent. The data on file stay in force until we approve it."),
            'withdraw': _("Your request is withdrawn. Nothing has changed."),
        }.get(action, _("Removed."))

    def _company_values(self, merchant_sudo, change_sudo):
        editable = change_sudo and change_sudo.state in EDITABLE_STATES
        change = change_sudo.sudo(False)
        progress = change._portal_progress() if change else []
        return {
            'change': change_sudo,
            'change_editable': editable,
            'changes': change_sudo._changes() if change_sudo else [],
            'remarks': {
                name: text for entry in progress for name, text in entry['remarks'].items()
            },
            'on_file': merchant_sudo._portal_company(),
            'past_requests': merchant_sudo.application_ids.filtered(
                lambda asked: asked.kind != 'open' and asked != change_sudo
            ).sorted('id', reverse=True),
            **(change._portal_form_options() if editable else {}),
        }

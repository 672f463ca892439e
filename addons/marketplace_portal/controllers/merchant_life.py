# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo.http import request

from .merchant_portal import MAX_UPLOAD_LENGTH, MerchantPortal, portal_route

CLOSURE_PATH = '/my/merchant/closure'
INSURANCE_PATH = '/my/merchant/insurance'
EXIT_PATH = '/my/merchant/exit'


class MerchantLife(MerchantPortal):
    """Closing the shop for a while, its insurance, and leaving the marketplace."""

    # === CLOSURE === #

    @portal_route(CLOSURE_PATH, methods=['GET', 'POST'])
    def merchant_closure(self, action=None, **post):
        merchant_sudo = self._merchant_for('owner')
        merchant = merchant_sudo.sudo(False)
        errors = {}
        if request.httprequest.method == 'POST':
            if action == 'open':
                errors = self._merchant_submit(merchant.portal_reopen_shop)
            else:
                errors = self._merchant_submit(lambda: merchant.portal_close_shop(post))
            if not errors:
                return self._merchant_done(CLOSURE_PATH, self._merchant_closure_message(action))
        values = self._merchant_values(
            merchant_sudo,
            'closure',
            [(request.env._("Close for a while"), CLOSURE_PATH)],
            closure=merchant_sudo.closure_id,
            past_closures=merchant_sudo.closure_ids - merchant_sudo.closure_id,
            errors=errors,
            typed=post,
        )
        return request.render('marketplace_portal.merchant_closure', values)

    def _merchant_closure_message(self, action):
        if action == 'open':
            return request.env._("Your shop is open, with the goods that were on sale before.")
        return request.env._("Saved. Shoppers read your note on the page of your shop.")

    # === INSURANCE === #

    @portal_route(INSURANCE_PATH, methods=['GET', 'POST'], max_content_length=MAX_UPLOAD_LENGTH)
    def merchant_insurance(self, **post):
        merchant_sudo = self._merchant_for('owner')
        errors = {}
        if request.httprequest.method == 'POST':
            file = next(iter(self._merchant_uploads('file')), None)
            errors = self._merchant_submit(
                lambda: merchant_sudo.sudo(False).portal_upload_insurance({**post, 'file': file})
            )
            if not errors:
                message = request.env._("Thank you. We tell you as soon as it is checked.")
                return self._merchant_done(INSURANCE_PATH, message)
        values = self._merchant_values(
            merchant_sudo,
            'insurance',
            [(request.env._("Insurance"), INSURANCE_PATH)],
            policies=merchant_sudo.insurance_policy_ids,
            errors=errors,
            typed=post,
        )
        return request.render('marketplace_portal.merchant_insurance', values)

    # === EXIT === #

    @portal_route(EXIT_PATH, methods=['GET', 'POST'])
    def merchant_exit(self, action=None, **post):
        merchant_sudo = self._merchant_for('owner')
        asked_sudo = merchant_sudo._open_request('leave')
        errors = {}
        if request.httprequest.method == 'POST':
            errors = self._merchant_submit(
                lambda: self._merchant_exit_act(merchant_sudo, asked_sudo, action, post)
            )
            if not errors:
                return self._merchant_done(EXIT_PATH, self._merchant_exit_message(action))
        leaving_sudo = merchant_sudo.exit_ids.filtered(
            lambda leaving: leaving.state != 'withdrawn'
        )[:1]
        values = self._merchant_values(
            merchant_sudo,
            'exit',
            [(request.env._("Leaving"), EXIT_PATH)],
            leaving=leaving_sudo,
            asked=asked_sudo,
            obstacles=leaving_sudo._describe(
                [] if leaving_sudo.state == 'closed' else merchant_sudo._exit_obstacles()
            ),
            stages=request.env['marketplace.exit.stage'].sudo().search(
                [('kind', '=', 'voluntary')]
            ),
            reasons=request.env['marketplace.merchant.application']._offered_exit_reasons(),
            errors=errors,
            typed=post,
        )
        return request.render('marketplace_portal.merchant_exit', values)

    def _merchant_exit_act(self, merchant_sudo, asked_sudo, action, post):
        if action == 'withdraw' and asked_sudo:
            asked_sudo.sudo(False).portal_withdraw()
        elif action == 'leave':
            merchant_sudo.sudo(False).portal_request_leave(
                post.get('exit_reason_id', ''), post.get('note', '')
            )
        else:
            raise self._merchant_not_found()

    def _merchant_exit_message(self, action):
        if action == 'withdraw':
            return request.env._("Your request is withdrawn. Nothing has changed.")
        return request.env._("Your request is sent. Your shop stays open until we approve it.")

    @portal_route(f'{EXIT_PATH}/<int:exit_id>/pdf')
    def merchant_exit_certificate(self, exit_id, **kwargs):
        """Download the clearance certificate, once everything is settled."""
        leaving_sudo = self._merchant_record('marketplace.exit', exit_id, 'owner')
        if leaving_sudo.state != 'closed':
            raise self._merchant_not_found()
        return self._merchant_pdf(
            'marketplace_merchant.action_report_exit_certificate', leaving_sudo
        )

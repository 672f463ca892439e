# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo.http import request

from .merchant_portal import MAX_UPLOAD_LENGTH, MerchantPortal, portal_route

REQUIREMENT_PATH = '/my/merchant/requirements'
AGREEMENT_PATH = '/my/merchant/agreements'


class MerchantRequirements(MerchantPortal):
    """What the merchant may do, what is asked of it, and the agreements that it accepted."""

    # === REQUIREMENTS === #

    @portal_route(REQUIREMENT_PATH, methods=['GET', 'POST'], max_content_length=MAX_UPLOAD_LENGTH)
    def merchant_requirements(self, action=None, **post):
        """Show what the merchant may do; owners answer what is asked."""
        merchant_sudo = self._merchant_for()
        errors = {}
        if request.httprequest.method == 'POST':
            errors = self._merchant_submit(
                lambda: self._merchant_answer(merchant_sudo, action, post)
            )
            if not errors:
                return self._merchant_done(
                    REQUIREMENT_PATH, request.env._("Thank you for your answer.")
                )
        is_owner = merchant_sudo._is_member('owner')
        values = self._merchant_values(
            merchant_sudo,
            'requirements',
            [(request.env._("Requirements"), REQUIREMENT_PATH)],
            capabilities=merchant_sudo._portal_capabilities(),
            answers=merchant_sudo._portal_answers() if is_owner else [],
            is_owner=is_owner,
            errors=errors,
            typed=post,
        )
        return request.render('marketplace_portal.merchant_requirements', values)

    def _merchant_answer(self, merchant_sudo, action, post):
        requirement_id = (action or '').removeprefix('answer_')
        name = f'requirement_{requirement_id}'
        merchant_sudo.sudo(False).portal_answer(requirement_id, {
            'answer': post.get(name, ''),
            'file': next(iter(self._merchant_uploads(name)), None),
        })

    # === AGREEMENTS === #

    @portal_route(AGREEMENT_PATH, methods=['GET', 'POST'])
    def merchant_agreements(self, action=None, **post):
        merchant_sudo = self._merchant_for('owner')
        errors = {}
        if request.httprequest.method == 'POST':
            errors = self._merchant_submit(
                lambda: merchant_sudo.sudo(False).portal_accept_agreement(
                    (action or '').removeprefix('accept_')
                )
            )
            if not errors:
                return self._merchant_done(
                    AGREEMENT_PATH, request.env._("Thank you. The agreement is accepted.")
                )
        values = self._merchant_values(
            merchant_sudo,
            'requirements',
            [
                (request.env._("Requirements"), REQUIREMENT_PATH),
                (request.env._("Agreements"), AGREEMENT_PATH),
            ],
            **merchant_sudo._portal_agreements(),
            errors=errors,
        )
        return request.render('marketplace_portal.merchant_agreements', values)

    @portal_route(f'{AGREEMENT_PATH}/<int:acceptance_id>/pdf', methods=['GET'])
    def merchant_agreement_pdf(self, acceptance_id, **kwargs):
        """Download what was accepted, with its hash."""
        acceptance_sudo = self._merchant_record(
            'marketplace.agreement.acceptance', acceptance_id, 'owner'
        )
        return self._merchant_pdf(
            'marketplace_merchant.action_report_agreement_acceptance', acceptance_sudo
        )

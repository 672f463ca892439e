# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import models


class MarketplaceMerchant(models.Model):
    _inherit = 'marketplace.merchant'

    # === BUSINESS METHODS === #

    def _portal_capabilities(self):
        """Return what the merchant may do, as :meth:`_capabilities`, with links to act on it."""
        self.ensure_one()
        capabilities = self.sudo()._capabilities()
        for capability in capabilities:
            for item in capability['missing']:
                item['url'] = self._portal_requirement_url(item['requirement'])
        return capabilities

    def _portal_missing(self):
        """Return what keeps the merchant from something, or will, one dict per requirement.

        ``url`` is where the acting member can provide it, if the member's roles allow to.
        """
        missing = {}
        for capability in self._portal_capabilities():
            for item in capability['missing']:
                missing.setdefault(item['message'], item)
        return list(missing.values())

    def _portal_requirement_url(self, requirement):
        role, page = {
            'agreement': ('owner', 'agreements'),
            'profile': ('catalogue', 'shop'),
            'document': ('owner', 'documents'),
            'deposit': ('finance', 'deposit'),
            'bank_account': ('finance', 'bank'),
            'goods': ('catalogue', 'products'),
        }.get(requirement.kind, ('owner', 'requirements'))
        if requirement.kind == 'profile' and not requirement.profile_field.startswith('shop_'):
            return False  # data of the company: changing it is a request of its own
        return self._is_member(role) and f'/my/merchant/{page}'

    def _portal_answers(self):
        """Return the questions and trainings for the owners: what is asked, and the last answer.

        :rtype: list[dict]
        """
        self.ensure_one()
        merchant_sudo = self.sudo()
        return [
            {'requirement': requirement, 'answer': requirement._last_answer(merchant_sudo)}
            for requirement in merchant_sudo._answerable_requirements()
        ]

    def _portal_agreements(self):
        """Return the agreements of the merchant, for its owners.

        :return: ``asked``: what has to be accepted: the version, the last day, and what changed
            against the version that was accepted before; ``accepted``: what was accepted
        :rtype: dict
        """
        self.ensure_one()
        merchant_sudo = self.sudo()
        requirements = self.env['marketplace.requirement'].sudo().search(
            [('kind', '=', 'agreement')]
        )
        asked = [
            merchant_sudo._portal_asked_agreement(requirement)
            for requirement, lacking in requirements._gaps(merchant_sudo).items()
            if lacking
        ]
        return {
            # Two requirements may ask for the same agreement.
            'asked': list({entry['agreement']: entry for entry in asked}.values()),
            'accepted': merchant_sudo.agreement_acceptance_ids,
        }

    def _portal_asked_agreement(self, requirement):
        agreement = self.env['marketplace.agreement']._asked(requirement.agreement_kind, self)
        previous = self.agreement_acceptance_ids.agreement_id.filtered(
            lambda version: version.kind == agreement.kind
        ).sorted('version')[-1:]
        return {
            'agreement': agreement.with_env(self.env),
            'due': requirement._dues(self)[self],
            'comparison': previous and agreement.with_env(self.env)._compare(previous),
        }

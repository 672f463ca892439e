# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from datetime import timedelta

from odoo import models
from odoo.tools.misc import formatLang

from odoo.addons.marketplace_merchant.models.qualification import COUNTING_STATES


class MarketplaceMerchant(models.Model):
    _inherit = 'marketplace.merchant'

    # === BUSINESS METHODS === #

    def _missing(self, capability):
        """Return what keeps the merchant from a capability, computed now.

        :param str capability: list, take_orders or be_paid
        :return: one dict per missing requirement: the requirement, its name, a message that the
            merchant can act on, and the date by which it is due (or False)
        :rtype: list[dict]
        """
        self.ensure_one()
        merchant_sudo = self.sudo()
        requirements = self.env['marketplace.requirement']._for_capability(
            capability, merchant_sudo._requirement_profile()
        )
        missing = []
        for requirement in requirements:
            message = getattr(merchant_sudo, f'_missing_{requirement.kind}')(requirement)
            if message:
                missing.append({
                    'requirement': requirement,
                    'name': requirement.name,
                    'message': message,
                    'due': merchant_sudo._requirement_due(requirement),
                })
        return missing

    def _requirement_profile(self):
        """Return what decides which requirements concern the merchant."""
        return {
            'country': self.country_id,
            'entity_type': self.entity_type,
            'categories': self.category_ids,
            'tier': self.tier_id,
        }

    def _requirement_due(self, requirement):
        if not requirement.due_days or not self.date_approved:
            return False
        return self.date_approved + timedelta(days=requirement.due_days)

    def _deposit_missing(self):
        """Return the amount by which the deposit falls short; deposits are another addon's."""
        return 0.0

    # === REQUIREMENTS === #

    def _missing_agreement(self, requirement):
        agreement = self.env['marketplace.agreement']._in_force(requirement.agreement_kind)
        if not agreement or agreement in self.agreement_acceptance_ids.agreement_id:
            return False
        return self.env._("Please read and accept: %s.", agreement.display_name)

    def _missing_document(self, requirement):
        documents = self.qualification_ids.filtered(
            lambda document: document.type_id == requirement.qualification_type_id
        )
        if documents.filtered(lambda document: document.state in COUNTING_STATES):
            return False
        name = requirement.qualification_type_id.name
        if documents.filtered(lambda document: document.state == 'pending'):
            return self.env._("%s: we are reviewing it.", name)
        return self.env._("Please upload: %s.", name)

    def _missing_deposit(self, requirement):
        amount = self._deposit_missing()
        if self.currency_id.compare_amounts(amount, 0.0) <= 0:
            return False
        return self.env._(
            "Please pay in %s.", formatLang(self.env, amount, currency_obj=self.currency_id)
        )

    def _missing_bank_account(self, requirement):
        accounts = self.bank_account_ids
        if accounts.filtered(lambda account: account.state == 'verified'):
            return False
        if accounts.filtered(lambda account: account.state == 'draft'):
            return self.env._("We are verifying your bank account.")
        return self.env._("Please add the bank account to which we pay.")

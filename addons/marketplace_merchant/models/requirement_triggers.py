# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import models


class MarketplaceQualification(models.Model):
    _inherit = 'marketplace.qualification'

    # === BUSINESS METHODS === #

    def _state_entered(self, target, reason):
        super()._state_entered(target, reason)
        if target == 'valid':
            self.merchant_id._requirements_changed()
            self.env['marketplace.requirement']._settle_overdue_goods(self.merchant_id)


class MarketplaceBankAccount(models.Model):
    _inherit = 'marketplace.bank.account'

    # === BUSINESS METHODS === #

    def _state_entered(self, target, reason):
        super()._state_entered(target, reason)
        if target == 'verified':
            self.merchant_id._requirements_changed()


class ProductTemplate(models.Model):
    _inherit = 'product.template'

    # === BUSINESS METHODS === #

    def _state_entered(self, target, reason):
        super()._state_entered(target, reason)
        if target == 'live':
            self.merchant_id._requirements_changed()


class MarketplaceRequirementSubmission(models.Model):
    _inherit = 'marketplace.requirement.submission'

    # === BUSINESS METHODS === #

    def _state_entered(self, target, reason):
        super()._state_entered(target, reason)
        if target in ('accepted', 'waived'):
            self.merchant_id._requirements_changed()
        if documents := self.filtered(lambda row: row.kind == 'document'):
            # A waiver, or the end of one: the goods that need the document follow.
            self.env['marketplace.qualification'].sudo()._settle_goods(documents.merchant_id)
            self.env['marketplace.requirement']._settle_overdue_goods(documents.merchant_id)

# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import fields, models
from odoo.tools import SQL


class MarketplaceMerchant(models.Model):
    """What a merchant's deposit has to come to, and what follows when it does not."""

    _inherit = 'marketplace.merchant'

    deposit_account_ids = fields.One2many(
        comodel_name='marketplace.deposit.account', inverse_name='merchant_id', readonly=True
    )
    deposit_demand_ids = fields.One2many(
        comodel_name='marketplace.deposit.demand', inverse_name='merchant_id', readonly=True
    )

    # === BUSINESS METHODS === #

    def _deposit_exposures(self):
        """Return by merchant what its open orders, disputes and categories came to last."""
        Requirement = self.env['marketplace.deposit.requirement']
        Requirement.flush_model(['exposure'])
        rows = self.env.execute_query(SQL(
            "SELECT DISTINCT ON (merchant_id) merchant_id, exposure"
            " FROM marketplace_deposit_requirement WHERE merchant_id = ANY(%s)"
            " ORDER BY merchant_id, date DESC",
            self.ids,
        ))  # fmt: skip
        return {self.browse(merchant_id): float(exposure) for merchant_id, exposure in rows}

    def _deposit_terms(self):
        """Return how what is required comes about, term by term, as it was computed last."""
        self.ensure_one()
        return self.env['marketplace.deposit.requirement'].sudo()._latest(self)

    def _deposit_category_amount(self):
        """Return what the merchant's categories ask for at least, in its company's currency."""
        self.ensure_one()
        return max(
            (category._deposit_minimum(self.company_id) for category in self.category_ids),
            default=0.0,
        )

    def _deposit_required(self, exposure):
        """Return what an exposure asks for: at least the deposit of tier and categories, at most
        the tier's cap.

        Tier and categories count as they are now, the exposure as it was computed last.
        """
        self.ensure_one()
        tier = self.tier_id
        floor, cap = (
            tier.currency_id._convert(
                amount, self.currency_id, self.company_id, fields.Date.context_today(self)
            )
            for amount in (tier.deposit_amount, tier.deposit_cap)
        )
        floor = max(floor, self._deposit_category_amount())
        return max(floor, min(exposure, cap) if cap else exposure)

    def _deposit_shortfall(self):
        """Return what a payout keeps back because the deposit lacks it; 0 if none does so.

        In the currency of the merchant's company.
        """
        self.ensure_one()
        merchant_sudo = self.sudo()
        if not merchant_sudo.company_id.marketplace_deposit_keep_back:
            return 0.0
        return merchant_sudo.deposit_missing

    def _deposit_transfer_hint(self):
        """Return how to pay by bank transfer; False if the company names no bank account."""
        self.ensure_one()
        bank = self.sudo().company_id.partner_id.bank_ids[:1]
        return bank and self.env._(
            "Or transfer it to %(account)s with the reference %(reference)s; we book it when it has"
            " arrived.",
            account=bank.display_name, reference=self._deposit_reference(),
        )

    def _deposit_changed(self):
        """Follow up a movement of the deposit: what is complete opens, what lacks is asked for."""
        self._requirements_changed()
        self.env['marketplace.deposit.demand'].sudo()._follow(self, 'used')

# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, models

from odoo.addons.marketplace_merchant.models.merchant_capability import OPEN_STATES


class MarketplaceRequirement(models.Model):
    """What follows when requirements change or their dates pass: over all merchants at once."""

    _inherit = 'marketplace.requirement'

    # === BUSINESS METHODS === #

    def _refresh(self, merchants=None):
        """Write down by when merchants have to provide what they lack of these requirements.

        A date stays while the gap stays, and goes with it. Reviews that are missing go on the list
        of what staff decides.

        :param merchants: those to look at; all that the platform deals with if none are given
        """
        if merchants is None:
            merchants = self._all_merchants()
        Due = self.env['marketplace.requirement.due'].sudo()
        gaps = self._gaps(merchants)
        given = Due.search([
            ('requirement_id', 'in', self.ids), ('merchant_id', 'in', merchants.ids),
        ])
        given.filtered(lambda due: due.merchant_id not in gaps[due.requirement_id]).unlink()
        known = {(due.requirement_id.id, due.merchant_id.id) for due in given.exists()}
        Due._give([
            (requirement, merchant, due, False)
            for requirement, lacking in gaps.items()
            for merchant, due in requirement._dues(lacking).items()
            if due and (requirement.id, merchant.id) not in known
        ])
        self._open_reviews(gaps)

    @api.model
    def _all_merchants(self):
        return self.env['marketplace.merchant'].sudo().search([('state', 'in', OPEN_STATES)])

    @api.model
    def _open_reviews(self, gaps):
        """Put missing reviews on the list of what staff decides, unless they were there before."""
        Submission = self.env['marketplace.requirement.submission'].sudo()
        reviews = [requirement for requirement in gaps if requirement.kind == 'review']
        rows = Submission._read_group(
            [
                ('requirement_id', 'in', [requirement.id for requirement in reviews]),
                ('state', 'in', ('pending', 'rejected')), ('merchant_id', '!=', False),
            ],
            ['requirement_id', 'merchant_id'],
        )  # fmt: skip
        known = {(requirement.id, merchant.id) for requirement, merchant in rows}
        Submission.create([
            {'requirement_id': requirement.id, 'merchant_id': merchant.id}
            for requirement in reviews
            for merchant in gaps[requirement]
            if (requirement.id, merchant.id) not in known
        ])

    # === CRON === #

    @api.model
    def _cron_requirements(self):
        """Notice what went missing and what became due, and write to the merchants about it."""
        merchants = self._all_merchants()
        self._in_use()._refresh(merchants)
        merchants._update_order_stop()
        self._settle_overdue_goods(merchants)
        self.env['ir.cron']._commit_progress()
        self.env['marketplace.merchant']._tell_order_stops()
        self.env['marketplace.requirement.due']._tell()

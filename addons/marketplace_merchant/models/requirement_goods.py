# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, models
from odoo.tools import SQL

from odoo.addons.marketplace_merchant.models.qualification import COUNTING_STATES

# Approved goods: also those that are paused or taken down may come back.
APPROVED_STATES = ('live', 'paused', 'taken_down')
NOBODY = SQL("SELECT NULL::int AS merchant_id, NULL::int AS requirement_id WHERE FALSE")


class MarketplaceRequirement(models.Model):
    """Documents that goods need: merchants who lack them lose these goods, not their shop."""

    _inherit = 'marketplace.requirement'

    # === BUSINESS METHODS === #

    def _gaps(self, merchants):
        """Documents about brands are lacked by merchants that have goods of such a brand."""
        gaps = super()._gaps(merchants)
        if about_brands := self.sudo().filtered(lambda row: row._is_about_brands()):
            met = about_brands._met_by_submission(merchants)
            lacking = {
                (requirement_id, merchant_id)
                for _listing, requirement_id, merchant_id in self._query_lacking_goods(
                    SQL("goods.merchant_id = ANY(%s)", merchants.ids), NOBODY
                )
            } - met
            for requirement in about_brands:
                gaps[requirement] = merchants.sudo().filtered(
                    lambda merchant, row=requirement: (row.id, merchant.id) in lacking
                )
        return gaps

    @api.model
    def _settle_overdue_goods(self, merchants):
        """Take the goods off sale whose document is overdue, and bring back those that have it.

        Documents that were there and lapsed settle their goods themselves; this is about those
        that were never handed in.
        """
        rows = self._query_lacking_goods(SQL(
            """
            goods.merchant_id = ANY(%s) AND EXISTS (
                SELECT FROM marketplace_requirement_due AS due
                 WHERE due.merchant_id = merchant.id AND due.requirement_id = rule.id
                   AND due.date < CURRENT_DATE
            )
            """,
            merchants.ids,
        ))  # fmt: skip
        listing_ids = [listing_id for listing_id, _requirement, _merchant in rows]
        requirement_ids = [requirement_id for _listing, requirement_id, _merchant in rows]
        requirements = self.sudo().browse(set(requirement_ids))
        reasons = {
            requirement.id: self.env._(
                "%s has not been handed in.", requirement.qualification_type_id.name
            )
            for requirement in requirements
        }
        Block = self.env['marketplace.listing.block'].sudo()
        Block._block_set('marketplace.requirement', SQL(
            "SELECT * FROM unnest(%s::int[], %s::int[], %s::text[])",
            listing_ids, requirement_ids, [reasons[row_id] for row_id in requirement_ids],
        ))  # fmt: skip
        Block._release_where(SQL(
            "res_model = 'marketplace.requirement' AND merchant_id = ANY(%s)"
            " AND (product_tmpl_id, res_id) NOT IN (SELECT * FROM unnest(%s::int[], %s::int[]))",
            merchants.ids, listing_ids, requirement_ids,
        ))  # fmt: skip

    @api.model
    def _query_lacking_goods(self, condition, excused=None):
        """Return approved goods without a document that counts: goods, requirement, merchant.

        :param SQL condition: on ``goods``, ``merchant`` and ``rule``
        :param SQL excused: what not to look at; by default what is waived or due later
        """
        Document = self.env['marketplace.qualification']
        Document.flush_model(['merchant_id', 'type_id', 'state', 'brand_ids'])
        return self.env.execute_query(SQL(
            """
            SELECT DISTINCT need.template_id, need.requirement_id, need.merchant_id
              FROM (%s) AS need
             WHERE NOT EXISTS (SELECT FROM marketplace_qualification AS document WHERE %s)
            """,
            self.env['product.template']._document_needs(
                SQL("goods.listing_state IN %s AND %s", APPROVED_STATES, condition), excused
            ),
            Document._sql_covers('document', COUNTING_STATES),
        ))  # fmt: skip

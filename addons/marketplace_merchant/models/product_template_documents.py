# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .qualification import COUNTING_STATES


class ProductTemplate(models.Model):
    """The documents that goods need, by their category and brand."""

    _inherit = 'product.template'

    brand_id = fields.Many2one(
        comodel_name='marketplace.brand', index='btree_not_null', ondelete='restrict', tracking=True
    )

    # === CRUD METHODS === #

    def write(self, vals):
        """Goods that were approved cannot become goods for which a document is missing."""
        result = super().write(vals)
        if {'categ_id', 'brand_id'} & vals.keys():
            approved = self.filtered(lambda listing: listing.listing_state in ('live', 'paused'))
            approved._check_documents()
            self.env['marketplace.qualification'].sudo()._settle_goods(
                approved.filtered('is_blocked').sudo().merchant_id
            )
        return result

    def _move_to(self, target, reason=None, system=False):
        # Whoever resumes paused goods finds them blocked, and sees why.
        if target in ('in_review', 'live'):
            self.filtered(lambda listing: listing.listing_state != 'paused')._check_documents()
        return super()._move_to(target, reason=reason, system=system)

    def _state_entered(self, target, reason):
        super()._state_entered(target, reason)
        if target == 'live':
            self.env['marketplace.reverification.line']._take_off_new(self.sudo())

    # === BUSINESS METHODS === #

    def _check_documents(self):
        """Raise if a document is missing that these goods need.

        :raise UserError: says which, for all of the goods
        """
        if messages := self._missing_document_messages():
            raise UserError("\n".join([
                line
                for listing, texts in messages.items()
                for line in (self.env._("“%s” can't be sold yet:", listing.name), *texts)
            ]))

    def _missing_document_messages(self):
        """Return for goods that lack a document what the merchant should do about it.

        :rtype: dict[product.template, list[str]]
        """
        listings_sudo = self.sudo().filtered('merchant_id')
        if not listings_sudo:
            return {}
        messages = defaultdict(list)
        for listing_id, requirement_id, brand_id in listings_sudo._query_missing_documents():
            listing = listings_sudo.browse(listing_id)
            requirement = self.env['marketplace.requirement'].sudo().browse(requirement_id)
            due = requirement._dues(listing.merchant_id)[listing.merchant_id]
            if due and due >= fields.Date.context_today(self):
                continue
            messages[self.browse(listing_id)].append(
                listing._missing_document_message(requirement.qualification_type_id, brand_id)
            )
        return dict(messages)

    def _missing_document_message(self, kind, brand_id):
        pending = self.merchant_id.qualification_ids.filtered(
            lambda document: document.type_id == kind and document.state == 'pending'
            and (not brand_id or brand_id in document.brand_ids.ids)
        )
        if brand_id:
            name = self.env._(
                "%(document)s for the brand %(brand)s",
                document=kind.name, brand=self.brand_id.name,
            )
        else:
            name = kind.name
        if pending:
            return self.env._("%s: we are reviewing it.", name)
        return self.env._("Please upload: %s.", name)

    def _query_missing_documents(self):
        """Return goods, requirement and brand for which no document counts."""
        Document = self.env['marketplace.qualification']
        Document.flush_model(['merchant_id', 'type_id', 'state', 'brand_ids'])
        return self.env.execute_query(SQL(
            """
            SELECT DISTINCT ON (need.template_id, need.type_id)
                   need.template_id, need.requirement_id, need.brand_id
              FROM (%s) AS need
             WHERE NOT EXISTS (SELECT FROM marketplace_qualification AS document WHERE %s)
          ORDER BY need.template_id, need.type_id, need.requirement_id
            """,
            self._document_needs(SQL("goods.id = ANY(%s)", self.ids)),
            Document._sql_covers('document', COUNTING_STATES),
        ))  # fmt: skip

    def _marketplace_sales_since(self, day):
        """Return by id what was sold of the goods since ``day``; sales are another addon's.

        :return: amounts with tax in the currency of the merchant's company
        :rtype: dict[int, float]
        """
        return {}

    def _marketplace_open_orders(self):
        """Return by id of the goods the ids of orders under way; orders are another addon's.

        :rtype: dict[int, list[int]]
        """
        return {}

    @api.model
    def _document_needs(self, condition, excused=None):
        """Return the query of which goods need which documents now.

        :param SQL condition: which ``goods`` to look at
        :param SQL excused: which merchants may do without what; by default what is waived or due
            later
        :return: template_id, merchant_id, requirement_id, type_id, and the brand_id that the
            document has to name, if it names brands
        :rtype: SQL
        """
        self.flush_model([
            'merchant_id', 'categ_id', 'brand_id', 'listing_state', 'is_sellable', 'active',
        ])
        self.env['marketplace.merchant'].flush_model(['entity_type', 'tier_id', 'partner_id'])
        self.env['res.partner'].flush_model(['country_id'])
        self.env['marketplace.requirement.submission'].flush_model()
        self.env['marketplace.requirement.due'].flush_model()
        return SQL(
            """
            SELECT goods.id AS template_id, goods.merchant_id, rule.id AS requirement_id,
                   rule.type_id, CASE WHEN rule.covers_brands THEN goods.brand_id END AS brand_id
              FROM product_template AS goods
              JOIN marketplace_merchant AS merchant ON merchant.id = goods.merchant_id
              JOIN res_partner AS partner ON partner.id = merchant.partner_id
         LEFT JOIN marketplace_brand AS brand ON brand.id = goods.brand_id
        CROSS JOIN (%(rules)s) AS rule
         LEFT JOIN (%(excused)s) AS excused
                ON excused.merchant_id = merchant.id AND excused.requirement_id = rule.id
             WHERE goods.active AND %(condition)s AND excused.merchant_id IS NULL
               AND (rule.entity_type IS NULL OR rule.entity_type = merchant.entity_type)
               AND (rule.countries IS NULL OR partner.country_id = ANY(rule.countries))
               AND (rule.tiers IS NULL OR merchant.tier_id = ANY(rule.tiers))
               AND (rule.categories IS NULL OR goods.categ_id = ANY(rule.categories))
               AND (rule.brands IS NULL OR goods.brand_id = ANY(rule.brands))
               AND (NOT rule.covers_brands OR rule.brands IS NOT NULL OR brand.needs_authorisation)
            """,
            condition=condition,
            rules=self.env['marketplace.requirement']._document_rules(),
            excused=excused or self.env['marketplace.requirement']._excused_query(),
        )

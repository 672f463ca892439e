# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.tools import SQL

# A document that is needed to be paid, or to advertise, is no matter of single goods.
GOODS_CAPABILITIES = ['list', 'take_orders']


class MarketplaceRequirementRule(models.AbstractModel):
    _inherit = 'marketplace.requirement.rule'

    brand_ids = fields.Many2many(
        comodel_name='marketplace.brand', string="Brands",
        help="The document is needed for goods of these brands only. Empty: all goods; or, for a"
        " document that names brands, the goods of all brands that need an authorisation.",
    )  # fmt: skip


class MarketplaceRequirement(models.Model):
    """Documents that single goods need, by category and brand."""

    _inherit = 'marketplace.requirement'

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        requirements = super().create(vals_list)
        requirements._settle_goods_of(requirements.qualification_type_id)
        return requirements

    def write(self, vals):
        kinds = self.qualification_type_id
        result = super().write(vals)
        self._settle_goods_of(kinds | self.qualification_type_id)
        return result

    def unlink(self):
        kinds = self.qualification_type_id
        result = super().unlink()
        self._settle_goods_of(kinds)
        return result

    # === BUSINESS METHODS === #

    @api.model
    def _settle_goods_of(self, kinds):
        """Let goods that are off sale follow the rules about their documents at once."""
        documents = self.env['marketplace.qualification'].sudo()
        documents._settle_goods(documents.search([
            ('type_id', 'in', kinds.ids), ('state', 'in', ('expired', 'revoked')),
        ]).merchant_id)

    def _concerns(self, profile):
        """A document about brands is asked for with the goods, not of the merchant as a whole."""
        return super()._concerns(profile) and not self._is_about_brands()

    def _is_about_brands(self):
        return bool(self.brand_ids or self.qualification_type_id.covers_brands)

    @api.model
    def _document_rules(self):
        """Return the query of the rules about documents of goods, each with its scope in arrays.

        An empty scope is NULL. Categories include those below the chosen ones.
        """
        self.flush_model()
        self.env['marketplace.qualification.type'].flush_model(['covers_brands'])
        return SQL(
            """
            SELECT requirement.id, requirement.entity_type, kind.id AS type_id,
                   COALESCE(kind.covers_brands, FALSE) AS covers_brands,
                   (%(countries)s) AS countries, (%(tiers)s) AS tiers, (%(brands)s) AS brands,
                   (SELECT array_agg(below.id)
                      FROM product_category AS scope
                      JOIN product_category AS below
                        ON below.parent_path LIKE scope.parent_path || '%%'
                     WHERE scope.id IN (%(categories)s)) AS categories
              FROM marketplace_requirement AS requirement
              JOIN marketplace_qualification_type AS kind
                ON kind.id = requirement.qualification_type_id
             WHERE requirement.active AND requirement.kind = 'document'
               AND requirement.capability = ANY(%(capabilities)s)
            OFFSET 0
            """,
            countries=self._sql_scope('country_ids', "array_agg(%s)"),
            tiers=self._sql_scope('tier_ids', "array_agg(%s)"),
            brands=self._sql_scope('brand_ids', "array_agg(%s)"),
            categories=self._sql_scope('category_ids', "%s"),
            capabilities=GOODS_CAPABILITIES,
        )

    @api.model
    def _sql_scope(self, name, selected):
        field = self._fields[name]
        return SQL(
            "SELECT %s FROM %s WHERE %s = requirement.id",
            SQL(selected, SQL.identifier(field.column2)), SQL.identifier(field.relation),
            SQL.identifier(field.column1),
        )

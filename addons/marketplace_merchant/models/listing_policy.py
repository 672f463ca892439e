# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models

NOW, MACHINE, PERSON = 'now', 'machine', 'person'
MODES = [
    (NOW, "At once"),
    (MACHINE, "Machine and samples"),
    (PERSON, "Always a person"),
]


class MarketplaceListingPolicy(models.Model):
    """Who reviews what in the listings of a category. Price and stock are reviewed by nobody."""

    _name = 'marketplace.listing.policy'
    _description = "Review Policy of Listings"
    _order = 'category_id, id'
    _rec_name = 'category_id'

    category_id = fields.Many2one(
        comodel_name='product.category',
        string="Goods Of",
        ondelete='cascade',
        help="Counts for the categories below it too, unless they have a policy of their own. The"
        " policy without a category counts for all others.",
    )
    review_name = fields.Selection(MODES, string="Name", required=True, default=MACHINE)
    review_description_sale = fields.Selection(
        MODES, string="Description", required=True, default=MACHINE
    )
    review_categ_id = fields.Selection(MODES, string="Category", required=True, default=MACHINE)
    review_brand_id = fields.Selection(MODES, string="Brand", required=True, default=MACHINE)
    review_image_1920 = fields.Selection(MODES, string="Pictures", required=True, default=MACHINE)

    _category_uniq = models.UniqueIndex(
        '(COALESCE(category_id, 0))', "There is already a policy for this category."
    )

    # === COMPUTE METHODS === #

    @api.depends('category_id')
    def _compute_display_name(self):
        for policy in self:
            policy.display_name = policy.category_id.display_name or self.env._("All categories")

    # === BUSINESS METHODS === #

    @api.model
    def _mode(self, categories, names):
        """Return who reviews fields of listings: the strictest answer of all that count.

        Without any policy a person reviews everything.

        :param categories: of the listing, before and after a change
        :param names: the fields that differ, named as on the product
        :return: ``now``, ``machine`` or ``person``
        """
        modes = set()
        for category in categories or [categories]:
            policy = self._of_category(category)
            modes |= {policy[f'review_{name}'] if policy else PERSON for name in names}
        return next((mode for mode in (PERSON, MACHINE) if mode in modes), NOW)

    @api.model
    def _of_category(self, category):
        """Return the policy of the nearest category upwards, else the one of all categories."""
        path = [int(key) for key in (category.parent_path or '').split('/') if key]
        policies = {
            policy.category_id.id: policy
            for policy in self.sudo().search([('category_id', 'in', [*path, False])])
        }
        return next(
            (policies[key] for key in [*reversed(path), False] if key in policies), self.browse()
        )

# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import fields, models


class MarketplaceListingImportRow(models.Model):
    """One row of a sheet: what it says, and what becomes of it."""

    _name = 'marketplace.listing.import.row'
    _description = "Row of a Listing Import"
    _order = 'import_id desc, number'
    _rec_name = 'sku'

    import_id = fields.Many2one(
        comodel_name='marketplace.listing.import', required=True, readonly=True, ondelete='cascade'
    )
    merchant_id = fields.Many2one(related='import_id.merchant_id')
    number = fields.Integer(string="Row", required=True, readonly=True, aggregator=None)
    sku = fields.Char(string="SKU", readonly=True)
    name = fields.Char(readonly=True)
    cells = fields.Json(readonly=True, help="What the sheet says, by column.")
    outcome = fields.Selection(
        selection=[
            ('new', "New"),
            ('change', "Changed at once"),
            ('wait', "Change waits for review"),
            ('same', "Nothing to change"),
            ('error', "Error"),
        ],
        readonly=True,
        help="Of rows that are not done yet: what is going to happen.",
    )
    message = fields.Text(string="What Happens", readonly=True)
    is_done = fields.Boolean(string="Done", readonly=True)
    product_tmpl_id = fields.Many2one(
        comodel_name='product.template', string="Goods", readonly=True, index='btree_not_null',
        ondelete='set null',
    )

    _number_uniq = models.Constraint('UNIQUE (import_id, number)', "This row was read already.")
    _todo_idx = models.Index('(import_id, number) WHERE is_done IS NOT TRUE')

    # === BUSINESS METHODS === #

    def _settle(self, outcome, message=False):
        """Note what became of these rows; nothing more happens to them."""
        self.write({'outcome': outcome, 'message': message, 'is_done': True})

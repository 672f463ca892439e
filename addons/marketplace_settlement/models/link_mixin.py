# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import models
from odoo.exceptions import UserError

BOOKED = {
    'amount_currency', 'balance', 'credit', 'currency_id', 'debit', 'discount', 'display_type',
    'partner_id', 'price_unit', 'product_id', 'quantity', 'sale_line_ids', 'tax_ids',
}  # fmt: skip


class MarketplaceLinkMixin(models.AbstractModel):
    """Columns of Odoo's own documents that say whose they are: the system writes them, once.

    Who may edit such a document, in a form or by a remote call, still does not give it to another
    merchant: what merchants are owed follows these columns.
    """

    _name = 'marketplace.link.mixin'
    _description = "Guarded Links to Merchants"

    _link_columns = ()

    # === CRUD METHODS === #

    def write(self, vals):
        if not self.env.su:
            self._check_links(vals)
        return super().write(vals)

    def _check_links(self, vals):
        for record in self:
            for name in record._fixed_columns() & vals.keys():
                field = self._fields[name]
                value = field.convert_to_cache(vals[name], record)
                if value != field.convert_to_cache(record[name], record):
                    raise UserError(
                        self.env._(
                            "“%(field)s” of %(document)s is set by the marketplace and cannot be"
                            " changed.",
                            field=field.get_description(self.env, ['string'])['string'],
                            document=record.display_name,
                        )
                    )

    def _fixed_columns(self):
        """Return the columns that nobody changes by hand."""
        self.ensure_one()
        return set(self._link_columns)


class AccountMoveLine(models.Model):
    _name = 'account.move.line'
    _inherit = ['account.move.line', 'marketplace.link.mixin']

    _link_columns = ('merchant_id', 'is_total_included')

    def _fixed_columns(self):
        """Keep what a merchant's item books and where, as its balance entry does."""
        columns = super()._fixed_columns()
        if self.merchant_id:
            columns.add('account_id')
            if self.parent_state == 'posted':
                columns |= BOOKED
        return columns

    def _copy_data_extend_business_fields(self, values):
        """A credit note is for the merchant of its invoice; a plain copy is nobody's."""
        super()._copy_data_extend_business_fields(values)
        values.update(merchant_id=self.merchant_id.id, is_total_included=self.is_total_included)


class StockPicking(models.Model):
    _name = 'stock.picking'
    _inherit = ['stock.picking', 'marketplace.link.mixin']

    _link_columns = ('marketplace_order_id',)


class StockMove(models.Model):
    _name = 'stock.move'
    _inherit = ['stock.move', 'marketplace.link.mixin']

    _link_columns = ('merchant_id',)


class StockLocation(models.Model):
    _name = 'stock.location'
    _inherit = ['stock.location', 'marketplace.link.mixin']

    _link_columns = ('merchant_id',)

# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo.tests import tagged

from odoo.addons.marketplace_merchant.tests.import_common import CSV, ImportCommon


@tagged('post_install', '-at_install')
class TestListingImportStock(ImportCommon):
    """The stock as a column of the sheet."""

    HEADER = (*ImportCommon.HEADER, "Stock")

    def _row(self, number, stock, **changes):
        return (*self._knife(number, **changes), stock)

    def _stocks(self, *skus):
        """Return what is on the merchant's own shelf, and owned by it."""
        return [
            sum(self.env['stock.quant'].search([
                ('product_id', '=', product.id),
                ('location_id', 'in', self.merchant.stock_location_ids.ids),
                ('owner_id', '=', self.merchant.partner_id.id),
            ]).mapped('quantity'))
            for product in self._goods(*skus).product_variant_id
        ]

    def test_stock_comes_with_the_goods_and_changes_at_once(self):
        draft = self._draft(default_code="K-2", name="Knife 2")
        draft.portal_set_stock(3)
        rows = [self._row(1, "12"), self._row(2, "5"), self._row(3, "")]
        preview = self._import(*rows)
        self.assertEqual(self._message(preview, 3), "Stock: 3 → 5")
        self.assertEqual(self._stocks("K-2"), [3])
        listing_import = self._done(*rows)
        self.assertEqual(self._outcomes(listing_import), ['new', 'change', 'new'])
        self.assertEqual(self._stocks("K-1", "K-2", "K-3"), [12, 5, 0])
        again = self._done(*rows)
        self.assertEqual(self._outcomes(again), ['same'] * 3)
        move = self.env['stock.move'].search([('product_id', '=', draft.product_variant_id.id)])
        self.assertEqual(len(move), 2)

    def test_an_empty_cell_leaves_the_stock(self):
        draft = self._draft(default_code="K-1", name="Knife 1")
        draft.portal_set_stock(3)
        self._done(self._row(1, "", price="20"))
        self.assertEqual((draft.list_price, self._stocks("K-1")), (20, [3]))
        self._done(self._row(1, "0"))
        self.assertEqual(self._stocks("K-1"), [0])

    def test_bad_stock_is_the_error_of_its_row(self):
        self._draft(default_code="K-2", name="Knife 2").portal_set_stock(3)
        lot = self._draft(default_code="K-3", name="Knife 3")
        lot.sudo().tracking = 'lot'
        listing_import = self._done(
            self._row(1, "many"), self._row(2, "-1"), self._row(3, "5"), self._row(4, "1e99"),
            self._row(5, "7"),
        )
        self.assertEqual(
            self._outcomes(listing_import), ['error', 'error', 'error', 'error', 'new']
        )
        self.assertIn("number between 0 and", self._message(listing_import, 2))
        self.assertIn("not counted by number", self._message(listing_import, 4))
        self.assertFalse(self._goods("K-1", "K-4"))
        self.assertEqual(self._stocks("K-2", "K-5"), [3, 7])

    def test_each_count_is_logged(self):
        self._done(self._row(1, "12"), self._row(2, "8"))
        products = self._goods("K-1", "K-2").product_variant_id
        entries = self.env['marketplace.audit.log'].search([
            ('model_name', '=', 'product.product'), ('res_id', 'in', products.ids),
        ], order='res_id')
        self.assertEqual(entries.mapped('after'), [{'stock': 12}, {'stock': 8}])
        self.assertEqual(entries.user_id, self.clerk)

    def test_the_export_has_the_stock(self):
        self._draft(default_code="K-1").portal_set_stock(3)
        self._draft(self.rival_owner, default_code="K-1").portal_set_stock(9)
        header, row = self._cells(
            self.merchant.with_user(self.clerk).portal_export_listings(CSV)
        )
        self.assertEqual(row[header.index("Stock")], "3.0")

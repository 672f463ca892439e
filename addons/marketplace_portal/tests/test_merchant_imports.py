# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo.tests import JsonRpcException, tagged

from odoo.addons.marketplace_merchant.tools.sheet import read_sheet

from .merchant_common import MerchantCommon

IMPORT_PATH = '/my/merchant/imports'


@tagged('post_install', '-at_install')
class TestMerchantImports(MerchantCommon):

    # === HELPERS === #

    def _sheet(self, *rows):
        category = self.bowl.categ_id.display_name
        lines = ["SKU,Name,Category,Price,Stock"]
        lines += [f'{sku},{name},"{category}",{price},{stock}' for sku, name, price, stock in rows]
        return ('file', ("goods.csv", "\n".join(lines).encode()))

    def _upload_sheet(self, *rows, user=None):
        """Upload a sheet; return the page that the browser shows then."""
        return self._send(
            f'{IMPORT_PATH}/new', {}, user or self.catalogue_a, [self._sheet(*rows)]
        )

    def _last(self):
        return self.env['marketplace.listing.import'].search([], limit=1)

    def _run_cron(self):
        self.env.ref('marketplace_merchant.ir_cron_listing_import').method_direct_trigger()
        self.env.invalidate_all()

    # === PAGES === #

    def test_upload_look_start_and_read_the_result(self):
        page = self._upload_sheet(("T-1", "Teapot", "45.5", "12"), ("T-2", "Tea tin", "free", ""))
        self.assertIn("goods.csv", page.text_content())
        self.assertIn("Price should be a number", page.text_content())
        listing_import = self._last()
        path = f'{IMPORT_PATH}/{listing_import.id}'
        self.assertTrue(self.last_url.endswith(path))
        page = self._send(path, {'action': 'start'}, self.catalogue_a)
        self.assertTrue(page.find_class('o_merchant_import_running'))
        figures = self.make_jsonrpc_request(f'{path}/progress', {})
        self.assertEqual(
            (figures['state'], figures['done_count'], figures['row_count']), ('running', 1, 2)
        )
        self._run_cron()
        self.assertEqual(self.make_jsonrpc_request(f'{path}/progress', {})['state'], 'done')
        page = self._html(path, self.catalogue_a)
        self.assertFalse(page.find_class('o_merchant_import_running'))
        product = self.env['product.template'].search([('default_code', '=', "T-1")])
        self.assertRecordValues(product, [{
            'merchant_id': self.merchant_a.id, 'listing_state': 'draft', 'list_price': 45.5,
        }])
        self.assertEqual(self._on_hand(product.product_variant_id, self.merchant_a), 12)
        self.assertTrue(page.xpath(f'//a[@href="/my/merchant/products/{product.id}"]'))

    def test_a_file_that_is_none_is_told_at_its_field(self):
        for files in ([], [('file', ("x.csv", b'\x00\x01'))]):
            page = self._send(f'{IMPORT_PATH}/new', {}, self.catalogue_a, files)
            self.assertTrue(self._mistake(page, 'file'))
        page = self._send(
            f'{IMPORT_PATH}/new', {}, self.catalogue_a,
            [self._sheet(("T-1", "Teapot", "1", "")), ('archive', ("x.zip", b'none'))],
        )
        self.assertIn("not a ZIP file", self._mistake(page, 'archive'))

    def test_cancel(self):
        self._upload_sheet(("T-1", "Teapot", "45.5", "12"))
        self._send(f'{IMPORT_PATH}/{self._last().id}', {'action': 'cancel'}, self.catalogue_a)
        self.assertEqual(self._last().state, 'cancelled')

    def test_tabs_search_and_pages_of_rows(self):
        rows = [(f"T-{n}", f"Tea {n}", "5", "") for n in range(25)]
        self._upload_sheet(*rows, ("T-X", "Tea", "?", ""))
        path = f'{IMPORT_PATH}/{self._last().id}'
        page = self._html(f'{path}?tab=error', self.catalogue_a)
        self.assertIn("T-X", page.text_content())
        self.assertNotIn("T-11", page.text_content())
        self.assertIn("T-24", self._html(f'{path}/page/2', self.catalogue_a).text_content())
        self.assertIn("Tea 17", self._html(f'{path}?search=T-17', self.catalogue_a).text_content())

    def test_files_to_download(self):
        self._upload_sheet(("T-1", "Teapot", "free", ""))
        self.authenticate(self.catalogue_a.login, self.catalogue_a.login)
        for path, expected in (
            (f'{IMPORT_PATH}/{self._last().id}/errors', "T-1"),
            (f'{IMPORT_PATH}/template/xlsx', "SKU"),
            (f'{IMPORT_PATH}/template/csv', "SKU"),
            ('/my/merchant/products/export/xlsx', "Bowl"),
            ('/my/merchant/products/export/csv', "Bowl"),
        ):
            response = self.url_open(path)
            self.assertEqual(response.status_code, 200, path)
            self.assertIn('attachment', response.headers['Content-Disposition'])
            cells = [cells for _number, cells in read_sheet(self.env, "x", response.content)]
            self.assertIn(expected, str(cells), path)
        self.assertEqual(self.url_open(f'{IMPORT_PATH}/template/exe').status_code, 404)

    # === WHO MAY === #

    def test_foreign_imports_do_not_exist(self):
        self._upload_sheet(("T-1", "Teapot", "free", ""))
        path = f'{IMPORT_PATH}/{self._last().id}'
        self.authenticate(self.owner_b.login, self.owner_b.login)
        for page in (path, f'{path}/errors', f'{IMPORT_PATH}/999999999'):
            self.assertEqual(self.url_open(page).status_code, 404, page)
        with self.assertRaises(JsonRpcException):
            self.make_jsonrpc_request(f'{path}/progress', {})
        self.assertNotIn("goods.csv", self.url_open(IMPORT_PATH).text)

    def test_other_roles_have_no_imports(self):
        for role in ('orders', 'finance', 'service'):
            user = self.members_a[role]
            self.authenticate(user.login, user.login)
            for page in (IMPORT_PATH, f'{IMPORT_PATH}/new', '/my/merchant/products/export/csv'):
                self.assertEqual(self.url_open(page).status_code, 403, (role, page))

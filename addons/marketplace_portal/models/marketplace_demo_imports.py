# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

import base64

from odoo import api, models

from odoo.addons.marketplace_merchant.tools.sheet import XLSX, write_sheet

NEW_GOODS = (
    ('PP-101', "Skipping Rope", "Three metres, with ball bearings.", 'sports', 39, 120),
    ('PP-102', "Shuttlecocks, 6 Pieces", "Goose feather, for training.", 'sports', 45, 300),
    ('PP-103', "Wooden Abacus", "Ten rows of ten beads in beech.", 'toys', 68, 40),
    ('PP-104', "Bamboo Flying Disc", "Light enough for small hands.", 'toys', "ask us", 15),
)


class MarketplaceDemo(models.AbstractModel):
    _inherit = 'marketplace.demo'

    # === CHAPTERS === #

    @api.model
    def _tell_imports(self):
        """A merchant sends a sheet: new goods, a new price, and a row that can't be read."""
        owner = self._user('panda')
        merchant = self._merchant('panda').with_user(owner)
        toy = self._ref('product_toy_panda')
        rows = [
            [sku, name, text, self._category(category).display_name, price, stock]
            for sku, name, text, category, price, stock in NEW_GOODS
        ]
        rows.append([toy.default_code, '', '', '', toy.list_price - 4, ''])
        header = ['default_code', 'name', 'description_sale', 'categ_id', 'list_price', 'stock']
        sheet = write_sheet(XLSX, 'Goods', header, rows)
        listing_import = merchant.portal_import_listings({
            'filename': 'spring-goods.xlsx', 'content': base64.b64encode(sheet).decode(),
        })
        listing_import.portal_start()
        # Five rows are done at once; the cron is for thousands.
        listing_import.with_user(self.env.user).sudo()._run_batch()
        self._name_record(listing_import, 'listing_import')

# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import models


class ProductProduct(models.Model):
    _inherit = 'product.product'

    # === CONSTRAINT METHODS === #

    def _check_duplicated_product_barcodes(self, barcodes_within_company, company_id):
        """Several merchants may sell the same article: a barcode is unique per merchant."""
        for merchant, products in self.sudo().grouped('merchant_id').items():
            barcodes = [code for code in products.mapped('barcode') if code]
            super(
                ProductProduct, products.with_context(marketplace_barcode_merchant=merchant.id)
            )._check_duplicated_product_barcodes(barcodes, company_id)

    def _get_barcode_search_domain(self, barcodes_within_company, company_id):
        domain = super()._get_barcode_search_domain(barcodes_within_company, company_id)
        if 'marketplace_barcode_merchant' in self.env.context:
            merchant_id = self.env.context['marketplace_barcode_merchant']
            domain += [('product_tmpl_id.merchant_id', '=', merchant_id)]
        return domain

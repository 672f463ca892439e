# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import models


class AccountMoveLine(models.Model):
    _inherit = 'account.move.line'

    def _eligible_for_stock_account(self):
        """The goods of merchants were never the company's: selling them costs it nothing."""
        return not self.merchant_id and super()._eligible_for_stock_account()

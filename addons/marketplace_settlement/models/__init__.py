# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

# Orders
from . import res_company
from . import res_config_settings
from . import merchant
from . import merchant_application
from . import stock_location
from . import product_product
from . import product_template
from . import listing_import
from . import product_template_sales
from . import loyalty_program
from . import freight_template
from . import delivery_carrier
from . import marketplace_order
from . import marketplace_return
from . import marketplace_return_line
from . import sale_order
from . import sale_order_line
from . import stock_move
from . import stock_picking
from . import stock_rule
from . import account_move_line_stock

# Money
from . import res_company_accounting
from . import res_config_settings_accounting
from . import account_chart_template
from . import commission_rule
from . import heartbeat
from . import batch_mixin
from . import statement_terms
from . import balance_entry
from . import balance_entry_booking
from . import wallet
from . import hold
from . import marketplace_order_money
from . import sale_order_freeze
from . import sale_order_invoice
from . import sale_order_line_money
from . import account_move_line
from . import account_move
from . import account_move_refund
from . import payment_transaction
from . import statement_run
from . import statement
from . import statement_drawing
from . import statement_posting
from . import payout
from . import payout_batch
from . import deposit_movement
from . import deposit_release
from . import merchant_exit
from . import merchant_money
from . import merchant_tier
from . import checker
from . import checker_ledger

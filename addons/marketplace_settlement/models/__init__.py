# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

# Orders
from . import res_company
from . import res_config_settings
from . import merchant
from . import stock_location
from . import product_product
from . import product_template
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

# Money

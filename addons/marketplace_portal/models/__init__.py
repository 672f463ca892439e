# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from . import marketplace_complaint
from . import marketplace_demo
from . import marketplace_demo_life
from . import marketplace_demo_documents
from . import marketplace_demo_bank
from . import marketplace_demo_review
from . import marketplace_demo_trade
from . import marketplace_demo_tiers
from . import marketplace_listing_change
from . import marketplace_listing_import
from . import marketplace_merchant
from . import marketplace_merchant_company
from . import marketplace_merchant_documents
from . import marketplace_merchant_application
from . import marketplace_merchant_requirement
from . import marketplace_order
from . import marketplace_qualification
from . import marketplace_reverification_line
from . import marketplace_shop
from . import product_image
from . import product_product
from . import product_template
from . import product_template_storefront
from . import res_users
from . import sale_order
from . import sale_order_line

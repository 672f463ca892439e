# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from . import test_listing_tours
from . import test_merchant_access
from . import test_merchant_account
from . import test_merchant_apply
from . import test_merchant_company
from . import test_merchant_complaints
from . import test_merchant_documents
from . import test_merchant_deposit
from . import test_merchant_finance
from . import test_merchant_fees
from . import test_merchant_life
from . import test_merchant_imports
from . import test_merchant_orders
from . import test_merchant_payouts
from . import test_merchant_products
from . import test_merchant_requirements
from . import test_merchant_shipping
from . import test_merchant_statements
from . import test_merchant_tier
from . import test_merchant_tours
from . import test_order_tours
from . import test_shopper_pages
from . import test_shopper_tour
from . import test_storefront

# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from . import merchant_portal
from . import merchant_apply
from . import merchant_company
from . import merchant_documents
from . import merchant_orders
from . import merchant_products
from . import merchant_imports
from . import merchant_balance
from . import merchant_fees
from . import merchant_finance
from . import merchant_payouts
from . import merchant_deposit
from . import merchant_service
from . import merchant_shipping
from . import checkout_delivery
from . import payment
from . import merchant_account
from . import merchant_tier
from . import merchant_life
from . import merchant_requirements
from . import storefront
from . import shopper_portal
from . import shopper_complaints

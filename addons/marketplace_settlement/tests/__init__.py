# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from . import test_applicant_contact
from . import test_document_sales
from . import test_freight
from . import test_listing_import
from . import test_order_mails
from . import test_order_queries
from . import test_order_screens
from . import test_order_states
from . import test_return_refunds
from . import test_returns
from . import test_rewards
from . import test_split
from . import test_stock
from . import test_money_arithmetic
from . import test_money_example
from . import test_money_exit
from . import test_money_refunds
from . import test_money_rules
from . import test_money_payouts
from . import test_money_deposits
from . import test_money_checker
from . import test_money_access
from . import test_money_setup
from . import test_money_corners
from . import test_tier_metrics

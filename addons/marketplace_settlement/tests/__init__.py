# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from . import test_freight
from . import test_order_queries
from . import test_order_states
from . import test_returns
from . import test_rewards
from . import test_split
from . import test_stock

# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from . import complaint
from . import complaint_message
from . import deposit_requirement
from . import hold
from . import marketplace_return
from . import merchant_exit
from . import merchant_tier
from . import order
from . import proposal_mixin
from . import remedy

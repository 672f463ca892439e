# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from . import payment
from . import payout
from . import statement

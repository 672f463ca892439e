# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from . import reconciliation
from . import stock_return_picking

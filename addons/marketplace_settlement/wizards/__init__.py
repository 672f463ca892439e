# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from . import deposit_receipt
from . import reconciliation
from . import stock_return_picking
from . import report_mixin
from . import cutoff
from . import trade_report
from . import income_report
from . import invoice_export
from . import commission_simulation

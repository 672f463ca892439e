# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from . import test_complaint
from . import test_complaint_access
from . import test_complaint_advance
from . import test_complaint_deadlines
from . import test_complaint_evidence
from . import test_complaint_refund
from . import test_exit
from . import test_return_case
from . import test_tier_metrics

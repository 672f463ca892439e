# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from . import assign_wizard
from . import audit_export
from . import handover_wizard
from . import reason_wizard
from . import requirement_change
from . import requirement_waiver
from . import listing_reason_wizard
from . import word_trial

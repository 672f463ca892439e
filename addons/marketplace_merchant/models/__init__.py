# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from . import audit_log
from . import deadline_mixin
from . import home_card
from . import state_mixin

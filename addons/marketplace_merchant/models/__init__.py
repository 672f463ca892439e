# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

# The mixins come first: the models below inherit them.
from . import deadline_mixin
from . import guard_mixin
from . import state_mixin
from . import licence_mixin

from . import agreement
from . import agreement_acceptance
from . import audit_log
from . import audit_verification
from . import bank_account
from . import base
from . import blacklist
from . import exit
from . import exit_reason
from . import exit_release
from . import exit_stage
from . import home_card
from . import ir_attachment
from . import ir_http
from . import listing_block
from . import listing_change
from . import mail_template
from . import merchant
from . import merchant_application
from . import merchant_application_check
from . import merchant_application_portal
from . import merchant_bank
from . import merchant_capability
from . import merchant_check
from . import merchant_exit
from . import merchant_listing
from . import merchant_member
from . import merchant_selling
from . import merchant_team
from . import product_category
from . import product_product
from . import product_template
from . import qualification
from . import qualification_type
from . import requirement
from . import res_groups
from . import res_users
from . import shop
from . import tier
from . import tier_change

# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from . import test_application
from . import test_application_form
from . import test_audit
from . import test_bank_account
from . import test_bank_change
from . import test_exit
from . import test_document_goods
from . import test_documents
from . import test_file_check
from . import test_life
from . import test_listing
from . import test_listing_block
from . import test_listing_change
from . import test_listing_review
from . import test_listing_rpc
from . import test_machine_checks
from . import test_mechanisms
from . import test_merchant
from . import test_people_access
from . import test_secret
from . import test_team
from . import test_tier_race
from . import test_tier_run
from . import test_verification
from . import test_word_screen

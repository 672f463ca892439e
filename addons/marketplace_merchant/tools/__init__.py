# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from . import elevate
from . import field_errors
from . import form_reader
from . import identity_number
from . import key_rotation
from . import secret
from . import verification_client

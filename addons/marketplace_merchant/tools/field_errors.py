# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo.exceptions import ValidationError


class FieldErrors(ValidationError):
    """Everything that is wrong in one form, so that a page can show each message at its field.

    :param dict field_errors: message by name of the form's field
    """

    def __init__(self, field_errors):
        super().__init__('\n'.join(field_errors.values()))
        self.field_errors = field_errors

# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo.exceptions import ValidationError


class FieldErrors(ValidationError):
    """What is wrong with a form, field by field: all of it at once, and nothing is saved.

    A web page shows each text at its field; any other door shows them one below the other.

    :param dict field_errors: the message for each field name
    """

    def __init__(self, field_errors):
        super().__init__("\n".join(field_errors.values()))
        self.field_errors = field_errors

# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo.exceptions import ValidationError


class FieldErrors(ValidationError):
    """All that is wrong with what a person typed, each message at its field.

    Collect every error of a form before raising: nobody likes to learn of them one by one.

    :param dict field_errors: field name → what is wrong and what to do, in the user's words
    """

    def __init__(self, field_errors):
        super().__init__("\n".join(dict.fromkeys(field_errors.values())))
        self.field_errors = field_errors

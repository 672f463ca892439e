# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

import re

from dateutil.relativedelta import relativedelta
from stdnum.cn import uscc
from stdnum.eu import vat as eu_vat
from stdnum.exceptions import ValidationError as NumberError

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools.misc import format_date

from ..tools.identity_number import validate_identity_number
from .deadline_batch_mixin import read_reminders
from .ir_attachment import FILE_MAX_BYTES, MEGABYTE

FILE_MAX_MEGABYTES = FILE_MAX_BYTES // MEGABYTE
VALIDATORS = {
    'cn_uscc': uscc.validate,
    'cn_ric': validate_identity_number,
    'eu_vat': eu_vat.validate,
}
# A pattern is written with these; everything else in it stands for itself.
PATTERN_SIGNS = {'#': '[0-9]', 'A': '[A-Z]', '*': '[0-9A-Z]'}


class MarketplaceQualificationType(models.Model):
    """A kind of document: business licence, food permit …"""

    _name = 'marketplace.qualification.type'
    _description = "Kind of Document"
    _order = 'sequence, id'

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    description = fields.Char(
        translate=True, help="What merchants read beside the field where they upload it."
    )
    issuing_body = fields.Char(
        string="Issued by", translate=True,
        help="The authority whose name must be on the document; merchants and reviewers read it.",
    )  # fmt: skip
    needs_number = fields.Boolean(string="Has a Number", default=True)
    number_kind = fields.Selection(
        selection=[
            ('any', "Any number"),
            ('pattern', "A pattern of its own"),
            ('cn_uscc', "China: unified social credit code"),
            ('cn_ric', "China: identity number"),
            ('eu_vat', "European Union: VAT number"),
        ],
        string="Number Format",
        required=True,
        default='any',
    )
    number_pattern = fields.Char(
        string="Pattern",
        help="# is a digit, A a letter, * either; everything else stands for itself.",
    )
    number_example = fields.Char(
        string="Example", help="Merchants read it where they type the number."
    )
    needs_expiry = fields.Boolean(string="Expires", default=True)
    validity_months = fields.Integer(
        string="Longest Validity (months)",
        help="No document of this kind is valid for longer, counted from today; 0: no limit.",
    )
    reminder_days = fields.Char(
        string="Remind Before (days)",
        required=True,
        default="60, 30, 15, 7, 1",
        help="So many days before the last day the merchant gets a reminder. With the first one the"
        " document counts as expiring.",
    )
    grace_days = fields.Integer(
        string="Grace (days)",
        default=15,
        help="An expired document still counts this many days, so that a renewal can be reviewed."
        " Then the goods that need it leave the shop.",
    )
    file_kind = fields.Selection(
        selection=[
            ('any', "Pictures and PDF"),
            ('application/pdf', "PDF only"),
            ('image/', "Pictures only"),
        ],
        string="Files",
        required=True,
        default='any',
    )
    file_max_size = fields.Integer(
        string="Largest File (MB)", default=FILE_MAX_MEGABYTES, required=True
    )
    covers_brands = fields.Boolean(
        string="Names Brands",
        help="A document of this kind certifies brands: it covers only goods of the brands that it"
        " names.",
    )
    requirement_ids = fields.One2many(
        comodel_name='marketplace.requirement', inverse_name='qualification_type_id',
        groups='marketplace_merchant.group_staff',
    )  # fmt: skip

    _days_positive = models.Constraint(
        'CHECK (grace_days >= 0 AND validity_months >= 0)', "The days cannot be negative."
    )
    _file_max_size_range = models.Constraint(
        f'CHECK (file_max_size BETWEEN 1 AND {FILE_MAX_MEGABYTES})',
        "Files may have between 1 and 5 MB.",
    )

    # === CONSTRAINT METHODS === #

    @api.constrains('reminder_days')
    def _check_reminder_days(self):
        for kind in self:
            kind._reminders()

    @api.constrains('number_kind', 'number_pattern', 'number_example')
    def _check_number_example(self):
        """A merchant who types the example must not be told that it is wrong."""
        for kind in self:
            if kind.number_kind == 'pattern' and not kind.number_pattern:
                raise ValidationError(self.env._("Please write the pattern of the number."))
            if kind.number_example and kind._number_mistake(kind.number_example):
                raise ValidationError(self.env._(
                    "The example “%s” does not have the format that you ask for.",
                    kind.number_example,
                ))

    # === CRUD METHODS === #

    def write(self, vals):
        result = super().write(vals)
        if {'reminder_days', 'grace_days'} & vals.keys():
            self.env['marketplace.qualification'].sudo().search([
                ('type_id', 'in', self.ids), ('deadline', '!=', False),
            ])._reschedule()
        return result

    # === BUSINESS METHODS === #

    @api.model
    def _from_form(self, type_id):
        """Return the kind of document that a form names.

        :raise UserError: if there is none
        """
        offered = self.sudo().search([('active', '=', True)])
        found = offered.filtered(lambda kind: str(kind.id) == str(type_id))
        if not found:
            raise UserError(self.env._("We do not ask for this kind of document any more."))
        return found

    def _reminders(self):
        """Return how many days before the last day reminders go out, the first one first.

        :raise ValidationError: if that is no list of days
        """
        self.ensure_one()
        return read_reminders(self.env, self.reminder_days)

    def _number_mistake(self, number):
        """Return what is wrong with the number of a document, in the merchant's words, if any."""
        self.ensure_one()
        if not number or self.number_kind == 'any' or self._is_number_right(number):
            return False
        if self.number_example:
            return self.env._(
                "“%(number)s” is not a number of this document. It should look like %(example)s.",
                number=number, example=self.number_example,
            )
        return self.env._(
            "“%s” is not a number of this document. Please compare it with the scan.", number
        )

    def _is_number_right(self, number):
        if self.number_kind == 'pattern':
            signs = (PATTERN_SIGNS.get(sign, re.escape(sign)) for sign in self.number_pattern)
            return bool(re.fullmatch(''.join(signs), number.upper()))
        try:
            VALIDATORS[self.number_kind](number)
        except NumberError:
            return False
        return True

    def _validity_mistake(self, day):
        """Return what is wrong with the last day of validity, if anything."""
        self.ensure_one()
        today = fields.Date.context_today(self)
        if not day:
            return False
        if day < today:
            return self.env._(
                "This document has expired on %s. Please upload a valid one.",
                format_date(self.env, day),
            )
        if self.validity_months and day > today + relativedelta(months=self.validity_months):
            return self.env._(
                "This kind of document is valid for at most %(months)s months, so %(day)s can't be"
                " right. Please compare it with the scan.",
                months=self.validity_months, day=format_date(self.env, day),
            )
        return False

    def _file_mistake(self, filename, content, mimetype):
        """Return what is wrong with the type or size of a file, if anything."""
        self.ensure_one()
        if self.file_kind != 'any' and not mimetype.startswith(self.file_kind):
            labels = dict(self._fields['file_kind']._description_selection(self.env))
            return self.env._(
                "“%(file)s” has the wrong type for this document. Accepted: %(types)s.",
                file=filename, types=labels[self.file_kind],
            )
        if len(content) > self.file_max_size * MEGABYTE:
            return self.env._(
                "“%(file)s” is larger than %(limit)s MB. Please upload a smaller file.",
                file=filename, limit=self.file_max_size,
            )
        return False

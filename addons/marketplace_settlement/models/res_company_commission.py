# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from odoo import fields, models


class ResCompany(models.Model):
    _inherit = 'res.company'

    marketplace_commission_notice_days = fields.Integer(
        string="Notice of Higher Fees (days)",
        default=7,
        help="A commission rule that makes sales dearer for merchants begins this many days after"
        " its publication at the earliest.",
    )

    _marketplace_commission_notice_days_positive = models.Constraint(
        'CHECK (marketplace_commission_notice_days >= 0)',
        "The days of notice cannot be negative.",
    )

    # === BUSINESS METHODS === #

    def _marketplace_zone(self):
        self.ensure_one()
        return ZoneInfo(self.partner_id.tz or 'UTC')

    def _marketplace_today(self):
        """Return which day it is where the company is."""
        return datetime.now(self.sudo()._marketplace_zone()).date()

    def _marketplace_utc(self, day):
        """Return when a day of the company begins, as it is stored."""
        morning = datetime.combine(day, time(), self.sudo()._marketplace_zone())
        return morning.astimezone(UTC).replace(tzinfo=None)

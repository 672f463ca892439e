# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from datetime import datetime, time

from odoo import api, fields, models


class MarketplaceExit(models.Model):
    """After the closure the clock runs on, until the persons behind the merchant are forgotten."""

    _inherit = 'marketplace.exit'

    date_erase = fields.Date(
        string="Personal Data Erased from", compute='_compute_date_erase', store=True,
        help="Contacts, scans, bank numbers and messages are erased on this day; trade documents"
        " stay. How long it takes is a setting of the company.",
    )  # fmt: skip
    date_erased = fields.Date(string="Personal Data Erased on", readonly=True, copy=False)

    # === COMPUTE METHODS === #

    @api.depends('date_closed', 'company_id.marketplace_retention_years')
    def _compute_date_erase(self):
        for leaving in self:
            leaving.date_erase = leaving.date_closed and fields.Date.add(
                leaving.date_closed, years=leaving.company_id.marketplace_retention_years
            )

    # === BUSINESS METHODS === #

    def _close(self, reason):
        super()._close(reason)
        self._plan_erasure()

    def _plan_erasure(self):
        """Wake up on the day on which personal data is to be erased."""
        for leaving in self.filtered(lambda leaving: not leaving.date_erased):
            leaving.deadline = datetime.combine(leaving.date_erase, time())

    def _on_deadline(self):
        super()._on_deadline()
        if self.state == 'closed' and not self.date_erased:
            if self.date_erase <= fields.Date.context_today(self):
                self._erase()
            else:
                self._plan_erasure()

    def _erase(self):
        """Erase the personal data of the merchant; the audit log says when and on what ground."""
        self.ensure_one()
        self.merchant_id._erase_personal_data()
        self.date_erased = fields.Date.context_today(self)
        self.env['marketplace.audit.log']._log(
            self.merchant_id,
            'change',
            reason=self.env._("The time of retention is over."),
            after={'personal_data': 'erased'},
            system=True,
        )

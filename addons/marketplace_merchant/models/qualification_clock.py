# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from datetime import datetime, time, timedelta

from odoo import api, fields, models

# How a document that nobody renews goes on.
FOLLOWING = {'valid': 'expiring', 'expiring': 'grace', 'grace': 'expired'}


class MarketplaceQualification(models.Model):
    """The clock of documents: reminders, expiry, grace, and the end of it.

    On a bad day thousands of documents expire together.
    """

    _inherit = 'marketplace.qualification'

    date_off_sale = fields.Date(
        string="Goods Leave on", compute='_compute_date_off_sale', store=True, index=True,
        help="The day after the grace: goods that need the document leave the shop.",
    )  # fmt: skip

    # === COMPUTE METHODS === #

    @api.depends('valid_until', 'type_id.grace_days')
    def _compute_date_off_sale(self):
        for document in self:
            document.date_off_sale = document.valid_until and (
                document.valid_until + timedelta(days=1 + document.type_id.grace_days)
            )

    # === BUSINESS METHODS === #

    def _state_end(self, state):
        """Return the moment at which a document in this state moves on by itself, if ever."""
        if not self.valid_until or state not in FOLLOWING:
            return False
        if state == 'valid':
            return self._moment(-self.type_id._reminders()[0])
        return self._moment(1 + (state == 'grace' and self.type_id.grace_days))

    def _next_deadline(self, state):
        """Return when a document in this state moves on by itself, or the next reminder is due."""
        end = self._state_end(state)
        if state != 'expiring' or not end:
            return end
        moments = [self._moment(-days) for days in self.type_id._reminders()]
        return min([moment for moment in moments if moment > fields.Datetime.now()], default=end)

    def _moment(self, days):
        """Return the beginning of the day so many days after the last day of validity."""
        return datetime.combine(self.valid_until, time()) + timedelta(days=days)

    # === CLOCK === #

    def _advance(self):
        """Move documents on whose time has come, remind merchants, and take goods off sale.

        They have a deadline, hence a last day of validity.
        """
        now = fields.Datetime.now()
        entered = {}
        for source, target in FOLLOWING.items():
            over = self.filtered(
                lambda document, source=source:
                    document.state == source and document._state_end(source) <= now
            )
            entered[target] = over._move_set(source, target, self._advance_reason(target))
        self._remind(self.filtered(
            lambda document: document.state == 'expiring' and document._is_told()
        ))
        (entered['grace'] | entered['expired']).filtered(
            lambda document: document.state in ('grace', 'expired') and document._is_told()
        )._give_notice('marketplace_merchant.mail_template_qualification_state')
        self._settle_goods(entered['expired'].merchant_id)
        self._reschedule()

    def _is_told(self):
        """Return whether the merchant is still there, and has not renewed the document already."""
        return self.merchant_id.state not in (False, 'closed', 'expelled') and all(
            renewal.state != 'pending' for renewal in self.renewal_ids
        )

    @api.model
    def _advance_reason(self, state):
        return {
            'expiring': self.env._("The first reminder before its last day was due."),
            'grace': self.env._("Its last day of validity has passed."),
            'expired': self.env._("The days of grace are over and no renewal was accepted."),
        }[state]

    @api.model
    def _remind(self, documents):
        """Let the merchants be reminded; a later deadline follows, so each reminder comes once."""
        documents._give_notice('marketplace_merchant.mail_template_qualification_reminder')
        today = fields.Date.context_today(self)
        self.env['marketplace.audit.log']._log(
            documents, 'change', system=True,
            reason=self.env._("The merchant is reminded to renew it."),
            after=[{'days_left': (document.valid_until - today).days} for document in documents],
        )  # fmt: skip

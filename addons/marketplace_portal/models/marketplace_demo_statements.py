# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from datetime import timedelta

from odoo import api, fields, models

CONTEST_REASON = (
    "This was sold during the tea festival, for which we agreed on 5 % in spring. See the picture"
    " of the stand with your poster."
)


class MarketplaceDemo(models.AbstractModel):
    _inherit = 'marketplace.demo'

    # === CHAPTERS: THE STATEMENT ROOM === #

    @api.model
    def _tell_reserve(self):
        """Of a young shop that sells used goods, a part of each statement is kept for a while."""
        rule = self.env['marketplace.reserve.rule'].with_user(self._user('financemanager')).create({
            'merchant_id': self._merchant('panda').id, 'percent': 10, 'days': 60,
        })  # fmt: skip
        rule.action_activate()

    @api.model
    def _tell_statement_room(self):
        """A line is contested, an order held by hand, and a statement is to be reversed."""
        if not self._payment_provider():
            return  # Nothing was sold.
        self._tell_contest()
        self._tell_hold()
        self._tell_reversal()

    def _tell_contest(self):
        """The tea merchant thinks that the fee of one sale is too high."""
        statement = self._statement_in('yunnan', 'sent')
        fees = statement.entry_ids.filtered(lambda entry: entry.kind == 'commission')
        fee = fees.sorted('amount')[:1]
        if fee:
            owner = self._user('yunnan')
            statement.with_user(owner).portal_contest(
                fee.id,
                {'amount': fee.currency_id.round(-fee.amount / 2), 'reason': CONTEST_REASON},
                [{'filename': "poster.jpg", 'content': self._image('tea_tin')}],
            )

    def _tell_hold(self):
        """The carrier does not know a parcel's number: finance waits before it pays."""
        parcel = self._merchant('spark').sudo().order_ids.filtered(
            lambda order: order.state == 'delivered' and not order.hold_ids
        )[:1]
        if parcel:
            self.env['marketplace.hold'].with_user(self._user('accountant')).create({
                'order_id': parcel.id,
                'reason': "The carrier does not know the tracking number; we are asking",
                'deadline': fields.Datetime.now() + timedelta(days=7),
            })

    def _tell_reversal(self):
        """The accountant asks for the reversal of a statement; the finance manager decides."""
        statement = self._statement_in('kiln', 'draft').with_user(self._user('accountant'))
        if statement:
            statement.action_send()
            self._confirm_statements(statement)
            statement.action_post()
            statement.action_request_reversal("The tax rate of the fee invoice was the old one.")

    def _statement_in(self, key, state):
        return self.env['marketplace.statement'].search(
            [('merchant_id', '=', self._merchant(key).id), ('state', '=', state)], limit=1
        )

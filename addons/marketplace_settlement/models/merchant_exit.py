# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import fields, models
from odoo.tools import formatLang

from .marketplace_order import OPEN_STATES
from .marketplace_return import CLOSED_STATES


class MarketplaceMerchant(models.Model):
    """What orders and money keep open when a merchant leaves."""

    _inherit = 'marketplace.merchant'

    # === BUSINESS METHODS === #

    def _exit_obstacles(self):
        self.ensure_one()
        merchant = self.sudo()
        return [
            *super()._exit_obstacles(),
            *merchant._open_orders(),
            *merchant._open_return_windows(),
            *merchant._open_returns(),
            *merchant._open_balances(),
            *merchant._open_statements(),
            *merchant._open_deposit(),
        ]

    def _last_order_end(self):
        self.ensure_one()
        (completed,) = self.env['marketplace.order'].sudo()._read_group(
            [('merchant_id', '=', self.id)], [], ['date_completed:max']
        )[0]
        return max(filter(None, (super()._last_order_end(), completed and completed.date())),
                   default=False)

    def _deposit_balance(self):
        self.ensure_one()
        return self.sudo().deposit_balance

    def _release_deposit(self, release, amount):
        super()._release_deposit(release, amount)
        if self.currency_id.compare_amounts(amount, 0.0) > 0:
            self.env['marketplace.deposit.movement'].sudo()._release(release, amount)

    # === WHAT IS OPEN === #

    def _open_orders(self):
        """Return the orders that are not with the shopper yet, by currency."""
        groups = self.env['marketplace.order']._read_group(
            [
                ('merchant_id', '=', self.id),
                '|',
                ('state', 'in', (*OPEN_STATES, 'shipped')),
                '&', ('state', '=', 'delivered'), ('date_received', '=', False),
            ],
            ['currency_id'], ['amount_total:sum', 'id:array_agg'],
        )  # fmt: skip
        return [
            self._prepare_obstacle(
                'orders', self.env._("Orders under way"), 'marketplace.order', ids, amount,
                currency, holds_deposit=True,
            )
            for currency, amount, ids in groups
        ]

    def _open_return_windows(self):
        """Return the orders that the shopper may still send back."""
        groups = self.env['marketplace.order']._read_group(
            [
                ('merchant_id', '=', self.id),
                ('state', '=', 'delivered'), ('date_received', '!=', False),
            ],
            ['currency_id'], ['amount_total:sum', 'id:recordset'],
        )  # fmt: skip
        return [
            self._prepare_obstacle(
                'return_windows', self.env._("Orders that may still be returned"),
                'marketplace.order', orders.ids, amount, currency, holds_deposit=True,
                until=max(orders.mapped('date_return_end')).date(),
            )
            for currency, amount, orders in groups
        ]

    def _open_returns(self):
        groups = self.env['marketplace.return']._read_group(
            [('merchant_id', '=', self.id), ('state', 'not in', CLOSED_STATES)],
            ['order_id.currency_id'], ['amount:sum', 'id:array_agg'],
        )  # fmt: skip
        return [
            self._prepare_obstacle(
                'returns', self.env._("Returns"), 'marketplace.return', ids, amount, currency,
                holds_deposit=True,
            )
            for currency, amount, ids in groups
        ]

    def _open_balances(self):
        """Return what no statement covers yet: owed to the merchant, or its debt."""
        groups = self.env['marketplace.balance.entry']._read_group(
            [('merchant_id', '=', self.id), ('state', 'in', ('pending', 'available', 'held'))],
            ['currency_id'],
            ['amount:sum', 'id:array_agg', 'order_id:recordset', 'hold_id:recordset'],
        )  # fmt: skip
        return [
            self._prepare_obstacle(
                *(
                    ('balance', self.env._("Balance that is in no statement yet"))
                    if amount > 0 else ('debt', self.env._("Debt to the marketplace"))
                ),
                'marketplace.balance.entry', ids, abs(amount), currency,
                until=self._balance_until(orders, holds) if amount > 0 else False,
                hint=self._debt_hint() if amount < 0 else False,
            )
            for currency, amount, ids, orders, holds in groups
            if not currency.is_zero(amount)
        ]

    def _balance_until(self, orders, holds):
        """Return when the last of it becomes available: after the waiting time, or its hold."""
        ends = [hold.deadline.date() for hold in holds if hold.deadline]
        return max(filter(None, [*orders.mapped('available_date'), *ends]), default=False)

    def _debt_hint(self):
        """Return how a debt that the deposit does not cover is made good; False if it does."""
        missing = self.deposit_missing
        return not self.currency_id.is_zero(missing) and self.env._(
            "The deposit does not cover it: the merchant pays %s on the page “Deposit” of its"
            " portal.",
            formatLang(self.env, missing, currency_obj=self.currency_id),
        )

    def _exit_debts(self):
        """Return by merchant that leaves what it owes, in the currency of its company.

        There are no sales any more that would make it good: what the deposit does not cover is
        paid in to it.
        """
        groups = self.env['marketplace.balance.entry']._read_group(
            [('merchant_id', 'in', self.ids), ('state', 'in', ('pending', 'available', 'held'))],
            ['merchant_id', 'currency_id'], ['amount:sum'], having=[('amount:sum', '<', 0)],
        )
        today = fields.Date.context_today(self)
        debts = {}
        for merchant, currency, amount in groups:
            debts[merchant] = debts.get(merchant, 0.0) + currency._convert(
                -amount, merchant.currency_id, merchant.company_id, today
            )
        return debts

    def _open_statements(self):
        groups = self.env['marketplace.statement']._read_group(
            [('merchant_id', '=', self.id), ('state', 'not in', ('paid', 'reversed'))],
            ['currency_id'], ['amount_net:sum', 'id:array_agg'],
        )  # fmt: skip
        return [
            self._prepare_obstacle(
                'statements', self.env._("Statements that are not paid"),
                'marketplace.statement', ids, amount, currency,
            )
            for currency, amount, ids in groups
        ]

    def _open_deposit(self):
        balance = self._deposit_balance()
        if self.currency_id.compare_amounts(balance, 0.0) <= 0:
            return []
        return [dict(self._prepare_obstacle(
            'deposit', self.env._("Deposit that is not given back"),
            'marketplace.deposit.movement', self.deposit_movement_ids.ids, balance,
            self.currency_id,
            until=max(filter(None, self._running_exit().release_ids.mapped('date')), default=False),
        ), count=0)]  # One amount, however many movements it comes from

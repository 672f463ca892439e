# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

import os
import random

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from .money_common import MoneyCommon
from .money_oracle import Oracle

EXAMPLES = int(os.environ.get('MARKETPLACE_MACHINE_EXAMPLES', 6))
STEPS = int(os.environ.get('MARKETPLACE_MACHINE_STEPS', 15))
SEED = int(os.environ.get('MARKETPLACE_MACHINE_SEED') or random.randrange(10**6))
FREIGHTS = (1000, 800)
COLUMNS = ('available', 'debt', 'held', 'in_transit', 'paid')

prices = st.integers(1, 99999)
goods = st.lists(st.tuples(prices, st.integers(1, 3)), min_size=1, max_size=2)
merchants = st.integers(0, 1)


class MoneyMachine(RuleBasedStateMachine):
    """Orders, refunds, holds, penalties, statements, their reversals and payouts in any order.

    After every step each wallet and each account has what the oracle says, and the checker finds
    nothing.
    """

    case = None
    parts = Bundle('parts')

    def __init__(self):
        super().__init__()
        self.oracle = Oracle()
        self.records = {}
        self.posted = {}
        self.savepoint = self.case.env.cr.savepoint()

    def teardown(self):
        self.savepoint.close(rollback=True)
        self.case.env.transaction.clear()

    # === ORDERS === #

    @initialize(target=parts, merchant=merchants, goods=goods)
    def sell_and_complete(self, merchant, goods):
        part = self.sell(merchant, goods)
        self.complete(part)
        return part

    @rule(target=parts, merchant=merchants, goods=goods)
    def sell(self, merchant, goods):
        products = (self.case.bowl | self.case.cup, self.case.vase | self.case.plate)[merchant]
        order = self.case._cart(dict.fromkeys(products[:len(goods)], 1))
        for line, (price, quantity) in zip(order.order_line, goods, strict=True):
            line.write({'product_uom_qty': quantity, 'price_unit': price / 100})
        order.set_delivery_line(self.case.carrier, FREIGHTS[merchant] / 100)
        self.case._pay(order)
        part = self.oracle.sell(merchant, FREIGHTS[merchant], goods)
        self.records[part] = order.marketplace_order_ids
        return part

    @rule(part=parts, position=st.integers(0, 1), units=st.integers(1, 3))
    def refund(self, part, position, units):
        position %= len(part.lines)
        units = min(units, part.lines[position].quantity)
        record = self.records[part]
        line = record._goods_lines()[position]
        amount = self.oracle.refund(part, position, units)
        credit_note = record._refund(
            {line: units / part.lines[position].quantity}, "Broken", record
        )
        assert round(credit_note.amount_total * 100) == amount

    @rule(part=parts)
    def cancel(self, part):
        if part.state == 'paid':
            self.records[part]._move_to('cancelled', reason="Out of stock", system=True)
            self.oracle.cancel(part)

    @rule(part=parts)
    def complete(self, part):
        if part.state == 'paid':
            self.case._complete(self.records[part].sale_order_id)
            self.oracle.complete(part)

    # === HOLDS === #

    @rule(part=parts)
    def hold(self, part):
        settled = any(entry.statement for entry in self.oracle.entries if entry.part is part)
        if not part.is_held and not settled:
            self.records[part]._hold("Checked", self.records[part])
            self.oracle.hold(part)

    @rule(part=parts)
    def release(self, part):
        if part.is_held:
            self.records[part].hold_ids._release()
            self.case._mature()
            self.oracle.release(part)

    @rule(part=parts, position=st.integers(0, 1), units=st.integers(1, 3))
    def complain(self, part, position, units):
        """Hold a part and refund some of it: the refund is taken out of what is held."""
        self.hold(part)
        self.refund(part, position, units)
        self.wallets_are_as_reckoned()
        self.release(part)

    # === OTHER MONEY === #

    @rule(merchant=merchants, amount=st.integers(1, 50000), kind=st.sampled_from(
        [('penalty', -1), ('adjustment', 1), ('compensation', -1)]
    ))
    def book(self, merchant, amount, kind):
        name, sign = kind
        source = self.case.env['res.partner'].create({'name': "Case"})
        self.case.env['marketplace.balance.entry']._book(
            self._merchant(merchant), name, sign * amount / 100, "A case", source
        )
        self.oracle.book(merchant, sign * amount)

    # === STATEMENTS AND PAYOUTS === #

    @rule(merchant=merchants)
    def settle(self, merchant):
        record = self._merchant(merchant)
        statement = self.case.env['marketplace.statement']._generate(
            fields.Date.context_today(record), record
        )
        net = self.oracle.draw_up(merchant)
        assert bool(statement) == (net is not None)
        if statement:
            assert round(statement.amount_net * 100) == net
            statement.with_user(self.case.officer).action_send()
            member = (self.case.finance_a, self.case.finance_b)[merchant]
            statement.with_user(member).portal_confirm()
            statement.with_user(self.case.officer).action_post()
            self.posted[merchant] = (statement, self.oracle.statements)

    @precondition(lambda self: self.posted)
    @rule()
    def reverse(self):
        """Undo what was settled last, by two people; the next statement settles it again."""
        merchant, (statement, number) = self.posted.popitem()
        if self.oracle.reverse(merchant, number):
            statement.with_user(self.case.officer).action_request_reversal("Wrong month")
            statement.reversal_ids.with_user(self.case.approver).action_approve()

    @precondition(lambda self: any(self.oracle.due(merchant) > 0 for merchant in (0, 1)))
    @rule(outcome=st.sampled_from(['paid', 'failed', 'unknown', 'returned']))
    def pay_out(self, outcome):
        for merchant in (0, 1):
            self.oracle.offset(merchant)
        batch = self.case._batch()
        batch.with_user(self.case.approver).action_approve()
        batch.with_user(self.case.officer).action_send()
        for payout in batch.payout_ids:
            if outcome == 'unknown':
                payout.with_user(self.case.officer).action_mark_unknown("No answer")
            if outcome == 'failed':
                payout.with_user(self.case.officer).action_mark_failed("Account closed")
            else:
                payout.with_user(self.case.maker).action_mark_paid(f"BANK {payout.name}")
                merchant = (self.case.merchant_a, self.case.merchant_b).index(payout.merchant_id)
                assert round(payout.amount * 100) == self.oracle.due(merchant)
                paid = self.oracle.pay(merchant)
                if outcome == 'returned':
                    payout.with_user(self.case.officer).action_mark_returned("Account closed")
                    self.oracle.give_back(paid)

    # === WHAT ALWAYS HOLDS === #

    @invariant()
    def wallets_are_as_reckoned(self):
        for merchant in (0, 1):
            wallet = self.case._wallet(self._merchant(merchant))
            columns = self.oracle.wallet(merchant)
            found = {name: round(sum(wallet.mapped(name)) * 100) for name in COLUMNS}
            assert dict(found, pending=self._pending(merchant)) == columns

    @invariant()
    def accounts_are_as_reckoned(self):
        assert self._ledger('clearing') == -self.oracle.clearing()
        assert self._ledger('payable') == -self.oracle.payable()

    @invariant()
    def checker_finds_nothing(self):
        self.case.assertBooksAgree()

    # === HOW === #

    def _merchant(self, merchant):
        return (self.case.merchant_a, self.case.merchant_b)[merchant]

    def _pending(self, merchant):
        (amount,) = self.case.env['marketplace.balance.entry']._read_group(
            [('merchant_id', '=', self._merchant(merchant).id), ('state', '=', 'pending')],
            [], ['amount:sum'],
        )[0]  # fmt: skip
        return round((amount or 0.0) * 100)

    def _ledger(self, name):
        account = self.case.company._marketplace_account(f'marketplace_{name}_account_id')
        balances = [self.case._ledger(account, self._merchant(side)) for side in (0, 1)]
        return round(sum(balances) * 100)


@tagged('post_install', '-at_install')
class TestMoneyMachine(MoneyCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plate = cls._product("Plate", 30.0, cls.merchant_b)
        cls.plate.taxes_id = cls.vat
        for product in cls.bowl | cls.cup | cls.vase | cls.plate:
            product._set_merchant_stock(100000)

    @mute_logger('odoo.addons.base.models.ir_cron')
    def test_any_order_of_events_keeps_every_cent(self):
        """Seed, examples and steps come from the environment: see docs/operations.md."""

        class Machine(MoneyMachine):
            case = self

        print(f"Seed of the money machine: {SEED}")
        run_state_machine_as_test(seed(SEED)(Machine), settings=settings(
            max_examples=EXAMPLES, stateful_step_count=STEPS, deadline=None, database=None,
            print_blob=True, phases=[Phase.generate], suppress_health_check=list(HealthCheck),
        ))  # fmt: skip

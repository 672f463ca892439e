# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import Command

from .money_common import MoneyCommon

ACCOUNTS = ('clearing', 'payable', 'deposit', 'reserve', 'advance', 'commission', 'service',
            'penalty', 'subsidy', 'writeoff')  # fmt: skip


class MoneyCasesCommon(MoneyCommon):
    """The cases of docs/accounting.md: their numbers were computed by hand, not by the code.

    Goods 113 with 13 % VAT inside (bowl of merchant A), freight 10 (A) and 8 (B), commission 8 %
    of the goods with tax, 6 % VAT inside the fee, unless a case says otherwise.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        company = cls.company
        cls.names = {company[f'marketplace_{name}_account_id']: name for name in ACCOUNTS}
        cls.names |= {
            cls.shopper.partner_id.property_account_receivable_id: 'receivable',
            cls.merchant_a.partner_id.property_account_receivable_id: 'receivable',
            cls.tax_account: 'tax',
            company.income_currency_exchange_account_id: 'exchange',
            company.expense_currency_exchange_account_id: 'exchange',
        }

    # === STEPS === #

    @classmethod
    def _goods_for(cls, price, merchant=None, taxes=None):
        """Return something new that a merchant, A by default, sells without tax."""
        product = cls._product(f"Goods {price}", price, merchant or cls.merchant_a, stock=100)
        product.taxes_id = taxes
        return product

    @classmethod
    def _buy(cls, quantities, freight=False):
        order = cls._cart_with_freight(quantities) if freight else cls._cart(quantities)
        cls._pay(order)
        return order

    @classmethod
    def _buy_with_coupon(cls, quantities, platform_share, freight=True, **reward):
        """Buy with a code for a discount, by default 10 %, that the marketplace pays a share of."""
        program = cls.env['loyalty.program'].create({
            'name': "Coupon",
            'program_type': 'promo_code',
            'trigger': 'with_code',
            'applies_on': 'current',
            'platform_share': platform_share,
            'rule_ids': [Command.create({'mode': 'with_code', 'code': 'CASE'})],
            'reward_ids': [Command.create({
                'reward_type': 'discount', 'discount_mode': 'percent', 'discount': 10, **reward,
            })],
        })  # fmt: skip
        order = cls._cart_with_freight(quantities) if freight else cls._cart(quantities)
        for coupon, rewards in order._try_apply_code('CASE').items():
            order._apply_program_reward(rewards, coupon)
        order._update_programs_and_rewards()
        cls._pay(order)
        program.active = False
        return order

    def _refund_goods(self, order, ratio, reason="Broken"):
        part = self._part(order)
        goods = part.line_ids.filtered(lambda line: line._marketplace_kind() == 'sale')
        return part._refund(dict.fromkeys(goods, ratio), reason, part)

    # === ASSERTIONS === #

    def _items(self, moves):
        """Return what posted moves book: {name of the account: balance}; others are the bank."""
        items = {}
        for account, balance in self._balances(moves).items():
            name = self.names.get(account, 'bank')
            items[name] = self.currency.round(items.get(name, 0.0) + balance)
        return items

    def assertItems(self, moves, **items):
        self.assertEqual(self._items(moves), items)

    def assertEntries(self, order, **entries):
        self.assertEqual(self._entries(order), entries)

    def assertWallet(self, merchant=None, **columns):
        zeros = dict.fromkeys(('available', 'held', 'in_transit', 'paid', 'debt'), 0.0)
        self.assertRecordValues(self._wallet(merchant), [zeros | columns])

    def assertStatement(self, statement, settlement, fees, netting, net):
        """Compare the three documents of a statement, and what is paid out for it."""
        self.assertEqual(self._items(statement.move_id), settlement)
        self.assertEqual(self._items(statement.fee_move_id), fees)
        self.assertEqual(self._items(statement.netting_move_id), netting)
        self.assertEqual(statement.amount_net, net)
        self.assertBooksAgree()

    def assertPaidOut(self, merchant=None, **items):
        """Pay out, and compare what the payment of the merchant books."""
        batch = self._pay_out()
        payout = batch.payout_ids.filtered(
            lambda payout: payout.merchant_id == (merchant or self.merchant_a)
        )
        self.assertItems(payout.payment_id.move_id, **items)
        self.assertBooksAgree()

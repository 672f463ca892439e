# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from contextlib import contextmanager
from unittest.mock import patch

import requests

from odoo import Command, fields
from odoo.exceptions import ValidationError
from odoo.tests import new_test_user

from odoo.addons.payment.models.payment_provider import PaymentProvider
from odoo.addons.payment.models.payment_transaction import PaymentTransaction

from .orders_common import OrdersCommon


def hang(transaction):
    """Ask for a refund as a provider's code does when no answer comes."""
    try:
        raise requests.Timeout()
    except requests.Timeout:
        raise ValidationError("Could not establish the connection.")  # noqa: B904


class MoneyCommon(OrdersCommon):
    """The worked example: goods 113 with 13 % VAT inside, freight 10, commission 8 %, 6 % VAT
    inside the fee; with the people who handle the money."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.currency = cls.company.currency_id
        cls.company.marketplace_payout_block = False
        cls.company.tax_calculation_rounding_method = 'round_per_line'
        cls.tax_account = cls.env['account.account'].create({
            'name': "VAT of the Test",
            'code': 'MPVAT',
            'account_type': 'liability_current',
            'company_ids': [Command.set(cls.company.ids)],
        })
        cls.vat = cls._tax(13.0)
        cls.fee_vat = cls._tax(6.0)
        cls.company.marketplace_fee_tax_id = cls.fee_vat
        (cls.bowl | cls.cup | cls.vase | cls.lamp).taxes_id = cls.vat
        cls.env['marketplace.commission.rule'].search([('state', '=', 'active')])._move_to(
            'retired'
        )
        cls.rule = cls._rule(percent=8.0)
        cls.env['marketplace.freight.template'].search([]).free_from = 0.0
        cls._set_up_people()
        cls._set_up_provider()
        cls.enterClassContext(patch.object(
            cls.env.registry['mail.template'], '_marketplace_send', lambda *args, **kwargs: None
        ))

    @classmethod
    def _set_up_people(cls):
        cls.officer = cls._staff('money_officer', 'group_finance_officer')
        cls.maker = cls._staff('money_maker', 'group_finance_manager')
        cls.approver = cls._staff('money_approver', 'group_finance_manager')
        cls.finance_a = cls._member(cls.merchant_a, 'finance')
        cls.finance_b = cls._member(cls.merchant_b, 'finance')
        for merchant in cls.merchant_a | cls.merchant_b:
            cls._bank_account(merchant)

    @classmethod
    def _set_up_provider(cls):
        method = cls.env.ref('payment.payment_method_unknown')
        cls.provider = cls.env['payment.provider'].create({
            'name': "Test Provider",
            'code': 'none',
            'state': 'test',
            'company_id': cls.company.id,
            'payment_method_ids': [Command.set(method.ids)],
        })
        method.write({'active': True, 'support_refund': 'partial'})
        journal = cls.env['account.journal'].search(
            [('type', '=', 'bank'), ('company_id', '=', cls.company.id)], limit=1
        )
        cls.bank_journal = journal
        inbound = cls.env.ref('account.account_payment_method_manual_in')
        cls.env['account.payment.method.line'].create({
            'name': "Test Provider",
            'payment_method_id': inbound.id,
            'journal_id': journal.id,
            'payment_provider_id': cls.provider.id,
        })
        cls.payment_method = method

    # === FACTORIES === #

    @classmethod
    def _staff(cls, login, group):
        return new_test_user(
            cls.env, login, groups=f'marketplace_settlement.{group}',
            company_id=cls.company.id, company_ids=[Command.set(cls.company.ids)],
        )  # fmt: skip

    @classmethod
    def _tax(cls, percent, included=True):
        tax = cls.env['account.tax'].create({
            'name': f"{percent:g} % {'inside' if included else 'on top'}",
            'amount_type': 'percent',
            'amount': percent,
            'type_tax_use': 'sale',
            'price_include_override': 'tax_included' if included else 'tax_excluded',
            'company_id': cls.company.id,
            'country_id': cls.company.account_fiscal_country_id.id,
        })
        lines = tax.invoice_repartition_line_ids | tax.refund_repartition_line_ids
        lines.filtered(lambda line: line.repartition_type == 'tax').account_id = cls.tax_account
        return tax

    @classmethod
    def _rule(cls, **values):
        rule = cls.env['marketplace.commission.rule'].create(values)
        rule._move_to('active')
        return rule

    @classmethod
    def _currency(cls, name, rate, rounding=0.01):
        """Return a new currency, so many of which are one of the company's."""
        return cls.env['res.currency'].create({
            'name': name, 'symbol': name, 'rounding': rounding,
            'rate_ids': [Command.create({
                'name': '2020-01-01', 'rate': rate, 'company_id': cls.company.id,
            })],
        })  # fmt: skip

    @classmethod
    def _amounts(cls, currency=None, **amounts):
        """Return the command that gives a rule its amounts in a currency."""
        return Command.create({'currency_id': (currency or cls.currency).id, **amounts})

    @classmethod
    def _bank_account(cls, merchant):
        account = cls.env['marketplace.bank.account'].create(
            merchant._prepare_bank_account_values(
                merchant.name, "Test Bank", f'62{merchant.id:014d}'
            )
        )
        cls.env.cr.execute(
            "UPDATE marketplace_bank_account SET state = 'verified' WHERE id = %s", [account.id]
        )
        account.invalidate_recordset()
        return account

    # === STEPS === #

    @classmethod
    def _cart_with_freight(cls, quantities):
        order = cls._cart(quantities)
        order.set_delivery_line(cls.carrier, cls.carrier.rate_shipment(order)['price'])
        return order

    @classmethod
    def _cart_in(cls, currency, quantities):
        """Return a cart in another currency than the company's."""
        order = cls._cart(quantities)
        order.pricelist_id = cls.env['product.pricelist'].create({
            'name': currency.name, 'currency_id': currency.id,
        })  # fmt: skip
        order._recompute_prices()
        return order

    @classmethod
    def _transaction(cls, amount, partner, **values):
        reference = cls.env['payment.transaction']._compute_reference('none', prefix="TEST")
        return cls.env['payment.transaction'].create({
            'provider_id': cls.provider.id,
            'payment_method_id': cls.payment_method.id,
            'reference': reference,
            'amount': amount,
            'currency_id': cls.currency.id,
            'partner_id': partner.id,
            'operation': 'online_direct',
            **values,
        })

    @classmethod
    def _pay(cls, order):
        """Pay a quotation online, as the shop does; return the transaction."""
        transaction = cls._transaction(
            order.amount_total, order.partner_id, sale_order_ids=[Command.set(order.ids)]
        )
        transaction._set_done()
        transaction._post_process()
        return transaction

    @classmethod
    def _register_payment(cls, invoice):
        """Pay an invoice by bank transfer, as an accountant notes it."""
        cls.env['account.payment.register'].with_context(
            active_model='account.move', active_ids=invoice.ids
        ).create({'journal_id': cls.bank_journal.id})._create_payments()

    @classmethod
    def _paid(cls, quantities=None):
        """Return a paid order; by default of one bowl with freight, as in the worked example."""
        order = cls._cart_with_freight(quantities or {cls.bowl: 1})
        cls._pay(order)
        return order

    @classmethod
    def _complete(cls, order):
        """Let every part of the order be shipped and received, and the waiting time pass."""
        for part in order.marketplace_order_ids.filtered(lambda part: part.state != 'cancelled'):
            members = part.merchant_id.member_ids
            clerk = members.filtered('role_orders').user_id[:1]
            if part.state == 'to_accept':
                part.with_user(clerk).portal_accept()
            if part.state == 'to_ship':
                part.with_user(clerk).portal_ship("SF Express", f"SF{part.id}")
            if part.state != 'completed':
                part.with_user(cls.shopper).portal_confirm_receipt()
                cls._pass_deadline(part)
            part.date_completed = fields.Datetime.subtract(part.date_completed, days=400)
        cls._mature()

    @classmethod
    def _mature(cls):
        Entry = cls.env['marketplace.balance.entry']
        Entry._mature(Entry._merchants_to_mature())

    @classmethod
    def _statement(cls, merchant=None):
        """Return the new statement of a merchant, confirmed and posted."""
        merchant = merchant or cls.merchant_a
        statement = cls.env['marketplace.statement']._generate(
            fields.Date.context_today(merchant), merchant
        )
        statement.with_user(cls.officer).action_send()
        member = cls.finance_a if merchant == cls.merchant_a else cls.finance_b
        statement.with_user(member).portal_confirm()
        statement.with_user(cls.officer).action_post()
        return statement

    @classmethod
    def _batch(cls):
        return cls.env['marketplace.payout.batch'].with_user(cls.maker).with_company(
            cls.company
        ).create({'journal_id': cls.bank_journal.id})

    @classmethod
    def _pay_out(cls):
        """Pay all posted statements out; return the batch."""
        batch = cls._batch()
        batch.with_user(cls.approver).action_approve()
        batch.with_user(cls.officer).action_send()
        for payout in batch.payout_ids:
            payout.with_user(cls.officer).action_mark_paid(f"BANK {payout.name}")
        return batch

    @classmethod
    def _settle(cls, order):
        """Take a paid order all the way to the payout; return the statement of merchant A."""
        cls._complete(order)
        statement = cls._statement()
        cls._pay_out()
        return statement

    @classmethod
    @contextmanager
    def _provider_refunds(cls):
        """Let the test provider refund what it is asked to; in the end the cron asks it."""

        def features(providers):
            providers.update({
                'support_express_checkout': False, 'support_manual_capture': False,
                'support_tokenization': False, 'support_refund': 'partial',
            })  # fmt: skip

        with (
            patch.object(PaymentProvider, '_compute_feature_support_fields', features),
            patch.object(PaymentTransaction, '_send_refund_request', lambda tx: tx._set_done()),
        ):
            cls.provider.invalidate_recordset()
            yield
            cls._send_refunds()

    @classmethod
    def _send_refunds(cls):
        """Ask the providers for the refunds that wait, as the cron does, without its commits."""
        with patch.object(cls.env.registry['ir.cron'], '_commit_progress', return_value=60.0):
            cls.env['payment.transaction']._cron_marketplace_send_refunds()

    # === ASSERTIONS === #

    def _balances(self, moves):
        """Return what the posted moves book: {account: balance}, without zeros."""
        balances = {}
        for line in moves.line_ids:
            balances[line.account_id] = balances.get(line.account_id, 0.0) + line.balance
        return {
            account: self.currency.round(amount)
            for account, amount in balances.items()
            if not self.currency.is_zero(amount)
        }

    def _entries(self, order, state=None):
        """Return the balance entries of an order: {kind: amount}."""
        domain = [('order_id', 'in', order.marketplace_order_ids.ids)]
        entries = self.env['marketplace.balance.entry'].search(
            domain + ([('state', '=', state)] if state else [])
        )
        sums = {}
        for entry in entries:
            sums[entry.kind] = self.currency.round(sums.get(entry.kind, 0.0) + entry.amount)
        return sums

    def _wallet(self, merchant=None):
        return self.env['marketplace.wallet'].search(
            [('merchant_id', '=', (merchant or self.merchant_a).id)]
        )

    def _ledger(self, account, merchant=None):
        """Return the balance of an account, of a merchant if one is given."""
        domain = [('account_id', '=', account.id), ('parent_state', '=', 'posted')]
        if merchant:
            domain.append(('merchant_id', '=', merchant.id))
        (amount,) = self.env['account.move.line']._read_group(domain, [], ['balance:sum'])[0]
        return self.currency.round(amount or 0.0)

    def assertBooksAgree(self):
        self.assertEqual(self.env['marketplace.checker']._check(), [])

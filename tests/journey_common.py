# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

"""The whole journey in Python: every step is done by its person, with that person's rights."""

import base64
import io
from datetime import timedelta

from freezegun import freeze_time
from PIL import Image

from odoo import Command, fields
from odoo.tests import HttpCase, TransactionCase, new_test_user

from odoo.addons.marketplace_merchant.tests.back_office import leave_out_background_blur

STAFF = {
    'officer': 'marketplace_merchant.group_onboarding_officer',
    'second_officer': 'marketplace_merchant.group_onboarding_officer',
    'manager': 'marketplace_merchant.group_merchant_manager',
    'accountant': 'marketplace_settlement.group_finance_officer',
    'finance_manager': 'marketplace_settlement.group_finance_manager',
    'arbitrator': 'marketplace_risk.group_arbitrator',
}
# Check digits as of GB 32100-2015; the companies do not exist.
LICENCES = ('91330106MA7JRNE023', '91440300MA7JRNE13M', '91350100MA7TE5TJ1W')


class JourneyCase(TransactionCase):
    """People, taxes and a payment provider; merchants come into being by applying."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company
        for role, group in STAFF.items():
            login = f'journey_{role}'
            setattr(cls, role, new_test_user(cls.env, login, groups=group))
        cls.shopper = cls._portal_user('journey_shopper')
        cls.tax_account = cls.env['account.account'].create({
            'name': "VAT of the journey",
            'code': 'JOURNEYVAT',
            'account_type': 'liability_current',
        })
        cls.vat = cls._tax("VAT 13 % inside", 13, 'tax_included')
        cls.vat_outside = cls._tax("VAT 13 % on top", 13, 'tax_excluded')
        cls.company.marketplace_fee_tax_id = cls._tax("VAT 6 % inside", 6, 'tax_included')
        cls.env['marketplace.commission.rule'].search([('state', '=', 'active')])._move_to(
            'retired', system=True
        )
        cls.rule = cls.env['marketplace.commission.rule'].with_user(cls.finance_manager).create(
            {'percent': 8, 'short_notice_reason': "As agreed"}
        )
        cls.rule.action_publish()
        cls.env['loyalty.program'].search([]).active = False
        cls.category = cls.env['product.category'].search(
            [('marketplace_open', '=', True)], limit=1
        )
        cls.provider = cls.env['payment.provider'].search(
            [('code', '=', 'demo'), ('company_id', '=', cls.company.id)], limit=1
        )
        cls.provider.write({'state': 'test', 'is_published': True})
        cls.carrier = cls.env.ref('marketplace_settlement.delivery_carrier_marketplace')

    # === FACTORIES === #

    @classmethod
    def _portal_user(cls, login):
        return new_test_user(
            cls.env, login, groups='base.group_portal', email=f'{login}@example.com'
        )

    @classmethod
    def _tax(cls, name, amount, price_include):
        repartition = [
            Command.create({'repartition_type': 'base'}),
            Command.create({'repartition_type': 'tax', 'account_id': cls.tax_account.id}),
        ]
        return cls.env['account.tax'].create({
            'name': name,
            'amount': amount,
            'type_tax_use': 'sale',
            'price_include_override': price_include,
            'invoice_repartition_line_ids': repartition,
            'refund_repartition_line_ids': repartition,
            'company_id': cls.company.id,
            'country_id': cls.company.account_fiscal_country_id.id,
        })

    @classmethod
    def _picture(cls):
        buffer = io.BytesIO()
        Image.new('RGB', (40, 30), (120, 160, 90)).save(buffer, 'JPEG')
        return base64.b64encode(buffer.getvalue()).decode()

    # === STEPS 1 TO 3: BECOMING A MERCHANT === #

    def _apply(self, login, licence, shop_name="Cloud Leaf"):
        """Sign up and apply, filling in one step after the other; return the application."""
        owner = self._portal_user(login)
        application = self.env['marketplace.merchant.application'].with_user(owner).portal_start()
        application.portal_save('company', {
            'company_name': f"{shop_name} Trading",
            'entity_type': 'company',
            'licence_number': licence,
            'legal_representative': "Lin Yun",
            'country_id': str(self.env.ref('base.cn').id),
            'street': "1 Renmin Road",
            'city': "Hangzhou",
        })
        application.portal_save('contact', {
            'contact_name': "Lin Yun",
            'phone': '+86 139 1234 5678',
            'email': owner.email,
        })
        application.portal_save('shop', {
            'shop_name': shop_name,
            'category_ids': [str(self.category.id)],
        })
        self._hand_in_papers(application)
        application.portal_submit()
        return application

    def _hand_in_papers(self, application):
        options = application._portal_form_options()
        until = fields.Date.to_string(fields.Date.today() + timedelta(days=400))
        for kind in options['document_types']:
            application.portal_upload(
                kind.id, f'{kind.name}.jpg', self._picture(),
                number='AB123456' if kind.needs_number else None,
                valid_until=until if kind.needs_expiry else None,
            )  # fmt: skip
        for agreement in options['agreements']:
            application.portal_accept_agreement(agreement.id)

    def _approve(self, application):
        """One officer reviews and recommends, another approves; return the merchant."""
        reviewed = application.with_user(self.officer)
        reviewed.action_start_review()
        reviewed.action_accept_passed()
        left = reviewed.check_ids.filtered(lambda check: check.decision == 'none')
        left.action_accept()
        reviewed.action_recommend()
        application.with_user(self.second_officer).action_approve()
        return application.sudo().merchant_id.with_env(self.env)

    def _pay_deposit(self, merchant):
        self._pay(
            merchant.deposit_missing, merchant.partner_id, merchant._deposit_reference(),
            deposit_merchant_id=merchant.id,
        )  # fmt: skip

    def _verify_bank_account(self, merchant):
        account = merchant.with_user(self._owner(merchant)).portal_set_bank_account(
            merchant.partner_id.name, "Bank of Hangzhou", '6222020200112233445'
        )
        account.with_user(self.manager).action_verify()

    def _become_merchant(self, login='journey_owner', licence=LICENCES[0], **values):
        """Take a merchant from its application to its opening."""
        merchant = self._approve(self._apply(login, licence, **values))
        self._pay_deposit(merchant)
        self._verify_bank_account(merchant)
        self.assertEqual(merchant.state, 'active')
        return merchant

    def _owner(self, merchant):
        return merchant.member_ids.filtered('role_owner').user_id

    # === STEP 4: GOODS === #

    def _list_product(self, merchant, name, price, tax=None, stock=10):
        """List a product as the merchant, approve it as an officer; return the variant."""
        listing = merchant.with_user(self._owner(merchant)).portal_create_listing({
            'name': name,
            'list_price': price,
            'categ_id': self.category.id,
            'image': {'filename': 'picture.jpg', 'content': self._picture()},
        })
        listing.portal_set_stock(stock)
        listing.portal_submit_listing()
        listing.with_user(self.officer).action_approve_listing()
        product = listing.with_env(self.env).product_variant_id
        product.taxes_id = tax or self.vat
        return product

    def _own_product(self, name, price, tax=None):
        product = self.env['product.product'].create({
            'name': name,
            'type': 'consu',
            'is_storable': True,
            'list_price': price,
            'taxes_id': [Command.set((tax or self.vat).ids)],
        })
        warehouse = self.env['stock.warehouse'].search(
            [('company_id', '=', self.company.id)], limit=1
        )
        self.env['stock.quant']._update_available_quantity(product, warehouse.lot_stock_id, 10)
        return product

    def _set_freight(self, merchant, amount):
        self.env['marketplace.freight.template'].create(
            {'merchant_id': merchant.id, 'base_amount': amount}
        )

    # === STEPS 5 AND 6: BUYING AND SHIPPING === #

    def _cart(self, quantities, freight=True):
        order = self.env['sale.order'].with_user(self.shopper).sudo().create({
            'partner_id': self.shopper.partner_id.id,
            'pricelist_id': False,
            'order_line': [
                Command.create({'product_id': product.id, 'product_uom_qty': quantity})
                for product, quantity in quantities.items()
            ],
        })
        if freight:
            order._set_delivery_method(self.carrier)
        return order.with_env(self.env)

    def _pay(self, amount, partner, reference, **values):
        """Pay with the provider that has the money at once; return the transaction."""
        transactions = self.env['payment.transaction'].sudo()
        transaction = transactions.create({
            'provider_id': self.provider.id,
            'payment_method_id': self.provider.payment_method_ids[:1].id,
            'reference': transactions._compute_reference('demo', prefix=reference),
            'amount': amount,
            'currency_id': self.company.currency_id.id,
            'partner_id': partner.id,
            'operation': 'online_direct',
            **values,
        })
        transaction._set_done()
        transaction._post_process()
        return transaction

    def _buy(self, quantities, freight=True, code=None):
        """Fill a cart and pay it; return the confirmed order."""
        order = self._cart(quantities, freight)
        if code:
            for coupon, rewards in order._try_apply_code(code).items():
                order._apply_program_reward(rewards, coupon)
        self._pay(
            order.amount_total, self.shopper.partner_id, order.name,
            sale_order_ids=[Command.link(order.id)],
        )  # fmt: skip
        self.assertEqual(order.state, 'sale')
        return order

    def _part(self, order, merchant):
        return order.marketplace_order_ids.filtered(lambda part: part.merchant_id == merchant)

    def _ship(self, part):
        seller = part.with_user(self._owner(part.merchant_id))
        seller.portal_accept()
        seller.portal_ship("SF Express", 'SF1000200030')
        return part

    def _receive(self, part):
        self._ship(part).with_user(self.shopper).portal_confirm_receipt()
        return part

    def _complete(self, part):
        """Let the shopper receive the parcel and the return window close."""
        self._receive(part)
        with freeze_time(part.deadline + timedelta(minutes=1)):
            part._process_deadline()
        self.assertEqual(part.state, 'completed')
        return part

    # === STEP 7: SETTLEMENT === #

    def _mature(self, part):
        entries = self.env['marketplace.balance.entry']
        with freeze_time(part.available_date + timedelta(days=1)):
            entries._mature(entries._merchants_to_mature())

    def _state_statement(self, merchant):
        """Draw up, send, confirm and post the merchant's statement."""
        statement = self.env['marketplace.statement'].with_user(self.accountant)._generate(
            fields.Date.today() + timedelta(days=60), merchant
        )
        self.assertEqual(len(statement), 1)
        statement.action_send()
        statement.with_user(self._owner(merchant)).portal_confirm()
        statement.action_post()
        return statement.with_env(self.env)

    def _pay_out(self, statement):
        """Propose as one person, approve as another, send, and hear from the bank."""
        batch = self.env['marketplace.payout.batch'].with_user(self.accountant).create({})
        batch.with_user(self.finance_manager).action_approve()
        batch.action_send()
        payout = statement.payout_id
        payout.with_user(self.accountant).action_mark_paid('BANK-0001')
        return payout

    def _settle(self, part):
        """Take a bought part all the way to the payout."""
        self._complete(part)
        self._mature(part)
        statement = self._state_statement(part.merchant_id)
        self._pay_out(statement)
        return statement

    # === STEP 8: COMPLAINT === #

    def _complain_and_decide(self, part, amount):
        """Complain as the shopper, answer as the merchant, decide a refund as arbitrator."""
        complaint = part.with_user(self.shopper).portal_complain(
            'quality', "A crack", "The glaze is cracked.",
            [{'filename': 'crack.jpg', 'content': self._picture()}],
        )  # fmt: skip
        complaint.with_user(self._owner(part.merchant_id)).portal_reply("It left us in one piece.")
        complaint.portal_escalate()
        case = complaint.with_user(self.arbitrator)
        case.action_take()
        case.write({
            'decision': "The photo shows the crack.",
            'remedy_ids': [Command.create({'kind': 'refund', 'amount': amount})],
        })
        case.action_decide()
        case.action_execute()
        return complaint

    # === ASSERTIONS === #

    def _accounts(self):
        company = self.company
        return {
            company.marketplace_clearing_account_id: 'clearing',
            company.marketplace_payable_account_id: 'payable',
            company.marketplace_deposit_account_id: 'deposits',
            company.marketplace_commission_account_id: 'commission',
            company.marketplace_subsidy_account_id: 'subsidy',
        }

    def _items(self, moves):
        """Return the journal items by account role: {role: debit − credit}."""
        names = self._accounts()
        items = {}
        for line in moves.line_ids.filtered(lambda line: line.display_type != 'line_section'):
            role = 'tax' if line.tax_line_id else names.get(line.account_id)
            if not role:
                role = {'asset_receivable': 'receivable', 'income': 'income'}.get(
                    line.account_id.account_type, 'money'
                )
            items[role] = self.company.currency_id.round(items.get(role, 0.0) + line.balance)
        return {role: balance for role, balance in items.items() if balance}

    def _entries(self, part):
        """Return the balance entries of a merchant order: {kind: amount}."""
        groups = self.env['marketplace.balance.entry']._read_group(
            [('order_id', '=', part.id)], ['kind'], ['amount:sum']
        )
        return {kind: self.company.currency_id.round(amount) for kind, amount in groups}

    def _balance(self, account, merchant):
        """Return the merchant's balance on an account."""
        groups = self.env['account.move.line']._read_group(
            [
                ('account_id', '=', account.id),
                ('merchant_id', '=', merchant.id),
                ('parent_state', '=', 'posted'),
            ],
            [],
            ['balance:sum'],
        )
        return self.company.currency_id.round(groups[0][0])

    def _wallet(self, merchant):
        return self.env['marketplace.wallet'].search([('merchant_id', '=', merchant.id)])

    def assertBooksAgree(self):
        self.assertEqual(self.env['marketplace.checker']._check(), [])


class StaffTourCase(JourneyCase, HttpCase):
    """The platform's people click through their steps of the journey in the browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        leave_out_background_blur(cls.env)

    def _click_through(self, tour, person):
        self.start_tour('/odoo', f'marketplace_staff_{tour}', login=person.login)
        # What the browser did is in the database, not in what this test has read before.
        self.env.invalidate_all()

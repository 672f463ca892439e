# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from contextlib import contextmanager
from datetime import timedelta

from passlib.hash import pbkdf2_sha512

from odoo import api, fields, models
from odoo.fields import Command

from .marketplace_demo import CHINESE

COUPON_CODE = 'WELCOME10'
CAMPAIGN_CODE = 'KITES'
# What happens to a parcel on its way to a state, in this order.
PARCEL_WAY = ('to_accept', 'to_ship', 'shipped', 'delivered', 'received', 'completed')
COMPLAINT_WAY = (
    'merchant_response', 'negotiation', 'arbitration', 'decided', 'executed', 'closed',
)  # fmt: skip
CARRIER_NAME = 'SF Express 顺丰速运'
RETURN_CARRIER_NAME = 'YTO Express 圆通速递'


class MarketplaceDemo(models.AbstractModel):
    _inherit = 'marketplace.demo'

    # === CHAPTERS: THE GROUND === #

    @api.model
    def _open_accounts(self):
        """Let everybody of the story log in with the log-in as password."""
        # As strong as real passwords, each would take most of a second; a log-in strengthens it.
        weak = pbkdf2_sha512.using(rounds=1000)
        users = self.env['ir.model.data'].sudo().search([
            ('module', '=', 'marketplace_portal'), ('model', '=', 'res.users'),
        ])
        people = self.env['res.users'].browse(users.mapped('res_id'))
        for user in people:
            user._set_encrypted_password(user.id, weak.hash(user.login))
        if 'odoobot_state' in people._fields:
            # Its greeting would cover the screen at everybody's first log-in.
            (people | self.env.ref('base.user_admin')).odoobot_state = 'disabled'

    @api.model
    def _prepare_ground(self):
        """Let shoppers pay with the demo provider, where it is installed, and set the terms."""
        self._include_taxes()
        # Odoo's own demo sells to some of its visitors at other prices than merchants ask for.
        self.env['product.pricelist'].search([('active', '=', True)]).active = False
        provider = self._payment_provider()
        if provider:
            provider.write({'state': 'test', 'is_published': True})
        self._set_commissions()
        self._create_coupon()

    def _include_taxes(self):
        """Show shoppers what they pay, unless the books already have entries made otherwise."""
        company = self.env.company
        if not company._existing_accounting():
            company.account_price_include = 'tax_included'
            website = self.env.ref('website.default_website')
            website.show_line_subtotals_tax_selection = 'tax_included'

    @api.model
    def _speak_chinese(self):
        """Offer the website in Chinese as well, where the language is installed."""
        if not self._speaks_chinese():
            return
        chinese = self.env['res.lang'].search([('code', '=', CHINESE)])
        self.env.ref('website.default_website').language_ids += chinese
        for name, values in self._story()['chinese'].items():
            self._ref(name).with_context(lang=CHINESE).write(values)

    def _create_coupon(self):
        """Ten percent for newcomers, of which the merchants bear three tenths."""
        self.env['loyalty.program'].create({
            'name': "Welcome: 10 % on everything",
            'program_type': 'promo_code',
            'trigger': 'with_code',
            'applies_on': 'current',
            'platform_share': 70,
            'rule_ids': [
                Command.create({'mode': 'with_code', 'code': COUPON_CODE, 'minimum_amount': 100})
            ],
            'reward_ids': [Command.create({
                'reward_type': 'discount', 'discount': 10, 'discount_mode': 'percent',
                'discount_applicability': 'order',
            })],
        })

    def _create_campaign(self):
        """A fifth off kites for those who know the code; marketplace and merchant share the cost.

        The other prices come first: they are those of everybody else.
        """
        self.env['product.pricelist'].create([
            {'name': "Standard prices", 'sequence': 1},
            {
                'name': "Kite festival 风筝节",
                'code': CAMPAIGN_CODE,
                'item_ids': [Command.create({
                    'applied_on': '1_product',
                    'product_tmpl_id': self._ref('product_kite').id,
                    'compute_price': 'percentage',
                    'percent_price': 20,
                    'platform_share': 50,
                })],
            },
        ])

    @api.model
    def _cancel_mails(self):
        """Keep the story's mails from being sent: its people don't exist."""
        self.env['mail.mail'].search([('state', '=', 'outgoing')]).state = 'cancel'

    # === CHAPTERS: WHAT IS BOUGHT === #

    @api.model
    def _tell_orders(self):
        """Shoppers buy; the parcels, returns and complaints go as their stories say."""
        orders = self._story()['orders']
        if not self._payment_provider():
            return  # Nobody can pay: the story ends with shops full of goods.
        self._create_campaign()
        with self._without_printing():
            for number, tell_money in ((1, self._tell_first_payouts), (2, self._tell_statements)):
                self._tell_round(order for order in orders if order['round'] == number)
                self._mature()
                tell_money()
            self._tell_round(order for order in orders if order['round'] == 3)

    @contextmanager
    def _without_printing(self):
        """Let mails go without their PDFs: nobody reads them, and each takes seconds to print."""
        templates = self.env['mail.template'].search([('report_template_ids', '!=', False)])
        reports = {template: template.report_template_ids for template in templates}
        templates.report_template_ids = False
        yield
        for template, template_reports in reports.items():
            template.report_template_ids = template_reports

    def _tell_round(self, orders):
        for data in orders:
            order = self._buy(data)
            for key, parcel_data in data['parcels'].items():
                parcel = self._parcel(order, key)
                self._carry(parcel, self._user(data['shopper']), self._user(key), parcel_data)
            self._move_back(order, data)

    # === CHAPTERS: WHO IS PAID === #

    def _tell_first_payouts(self):
        """The first statements are paid: one payout arrives, others hang, fail or are unclear."""
        statements = self._send_statements()
        self._confirm_statements(statements)
        statements.with_user(self._user('accountant')).action_post()
        batch = self._send_payouts()
        payouts = {payout.merchant_id: payout for payout in batch.payout_ids}
        payouts[self._merchant('spark')].action_mark_paid('CMB-20260401-7731')
        payouts[self._merchant('kiln')].action_mark_failed(
            "The bank says: name and number of the account do not match."
        )
        payouts[self._merchant('panda')].action_mark_unknown(
            "The connection broke while the bank was answering."
        )
        # What failed is tried again: this batch waits for the finance manager's approval.
        self.env['marketplace.payout.batch'].with_user(self._user('accountant')).create({})

    def _tell_statements(self):
        """The next statements stand in the states before the payment."""
        statements = self._generate_statements()
        by_merchant = {statement.merchant_id: statement for statement in statements}
        accountant = self._user('accountant')
        for key in ('spark', 'yunnan'):
            by_merchant[self._merchant(key)].with_user(accountant).action_send()
        self._confirm_statements(by_merchant[self._merchant('spark')])

    def _generate_statements(self):
        return self.env['marketplace.statement'].with_user(self._user('accountant'))._generate(
            fields.Date.context_today(self)
        )

    def _send_statements(self):
        statements = self._generate_statements()
        statements.action_send()
        return statements

    def _confirm_statements(self, statements):
        for statement in statements:
            owner = statement.sudo().merchant_id.member_ids.filtered('role_owner').user_id
            statement.with_user(owner).portal_confirm()

    def _send_payouts(self):
        """Pay what is posted: one person makes the batch, another approves it."""
        batch = self.env['marketplace.payout.batch'].with_user(self._user('accountant')).create({})
        batch.with_user(self._user('financemanager')).action_approve()
        batch.action_send()
        return batch

    def _mature(self):
        """Do what the daily cron does, without its commits."""
        entries = self.env['marketplace.balance.entry']
        entries._mature(entries._merchants_to_mature())

    # === BUYING === #

    def _buy(self, data):
        """Let a shopper fill a cart and pay it.

        :return: the confirmed order
        """
        shopper = self._user(data['shopper'])
        order = self.env['sale.order'].with_user(shopper).sudo().create({
            'partner_id': shopper.partner_id.id,
            'website_id': self.env.ref('website.default_website').id,
            'pricelist_id': self.env['product.pricelist'].search(
                [('code', '=', data.get('pricelist', False))], limit=1
            ).id,
            'order_line': [
                Command.create({
                    'product_id': self._ref(f'product_{key}').product_variant_id.id,
                    'product_uom_qty': quantity,
                })
                for key, quantity in data['goods'].items()
            ],
        })
        if code := data.get('code'):
            self._apply_code(order, code)
        order._set_delivery_method(
            self.env.ref('marketplace_settlement.delivery_carrier_marketplace')
        )
        self._pay(
            order.amount_total,
            shopper.partner_id,
            reference=order.name,
            sale_order_ids=[Command.link(order.id)],
        )
        return order

    def _apply_code(self, order, code):
        for coupon, rewards in order._try_apply_code(code).items():
            order._apply_program_reward(rewards, coupon)

    def _payment_provider(self):
        return self.env['payment.provider'].search(
            [('code', '=', 'demo'), ('company_id', '=', self.env.company.id)], limit=1
        )

    def _pay(self, amount, partner, reference, **values):
        """Pay with the demo provider, which has the money at once.

        :param values: what the transaction pays for
        """
        provider = self._payment_provider()
        if not provider:
            return
        transactions = self.env['payment.transaction'].sudo()
        transaction = transactions.create({
            'provider_id': provider.id,
            'payment_method_id': provider.payment_method_ids[:1].id,
            'reference': transactions._compute_reference(provider.code, prefix=reference),
            'amount': amount,
            'currency_id': self.env.company.currency_id.id,
            'partner_id': partner.id,
            'operation': 'online_direct',
            **values,
        })
        transaction._set_done()
        transaction._post_process()

    # === PARCELS === #

    def _carry(self, parcel, shopper, owner, data):
        """Bring a parcel where its story says, then tell what came of it."""
        as_owner = parcel.with_user(owner).sudo(False)
        as_shopper = parcel.with_user(shopper).sudo(False)
        if data['to'] == 'cancelled':
            as_owner.portal_refuse(data['reason'])
            return
        steps = {
            'to_ship': as_owner.portal_accept,
            'shipped': lambda: as_owner.portal_ship(CARRIER_NAME, f'SF{10**9 + parcel.id * 7919}'),
            'delivered': as_owner.portal_mark_delivered,
            'received': as_shopper.portal_confirm_receipt,
            'completed': lambda: self._complete(parcel),
        }
        for state in PARCEL_WAY[1:PARCEL_WAY.index(data['to']) + 1]:
            steps[state]()
        if 'return' in data:
            self._send_back(as_shopper, owner, data['return'])
        if 'complaint' in data:
            self._complain(as_shopper, owner, data['complaint'])

    def _parcel(self, order, key):
        """Return the part of an order that a merchant sends, sudoed."""
        parcels = order.sudo().marketplace_order_ids.grouped('merchant_id')
        return parcels[self._merchant(key)]

    def _complete(self, parcel):
        """Let the return window pass."""
        parcel.sudo().deadline = fields.Datetime.now()
        parcel.sudo()._process_deadline()

    def _move_back(self, order, data):
        """Date an order and its parcels as their stories say; the books keep today's date."""
        now = fields.Datetime.now()
        ordered = now - timedelta(days=data['days'])
        order.date_order = ordered
        for parcel in order.sudo().marketplace_order_ids:
            for name, days in (('date_shipped', 1), ('date_delivered', 3), ('date_received', 4)):
                if parcel[name]:
                    parcel[name] = min(ordered + timedelta(days=days), now)
            if parcel.ship_deadline:
                hours = timedelta(hours=parcel.merchant_id._ship_hours())
                parcel.ship_deadline = ordered + hours
                if parcel.state == 'to_ship':
                    parcel.deadline = parcel.ship_deadline
        for key, parcel_data in data['parcels'].items():
            if 'ended' in parcel_data:
                parcel = self._parcel(order, key)
                parcel.date_completed = now - timedelta(days=parcel_data['ended'])

    # === RETURNS === #

    def _send_back(self, parcel, owner, data):
        """Ask for a return as the shopper, and go on with both sides until it is where it is."""
        lines = parcel.sudo()._goods_lines()
        quantities = {
            line.id: data['goods'][key]
            for key in data['goods']
            for line in lines
            if line.product_template_id == self._ref(f'product_{key}')
        }
        return_id = parcel.portal_request_return(
            data['kind'], data['reason'], quantities, data.get('code', 'other'),
            self._photos(data),
        )
        as_shopper = parcel.env['marketplace.return'].browse(return_id)
        getattr(self, f"_leave_return_{data['to']}")(as_shopper, as_shopper.with_user(owner), data)

    def _leave_return_requested(self, as_shopper, as_owner, data):
        """The merchant has not answered yet."""

    def _leave_return_approved(self, as_shopper, as_owner, data):
        as_owner.portal_approve()

    def _leave_return_refunded(self, as_shopper, as_owner, data):
        as_owner.portal_approve()

    def _leave_return_in_transit(self, as_shopper, as_owner, data):
        as_owner.portal_approve()
        freight = data.get('freight')
        as_shopper.portal_ship(
            'YT8810023345671', RETURN_CARRIER_NAME, freight, freight and self._photos(data)
        )

    def _leave_return_received(self, as_shopper, as_owner, data):
        self._leave_return_in_transit(as_shopper, as_owner, data)
        as_owner.portal_receive()

    def _leave_return_exchanged(self, as_shopper, as_owner, data):
        self._leave_return_in_transit(as_shopper, as_owner, data)
        as_owner.portal_inspect()
        as_owner.portal_send_replacement(CARRIER_NAME, 'SF1440098812345')

    def _leave_return_rejected(self, as_shopper, as_owner, data):
        as_owner.portal_reject(data['answer'])

    def _leave_return_escalated(self, as_shopper, as_owner, data):
        as_owner.portal_reject(data['answer'])
        as_shopper.portal_escalate(data['appeal'])

    # === COMPLAINTS === #

    def _complain(self, parcel, owner, data):
        """Complain as the shopper, and go on until the complaint is where its story says."""
        as_shopper = parcel.portal_complain(
            data['kind'], data['subject'], data['text'], self._photos(data)
        )
        if data['to'] == 'withdrawn':
            as_shopper.portal_withdraw()
            return
        as_arbitrator = as_shopper.with_user(self._user('arbitrator'))
        steps = {
            'negotiation': lambda: as_shopper.with_user(owner).portal_reply(data['answer']),
            'arbitration': as_shopper.portal_escalate,
            'decided': lambda: self._decide(as_arbitrator, data),
            'executed': as_arbitrator.action_execute,
            'closed': as_shopper.portal_close,
        }
        for state in COMPLAINT_WAY[1:COMPLAINT_WAY.index(data['to']) + 1]:
            steps[state]()

    def _photos(self, data):
        """Return the photo of a story as a shopper uploads it."""
        photo = data.get('photo')
        return [{'filename': 'photo.jpg', 'content': self._image(photo)}] if photo else []

    def _decide(self, complaint, data):
        complaint.action_take()
        remedy = {'kind': 'refund', 'amount': data['refund']} if data['refund'] else {
            'kind': 'nothing'
        }
        complaint.write({'decision': data['decision'], 'remedy_ids': [Command.create(remedy)]})
        complaint.action_decide()

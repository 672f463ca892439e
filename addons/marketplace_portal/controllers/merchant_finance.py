# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo.http import request, route

from .merchant_portal import MerchantPortal

STATEMENT_PATH = '/my/merchant/statements'
DEPOSIT_PATH = '/my/merchant/deposit'
BANK_PATH = '/my/merchant/bank'


class MerchantFinance(MerchantPortal):
    """Statements to confirm, the deposit, and the account that payouts go to."""

    # === STATEMENTS === #

    def _merchant_statement_tabs(self):
        _ = request.env._
        # A draft is the accountant's work in progress: the merchant sees what was sent.
        seen = [('state', '!=', 'draft')]
        return {
            'all': (_("All"), seen),
            'sent': (_("To confirm"), [('state', '=', 'sent')]),
            'confirmed': (_("Confirmed"), [('state', 'in', ('confirmed', 'posted'))]),
            'paid': (_("Paid"), [('state', '=', 'paid')]),
        }

    @route(
        [STATEMENT_PATH, f'{STATEMENT_PATH}/page/<int:page>'],
        type='http',
        auth='user',
        website=True,
        sitemap=False,
    )
    def merchant_statements(self, page=1, tab=None, search=None, **kwargs):
        merchant_sudo = self._merchant_for('finance')
        listing = self._merchant_list(
            'marketplace.statement',
            merchant_sudo,
            STATEMENT_PATH,
            tabs=self._merchant_statement_tabs(),
            page=page,
            tab=tab,
            search=search,
            fields=('name',),
        )
        trail = [(request.env._("Statements"), STATEMENT_PATH)]
        values = self._merchant_values(merchant_sudo, 'statements', trail, **listing)
        return request.render('marketplace_portal.merchant_statements', values)

    @route(
        f'{STATEMENT_PATH}/<int:statement_id>',
        type='http',
        auth='user',
        website=True,
        sitemap=False,
        methods=['GET', 'POST'],
    )
    def merchant_statement(self, statement_id, **post):
        statement_sudo = self._merchant_statement_record(statement_id)
        errors = {}
        if request.httprequest.method == 'POST':
            statement = request.env['marketplace.statement'].browse(statement_id)
            errors = self._merchant_submit(statement.portal_confirm)
            if not errors:
                message = request.env._("Statement confirmed. It is prepared for payout now.")
                return self._merchant_done(f'{STATEMENT_PATH}/{statement_id}', message)
        trail = [(request.env._("Statements"), STATEMENT_PATH), (statement_sudo.name, '')]
        values = self._merchant_values(
            statement_sudo.merchant_id,
            'statements',
            trail,
            statement=statement_sudo,
            errors=errors,
        )
        return request.render('marketplace_portal.merchant_statement', values)

    @route(
        f'{STATEMENT_PATH}/<int:statement_id>/pdf',
        type='http',
        auth='user',
        website=True,
        sitemap=False,
    )
    def merchant_statement_pdf(self, statement_id, **kwargs):
        statement_sudo = self._merchant_statement_record(statement_id)
        return self._merchant_pdf('marketplace_settlement.action_report_statement', statement_sudo)

    def _merchant_statement_record(self, statement_id):
        statement_sudo = self._merchant_record('marketplace.statement', statement_id, 'finance')
        if statement_sudo.state == 'draft':
            raise self._merchant_not_found()
        return statement_sudo

    # === DEPOSIT === #

    @route(DEPOSIT_PATH, type='http', auth='user', website=True, sitemap=False)
    def merchant_deposit(self, **kwargs):
        merchant_sudo = self._merchant_for('finance')
        movements_sudo = (
            request.env['marketplace.deposit.movement']
            .sudo()
            .search([('merchant_id', '=', merchant_sudo.id)])
        )
        values = self._merchant_values(
            merchant_sudo,
            'deposit',
            [(request.env._("Deposit"), DEPOSIT_PATH)],
            movements=movements_sudo,
            missing_amount=merchant_sudo._deposit_missing(),
        )
        return request.render('marketplace_portal.merchant_deposit', values)

    @route(
        f'{DEPOSIT_PATH}/pay',
        type='http',
        auth='user',
        website=True,
        sitemap=False,
        methods=['POST'],
    )
    def merchant_deposit_pay(self, **post):
        """Send the member to Odoo's payment page with the missing amount, signed by the server."""
        merchant_sudo = self._merchant_for('finance')
        if merchant_sudo.currency_id.is_zero(merchant_sudo._deposit_missing()):
            message = request.env._("Nothing to pay: your deposit is complete.")
            return self._merchant_done(DEPOSIT_PATH, message)
        return request.redirect(merchant_sudo._portal_deposit_payment_link())

    # === BANK ACCOUNT === #

    @route(
        BANK_PATH,
        type='http',
        auth='user',
        website=True,
        sitemap=False,
        methods=['GET', 'POST'],
    )
    def merchant_bank(self, **post):
        merchant_sudo = self._merchant_for('finance')
        errors = {}
        if request.httprequest.method == 'POST':
            errors = self._merchant_submit(lambda: self._merchant_bank_add(merchant_sudo, post))
            if not errors:
                message = request.env._(
                    "Thank you. We check the new account; until then nothing changes."
                )
                return self._merchant_done(BANK_PATH, message)
        values = self._merchant_values(
            merchant_sudo,
            'bank',
            [(request.env._("Bank account"), BANK_PATH)],
            accounts=merchant_sudo.bank_account_ids,
            errors=errors,
            needs_password=merchant_sudo._has_paid_account(),
            cooling_hours=merchant_sudo.company_id.marketplace_bank_cooling_hours,
            # The number is never sent back to the browser, not even after a mistake.
            typed={key: post[key] for key in ('holder_name', 'bank_name') if key in post},
        )
        return request.render('marketplace_portal.merchant_bank', values)

    def _merchant_bank_add(self, merchant_sudo, post):
        merchant_sudo.sudo(False).portal_set_bank_account(
            post.get('holder_name', ''), post.get('bank_name', ''), post.get('number', ''),
            post.get('password'),
        )  # fmt: skip

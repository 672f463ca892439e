# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo.http import request

from odoo.addons.marketplace_merchant.tools.sheet import CSV, XLSX

from .merchant_portal import MAX_UPLOAD_LENGTH, MerchantPortal, portal_route

STATEMENT_PATH = '/my/merchant/statements'
DEPOSIT_PATH = '/my/merchant/deposit'
BANK_PATH = '/my/merchant/bank'


class MerchantFinance(MerchantPortal):
    """Statements to confirm or contest, the deposit, and the account that payouts go to."""

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
            'contested': (_("Contested"), [('contest_ids', '!=', False), *seen]),
        }

    @portal_route([STATEMENT_PATH, f'{STATEMENT_PATH}/page/<int:page>'])
    def merchant_statements(self, page=1, tab=None, search=None, **kwargs):
        return self._merchant_list_page(
            'statements', request.env._("Statements"), STATEMENT_PATH,
            self._merchant_for('finance'), 'marketplace.statement',
            tabs=self._merchant_statement_tabs(), fields=('name',),
            page=page, tab=tab, search=search,
        )  # fmt: skip

    @portal_route(f'{STATEMENT_PATH}/<int:statement_id>', methods=['GET', 'POST'])
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
            entries=statement_sudo._printed_entries(),
            contests={contest.entry_id: contest for contest in statement_sudo.contest_ids},
            errors=errors,
        )
        return request.render('marketplace_portal.merchant_statement', values)

    @portal_route(f'{STATEMENT_PATH}/<int:statement_id>/pdf')
    def merchant_statement_pdf(self, statement_id, **kwargs):
        statement_sudo = self._merchant_statement_record(statement_id)
        return self._merchant_pdf('marketplace_settlement.action_report_statement', statement_sudo)

    @portal_route(f'{STATEMENT_PATH}/<int:statement_id>/invoice')
    def merchant_statement_invoice(self, statement_id, **kwargs):
        """Download the invoice of the statement's fees, or its credit note."""
        statement_sudo = self._merchant_statement_record(statement_id)
        if not statement_sudo.fee_move_id:
            raise self._merchant_not_found()
        return self._merchant_pdf('account.account_invoices', statement_sudo.fee_move_id)

    @portal_route(f'{STATEMENT_PATH}/<int:statement_id>/<any({XLSX},{CSV}):file_format>')
    def merchant_statement_sheet(self, statement_id, file_format, **kwargs):
        statement_sudo = self._merchant_statement_record(statement_id)
        return self._merchant_file(*statement_sudo._export(file_format))

    # === CONTESTED LINES === #

    @portal_route(
        f'{STATEMENT_PATH}/<int:statement_id>/contest/<int:entry_id>',
        methods=['GET', 'POST'],
        max_content_length=MAX_UPLOAD_LENGTH,
    )
    def merchant_contest(self, statement_id, entry_id, **post):
        statement_sudo = self._merchant_statement_record(statement_id)
        path = f'{STATEMENT_PATH}/{statement_id}'
        entry_sudo = statement_sudo.entry_ids.filtered(lambda entry: entry.id == entry_id)
        if not entry_sudo or not statement_sudo.is_contestable:
            message = request.env._("This line cannot be contested now.")
            self._merchant_notify(message, 'warning')
            return request.redirect(path)
        errors = {}
        if request.httprequest.method == 'POST':
            statement = request.env['marketplace.statement'].browse(statement_id)
            files = self._merchant_uploads('files')
            errors = self._merchant_submit(
                lambda: statement.portal_contest(entry_id, post, files)
            )
            if not errors:
                message = request.env._(
                    "Thank you. We look into it. Please confirm the rest, so that it is paid."
                )
                return self._merchant_done(path, message)
        trail = [
            (request.env._("Statements"), STATEMENT_PATH), (statement_sudo.name, path),
            (request.env._("Contest a line"), ''),
        ]  # fmt: skip
        values = self._merchant_values(
            statement_sudo.merchant_id,
            'statements',
            trail,
            statement=statement_sudo,
            entry=entry_sudo,
            limit=entry_sudo._contestable_amount(),
            errors=errors,
            typed={name: post.get(name, '') for name in ('amount', 'reason')} if post else {},
        )
        return request.render('marketplace_portal.merchant_contest', values)

    @portal_route(
        f'{STATEMENT_PATH}/<int:statement_id>/contested/<int:contest_id>/withdraw',
        methods=['POST'],
    )
    def merchant_contest_withdraw(self, statement_id, contest_id, **post):
        contest_sudo = self._merchant_record('marketplace.statement.contest', contest_id, 'finance')
        path = f'{STATEMENT_PATH}/{contest_sudo.statement_id.id}'
        contest = request.env['marketplace.statement.contest'].browse(contest_id)
        errors = self._merchant_submit(contest.portal_withdraw)
        if errors:
            self._merchant_notify(errors['message'], 'warning')
            return request.redirect(path)
        return self._merchant_done(path, request.env._("You take the line as it is."))

    @portal_route(f'{STATEMENT_PATH}/contested/<int:contest_id>/file/<int:attachment_id>')
    def merchant_contest_file(self, contest_id, attachment_id, **kwargs):
        contest_sudo = self._merchant_record('marketplace.statement.contest', contest_id, 'finance')
        return self._merchant_attachment(contest_sudo.attachment_ids, attachment_id)

    def _merchant_statement_record(self, statement_id):
        statement_sudo = self._merchant_record('marketplace.statement', statement_id, 'finance')
        if statement_sudo.state == 'draft':
            raise self._merchant_not_found()
        return statement_sudo

    # === DEPOSIT === #

    @portal_route(DEPOSIT_PATH)
    def merchant_deposit(self, tx_id='', **kwargs):
        """Show the deposit.

        :param str tx_id: id of the payment from which the payment pages bring the member back
        """
        merchant_sudo = self._merchant_for('finance')
        account_sudo = merchant_sudo.deposit_account_ids[:1]
        demands_sudo = merchant_sudo.deposit_demand_ids
        values = self._merchant_values(
            merchant_sudo,
            'deposit',
            [(request.env._("Deposit"), DEPOSIT_PATH)],
            history=account_sudo._history()[::-1] if account_sudo else [],
            requirement=merchant_sudo._deposit_terms(),
            demand=demands_sudo.filtered(lambda demand: demand.state in ('open', 'overdue')),
            missing_amount=merchant_sudo._deposit_missing(),
            transfer_hint=merchant_sudo._deposit_transfer_hint(),
            payment=merchant_sudo._portal_deposit_payment(tx_id),
        )
        return request.render('marketplace_portal.merchant_deposit', values)

    @portal_route(f'{DEPOSIT_PATH}/pay', methods=['POST'])
    def merchant_deposit_pay(self, **post):
        """Send the member to Odoo's payment page with the missing amount, signed by the server."""
        merchant_sudo = self._merchant_for('finance')
        if merchant_sudo.currency_id.is_zero(merchant_sudo._deposit_missing()):
            message = request.env._("Nothing to pay: your deposit is complete.")
            return self._merchant_done(DEPOSIT_PATH, message)
        return request.redirect(merchant_sudo._portal_deposit_payment_link())

    # === BANK ACCOUNT === #

    @portal_route(BANK_PATH, methods=['GET', 'POST'])
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

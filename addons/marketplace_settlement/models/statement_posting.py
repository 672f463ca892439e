# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.fields import Command
from odoo.tools import SQL

from ..tools import crash
from .balance_entry import CLEARING_KINDS, DIGEST, in_statements
from .res_company_accounting import LEDGER_ACCOUNTS

MATCH_BATCH = 50

# Whatever is neither cleared nor a fee: the account that pays for it or earns it.
OTHER_ACCOUNTS = {
    'subsidy': 'marketplace_subsidy_account_id',
    'subsidy_refund': 'marketplace_subsidy_account_id',
    'adjustment': 'marketplace_subsidy_account_id',
    'penalty': 'marketplace_penalty_account_id',
    'compensation': 'marketplace_advance_account_id',
    'return_freight': 'marketplace_advance_account_id',
    'logistics_subsidy': 'marketplace_subsidy_account_id',
    'logistics_subsidy_refund': 'marketplace_subsidy_account_id',
    'reserve': 'marketplace_reserve_account_id',
    'reserve_release': 'marketplace_reserve_account_id',
}
FEE_ACCOUNTS = {
    'commission': 'marketplace_commission_account_id',
    'commission_refund': 'marketplace_commission_account_id',
    'service_fee': 'marketplace_service_account_id',
    'service_fee_refund': 'marketplace_service_account_id',
}


class MarketplaceStatement(models.Model):
    _inherit = 'marketplace.statement'

    # === BUSINESS METHODS === #

    def _post_many(self, system=False):
        """Post the settlement entries, the fee invoices and the entries that net the two.

        Settlement: Dr Clearing, what was sold · Cr Merchant payable, the gross amount, with the
        subsidies, penalties and adjustments on their accounts. Fee invoice: Dr Receivable · Cr
        Income and tax. Netting: Dr Merchant payable · Cr Receivable, so that the payable keeps
        what is paid out. Documents of one kind are made and posted together, however many.

        Holds are asked once more: one that was set while entries matured and were drawn up did
        not see them in a statement.

        :param bool system: the engine posts, not the user in person
        """
        self.env['marketplace.heartbeat']._check_ground()
        for hold in self.env['marketplace.hold']._on_statements(self):
            hold._take()
        for company, statements in self.grouped('company_id').items():
            statements.with_company(company)._post_documents()
        crash.point('statement_posted')
        self._move_to('posted', system=system)
        self._chain_entries()
        self._settle_nothing_owed()
        self.env.ref('marketplace_settlement.ir_cron_match_statements')._trigger()

    def _chain_entries(self):
        """Leave what the entries say in the audit log: its hash chain covers them from now on."""
        self.env.flush_all()
        digests = dict(self.env.execute_query(SQL(
            "SELECT entry.statement_id, %s FROM marketplace_balance_entry entry"
            " WHERE %s GROUP BY entry.statement_id",
            DIGEST, in_statements('entry', self.ids),
        )))  # fmt: skip
        chained = self.browse(digests)
        self.env['marketplace.audit.log']._log(
            chained, 'change', system=True,
            after=[{'entry_ids': digests[statement.id]} for statement in chained],
        )  # fmt: skip

    def _post_documents(self):
        amounts, cleared = self._amounts_of_many(), self._cleared_of_many()
        self._post_each('move_id', {
            statement: statement._prepare_settlement(amounts[statement.id], cleared[statement.id])
            for statement in self
        })
        self._post_each('fee_move_id', {
            statement: statement._prepare_fee_invoice(amounts[statement.id]) for statement in self
        })
        crash.point('statement_moves_created')
        self._post_each('netting_move_id', {
            statement: statement._prepare_netting() for statement in self
        })
        self._match_fees()
        # What cancels out needs no line of the settlement entry that would be found later.
        self._match([
            statement.id for statement in self
            if statement.currency_id.is_zero(cleared[statement.id][0])
        ])

    def _post_each(self, field_name, vals):
        """Make and post one document per statement, all together; note each on its statement.

        :param dict vals: {statement: values of the move, or None}
        """
        vals = {statement: values for statement, values in vals.items() if values}
        # The documents come with all their items, so there is nothing for Odoo to add; and they
        # name their statement, which says more than a note that they were made.
        Move = self.env['account.move'].with_context(skip_invoice_sync=True, mail_create_nolog=True)
        moves = Move.create(list(vals.values())).with_env(self.env)
        moves._post(soft=False)
        for statement, move in zip(vals, moves, strict=True):
            statement[field_name] = move

    # === AMOUNTS === #

    def _amounts_of_many(self):
        """Return what the entries of each kind come to: {statement id: {kind: amount}}."""
        amounts = {statement.id: {} for statement in self}
        groups = self.env['marketplace.balance.entry']._read_group(
            [('statement_id', 'in', self.ids)], ['statement_id', 'kind'], ['amount:sum']
        )
        for statement, kind, amount in groups:
            amounts[statement.id][kind] = amount
        return amounts

    def _cleared_of_many(self):
        """Return what the entries' journal items come to, at the rates of the invoices.

        :return: {statement id: (amount in its currency, balance)}
        """
        self.env.flush_all()
        rows = self.env.execute_query(SQL(
            """
            SELECT entry.statement_id, SUM(line.amount_currency), SUM(line.balance)
              FROM marketplace_balance_entry entry
              JOIN account_move_line line ON line.id = entry.move_line_id
             WHERE %s AND entry.kind IN %s
             GROUP BY entry.statement_id
            """,
            in_statements('entry', self.ids), CLEARING_KINDS,
        ))  # fmt: skip
        cleared = dict.fromkeys(self.ids, (0.0, 0.0))
        return cleared | {row[0]: (float(row[1]), float(row[2])) for row in rows}

    def _by_account(self, amounts, accounts):
        """Return what the amounts of some kinds come to: {account field: amount}."""
        sums = dict.fromkeys(accounts.values(), 0.0)
        for kind, amount in amounts.items():
            if kind in accounts:
                sums[accounts[kind]] += amount
        return {
            name: self.currency_id.round(amount)
            for name, amount in sums.items()
            if not self.currency_id.is_zero(amount)
        }

    def _to_company_currency(self, amount):
        company = self.company_id
        return self.currency_id._convert(
            amount, company.currency_id, company, fields.Date.context_today(self)
        )

    # === DOCUMENTS === #

    def _prepare_settlement(self, amounts, cleared):
        """Return the settlement entry; None if the statement moves nothing but fees."""
        self.ensure_one()
        amount, balance = -cleared[0], -cleared[1]
        lines = [
            self._prepare_line(name, other, self._to_company_currency(other))
            for name, other in self._by_account(amounts, OTHER_ACCOUNTS).items()
        ]
        # Sales and refunds that cancel out are matched with each other: Odoo books what the rates
        # of their days differ by.
        if not self.currency_id.is_zero(amount):
            lines.append(self._prepare_line('marketplace_clearing_account_id', amount, balance))
        if not lines:
            return None
        payable = self._prepare_line(
            'marketplace_payable_account_id',
            -sum(line['amount_currency'] for line in lines),
            -sum(line['balance'] for line in lines),
        )
        return self._prepare_entry([*lines, payable])

    def _prepare_line(self, account_field, amount, balance):
        account = self.company_id._marketplace_account(account_field)
        # Odoo would look for one for each partner.
        analytic = {'analytic_distribution': False} if account_field in LEDGER_ACCOUNTS else {}
        return {
            **analytic,
            'name': self.name,
            'account_id': account.id,
            'partner_id': self.merchant_id.partner_id.id,
            'merchant_id': self.merchant_id.id,
            'currency_id': self.currency_id.id,
            'amount_currency': amount,
            'balance': balance,
        }

    def _prepare_entry(self, lines):
        return {
            'move_type': 'entry',
            'journal_id': self.company_id._marketplace_account(
                'marketplace_settlement_journal_id'
            ).id,
            'date': fields.Date.context_today(self),
            'ref': self.name,
            'marketplace_statement_id': self.id,
            'line_ids': [Command.create(line) for line in lines],
        }

    def _prepare_fee_invoice(self, amounts):
        """Return the invoice of the fees; a credit note if more is returned than charged."""
        self.ensure_one()
        amounts = self._by_account(amounts, FEE_ACCOUNTS)
        if not amounts or self.currency_id.is_zero(self.amount_fee):
            return None
        sign = 1 if self.amount_fee > 0 else -1
        return {
            'move_type': 'out_invoice' if sign > 0 else 'out_refund',
            'journal_id': self.company_id._marketplace_account('marketplace_fee_journal_id').id,
            'partner_id': self.merchant_id.partner_id.id,
            'currency_id': self.currency_id.id,
            'invoice_date': fields.Date.context_today(self),
            'invoice_payment_term_id': False,
            'fiscal_position_id': False,
            'invoice_origin': self.name,
            'ref': self.name,
            'marketplace_statement_id': self.id,
            'line_ids': [
                Command.create(line) for line in self._prepare_fee_items({
                    name: -amount * sign for name, amount in amounts.items()
                }, sign)
            ],
        }

    def _prepare_fee_items(self, amounts, sign):
        """Return all journal items of the fee invoice: fees, tax and receivable.

        Odoo's taxes say what they are. It would make the items itself, but one by one: complete,
        a thousand invoices are made together.

        :param dict amounts: {account field: amount with tax}
        :param int sign: −1 if it is a credit note
        """
        Tax = self.env['account.tax']
        company, lines = self.company_id, []
        for name, amount in amounts.items():
            line = self._prepare_fee_line(name, amount)
            lines.append(Tax._prepare_base_line_for_taxes_computation(
                line, tax_ids=company.marketplace_fee_tax_id, currency_id=self.currency_id,
                partner_id=self.merchant_id.partner_id, special_mode='total_included', sign=-sign,
                rate=self._rate(), is_refund=sign < 0,
                account_id=self.env['account.account'].browse(line['account_id']),
            ))  # fmt: skip
        Tax._add_tax_details_in_base_lines(lines, company)
        Tax._round_base_lines_tax_details(lines, company)
        Tax._add_accounting_data_in_base_lines_tax_details(lines, company)
        result = Tax._prepare_tax_lines(lines, company)
        items = [
            *({**line['record'], **values} for line, values in result['base_lines_to_update']),
            *(self._prepare_fee_tax(values) for values in result['tax_lines_to_add']),
        ]
        return [*items, {
            'display_type': 'payment_term',
            'account_id': self._receivable_account().id,
            'partner_id': self.merchant_id.partner_id.commercial_partner_id.id,
            'currency_id': self.currency_id.id,
            'date_maturity': fields.Date.context_today(self),
            'amount_currency': -sum(item['amount_currency'] for item in items),
            'balance': -sum(item['balance'] for item in items),
        }]

    def _prepare_fee_tax(self, values):
        """Return a tax item; a tax without an account of its own is no income of the platform."""
        repartition = self.env['account.tax.repartition.line'].browse(
            values['tax_repartition_line_id']
        )
        account = repartition.account_id or self.company_id._marketplace_account(
            'marketplace_vat_account_id'
        )
        return {**values, 'display_type': 'tax', 'account_id': account.id}

    def _rate(self):
        """Return how much of its currency one unit of the company's is worth today."""
        return self.env['res.currency']._get_conversion_rate(
            self.company_id.currency_id, self.currency_id, self.company_id,
            fields.Date.context_today(self),
        )  # fmt: skip

    def _receivable_account(self):
        return self.merchant_id.partner_id.property_account_receivable_id

    def _prepare_fee_line(self, account_field, amount):
        """Return a line of the fee invoice; the tax is inside the amount."""
        company = self.company_id
        names = {
            'marketplace_commission_account_id': self.env._("Commission"),
            'marketplace_service_account_id': self.env._("Service fees"),
        }
        return {
            'display_type': 'product',
            'name': f"{names[account_field]} {self.name}",
            'partner_id': self.merchant_id.partner_id.commercial_partner_id.id,
            'quantity': 1.0,
            'price_unit': amount,
            'account_id': company._marketplace_account(account_field).id,
            'tax_ids': [Command.set(company.marketplace_fee_tax_id.ids)],
            'is_total_included': True,
        }

    def _prepare_netting(self):
        """Return the entry that pays the fee invoice out of what the merchant is owed."""
        self.ensure_one()
        receivables = self._fee_items()
        if not receivables:
            return None
        amount = sum(receivables.mapped('amount_currency'))
        balance = sum(receivables.mapped('balance'))
        receivable = dict(
            self._prepare_line('marketplace_payable_account_id', -amount, -balance),
            account_id=receivables.account_id.id,
            merchant_id=False,
        )
        payable = self._prepare_line('marketplace_payable_account_id', amount, balance)
        return self._prepare_entry([payable, receivable])

    def _fee_items(self):
        return self.fee_move_id.line_ids.filtered(
            lambda line: line.display_type == 'payment_term'
        )

    def _payable_items(self):
        """Return the journal items that the payout pays."""
        payable = self.sudo().company_id._marketplace_account('marketplace_payable_account_id')
        return (self.sudo().move_id | self.sudo().netting_move_id).line_ids.filtered(
            lambda line: line.account_id == payable
        )

    # === MATCHING === #

    def _match_fees(self):
        """Match each fee invoice with the entry that nets it, all in one go."""
        self._match_items([
            statement._fee_items() | statement.netting_move_id.line_ids.filtered(
                lambda line: line.account_id.account_type == 'asset_receivable'
            )
            for statement in self
        ])  # fmt: skip

    def _settle_nothing_owed(self):
        """Settle what needs no payout: statements that come to nothing, alone or with a debt."""
        groups = [
            statement for statement in self
            if statement.currency_id.is_zero(statement.amount_net)
        ]
        debts = self.filtered(lambda statement: statement.amount_net < 0)
        waiting = self.search([
            ('state', '=', 'posted'), ('payout_id', '=', False),
            ('merchant_id', 'in', debts.merchant_id.ids),
        ]).grouped(lambda statement: statement._owner())  # fmt: skip
        for owner in {debt._owner() for debt in debts}:
            if owner[-1].is_zero(sum(waiting[owner].mapped('amount_net'))):
                groups.append(waiting[owner])
        self._match_items([group._payable_items() for group in groups])
        if groups:
            self.browse().union(*groups)._settle()

    def _owner(self):
        return self.merchant_id, self.company_id, self.currency_id

    def _match_items(self, groups):
        """Match the open journal items of each group."""
        plan = [items.filtered(lambda line: not line.reconciled) for items in groups]
        self.env['account.move.line']._reconcile_plan([items for items in plan if len(items) > 1])

    @api.model
    def _match(self, ids):
        """Match what statements have cleared with the invoices that booked it."""
        statements = self.sudo().browse(ids)
        self._match_items([statement._clearing_items() for statement in statements])
        self._match_items(statements._reserve_items())
        crash.point('statement_matched')

    def _clearing_items(self):
        """Return the items on the clearing account: those of the entries and the statement's."""
        items = self.entry_ids.filtered(lambda entry: entry.kind in CLEARING_KINDS).move_line_id
        accounts = items.account_id
        return items | self.move_id.line_ids.filtered(lambda line: line.account_id in accounts)

    def _reserve_items(self):
        """Return the open items of the reserves of which these statements released some.

        What is released is matched with what was kept first, so that no difference between the
        rates of both days stays on the account.

        :return: the items, one group per merchant and currency
        :rtype: list
        """
        accounts = self.company_id.marketplace_reserve_account_id
        released = self.move_id.line_ids.filtered(
            lambda line: line.account_id in accounts and line.amount_currency > 0
        )
        items = released and self.env['account.move.line'].search([
            ('account_id', 'in', accounts.ids), ('merchant_id', 'in', released.merchant_id.ids),
            ('parent_state', '=', 'posted'), ('reconciled', '=', False),
        ])  # fmt: skip
        groups = items.grouped(lambda line: (line.account_id, line.merchant_id, line.currency_id))
        return list(groups.values())

    # === CRON === #

    @api.model
    def _cron_match(self):
        """Match posted statements with the invoices that they clear, and reserves they release."""
        rows = self.env.execute_query(SQL(
            """
            SELECT DISTINCT move.marketplace_statement_id
              FROM account_move_line line
              JOIN account_move move ON move.id = line.move_id
              JOIN res_company company ON company.id = line.company_id
               AND (company.marketplace_clearing_account_id = line.account_id
                    OR company.marketplace_reserve_account_id = line.account_id
                    AND line.amount_currency > 0)
             WHERE NOT line.reconciled AND line.parent_state = 'posted'
               AND move.marketplace_statement_id IS NOT NULL
             ORDER BY 1
            """
        ))
        if self._run_batches('_match', [row[0] for row in rows], MATCH_BATCH):
            self.env['marketplace.heartbeat']._beat('matching')

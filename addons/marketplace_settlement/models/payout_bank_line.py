# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

import logging
import re
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_date

from ..tools.payout_gateway import TEXT_MAX_LENGTH, Word

_logger = logging.getLogger(__name__)

LOOK_BACK = timedelta(days=120)
# What could be the name or the key of a payout in the text of a bank line.
TOKEN = re.compile(r'[A-Za-z0-9/\-]{6,}')
KEY = re.compile(r'[0-9a-f]{32}')


class AccountBankStatementLine(models.Model):
    _inherit = 'account.bank.statement.line'

    marketplace_payout_id = fields.Many2one(
        comodel_name='marketplace.payout', string="Merchant Payout", readonly=True, copy=False,
        index='btree_not_null', ondelete='restrict',
    )  # fmt: skip

    def _marketplace_tokens(self):
        """Return the words of the line that could name a payout."""
        text = f'{self.payment_ref or ""} {self.ref or ""} {self.transaction_details or ""}'
        return set(TOKEN.findall(text))

    def _marketplace_amount(self):
        """Return what went out (−) or came in (+), as (amount, currency) of the transfer."""
        if self.foreign_currency_id:
            return self.amount_currency, self.foreign_currency_id
        return self.amount, self.currency_id

    def _marketplace_match(self, payout, payment):
        """Settle the line by the payment, instead of the suspense account."""
        account = payment.outstanding_account_id
        outstanding = payment.move_id.line_ids.filtered(
            lambda line: line.account_id == account and not line.reconciled
        )
        _liquidity, suspense, _other = self._seek_for_lines()
        if outstanding and suspense and account != self.journal_id.default_account_id:
            suspense.write({'account_id': account.id, 'partner_id': payment.partner_id.id})
            (outstanding | suspense).reconcile()
        self.marketplace_payout_id = payout


class MarketplacePayout(models.Model):
    """Payouts on the bank's statements, which have the last word on what was paid."""

    _inherit = 'marketplace.payout'

    # === ACTION METHODS === #

    def action_match_bank_lines(self):
        """Look for payouts in the lines of the bank's statements, and say what was found."""
        self.browse().check_access('write')
        found, unclear = self.sudo()._match_bank_lines(self.env.companies)
        said = [
            self.env._("%s lines of the bank's statements were matched with payouts.", found)
        ]
        if unclear:
            said.append(self.env._(
                "Lines that name a payout and say something else than it are left to you: %s.",
                ", ".join(unclear.mapped('name')),
            ))
        return {
            'type': 'ir.actions.client',
            'tag': 'display_notification',
            'params': {
                'message': " ".join(said),
                'type': 'warning' if unclear else 'success' if found else 'info',
                'sticky': bool(unclear),
                'next': {'type': 'ir.actions.client', 'tag': 'soft_reload'},
            },
        }

    # === BUSINESS METHODS === #

    @api.model
    def _cron_match_bank_lines(self):
        companies = self.env['res.company'].search([('chart_template', '!=', False)])
        self._match_bank_lines(companies, self.env['ir.cron']._commit_progress)
        self.env['marketplace.heartbeat']._beat('bank_lines')

    @api.model
    def _match_bank_lines(self, companies, done=lambda: None):
        """Match what the bank lists with payouts, line by line.

        :param companies: whose bank journals to look at
        :param done: is called after each line
        :return: how many lines were matched, and the payouts that lines name without matching
        :rtype: tuple[int, marketplace.payout]
        """
        found, unclear = 0, self.browse()
        lines = self.env['account.bank.statement.line'].search(
            self._unmatched_lines(companies), order='id'
        )
        payouts = self._payouts_named(lines)
        for line in lines:
            named = {payouts[token] for token in line._marketplace_tokens() if token in payouts}
            if len(named) == 1:
                payout = named.pop()
                if payout._take_bank_line(line):
                    found += 1
                else:
                    unclear |= payout
            else:
                self._stop_if_unknown(line, payouts)
            done()
        return found, unclear

    @api.model
    def _unmatched_lines(self, companies):
        """Return the domain of the bank lines to look at: in journals that payouts leave from."""
        batches = self.env['marketplace.payout.batch'].search(
            [('company_id', 'in', companies.ids)]
        )
        return (
            Domain('journal_id', 'in', batches.journal_id.ids)
            & Domain('is_reconciled', '=', False)
            & Domain('marketplace_payout_id', '=', False)
            & Domain('date', '>=', fields.Date.context_today(self) - LOOK_BACK)
        )

    @api.model
    def _payouts_named(self, lines):
        """Return the payouts that lines name: {name or key: payout}."""
        tokens = {token for line in lines for token in line._marketplace_tokens()}
        payouts = self.search([
            ('state', 'not in', ('draft', 'cancelled')),
            '|', ('name', 'in', list(tokens)), ('key', 'in', list(tokens)),
        ])  # fmt: skip
        return {payout[field]: payout for payout in payouts for field in ('name', 'key')}

    def _take_bank_line(self, line):
        """Act on a line that names this payout.

        :return: whether it could be matched
        """
        amount, currency = line._marketplace_amount()
        same = currency == self.currency_id and line.company_id == self.company_id
        if not same or currency.compare_amounts(abs(amount), self.amount):
            self.problem = self.env._(
                "The bank's statement lists %(amount)s for it on %(date)s, which is not its"
                " amount: %(text)s. Nothing was matched, ask the bank.",
                amount=currency.format(amount), date=format_date(self.env, line.date),
                text=line.payment_ref or "",
            )
            return False
        reference = (line.ref or line.payment_ref or '')[:TEXT_MAX_LENGTH]
        if amount < 0:
            self._take_word(Word('paid', reference=reference))
            payment = self.payment_id
        else:
            self._take_word(Word('returned', reference=reference, reason=line.payment_ref or ''))
            payment = self.return_payment_id
        if self.state in ('paid', 'returned') and payment:
            line._marketplace_match(self, payment)
            self.problem = False
            return True
        return False

    @api.model
    def _stop_if_unknown(self, line, payouts):
        """Send nothing more when the bank lists a key of ours that is not in the books."""
        keys = {token for token in line._marketplace_tokens() if KEY.fullmatch(token)}
        if line.amount < 0 and keys and not keys & set(payouts):
            channels = self.env['marketplace.payout.channel'].search(
                [('journal_id', '=', line.journal_id.id)]
            )
            channels._stop(self.env._(
                "The bank's statement lists a payout that is not in the books: %s. Was a backup"
                " restored? Enter it first, or a merchant is paid twice.", line.payment_ref,
            ))

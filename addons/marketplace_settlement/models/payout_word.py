# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import fields, models
from odoo.exceptions import AccessError, UserError

from .balance_entry import in_statements

MANAGER = 'marketplace_settlement.group_finance_manager'
# In which states a word of the bank is news, is old, or contradicts what it said before.
NEWS = {
    'accepted': ('queued', 'unknown'),
    'paid': ('queued', 'sent', 'unknown'),
    'rejected': ('queued', 'sent', 'unknown'),
    'returned': ('queued', 'sent', 'unknown', 'paid'),
}
OLD = {
    'accepted': ('sent', 'paid', 'failed', 'returned'),
    'paid': ('paid', 'returned'),
    'rejected': ('failed',),
    'returned': ('returned',),
}


class MarketplacePayout(models.Model):
    """What the bank says of a payout, whichever way it says it: an answer, an event, a line of its
    statement. Said twice or in another order, it has the same effect."""

    _inherit = 'marketplace.payout'

    contradiction = fields.Char(
        readonly=True, copy=False, tracking=True,
        help="The bank said one thing and then another. The merchant gets nothing before a finance"
        " manager has found out.",
    )  # fmt: skip
    return_payment_id = fields.Many2one(
        comodel_name='account.payment', string="Returned Payment", readonly=True, copy=False,
        index='btree_not_null', ondelete='restrict',
    )  # fmt: skip

    # === ACTION METHODS === #

    def action_mark_returned(self, reason=None):
        """Record that the bank sent the money back; the statements wait for a new payout."""
        self.check_access('read')
        for payout_sudo in self.sudo():
            payout_sudo._return(reason)

    def action_settle_contradiction(self, reason=None):
        """Note what became of a payout about which the bank contradicted itself.

        :param str reason: what was found out, and done
        """
        if not self.env.user.has_group(MANAGER):
            raise AccessError(self.env._("What is unclear is settled by finance managers."))
        self.check_access('read')
        if not (reason or '').strip():
            raise UserError(self.env._("Please say what became of the payout."))
        self.sudo()._settle_contradiction(reason)

    def action_correct_paid(self, reason=None):
        """Record that the bank did pay what counts as failed here, so that nobody pays it again.

        :param str reason: how that was found out
        """
        self.check_access('read')
        for payout_sudo in self.sudo():
            payout_sudo._check_move(payout_sudo.state, 'paid', reason, False)
            payout_sudo._check_bank_reference()
            payout_sudo._claim_statements()
            payout_sudo._move_to('paid', reason=reason)
            payout_sudo.failure_reason = False
            payout_sudo._book_payment()
        self.sudo()._settle_contradiction(reason)

    # === BUSINESS METHODS === #

    def _settle_contradiction(self, reason):
        for payout in self.filtered('contradiction'):
            self.env['marketplace.audit.log']._log(
                payout, 'change', reason=reason, after={'contradiction': False},
                before={'contradiction': payout.contradiction},
            )  # fmt: skip
            payout.contradiction = False
            payout.activity_feedback(['mail.mail_activity_data_todo'], feedback=reason)

    def _claim_statements(self):
        """Take the statements back that this payout was made for and that wait since it failed."""
        self.ensure_one()
        statements = self.claimed_statement_ids
        if other := statements.payout_id:
            raise UserError(
                self.env._(
                    "%(other)s was made instead of %(payout)s. Leave it out of its batch, or cancel"
                    " that batch; if it was sent, the merchant was paid twice: adjust its balance.",
                    other=", ".join(other.mapped('name')), payout=self.name,
                )
            )
        if reversed_since := statements.filtered(lambda statement: statement.state != 'posted'):
            raise UserError(
                self.env._(
                    "%(statement)s was reversed since, so %(payout)s paid what is not owed by it:"
                    " adjust the merchant's balance.",
                    statement=", ".join(reversed_since.mapped('name')), payout=self.name,
                )
            )
        statements.write({'payout_id': self.id})

    def _take_word(self, word):
        """Act on the bank's word: once, in any order, and without believing both of two.

        :param Word word: its status is one of the keys of ``NEWS``
        """
        self.ensure_one()
        if self.state in OLD[word.status]:
            return
        if self.state not in NEWS[word.status]:
            self._contradict(word)
        elif word.status == 'accepted':
            self._move_to('sent', system=True)
        elif word.status == 'paid':
            self._take_paid(word)
        elif word.status == 'rejected':
            self._fail(word.reason or self.env._("The bank refused it."), system=True)
        else:
            if self.state != 'paid':
                self._take_paid(word)
            self._return(word.reason or self.env._("The bank sent it back."), system=True)

    def _take_paid(self, word):
        self.write({
            'bank_reference': self.bank_reference or word.reference or self.key,
            'failure_reason': False,
        })
        self._move_to('paid', system=True)
        self._book_payment()

    def _contradict(self, word):
        """Leave it to a person: what the bank says now cannot be true after what it said before."""
        if self.contradiction:
            return
        words = self.env['marketplace.payout.event']._fields['status']
        self.contradiction = self.env._(
            "The bank says “%(status)s” of a payout that is “%(state)s” here. %(reason)s",
            status=dict(words._description_selection(self.env))[word.status],
            state=self._state_label(self.state), reason=word.reason,
        ).strip()
        self.activity_schedule(
            'mail.mail_activity_data_todo',
            summary=self.env._("Find out what became of the payout"),
            note=self.contradiction,
            user_id=self.channel_id._manager(self.company_id).id or self.env.uid,
        )
        if self.state in ('draft', 'approved', 'cancelled'):
            # The bank has what was never sent from here: the books are older than the bank.
            self.channel_id._stop(self.contradiction)

    # === RETURNS === #

    def _return(self, reason, system=False):
        """Book that the money came back: Dr Bank · Cr Merchant payable, which is open again.

        The statements and their entries stand where they stood before the payout.
        """
        self.ensure_one()
        self._move_to('returned', reason=reason, system=system)
        payable = self.payment_id.destination_account_id
        paid = self._payable_items(self.payment_id)
        paid.remove_move_reconcile()
        self.return_payment_id = self._post_payment('inbound', payable)
        (paid | self._payable_items(self.return_payment_id)).reconcile()
        self.statement_ids._unsettle()
        self._release_statements(reason)
        self.env['mail.template']._marketplace_send(
            'marketplace_settlement.mail_template_payout_returned', self
        )


class MarketplaceStatement(models.Model):
    _inherit = 'marketplace.statement'

    def _unsettle(self):
        """Note that the merchant's money came back: the statement waits for a payout again."""
        self._move_to('posted', system=True)
        self.env['marketplace.balance.entry'].sudo()._change_state(
            'paid', 'in_statement', in_statements('entry', self.ids)
        )

    def _without_shortfall(self, merchant, currency):
        """Return those of the merchant's statements that are paid while its deposit lacks money.

        As many of the oldest as leave the shortfall unpaid; what reduces them counts always.
        """
        left = sum(self.mapped('amount_net')) - merchant._deposit_shortfall_in(currency)
        paid = self.filtered(lambda statement: statement.amount_net < 0)
        left -= sum(paid.mapped('amount_net'))
        for statement in (self - paid).sorted('id'):
            if currency.compare_amounts(statement.amount_net, left) <= 0:
                paid |= statement
                left -= statement.amount_net
        return paid

    def _payout_before(self):
        """Return the payout of these statements that failed or came back last, if any."""
        return self.env['marketplace.payout'].sudo().search([
            ('claimed_statement_ids', 'in', self.ids), ('state', 'in', ('failed', 'returned')),
        ], order='id desc', limit=1)  # fmt: skip


class MarketplaceMerchant(models.Model):
    _inherit = 'marketplace.merchant'

    def _deposit_shortfall_in(self, currency):
        """Return what payouts in a currency keep back because the deposit lacks it."""
        self.ensure_one()
        shortfall = self._deposit_shortfall()
        if not shortfall:
            return 0.0
        return self.currency_id._convert(
            shortfall, currency, self.company_id, fields.Date.context_today(self)
        )

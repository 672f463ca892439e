# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.exceptions import UserError

STEPS = {
    'deposit': 'recovered_deposit', 'invoice': 'recovered_invoice', 'write_off': 'written_off',
}


class MarketplaceAdvance(models.Model):
    """A shopper is paid first; the marketplace gets it back from the merchant.

    The shopper's money is Dr Compensation advances · Cr Receivable, on a credit note that is paid
    back like any other. The merchant's balance is charged at once: what its sales don't make good
    is a debt, recovered from the deposit, by invoice, or written off in the end.
    """

    _name = 'marketplace.advance'
    _description = "Compensation Paid in Advance"
    _inherit = 'marketplace.proposal.mixin'

    _guard_editable = ('insurance_policy_id', 'insurance_note')
    _proposal_fields = ('order_id', 'amount', 'reason', 'case_ref', 'liability')

    order_id = fields.Many2one(
        comodel_name='marketplace.order', required=True, index=True, ondelete='restrict'
    )
    shopper_id = fields.Many2one(
        comodel_name='res.partner', readonly=True, required=True, ondelete='restrict'
    )
    liability = fields.Selection(
        selection=[('merchant', "The merchant"), ('platform', "The marketplace")],
        string="Borne by",
        required=True,
        default='merchant',
    )
    move_id = fields.Many2one(
        comodel_name='account.move', string="Credit Note", readonly=True, copy=False,
        index='btree_not_null', ondelete='restrict',
    )  # fmt: skip
    entry_id = fields.Many2one(
        comodel_name='marketplace.balance.entry', readonly=True, copy=False,
        index='btree_not_null', ondelete='restrict',
    )  # fmt: skip
    recovery_ids = fields.One2many(
        comodel_name='marketplace.debt.recovery', compute='_compute_recovery', compute_sudo=True
    )
    recovered_balance = fields.Monetary(
        string="By the Balance", compute='_compute_recovery', compute_sudo=True,
        help="What the merchant had, or has sold since.",
    )  # fmt: skip
    recovered_deposit = fields.Monetary(
        string="From the Deposit", compute='_compute_recovery', compute_sudo=True
    )
    recovered_invoice = fields.Monetary(
        string="By Invoice", compute='_compute_recovery', compute_sudo=True
    )
    invoice_unpaid = fields.Monetary(
        string="Of It Unpaid", compute='_compute_recovery', compute_sudo=True
    )
    written_off = fields.Monetary(compute='_compute_recovery', compute_sudo=True)
    outstanding = fields.Monetary(compute='_compute_recovery', compute_sudo=True)
    provision = fields.Monetary(
        compute='_compute_recovery', compute_sudo=True,
        help="What should be provided for, by the age of the debt.",
    )  # fmt: skip
    insurance_policy_id = fields.Many2one(
        comodel_name='marketplace.insurance.policy', string="Insurance", copy=False,
        domain="[('merchant_id', '=', merchant_id)]", ondelete='restrict',
        help="The merchant's policy that covers it; the insurer pays to the merchant.",
    )  # fmt: skip
    insurance_note = fields.Text(
        copy=False, help="What was reported to the insurer, and its answer."
    )

    _amount_positive = models.Constraint('CHECK (amount > 0)', "Pay the shopper something.")

    # === COMPUTE METHODS === #

    @api.depends('state', 'entry_id', 'amount')
    def _compute_recovery(self):
        """Original = what was recovered or written off + what is outstanding."""
        entries = self.entry_id
        recoveries = self.env['marketplace.debt.recovery'].search([
            ('entry_id', 'in', entries.ids), ('state', 'in', ('proposed', 'booked')),
        ])  # fmt: skip
        debts = self.env['marketplace.debt']._current([('entry_id', 'in', entries.ids)])
        for advance in self:
            currency = advance.currency_id
            advance.recovery_ids = recoveries.filtered(
                lambda row, entry=advance.entry_id: entry and row.entry_id == entry
            )
            booked = advance.recovery_ids.filtered(lambda row: row.state == 'booked')
            for kind, name in STEPS.items():
                steps = booked.filtered(lambda row, kind=kind: row.kind == kind)
                advance[name] = sum(steps.mapped('amount'))
            invoices = booked.filtered(lambda row: row.kind == 'invoice').move_id
            advance.invoice_unpaid = sum(invoices.mapped('amount_residual'))
            debt = debts.filtered(
                lambda row, entry=advance.entry_id: entry and row.entry_id == entry
            )
            advance.outstanding = debt.outstanding
            advance.provision = debt.provision
            charged = advance.amount if advance.entry_id else 0.0
            steps = advance.recovered_deposit + advance.recovered_invoice + advance.written_off
            advance.recovered_balance = currency.round(charged - debt.outstanding - steps)

    # === ACTION METHODS === #

    def action_view_debt(self):
        """Show what the merchant still owes of it."""
        self.ensure_one()
        return self.env['ir.actions.act_window']._marketplace_list(
            'marketplace_settlement.marketplace_debt_action', [('entry_id', '=', self.entry_id.id)]
        )

    # === BUSINESS METHODS: PROPOSAL === #

    @api.model
    def _pay_decided(self, case, order, amount, reason, liability='merchant'):
        """Pay a shopper what was decided in a case, at once or after a manager's approval.

        For the addons that decide cases. Up to the company's limit for direct payment it is paid
        now.

        :param case: the document that was decided, of the order's merchant
        :return: the advance
        """
        advance = self.sudo().create({
            'order_id': order.id,
            'amount': amount,
            'reason': reason,
            'case_ref': f'{case._name},{case.id}',
            'liability': liability,
        })
        company = advance.company_id
        if company.currency_id.compare_amounts(
            advance._in_company_currency(amount), company.marketplace_advance_direct
        ) <= 0:
            advance._book_by_rule()
        return advance

    @api.model
    def _complete_proposal(self, vals):
        order = self.env['marketplace.order'].sudo().browse(vals.get('order_id')).exists()
        if not order:
            raise UserError(self.env._("Please choose the order that it is about."))
        vals.update({
            'merchant_id': order.merchant_id.id,
            'company_id': order.company_id.id,
            'currency_id': order.currency_id.id,
            'shopper_id': order.sale_order_id.partner_id.id,
        })
        vals['case_ref'] = vals.get('case_ref') or f'{order._name},{order.id}'

    def _check_proposal(self):
        """Raise as well if a cap of the company would be passed."""
        super()._check_proposal()
        company = self.company_id
        case = f'{self.case_ref._name},{self.case_ref.id}'
        caps = [
            (
                company.marketplace_advance_case_cap, [('case_ref', '=', case)],
                self.env._("one case"),
            ),
            (
                company.marketplace_advance_day_cap,
                [
                    ('merchant_id', '=', self.merchant_id.id),
                    ('date_booked', '=', fields.Date.context_today(self)),
                ],
                self.env._("one merchant on one day"),
            ),
        ]  # fmt: skip
        for cap, domain, what in caps:
            earlier = self.search([
                *domain, ('state', '=', 'booked'), ('company_id', '=', company.id),
                ('id', '!=', self.id),
            ])  # fmt: skip
            total = sum(advance._in_company_currency(advance.amount) for advance in earlier | self)
            if company.currency_id.compare_amounts(total, cap) > 0:
                raise UserError(self.env._(
                    "At most %(cap)s may be paid in advance for %(what)s; with this it would be"
                    " %(total)s.",
                    cap=company.currency_id.format(cap), what=what,
                    total=company.currency_id.format(total),
                ))

    def _in_company_currency(self, amount):
        company = self.company_id
        date = self.date_booked or fields.Date.context_today(self)
        return self.currency_id._convert(amount, company.currency_id, company, date)

    # === BUSINESS METHODS: BOOKING === #

    def _book_proposal(self):
        """Pay the shopper, and charge the merchant.

        Two advances of one merchant collide on its wallet: the second looks at the caps again.
        """
        Entry = self.env['marketplace.balance.entry']
        self.entry_id = Entry._book(
            self.merchant_id, 'compensation', -self.amount, self.reason, self, self.order_id
        )
        if self.liability == 'platform':
            # The merchant is made up for it: what remains is the marketplace's expense.
            Entry._book(
                self.merchant_id, 'adjustment', self.amount, self.reason, self, self.order_id
            )
        self.move_id = self.order_id._credit_advance(self.amount, self.reason, self.name)
        self._give_notice('marketplace_settlement.mail_template_advance')

# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL


class MarketplaceDebt(models.Model):
    """What merchants owe, one row for each deduction that their sales have not made good yet.

    Computed from the available balance entries whenever it is looked at. What a merchant gains
    makes good its oldest deduction first, but for what was recovered for one of them on purpose
    (`marketplace.debt.recovery`). What is still open adds up to the debt of the wallet, and what
    is recovered and what is outstanding to the original amount.
    """

    _name = 'marketplace.debt'
    _description = "Debt of a Merchant"
    _auto = False
    _order = 'date, id'
    _rec_name = 'reason'
    _depends = {
        'marketplace.balance.entry': [
            'merchant_id', 'company_id', 'currency_id', 'amount', 'state', 'date', 'kind',
        ],
        'marketplace.debt.recovery': ['entry_id', 'credit_entry_id', 'amount', 'state'],
    }

    entry_id = fields.Many2one(
        comodel_name='marketplace.balance.entry', string="Balance Entry", readonly=True
    )
    merchant_id = fields.Many2one(comodel_name='marketplace.merchant', readonly=True)
    company_id = fields.Many2one(comodel_name='res.company', readonly=True)
    currency_id = fields.Many2one(comodel_name='res.currency', readonly=True)
    order_id = fields.Many2one(comodel_name='marketplace.order', readonly=True)
    kind = fields.Selection(
        selection=lambda self: self.env['marketplace.balance.entry']._fields['kind'].selection,
        readonly=True,
    )
    reason = fields.Char(readonly=True)
    date = fields.Date(readonly=True)
    age = fields.Integer(string="Days", readonly=True, aggregator='max')
    bucket = fields.Selection(
        selection=[
            ('0', "0–30 days"),
            ('31', "31–60 days"),
            ('61', "61–90 days"),
            ('91', "over 90 days"),
        ],
        string="Age of the Debt",
        readonly=True,
    )
    original = fields.Monetary(readonly=True)
    recovered = fields.Monetary(readonly=True)
    outstanding = fields.Monetary(readonly=True)
    provision = fields.Monetary(
        compute='_compute_provision', help="What should be provided for, by the age of the debt."
    )

    # === COMPUTE METHODS === #

    @property
    def _table_query(self):
        return SQL(
            """
            WITH available AS (
                SELECT entry.*, recovery.id IS NOT NULL AS is_aimed
                  FROM marketplace_balance_entry entry
             LEFT JOIN marketplace_debt_recovery recovery
                    ON recovery.credit_entry_id = entry.id AND recovery.state = 'booked'
                 WHERE entry.state = 'available' AND entry.is_open
                   AND EXISTS (SELECT FROM marketplace_wallet wallet
                                WHERE wallet.merchant_id = entry.merchant_id
                                  AND wallet.company_id = entry.company_id
                                  AND wallet.currency_id = entry.currency_id
                                  AND wallet.debt < 0)
            ), aimed AS (
                SELECT recovery.entry_id, SUM(credit.amount) AS amount
                  FROM marketplace_debt_recovery recovery
                  JOIN available credit ON credit.id = recovery.credit_entry_id
                 WHERE recovery.state = 'booked'
              GROUP BY recovery.entry_id
            ), pool AS (
                SELECT merchant_id, company_id, currency_id, SUM(amount) AS amount
                  FROM available
                 WHERE amount > 0 AND NOT is_aimed
              GROUP BY merchant_id, company_id, currency_id
            ), need AS (
                SELECT available.*, -available.amount - COALESCE(aimed.amount, 0) AS need,
                       SUM(-available.amount - COALESCE(aimed.amount, 0)) OVER (
                           PARTITION BY available.merchant_id, available.company_id,
                                        available.currency_id
                           ORDER BY available.date, available.id) AS until_here
                  FROM available
             LEFT JOIN aimed ON aimed.entry_id = available.id
                 WHERE available.amount < 0
            ), open AS (
                SELECT need.*, GREATEST(LEAST(
                           need.need, need.until_here - COALESCE(pool.amount, 0)), 0) AS left_over
                  FROM need
             LEFT JOIN pool ON pool.merchant_id = need.merchant_id
                   AND pool.company_id = need.company_id AND pool.currency_id = need.currency_id
            )
            SELECT open.id, open.id AS entry_id, open.merchant_id, open.company_id,
                   open.currency_id, open.order_id, open.kind, open.reason, open.date,
                   CURRENT_DATE - open.date AS age,
                   CASE WHEN CURRENT_DATE - open.date <= 30 THEN '0'
                        WHEN CURRENT_DATE - open.date <= 60 THEN '31'
                        WHEN CURRENT_DATE - open.date <= 90 THEN '61'
                        ELSE '91' END AS bucket,
                   -open.amount AS original, -open.amount - open.left_over AS recovered,
                   open.left_over AS outstanding
              FROM open
             WHERE open.left_over > 0
            """
        )

    @api.depends('outstanding', 'bucket')
    def _compute_provision(self):
        for debt in self:
            company = debt.company_id
            rate = {
                '31': company.marketplace_provision_30,
                '61': company.marketplace_provision_60,
                '91': company.marketplace_provision_90,
            }.get(debt.bucket, 0.0)
            debt.provision = debt.currency_id.round(debt.outstanding * rate / 100)

    # === CRUD METHODS === #

    @api.model
    def _current(self, domain):
        """Search, and read again what other documents have changed in this transaction."""
        self.env.flush_all()
        self.invalidate_model()
        return self.search(domain)

    # === ACTION METHODS === #

    def action_take_from_deposit(self):
        """Propose that the deposits make these debts good; another person approves it."""
        return self._propose_recovery('deposit')

    def action_invoice(self):
        """Propose to invoice these debts to the merchants; another person approves it."""
        return self._propose_recovery('invoice')

    def action_write_off(self):
        """Propose to write these debts off; another person approves it."""
        return self._propose_recovery('write_off')

    # === BUSINESS METHODS === #

    def _propose_recovery(self, kind):
        self.check_access('read')
        values = self._prepare_recoveries(kind)
        if not values:
            raise UserError(self.env._("The deposits of these merchants are empty."))
        recoveries = self.env['marketplace.debt.recovery'].create(values)
        return self.env['ir.actions.act_window']._marketplace_list(
            'marketplace_settlement.marketplace_debt_recovery_action',
            [('id', 'in', recoveries.ids)],
        )

    def _prepare_recoveries(self, kind):
        """Return the values of one recovery for each debt; a deposit is shared out once."""
        values, left = [], {}
        for debt in self:
            amount = debt.outstanding
            if kind == 'deposit':
                key = (debt.merchant_id, debt.currency_id)
                amount = min(amount, left.setdefault(key, debt._deposit_left()))
                left[key] -= amount
            if debt.currency_id.compare_amounts(amount, 0.0) > 0:
                values.append({
                    'kind': kind,
                    'entry_id': debt.entry_id.id,
                    'amount': debt.currency_id.round(amount),
                    'reason': debt._recovery_reason(kind),
                })
        return values

    def _deposit_left(self):
        """Return what the merchant's deposit holds, in the currency of the debt."""
        self.ensure_one()
        merchant = self.merchant_id.sudo()
        return merchant.currency_id._convert(
            merchant.deposit_balance, self.currency_id, merchant.company_id,
            fields.Date.context_today(self),
        )  # fmt: skip

    def _recovery_reason(self, kind):
        """Return what the merchant reads: what becomes of the debt, and where it comes from."""
        self.ensure_one()
        kind_label = dict(self._fields['kind']._description_selection(self.env))[self.kind]
        origin = self.reason or (
            f"{kind_label} {self.order_id.name}" if self.order_id else kind_label
        )
        return {
            'deposit': self.env._("Taken from the deposit: %s", origin),
            'invoice': self.env._("Invoiced debt: %s", origin),
            'write_off': self.env._("Debt written off: %s", origin),
        }[kind]

    @api.model
    def _due_from_deposits(self):
        """Return the debts that deposits make good by themselves: old enough, and allowed."""
        debts = self._current([
            ('company_id.marketplace_debt_deposit', '=', 'automatic'), ('age', '>', 0),
        ])  # fmt: skip
        today = fields.Date.context_today(self)
        waiting = self.env['marketplace.debt.recovery'].search([('state', '=', 'proposed')])
        return debts.filtered(
            lambda debt: debt.entry_id not in waiting.entry_id and debt.date <= today - timedelta(
                days=debt.company_id.marketplace_debt_deposit_days
            )
        )

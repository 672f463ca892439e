# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.marketplace_merchant.tools.sheet import write_sheet

WIDTHS = (12, 24, 50, 20, 14, 14, 10)


class MarketplaceDepositAccount(models.Model):
    """What a merchant's deposit comes to: the row that every movement adds to.

    It repeats the sum of the movements, because a sum can be spent twice by two transactions that
    don't see each other: the loser of a race starts again and then meets the ``CHECK``.
    """

    _name = 'marketplace.deposit.account'
    _description = "Deposit Account"
    _inherit = ['marketplace.fixed.mixin']
    _rec_name = 'merchant_id'
    _order = 'merchant_id, id'
    _allow_sudo_commands = False

    merchant_id = fields.Many2one(
        comodel_name='marketplace.merchant', required=True, readonly=True, ondelete='restrict'
    )
    company_id = fields.Many2one(
        comodel_name='res.company', required=True, readonly=True, ondelete='restrict'
    )
    currency_id = fields.Many2one(related='company_id.currency_id')
    balance = fields.Monetary(readonly=True, required=True)
    required = fields.Monetary(related='merchant_id.deposit_required', string="Required Deposit")
    missing = fields.Monetary(related='merchant_id.deposit_missing', string="Missing")
    movement_ids = fields.One2many(related='merchant_id.deposit_movement_ids')
    explanation = fields.Html(compute='_compute_explanation', sanitize=False)

    _owner_uniq = models.UniqueIndex('(merchant_id, company_id)')
    _balance_positive = models.Constraint(
        'CHECK (balance >= 0)', "The merchant's deposit does not cover this."
    )

    # === SETUP === #

    def init(self):
        """Give the deposits that were paid before there were accounts theirs."""
        self.env.cr.execute("SELECT to_regclass('marketplace_deposit_movement')")
        if self.env.cr.fetchone()[0]:
            self.env.cr.execute("""
                INSERT INTO marketplace_deposit_account (merchant_id, company_id, balance)
                SELECT merchant_id, company_id, SUM(amount)
                  FROM marketplace_deposit_movement
                 GROUP BY merchant_id, company_id
                    ON CONFLICT DO NOTHING
            """)

    # === COMPUTE METHODS === #

    @api.depends_context('lang')
    def _compute_explanation(self):
        """How what is required comes about."""
        latest = self.env['marketplace.deposit.requirement']._latest(self.merchant_id)
        words = {row.merchant_id: row.explanation for row in latest}
        for account in self:
            account.explanation = words.get(account.merchant_id, False)

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):  # pylint: disable=method-required-super
        raise self._fixed_error()

    def _fixed_error(self):
        return UserError(self.env._("A deposit is changed by its movements only."))

    # === ACTION METHODS === #

    def action_view_debts(self):
        """Show what the merchant owes: a deposit is deducted from to make a debt good."""
        self.ensure_one()
        self.check_access('read')
        action = self.env['ir.actions.act_window']._for_xml_id(
            'marketplace_settlement.marketplace_debt_action'
        )
        return dict(action, domain=[('merchant_id', '=', self.merchant_id.id)], context={})

    # === BUSINESS METHODS === #

    @api.model
    def _add(self, rows):
        """Add amounts to deposits; refused by the ``CHECK`` if one does not cover it.

        :param list rows: (merchant id, company id, amount)
        """
        totals = {}
        for merchant, company, amount in rows:
            totals[merchant, company] = totals.get((merchant, company), 0.0) + amount
        for (merchant, company), amount in sorted(totals.items()):
            # A CHECK looks at what an INSERT proposes, conflict or not: the row is made first.
            self.env.cr.execute(SQL(
                "INSERT INTO marketplace_deposit_account (merchant_id, company_id, balance)"
                " VALUES (%s, %s, 0) ON CONFLICT (merchant_id, company_id) DO NOTHING",
                merchant, company,
            ))  # fmt: skip
            self.env.cr.execute(SQL(
                "UPDATE marketplace_deposit_account SET balance = balance + %s::numeric"
                " WHERE merchant_id = %s AND company_id = %s",
                round(amount, 6), merchant, company,
            ))  # fmt: skip
        self.invalidate_model()
        self.env['marketplace.merchant'].invalidate_model(
            ['deposit_balance', 'deposit_missing', 'deposit_required']
        )

    def _history(self):
        """Return the movements from the first on, each with the balance after it.

        :return: (movement, balance)
        :rtype: list[tuple]
        """
        self.ensure_one()
        history, balance = [], 0.0
        movements = self.env['marketplace.deposit.movement'].sudo().search([
            ('merchant_id', '=', self.merchant_id.id), ('company_id', '=', self.company_id.id),
        ], order='date, id')  # fmt: skip
        for movement in movements:
            balance = self.currency_id.round(balance + movement.amount)
            history.append((movement, balance))
        return history

    def _export(self, file_format):
        """Return the statement of the deposit as a sheet, in the merchant's language.

        :param str file_format: ``xlsx`` or ``csv``
        :return: name and content of the file
        :rtype: tuple[str, bytes]
        """
        self.ensure_one()
        account = self.with_context(lang=self.merchant_id.partner_id.lang)
        _ = account.env._
        header = [
            _("Date"), _("Movement"), _("Reason"), _("Journal Entry"), _("Amount"), _("Balance"),
            _("Currency"),
        ]  # fmt: skip
        rows = account._statement_rows()
        name = f"{_('Deposit')}-{self.merchant_id.code}.{file_format}"
        return name, write_sheet(file_format, _("Deposit"), header, rows, widths=WIDTHS)

    def _statement_rows(self):
        kinds = dict(self.movement_ids._fields['kind']._description_selection(self.env))
        return [
            [
                movement.date, kinds[movement.kind], movement.display_name,
                movement.move_id.name, movement.amount, balance, self.currency_id.name,
            ]
            for movement, balance in self._history()
        ]  # fmt: skip

# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

"""How long records of trade are kept.

At least three years from the day on which a trade was completed: E-Commerce Law of the People's
Republic of China, article 31. Other laws ask for more of the same records: ten years of platforms
in the European Union (Directive 2006/112/EC, article 242a), thirty of bookkeeping vouchers in China
(Measures for the Administration of Accounting Archives, 2015).
"""

from datetime import datetime

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL, format_date

YEARS_LEAST = 3
YEARS_DEFAULT = 10


class ResCompany(models.Model):
    _inherit = 'res.company'

    marketplace_trade_years = fields.Integer(
        string="Retention of Trade Records (years)",
        default=YEARS_DEFAULT,
        required=True,
        help="Orders, returns, invoices and payments cannot be deleted earlier than this after the"
        " trade was completed. The law asks for three years at least. Balance entries, statements,"
        " payouts and deposits are never deleted.",
    )

    _marketplace_trade_years_least = models.Constraint(
        f'CHECK (marketplace_trade_years >= {YEARS_LEAST})',
        "Records of trade are kept for three years at least (E-Commerce Law, article 31).",
    )


class ResConfigSettings(models.TransientModel):
    _inherit = 'res.config.settings'

    marketplace_trade_years = fields.Integer(
        related='company_id.marketplace_trade_years', readonly=False
    )


class MarketplaceRetentionMixin(models.AbstractModel):
    """Records that are deleted after the time of retention at the earliest, and not silently."""

    _name = 'marketplace.retention.mixin'
    _description = "Records of Trade"

    # === CRUD METHODS === #

    @api.ondelete(at_uninstall=False)
    def _unlink_except_retained(self):
        records = self.sudo()._trade_records()
        records._check_retained()
        for of_company in records.grouped('company_id').values():
            self.env['marketplace.audit.log']._log(
                of_company, 'change', reason=self.env._("Deleted after the time of retention."),
                after={'deleted': True},
            )  # fmt: skip

    # === BUSINESS METHODS === #

    def _check_retained(self):
        """Raise if the time of retention of one of these records of trade is not over."""
        today = fields.Date.context_today(self)
        for record in self:
            until = fields.Date.add(
                record._trade_date(), years=record.company_id.marketplace_trade_years
            )
            if until > today:
                raise UserError(
                    self.env._(
                        "%(document)s is a record of trade and is kept until %(date)s.",
                        document=record.display_name,
                        date=format_date(self.env, until),
                    )
                )

    def _trade_records(self):
        """Return those of ``self`` that are records of trade."""
        return self

    def _trade_date(self):
        """Return the day from which the time of retention counts."""
        raise NotImplementedError


class MarketplaceOrder(models.Model):
    _name = 'marketplace.order'
    _inherit = ['marketplace.order', 'marketplace.retention.mixin']

    def _trade_date(self):
        """An order that is under way yet is not completed: its time has not begun."""
        if self.state not in ('completed', 'cancelled'):
            return fields.Date.context_today(self)
        return (self.date_completed or self.write_date).date()


class MarketplaceReturn(models.Model):
    _name = 'marketplace.return'
    _inherit = ['marketplace.return', 'marketplace.retention.mixin']

    def _trade_date(self):
        return max(self.order_id._trade_date(), self.create_date.date())


class SaleOrder(models.Model):
    _name = 'sale.order'
    _inherit = ['sale.order', 'marketplace.retention.mixin']

    def _trade_records(self):
        return self.filtered('marketplace_order_ids')

    def _trade_date(self):
        return max(part._trade_date() for part in self.marketplace_order_ids)


class AccountMove(models.Model):
    _name = 'account.move'
    _inherit = ['account.move', 'marketplace.retention.mixin']

    def _trade_records(self):
        return self.filtered(
            lambda move: move.posted_before
            and (move.marketplace_statement_id or move.line_ids.merchant_id
                 or move.origin_payment_id.payment_transaction_id._trade_records())
        )

    def _trade_date(self):
        return self.date


class PaymentTransaction(models.Model):
    _name = 'payment.transaction'
    _inherit = ['payment.transaction', 'marketplace.retention.mixin']

    def _trade_records(self):
        return self.filtered(
            lambda tx: tx.state in ('authorized', 'done')
            and (tx.sale_order_ids.marketplace_order_ids or tx.deposit_merchant_id)
        )

    def _trade_date(self):
        return (self.last_state_change or self.create_date).date()


class IrAttachment(models.Model):
    _inherit = 'ir.attachment'

    # === CRUD METHODS === #

    @api.ondelete(at_uninstall=False)
    def _unlink_except_retained(self):
        """The files of a record of trade are kept as long as the record."""
        kept = self.env.registry.descendants(['marketplace.retention.mixin'], '_inherit')
        for model, files in self.sudo().filtered('res_id').grouped('res_model').items():
            if model in kept:
                records = self.env[model].sudo().browse(set(files.mapped('res_id'))).exists()
                records._trade_records()._check_retained()


class MarketplaceRetentionReport(models.Model):
    """How many records of trade there are of each year, and until when they are kept."""

    _name = 'marketplace.retention.report'
    _description = "Retention of Trade Records"
    _auto = False
    _order = 'year, kind'

    kind = fields.Selection(
        selection=[
            ('order', "Merchant orders"),
            ('return', "Returns"),
            ('invoice', "Invoices and credit notes"),
            ('entry', "Balance entries"),
            ('statement', "Statements"),
            ('payout', "Payouts"),
        ],
        readonly=True,
    )
    company_id = fields.Many2one(comodel_name='res.company', readonly=True)
    year = fields.Char(readonly=True)
    count = fields.Integer(string="Records", readonly=True)
    kept_until = fields.Date(
        readonly=True, help="The last of these records may not be deleted before."
    )

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT ROW_NUMBER() OVER (ORDER BY record.company_id, record.kind,
                                               EXTRACT(year FROM record.day)) AS id,
                   record.kind, record.company_id,
                   EXTRACT(year FROM record.day)::int::text AS year, COUNT(*) AS count,
                   (MAX(record.day) + company.marketplace_trade_years * INTERVAL '1 year')::date
                   AS kept_until
              FROM (
                    SELECT 'order' AS kind, company_id,
                           COALESCE(date_completed, write_date)::date AS day
                      FROM marketplace_order
                     UNION ALL
                    SELECT 'return', company_id, create_date::date FROM marketplace_return
                     UNION ALL
                    SELECT 'invoice', move.company_id, move.date
                      FROM account_move move
                     WHERE move.posted_before AND move.move_type IN ('out_invoice', 'out_refund')
                       AND (move.marketplace_statement_id IS NOT NULL OR EXISTS (
                            SELECT 1 FROM account_move_line line
                             WHERE line.move_id = move.id AND line.merchant_id IS NOT NULL))
                     UNION ALL
                    SELECT 'entry', company_id, date FROM marketplace_balance_entry
                     UNION ALL
                    SELECT 'statement', company_id, date_to FROM marketplace_statement
                     UNION ALL
                    SELECT 'payout', company_id, create_date::date FROM marketplace_payout
                   ) AS record
              JOIN res_company company ON company.id = record.company_id
             GROUP BY record.company_id, company.id, record.kind, EXTRACT(year FROM record.day)
            """
        )

    # === ACTION METHODS === #

    def action_open_records(self):
        """Open the records of the year."""
        self.ensure_one()
        model, date, domain = {
            'order': ('marketplace.order', 'date_completed', []),
            'return': ('marketplace.return', 'create_date', []),
            'invoice': ('account.move', 'date', [
                ('move_type', 'in', ('out_invoice', 'out_refund')), '|',
                ('marketplace_statement_id', '!=', False), ('line_ids.merchant_id', '!=', False),
            ]),
            'entry': ('marketplace.balance.entry', 'date', []),
            'statement': ('marketplace.statement', 'date_to', []),
            'payout': ('marketplace.payout', 'create_date', []),
        }[self.kind]  # fmt: skip
        year = int(self.year)
        start, end = datetime(year, 1, 1), datetime(year + 1, 1, 1)
        if self.env[model]._fields[date].type == 'date':
            start, end = start.date(), end.date()
        period = Domain(date, '>=', start) & Domain(date, '<', end)
        if self.kind == 'order':
            # What is not completed counts from its last change.
            period |= (
                Domain(date, '=', False)
                & Domain('write_date', '>=', start) & Domain('write_date', '<', end)
            )  # fmt: skip
        return {
            'type': 'ir.actions.act_window',
            'name': dict(self._fields['kind']._description_selection(self.env))[self.kind],
            'res_model': model,
            'view_mode': 'list,kanban,form',
            'mobile_view_mode': 'kanban',
            'domain': list(Domain('company_id', '=', self.company_id.id) & period & Domain(domain)),
        }

# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import SQL, split_every
from odoo.tools.date_utils import start_of

MERCHANTS_AT_ONCE = 500


class MarketplaceCommissionSimulation(models.TransientModel):
    """What merchants would have paid by drafts of commission rules, on what they sold lately.

    Every sale of goods and freight that was frozen in the last days, cancelled orders aside, is
    rated once more where a draft goes before the rule that it was charged by; other sales keep
    their fee. Sales are read batch by batch, alike ones as one row.
    """

    _name = 'marketplace.commission.simulation'
    _description = "Simulation of Commission Rules"

    rule_ids = fields.Many2many(
        comodel_name='marketplace.commission.rule', string="Drafts", required=True,
        relation='marketplace_commission_simulated_rel', domain=[('state', '=', 'draft')],
    )  # fmt: skip
    days = fields.Integer(string="Days Back", default=90, required=True)
    company_id = fields.Many2one(
        comodel_name='res.company', required=True, readonly=True,
        default=lambda self: self.env.company,
    )  # fmt: skip
    currency_id = fields.Many2one(related='company_id.currency_id')
    line_ids = fields.One2many(
        comodel_name='marketplace.commission.simulation.line', inverse_name='simulation_id',
        readonly=True,
    )  # fmt: skip
    merchant_count = fields.Integer(string="Merchants", compute='_compute_totals')
    sales = fields.Monetary(compute='_compute_totals')
    fee_now = fields.Monetary(string="Fee Charged", compute='_compute_totals')
    fee_then = fields.Monetary(string="New Fee", compute='_compute_totals')
    difference = fields.Monetary(compute='_compute_totals')

    _days_range = models.Constraint(
        'CHECK (days BETWEEN 1 AND 366)', "Simulate between one day and one year of sales."
    )

    # === COMPUTE METHODS === #

    @api.depends('rule_ids')
    def _compute_display_name(self):
        for simulation in self:
            simulation.display_name = self.env._(
                "Simulation: %s", ', '.join(simulation.rule_ids.mapped('display_name'))
            )

    @api.depends('line_ids.difference')
    def _compute_totals(self):
        for simulation in self:
            lines = simulation.line_ids
            simulation.merchant_count = len(lines)
            for name in ('sales', 'fee_now', 'fee_then', 'difference'):
                simulation[name] = sum(lines.mapped(name))

    # === ACTION METHODS === #

    def action_run(self):
        """Rate the sales anew and show the effect per merchant."""
        self.ensure_one()
        if any(rule.state != 'draft' for rule in self.rule_ids):
            raise UserError(self.env._("Only drafts can be simulated: published rules count."))
        self.line_ids.sudo().unlink()
        self.env['marketplace.commission.simulation.line'].sudo().create([
            {'simulation_id': self.id, 'merchant_id': merchant_id, **figures}
            for merchant_id, figures in self._simulate().items()
        ])
        return self._get_records_action(name=self.env._("Simulation"))

    def action_view_lines(self):
        """Show the effect per merchant as a list, to sort, group and export."""
        self.ensure_one()
        action = self.env['ir.actions.act_window']._for_xml_id(
            'marketplace_settlement.marketplace_commission_simulation_line_action'
        )
        return dict(action, domain=[('simulation_id', '=', self.id)])

    # === BUSINESS METHODS === #

    def _simulate(self):
        """Return sales and fees by merchant id, in the currency of the company."""
        figures = defaultdict(lambda: dict.fromkeys(
            ('line_count', 'sales', 'fee_now', 'fee_then'), 0
        ))  # fmt: skip
        for merchant_ids in split_every(MERCHANTS_AT_ONCE, self._merchants_with_sales()):
            rater = SaleRater(self)
            for row in self._read_sales(list(merchant_ids)):
                merchant_id, count, *amounts = rater.rate(row)
                if count:
                    merchant = figures[merchant_id]
                    merchant['line_count'] += count
                    for name, amount in zip(('sales', 'fee_now', 'fee_then'), amounts, strict=True):
                        merchant[name] += amount * count
        return figures

    def _first_day(self):
        return self.company_id._marketplace_today() - timedelta(days=self.days)

    def _merchants_with_sales(self):
        self.env.flush_all()
        return [row[0] for row in self.env.execute_query(SQL(
            """
            SELECT DISTINCT merchant_id FROM marketplace_order
             WHERE company_id = %s AND state <> 'cancelled' AND create_date >= %s
             ORDER BY merchant_id
            """,
            self.company_id.id, self.company_id._marketplace_utc(self._first_day()),
        ))]  # fmt: skip

    def _read_sales(self, merchant_ids):
        """Return what some merchants sold: alike sales as one row, with their number.

        Brackets are of a month's sales: with them each sale is a row, from the beginning of the
        first month on, in the order in which they were made.
        """
        brackets = any(rule._has_brackets() for rule in self.rule_ids)
        start = start_of(self._first_day(), 'month') if brackets else self._first_day()
        own_currency = self.rule_ids.currency_id <= self.currency_id
        columns = SQL(
            """
            o.merchant_id, line.marketplace_tier_id, product.product_tmpl_id, category.parent_path,
            COALESCE(line.is_delivery, FALSE), line.marketplace_rule_id, line.currency_id,
            CASE WHEN %s OR line.currency_id <> %s THEN %s END,
            COALESCE(line.marketplace_sales, 0), COALESCE(line.marketplace_commission, 0),
            CASE WHEN %s AND line.price_total <> 0 THEN line.price_subtotal / line.price_total
                 ELSE 1 END
            """,
            brackets or not own_currency, self.currency_id.id, self._local_day(),
            'without_tax' in self.rule_ids.mapped('base'),
        )  # fmt: skip
        return self.env.execute_query(SQL(
            """
            SELECT %s, %s
              FROM marketplace_order o
              JOIN sale_order_line line ON line.marketplace_order_id = o.id
              JOIN product_product product ON product.id = line.product_id
              JOIN product_template template ON template.id = product.product_tmpl_id
         LEFT JOIN product_category category ON category.id = template.categ_id
             WHERE o.merchant_id = ANY(%s) AND o.company_id = %s AND o.state <> 'cancelled'
               AND o.create_date >= %s AND line.marketplace_frozen AND line.reward_id IS NULL
             %s
            """,
            columns, SQL("1") if brackets else SQL("COUNT(*)"), merchant_ids, self.company_id.id,
            self.company_id._marketplace_utc(start),
            SQL("ORDER BY o.create_date, o.sale_order_id, line.sequence, line.id") if brackets
            else SQL("GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11"),
        ))  # fmt: skip

    def _local_day(self):
        zone = self.company_id.sudo().partner_id.tz or 'UTC'
        return SQL("(o.create_date AT TIME ZONE 'UTC' AT TIME ZONE %s)::date", zone)


class SaleRater:
    """Rates sales by the drafts of a simulation, and remembers what it looked up."""

    def __init__(self, simulation):
        self.env = simulation.env
        self.company = simulation.company_id.sudo()
        self.currency = simulation.currency_id
        self.first_day = simulation._first_day()
        self.today = self.company._marketplace_today()
        self.by_scope = {rule._scope(): rule for rule in simulation.rule_ids.sudo()}
        self.drafts = {}
        self.month_sales = defaultdict(float)

    def rate(self, row):
        """Return merchant id, number of sales, and sales, fee charged and fee then of each."""
        (merchant_id, tier_id, template_id, path, freight, rule_id, currency_id, day, sales,
         charged, untaxed_share, count) = row  # fmt: skip
        sales, charged, untaxed_share = float(sales), float(charged), float(untaxed_share)
        currency = self.env['res.currency'].browse(currency_id)
        before = self._move_month_on(merchant_id, day, currency, 0.0 if freight else sales)
        if day and day < self.first_day:
            return merchant_id, 0, 0.0, 0.0, 0.0
        draft = self._draft_for(
            merchant_id, tier_id, not freight and template_id, path, freight, rule_id
        )
        fee = charged if draft is None else draft._rate(
            sales, untaxed_share, currency, self.company, day or self.today, before, freight
        ).commission  # fmt: skip
        return merchant_id, count, *(
            currency._convert(amount, self.currency, self.company, day or self.today)
            for amount in (0.0 if freight else sales, charged, fee)
        )

    def _move_month_on(self, merchant_id, day, currency, sales):
        """Return the merchant's sales of the month before a sale, in its currency."""
        if not day:
            return 0.0
        month = (merchant_id, day.year, day.month)
        before = self.month_sales[month]
        self.month_sales[month] += currency._convert(sales, self.currency, self.company, day)
        return self.currency._convert(before, currency, self.company, day)

    def _draft_for(self, *key):
        """Return the draft that would have charged a sale; None if it keeps its fee."""
        if key not in self.drafts:
            self.drafts[key] = self._find_draft(*key)
        return self.drafts[key]

    def _find_draft(self, merchant_id, tier_id, template_id, path, freight, rule_id):
        Rule = self.env['marketplace.commission.rule'].sudo()
        tier = self.env['marketplace.tier'].sudo().browse(tier_id)
        scopes = Rule._scopes_of(merchant_id, tier, template_id, '' if freight else path or '')
        draft = Rule._find_in(self.by_scope, self.company, scopes)
        rule = Rule.browse(rule_id)
        if not draft:
            return None
        places = {scope: place for place, scope in reversed(list(enumerate(scopes)))}
        charged_at = places.get(rule._scope()[1:], len(scopes)) if rule else len(scopes)
        goes_before = places[draft._scope()[1:]] <= charged_at
        return draft if goes_before or draft.root_id == rule.root_id else None


class MarketplaceCommissionSimulationLine(models.TransientModel):
    _name = 'marketplace.commission.simulation.line'
    _description = "Effect of Commission Rules on a Merchant"
    _order = 'difference desc, id'
    _rec_name = 'merchant_id'

    simulation_id = fields.Many2one(
        comodel_name='marketplace.commission.simulation', required=True, index=True,
        ondelete='cascade',
    )  # fmt: skip
    merchant_id = fields.Many2one(
        comodel_name='marketplace.merchant', required=True, ondelete='cascade'
    )
    tier_id = fields.Many2one(related='merchant_id.tier_id')
    currency_id = fields.Many2one(related='simulation_id.currency_id')
    line_count = fields.Integer(string="Order Lines")
    sales = fields.Monetary(help="Goods with tax, less the discounts that the merchant pays for.")
    fee_now = fields.Monetary(string="Fee Charged")
    fee_then = fields.Monetary(string="New Fee")
    difference = fields.Monetary(compute='_compute_difference', store=True)

    @api.depends('fee_now', 'fee_then')
    def _compute_difference(self):
        for line in self:
            line.difference = line.fee_then - line.fee_now

    def action_view_orders(self):
        """Show the merchant orders that the simulation counted."""
        self.ensure_one()
        simulation = self.simulation_id
        first = simulation.company_id._marketplace_utc(simulation._first_day())
        return self.env['ir.actions.act_window']._marketplace_list(
            'marketplace_settlement.marketplace_order_action', [
                ('merchant_id', '=', self.merchant_id.id), ('state', '!=', 'cancelled'),
                ('company_id', '=', simulation.company_id.id), ('create_date', '>=', first),
            ],
        )  # fmt: skip


class MarketplaceCommissionRule(models.Model):
    _inherit = 'marketplace.commission.rule'

    def action_simulate(self):
        """Show what merchants would have paid by these drafts."""
        return self.env['marketplace.commission.simulation'].create(
            {'rule_ids': [Command.set(self.ids)]}
        ).action_run()

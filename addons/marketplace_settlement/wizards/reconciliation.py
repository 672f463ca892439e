# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models

from ..models.res_company_accounting import LEDGER_ACCOUNTS

KEPT_DAYS = 400


class MarketplaceReconciliation(models.Model):
    """One check of whether merchants' balances and the books agree, and what it found."""

    _name = 'marketplace.reconciliation'
    _description = "Reconciliation of the Marketplace"
    _order = 'id desc'
    _allow_sudo_commands = False

    date = fields.Datetime(string="Checked on", readonly=True, default=fields.Datetime.now)
    user_id = fields.Many2one(
        comodel_name='res.users', string="Started by", readonly=True,
        default=lambda self: self.env.user,
    )  # fmt: skip
    invariant_ids = fields.One2many(
        comodel_name='marketplace.reconciliation.line',
        inverse_name='reconciliation_id',
        string="What Was Checked",
        readonly=True,
    )
    line_ids = fields.One2many(
        comodel_name='marketplace.reconciliation.line',
        inverse_name='reconciliation_id',
        string="Differences",
        domain=[('state', '=', 'broken')],
        readonly=True,
    )
    watched_ids = fields.One2many(
        comodel_name='marketplace.reconciliation.line',
        inverse_name='reconciliation_id',
        string="To Look At",
        domain=[('state', '=', 'watched')],
        readonly=True,
    )
    is_clean = fields.Boolean(compute='_compute_is_clean', string="Agrees")

    # === COMPUTE METHODS === #

    def _compute_display_name(self):
        for check in self:
            date = fields.Datetime.context_timestamp(check, check.date)
            check.display_name = self.env._("Reconciliation of %s", f"{date:%Y-%m-%d %H:%M}")

    @api.depends('line_ids')
    @api.depends_context('allowed_company_ids', 'uid')
    def _compute_is_clean(self):
        for check in self:
            check.is_clean = not check.line_ids

    # === ACTION METHODS === #

    @api.model
    def action_open_last(self):
        """Show what the last check found; check now if there was none."""
        self.check_access('read')
        last = self.search([], limit=1)
        return last._action_open() if last else self.action_check()

    def action_check(self):
        """Check the books now and show what was found."""
        self.check_access('read')
        return self.env['marketplace.checker'].sudo()._check_and_block()._action_open()

    def action_open_accounts(self):
        """Show what is on the merchants' accounts, by account and merchant."""
        self.check_access('read')
        companies = self.env.companies.sudo()
        return {
            'type': 'ir.actions.act_window',
            'res_model': 'account.move.line',
            'view_mode': 'list,kanban,form',
            'mobile_view_mode': 'kanban',
            'domain': [
                ('company_id', 'in', companies.ids),
                ('parent_state', '=', 'posted'),
                ('account_id', 'in', [
                    account for name in LEDGER_ACCOUNTS for account in companies.mapped(name).ids
                ]),
            ],
            'context': {'group_by': ['account_id', 'merchant_id']},
            'name': self.env._("Merchant Accounts"),
        }  # fmt: skip

    def _action_open(self):
        return {
            'type': 'ir.actions.act_window',
            'name': self.env._("Reconciliation"),
            'res_model': self._name,
            'res_id': self.id,
            'view_mode': 'form',
            'target': 'main',
        }

    # === BUSINESS METHODS === #

    @api.model
    def _keep(self, companies, findings, watched):
        """Keep the result of a check: one line per invariant and company.

        :param companies: the companies that were checked
        :param list findings, watched: as of `marketplace.checker`'s `_check`
        """
        Checker = self.env['marketplace.checker']
        lines = []
        for state, items in (('broken', findings), ('watched', watched)):
            lines += [
                {
                    'invariant': item['invariant'],
                    'company_id': item['company_id'],
                    'state': state,
                    'detail': item['detail'],
                    'model_name': item['model'],
                    'res_ids': item['res_ids'],
                }
                for item in items
            ]
        lines += [
            {'invariant': invariant, 'company_id': company.id, 'state': 'agrees'}
            for company in companies
            for invariant in Checker._invariants()
            if not any(
                item['invariant'] == invariant and item['company_id'] in (False, company.id)
                for item in findings
            )
        ]
        check = self.create({})
        self.env['marketplace.reconciliation.line'].create([
            dict(line, reconciliation_id=check.id) for line in lines
        ])
        return check

    @api.autovacuum
    def _gc_runs(self):
        """Keep the last checks only: what they found was put right, or is found again."""
        since = fields.Datetime.subtract(fields.Datetime.now(), days=KEPT_DAYS)
        self.search([('date', '<', since)]).unlink()


class MarketplaceReconciliationLine(models.Model):
    """One thing that was checked for one company, with the documents that break it."""

    _name = 'marketplace.reconciliation.line'
    _description = "Result of a Check"
    _order = 'id'
    _rec_name = 'invariant'
    _allow_sudo_commands = False

    reconciliation_id = fields.Many2one(
        comodel_name='marketplace.reconciliation', required=True, readonly=True, index=True,
        ondelete='cascade',
    )  # fmt: skip
    invariant = fields.Char(string="Key", required=True, readonly=True)
    name = fields.Char(string="Must Hold", compute='_compute_name')
    company_id = fields.Many2one(
        comodel_name='res.company', readonly=True, help="Empty: it concerns all companies."
    )
    state = fields.Selection(
        selection=[
            ('agrees', "Agrees"),
            ('broken', "Differs"),
            ('watched', "To look at"),
        ],
        required=True,
        readonly=True,
    )
    detail = fields.Char(string="Found", readonly=True)
    model_name = fields.Char(readonly=True)
    res_ids = fields.Json(readonly=True)
    document_count = fields.Integer(compute='_compute_document_count', string="Items")
    can_open = fields.Boolean(compute='_compute_can_open')

    # === COMPUTE METHODS === #

    @api.depends('invariant')
    @api.depends_context('lang')
    def _compute_name(self):
        Checker = self.env['marketplace.checker']
        known = Checker._invariants() | Checker._watched()
        for line in self:
            line.name = known[line.invariant][0] if line.invariant in known else line.invariant

    @api.depends('res_ids')
    def _compute_document_count(self):
        for line in self:
            line.document_count = len(line.res_ids or ())

    @api.depends('model_name')
    @api.depends_context('uid')
    def _compute_can_open(self):
        """Of what the auditor alone reads, as the audit log, accountants see the finding only."""
        for line in self:
            line.can_open = line.model_name in self.env and self.env[line.model_name].has_access(
                'read'
            )

    # === ACTION METHODS === #

    def action_open_documents(self):
        """Open the documents that break this."""
        self.ensure_one()
        return {
            'type': 'ir.actions.act_window',
            'name': self.name,
            'res_model': self.model_name,
            'view_mode': 'list,kanban,form',
            'mobile_view_mode': 'kanban',
            'domain': [('id', 'in', self.res_ids)],
        }

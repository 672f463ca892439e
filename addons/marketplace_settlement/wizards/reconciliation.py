# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import Command, api, fields, models


class MarketplaceReconciliation(models.TransientModel):
    """The screen that says whether merchants' balances and the books agree."""

    _name = 'marketplace.reconciliation'
    _description = "Reconciliation of the Marketplace"

    date = fields.Datetime(string="Checked on", readonly=True, default=fields.Datetime.now)
    line_ids = fields.One2many(
        comodel_name='marketplace.reconciliation.line',
        inverse_name='reconciliation_id',
        string="Differences",
        readonly=True,
    )
    invariant_ids = fields.One2many(
        comodel_name='marketplace.reconciliation.line',
        inverse_name='checked_id',
        string="What Was Checked",
        readonly=True,
    )
    is_clean = fields.Boolean(compute='_compute_is_clean')

    # === COMPUTE METHODS === #

    def _compute_display_name(self):
        self.display_name = self.env._("Reconciliation")

    @api.depends('line_ids')
    def _compute_is_clean(self):
        for check in self:
            check.is_clean = not check.line_ids

    # === ACTION METHODS === #

    @api.model
    def action_check(self):
        """Check the books now and show what was found."""
        self.check_access('create')
        Checker = self.env['marketplace.checker'].sudo()
        findings = Checker._check_and_block()
        check = self.create({})
        check._fill(findings, Checker._invariants())
        return {
            'type': 'ir.actions.act_window',
            'name': self.env._("Reconciliation"),
            'res_model': self._name,
            'res_id': check.id,
            'view_mode': 'form',
            'target': 'main',
        }

    def _fill(self, findings, invariants):
        found = {item['invariant'] for item in findings}
        self.write({
            'line_ids': [
                Command.create({
                    'name': item['name'],
                    'detail': item['detail'],
                    'model_name': item['model'],
                    'res_ids': item['res_ids'],
                })
                for item in findings
            ],
            'invariant_ids': [
                Command.create({'name': name, 'is_broken': invariant in found})
                for invariant, (name, _model, _query) in invariants.items()
            ],
        })


class MarketplaceReconciliationLine(models.TransientModel):
    """One thing that was checked, with the documents that break it."""

    _name = 'marketplace.reconciliation.line'
    _description = "Result of a Check"

    reconciliation_id = fields.Many2one(
        comodel_name='marketplace.reconciliation', ondelete='cascade'
    )
    checked_id = fields.Many2one(comodel_name='marketplace.reconciliation', ondelete='cascade')
    name = fields.Char(string="Must Hold", readonly=True)
    detail = fields.Char(string="Found", readonly=True)
    model_name = fields.Char(readonly=True)
    res_ids = fields.Json(readonly=True)
    document_count = fields.Integer(compute='_compute_document_count', string="Documents")
    is_broken = fields.Boolean(readonly=True)

    # === COMPUTE METHODS === #

    @api.depends('res_ids')
    def _compute_document_count(self):
        for line in self:
            line.document_count = len(line.res_ids or ())

    # === ACTION METHODS === #

    def action_open_documents(self):
        """Open the documents that break this."""
        self.ensure_one()
        return {
            'type': 'ir.actions.act_window',
            'name': self.name,
            'res_model': self.model_name,
            'view_mode': 'list,form',
            'domain': [('id', 'in', self.res_ids)],
        }

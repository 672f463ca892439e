# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_amount

from odoo.addons.marketplace_merchant.models.state_mixin import Move


class MarketplaceRemedy(models.Model):
    """One part of the decision of a complaint; it carries itself out, once."""

    _name = 'marketplace.remedy'
    _description = "Remedy"
    _inherit = ['marketplace.guard.mixin', 'marketplace.state.mixin']
    _order = 'id'
    _guard_editable = ('kind', 'amount', 'liability')
    _guard_frozen = ('complaint_id',)
    _state_initial = 'draft'
    _state_moves = (Move('draft', 'executed', by=('marketplace_risk.group_arbitrator',)),)

    complaint_id = fields.Many2one(
        comodel_name='marketplace.complaint', required=True, ondelete='restrict', index=True
    )
    currency_id = fields.Many2one(related='complaint_id.currency_id')
    state = fields.Selection(
        selection=[('draft', "Planned"), ('executed', "Carried out")],
        readonly=True,
        required=True,
        copy=False,
    )
    kind = fields.Selection(
        selection=[
            ('refund', "Refund to the shopper"),
            ('compensation', "Compensation of the shopper, paid in advance"),
            ('nothing', "Nothing is owed"),
        ],
        required=True,
        default='refund',
        help="A refund takes back what was paid for the goods, a compensation goes beyond it.",
    )
    amount = fields.Monetary(help="What the shopper gets back, tax included.")
    liability = fields.Selection(
        selection=[('merchant', "The merchant"), ('platform', "The marketplace")],
        string="Borne by",
        required=True,
        default='merchant',
        help="What the marketplace bears, it makes up to the merchant.",
    )
    refund_move_ids = fields.Many2many(
        comodel_name='account.move',
        string="Credit Notes",
        readonly=True,
        copy=False,
        groups='account.group_account_readonly,account.group_account_invoice',
    )
    advance_id = fields.Many2one(
        comodel_name='marketplace.advance', readonly=True, copy=False,
        ondelete='restrict', groups='marketplace_settlement.group_finance_officer',
    )  # fmt: skip

    # Two people who press the same button, or one who presses it twice, run into these as well.
    _kind_uniq = models.UniqueIndex(
        '(complaint_id, kind)', "A decision has each kind of remedy once: change its amount."
    )
    _amount_sane = models.Constraint(
        "CHECK (CASE WHEN kind = 'nothing' THEN COALESCE(amount, 0) = 0 ELSE amount > 0 END)",
        "Refund and compensation need an amount above zero; “Nothing is owed” has none.",
    )

    # === COMPUTE METHODS === #

    @api.depends('kind', 'amount', 'currency_id', 'liability')
    @api.depends_context('lang')
    def _compute_display_name(self):
        labels = dict(self._fields['kind']._description_selection(self.env))
        for remedy in self:
            name = labels.get(remedy.kind, '')
            if remedy.amount:
                amount = format_amount(self.env, remedy.amount, remedy.currency_id)
                name = f"{name}: {amount}"
                if remedy.liability == 'platform':
                    name = self.env._("%s, borne by the marketplace", name)
            remedy.display_name = name

    # === ONCHANGE METHODS === #

    @api.onchange('kind')
    def _onchange_kind(self):
        if self.kind == 'nothing':
            self.amount = 0.0

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        remedies = super().create(vals_list)
        remedies._check_open()
        return remedies

    def write(self, vals):
        self._check_open()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_decided(self):
        self._check_open()

    # === BUSINESS METHODS === #

    def _check_open(self):
        """Raise unless these remedies may still be changed by the acting user."""
        if any(remedy.state == 'executed' for remedy in self):
            raise UserError(
                self.env._("This remedy is carried out already and cannot be changed any more.")
            )
        if not self.env.su:
            self.complaint_id._check_deciding()

    def _execute(self):
        """Carry out what is still planned; a replay finds nothing left to do."""
        self.lock_for_update()
        for remedy in self.filtered(lambda remedy: remedy.state == 'draft'):
            getattr(remedy, f'_execute_{remedy.kind}')()
            remedy._move_to('executed')

    def _execute_refund(self):
        """Credit the shopper; make up to the merchant for it if the marketplace bears it.

        What the merchant lost is less than the refund: the commission on it comes back.
        """
        complaint = self.complaint_id
        order = complaint.order_id
        reason = self.env._(
            "Complaint %(name)s: %(subject)s", name=complaint.name, subject=complaint.subject
        )
        earned = sum(order.entry_ids.mapped('amount'))
        self.refund_move_ids = order._refund_amount(self.amount, reason, self)
        lost = earned - sum(order.entry_ids.mapped('amount'))
        if self.liability == 'platform' and not self.currency_id.is_zero(lost):
            self.env['marketplace.balance.entry']._book(
                complaint.merchant_id, 'adjustment', lost, reason, self, order
            )

    def _execute_compensation(self):
        """Pay the shopper first; the settlement gets it back from the merchant if it is liable."""
        complaint = self.complaint_id
        reason = self.env._(
            "Complaint %(name)s: %(subject)s", name=complaint.name, subject=complaint.subject
        )
        self.advance_id = self.env['marketplace.advance']._pay_decided(
            complaint, complaint.order_id, self.amount, reason, self.liability
        )

    def _execute_nothing(self):
        """Nothing is owed, so nothing is done."""

# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.exceptions import UserError

# What a human cannot wave through: the cause has to be removed, or the application rejected.
BARRING_CODES = ('duplicate', 'blacklist')


class MarketplaceMerchantCheck(models.Model):
    """One line of a review: what the machine found, what a person decided, a remark per field."""

    _name = 'marketplace.merchant.check'
    _inherit = ['marketplace.guard.mixin']
    _description = "Review Check"
    _order = 'application_id desc, sequence, id'

    _reason_actions = ('action_accept_anyway', 'action_ask', 'action_refuse')

    name = fields.Char(compute='_compute_name')
    application_id = fields.Many2one(
        comodel_name='marketplace.merchant.application', required=True, readonly=True, index=True,
        ondelete='cascade',
    )  # fmt: skip
    company_id = fields.Many2one(related='application_id.company_id')
    sequence = fields.Integer(readonly=True)
    active = fields.Boolean(default=True, help="Unticked once a newer check takes its place.")
    kind = fields.Selection(
        selection=[
            ('qualification', "Qualification"),
            ('reputation', "Reputation"),
            ('compliance', "Compliance"),
            ('product_quality', "Product quality"),
        ],
        required=True,
        readonly=True,
    )
    code = fields.Selection(
        selection=[
            ('licence', "Licence number"),
            ('register', "Company and representative"),
            ('phone', "Phone number"),
            ('email', "E-mail address"),
            ('duplicate', "Known identity"),
            ('related', "Related sellers"),
            ('blacklist', "Blacklist"),
            ('reputation', "Reputation and credit"),
            ('category', "Permits for the categories"),
            ('sample', "Sample of the goods"),
            ('shop', "Shop name and text"),
            ('document', "Document"),
            ('exit', "What is still open"),
        ],
        string="Check",
        required=True,
        readonly=True,
    )
    field_name = fields.Char(
        readonly=True, required=True, help="The field of the application that a remark is about."
    )
    qualification_id = fields.Many2one(
        comodel_name='marketplace.qualification', string="Document", readonly=True,
        ondelete='cascade', index='btree_not_null',
    )  # fmt: skip
    value = fields.Char(readonly=True, help="What was checked.")
    fingerprint = fields.Char(readonly=True, help="Changes when what was checked changes.")
    machine_result = fields.Selection(
        selection=[('passed', "Passed"), ('failed', "Failed"), ('pending', "Pending")],
        string="Machine",
        required=True,
        readonly=True,
    )
    machine_note = fields.Char(string="What the Machine Found", readonly=True)
    decision = fields.Selection(
        selection=[
            ('none', "To decide"),
            ('accepted', "Accepted"),
            ('info', "Asked"),
            ('rejected', "Rejected"),
        ],
        required=True,
        readonly=True,
        default='none',
    )
    remark = fields.Text(readonly=True, help="For “asked”, the applicant reads it at the field.")
    decided_by_id = fields.Many2one(comodel_name='res.users', readonly=True)
    decided_on = fields.Datetime(readonly=True)
    can_decide = fields.Boolean(related='application_id.can_review')
    needs_reason = fields.Boolean(
        compute='_compute_needs_reason', help="Accepted only with a remark that says why."
    )

    # === COMPUTE METHODS === #

    @api.depends('code', 'qualification_id')
    @api.depends_context('lang')
    def _compute_name(self):
        labels = dict(self._fields['code']._description_selection(self.env))
        for check in self:
            check.name = check.sudo().qualification_id.type_id.name or labels.get(check.code)

    @api.depends('code', 'machine_result')
    def _compute_needs_reason(self):
        for check in self:
            sampled = check.code == 'sample' and check.machine_result == 'pending'
            check.needs_reason = sampled or (
                check.machine_result == 'failed' and not check._is_barring()
            )

    # === ACTION METHODS === #

    def action_accept(self):
        """Accept what the machine did not object to."""
        for check in self:
            if check.machine_result == 'failed':
                raise UserError(self.env._(
                    "%s: the machine found a problem. Use “Accept anyway” and say why.",
                    check.name,
                ))
            if check.needs_reason:
                raise UserError(self.env._(
                    "%s: please use “Accept anyway” and note what the sample showed.", check.name,
                ))
        self._decide('accepted')

    def action_accept_anyway(self, reason):
        """Accept in spite of the machine, for a reason."""
        for check in self:
            if check._is_barring():
                raise UserError(self.env._(
                    "%(name)s: this cannot be accepted. %(note)s",
                    name=check.name, note=check.machine_note,
                ))
        self._decide('accepted', reason)

    def action_ask(self, reason):
        """Note what the applicant has to add or correct here."""
        self._decide('info', reason)

    def action_refuse(self, reason):
        """Note why this speaks against the application."""
        self._decide('rejected', reason)

    def action_open_file(self):
        """Show the scan of the document."""
        return self.qualification_id.action_open_file()

    # === BUSINESS METHODS === #

    def _is_barring(self):
        self.ensure_one()
        return self.code in BARRING_CODES and self.machine_result == 'failed'

    def _decide(self, decision, remark=None):
        for application in self.application_id:
            application._check_reviewer()
        before = [{'decision': check.decision} for check in self]
        self.sudo().write({
            'decision': decision,
            'remark': remark,
            'decided_by_id': self.env.uid,
            'decided_on': fields.Datetime.now(),
        })
        self.env['marketplace.audit.log']._log(
            self, 'change', reason=remark, before=before, after={'decision': decision}
        )

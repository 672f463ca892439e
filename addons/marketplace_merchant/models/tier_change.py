# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_date

from .tier_run_line import MOVES

ANNOUNCE_BATCH = 100


class MarketplaceTierChange(models.Model):
    """One move of a merchant to another tier, with its reason. Creating it makes the move."""

    _name = 'marketplace.tier.change'
    _inherit = ['marketplace.guard.mixin']
    _description = "Tier Change"
    _order = 'id desc'
    _rec_name = 'new_tier_id'

    _guard_frozen = ('merchant_id', 'old_tier_id', 'new_tier_id', 'reason', 'run_id')

    merchant_id = fields.Many2one(
        comodel_name='marketplace.merchant', required=True, readonly=True, index=True,
        ondelete='restrict',
    )  # fmt: skip
    old_tier_id = fields.Many2one(
        comodel_name='marketplace.tier', readonly=True, ondelete='restrict'
    )
    new_tier_id = fields.Many2one(
        comodel_name='marketplace.tier', required=True, ondelete='restrict'
    )
    reason = fields.Text(required=True)
    run_id = fields.Many2one(
        comodel_name='marketplace.tier.run', string="Review of Tiers", readonly=True,
        index='btree_not_null', ondelete='restrict', help="Empty: a person decided it.",
    )  # fmt: skip
    why = fields.Text(
        compute='_compute_why', compute_sudo=True,
        help="The reason that a person gave, or the figures by which a review decided.",
    )  # fmt: skip
    is_announced = fields.Boolean(readonly=True, help="The merchant was told by mail.")

    _unannounced_idx = models.Index("(id) WHERE is_announced IS NOT TRUE")

    # === COMPUTE METHODS === #

    @api.depends('reason', 'run_id')
    @api.depends_context('lang')
    def _compute_why(self):
        lines = self.env['marketplace.tier.run.line'].search([
            ('run_id', 'in', self.run_id.ids), ('merchant_id', 'in', self.merchant_id.ids),
        ])  # fmt: skip
        reasons = {(line.run_id, line.merchant_id): line.reason for line in lines}
        for change in self:
            change.why = reasons.get((change.run_id, change.merchant_id), change.reason)

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        merchants = self.env['marketplace.merchant'].browse(
            vals.get('merchant_id') for vals in vals_list
        )
        changes = super().create([
            {
                'merchant_id': merchant.id,
                'old_tier_id': merchant.tier_id.id,
                'new_tier_id': vals.get('new_tier_id'),
                'reason': vals.get('reason'),
            }
            for merchant, vals in zip(merchants, vals_list, strict=True)
        ])
        for change in changes:
            change._apply()
        self._announce()
        return changes

    @api.ondelete(at_uninstall=False)
    def _unlink_except_never(self):
        raise UserError(self.env._("The history of tiers cannot be changed."))

    # === BUSINESS METHODS === #

    def _apply(self):
        self.ensure_one()
        self.merchant_id.check_access('write')
        self._check_moves()
        self.merchant_id.sudo().write({
            'tier_id': self.new_tier_id.id,
            'tier_since': fields.Date.context_today(self),
        })
        self.env['marketplace.audit.log']._log(
            self.merchant_id,
            'change',
            reason=self.reason,
            before={'tier': self.old_tier_id.name},
            after={'tier': self.new_tier_id.name},
        )

    def _check_moves(self):
        merchant, pin = self.merchant_id, self.merchant_id.tier_pin_id
        if self.old_tier_id == self.new_tier_id:
            raise UserError(self.env._(
                "%(merchant)s is in the tier %(tier)s already.",
                merchant=merchant.display_name, tier=self.new_tier_id.name,
            ))
        if pin:
            raise UserError(self.env._(
                "%(merchant)s is pinned to the tier %(tier)s until %(date)s. End the pin first.",
                merchant=merchant.display_name, tier=pin.tier_id.name,
                date=format_date(self.env, pin.until),
            ))

    @api.model
    def _record_moves(self, run):
        """Write the history of what a review moved, in two statements however many there are."""
        rows = self.env.execute_query(SQL(
            """
            INSERT INTO marketplace_tier_change (merchant_id, old_tier_id, new_tier_id, reason,
                   run_id, create_uid, write_uid, create_date, write_date)
            SELECT merchant_id, old_tier_id, new_tier_id, %(reason)s, run_id, %(uid)s, %(uid)s,
                   now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC'
              FROM marketplace_tier_run_line
             WHERE run_id = %(run)s AND outcome = ANY(%(moves)s)
         RETURNING merchant_id, old_tier_id, new_tier_id
            """,
            reason=run.name, uid=self.env.uid, run=run.id, moves=list(MOVES),
        ))  # fmt: skip
        merchants = self.env['marketplace.merchant'].browse(row[0] for row in rows)
        merchants.invalidate_recordset(['tier_change_ids'])
        tiers = self.env['marketplace.tier'].search([('active', '=', True)])
        names = {tier.id: tier.name for tier in tiers}
        self.env['marketplace.audit.log']._log(
            merchants,
            'change',
            reason=run.name,
            before=[{'tier': names[old]} for _merchant, old, _new in rows],
            after=[{'tier': names[new]} for _merchant, _old, new in rows],
        )
        self._announce()

    # === CRON === #

    @api.model
    def _announce(self):
        self.env.ref('marketplace_merchant.ir_cron_announce_tiers').sudo()._trigger()

    @api.model
    def _cron_announce(self):
        """Tell merchants of their new tiers."""
        new = [('is_announced', '=', False)]
        while changes := self.search(new, limit=ANNOUNCE_BATCH, order='id'):
            self.env['mail.template']._marketplace_send(
                'marketplace_merchant.mail_template_tier_changed', changes
            )
            changes.is_announced = True
            if not self.env['ir.cron']._commit_progress(len(changes)):
                break

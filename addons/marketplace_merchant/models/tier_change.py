# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_date

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
        comodel_name='marketplace.tier', string="From", readonly=True, ondelete='restrict'
    )
    new_tier_id = fields.Many2one(
        comodel_name='marketplace.tier', string="To", required=True, ondelete='restrict'
    )
    reason = fields.Text(required=True)
    run_id = fields.Many2one(
        comodel_name='marketplace.tier.run', string="Review", readonly=True,
        index='btree_not_null', ondelete='restrict', help="Empty: a person decided it.",
    )  # fmt: skip
    is_announced = fields.Boolean(readonly=True, help="The merchant was told by mail.")

    _unannounced_idx = models.Index("(id) WHERE is_announced IS NOT TRUE")

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

    def _reason_told(self):
        """Return the reason in the reader's language, where a review gave it."""
        self.ensure_one()
        line = self.env['marketplace.tier.run.line'].search(
            [('run_id', '=', self.run_id.id), ('merchant_id', '=', self.merchant_id.id)], limit=1
        )
        return line.reason or self.reason

    @api.model
    def _record_moves(self, run):
        """Write the history of what a review moved, in two statements however many there are."""
        lines = run.move_ids
        reasons = lines.mapped('reason')
        merchants = lines.merchant_id
        self.env.cr.execute(SQL(
            """
            INSERT INTO marketplace_tier_change (merchant_id, old_tier_id, new_tier_id, reason,
                   run_id, create_uid, write_uid, create_date, write_date)
            SELECT line.merchant_id, line.old_tier_id, line.new_tier_id, given.reason, line.run_id,
                   %(uid)s, %(uid)s, now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC'
              FROM marketplace_tier_run_line line
              JOIN unnest(%(ids)s::int[], %(reasons)s::text[]) AS given(id, reason)
                ON given.id = line.id
            """,
            uid=self.env.uid, ids=lines.ids, reasons=reasons,
        ))  # fmt: skip
        merchants.invalidate_recordset(['tier_change_ids'])
        self.env['marketplace.audit.log']._log(
            merchants,
            'change',
            reason=reasons,
            before=[{'tier': line.old_tier_id.name} for line in lines],
            after=[{'tier': line.new_tier_id.name} for line in lines],
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

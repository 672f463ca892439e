# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

import base64

from odoo import fields, models
from odoo.exceptions import UserError

from .proposal_mixin import MANAGER, OFFICER


class MarketplaceAdjustment(models.Model):
    """What a merchant's balance gains or loses because people say so, with reason and evidence."""

    _name = 'marketplace.adjustment'
    _description = "Adjustment of a Balance"
    _inherit = 'marketplace.proposal.mixin'

    _reason_actions = ('action_reject', 'action_reverse')
    _proposal_fields = (
        'merchant_id', 'amount', 'reason_code', 'reason', 'order_id', 'case_ref', 'evidence',
        'evidence_name',
    )  # fmt: skip

    amount = fields.Monetary(help="What the merchant gains (+) or loses (−).")
    reason_code = fields.Selection(
        selection=[
            ('mistake', "Correction of a mistake"),
            ('agreement', "Agreed with the merchant"),
            ('goodwill', "Goodwill"),
            ('logistics', "Loss or damage on the way"),
            ('other', "Other"),
        ],
        string="Kind of Reason",
        required=True,
    )
    order_id = fields.Many2one(
        comodel_name='marketplace.order', index='btree_not_null', ondelete='restrict',
        domain="[('merchant_id', '=', merchant_id)]",
        help="What the merchant gains waits with the order, if one is named.",
    )  # fmt: skip
    evidence = fields.Binary(
        attachment=True, copy=False, groups=f'{OFFICER},marketplace_merchant.group_auditor',
        help="The letter, calculation or picture that shows why.",
    )  # fmt: skip
    evidence_name = fields.Char(copy=False)
    entry_id = fields.Many2one(
        comodel_name='marketplace.balance.entry', readonly=True, copy=False, ondelete='restrict'
    )
    reversed_id = fields.Many2one(
        comodel_name='marketplace.adjustment', string="Reverses", readonly=True, copy=False,
        index='btree_not_null', ondelete='restrict',
    )  # fmt: skip

    _amount_set = models.Constraint('CHECK (amount <> 0)', "An adjustment of nothing is none.")
    _reversed_uniq = models.UniqueIndex(
        "(reversed_id) WHERE reversed_id IS NOT NULL AND state IN ('proposed', 'booked')",
        "This adjustment was reversed already.",
    )

    # === ACTION METHODS === #

    def action_reverse(self, reason=None):
        """Propose the opposite of a booked adjustment; another person approves it.

        :return: the action that shows the new one
        """
        self.ensure_one()
        self.check_access('read')
        if not self.env.user.has_group(OFFICER):
            raise self._move_access_error('proposed')
        if self.state != 'booked':
            raise UserError(self.env._("Only what is booked can be reversed."))
        reversal = self.sudo().create({
            'merchant_id': self.merchant_id.id,
            'amount': -self.amount,
            'reason_code': 'mistake',
            'reason': reason,
            'order_id': self.order_id.id,
            'reversed_id': self.id,
        })
        return reversal.sudo(False)._get_records_action()

    # === BUSINESS METHODS === #

    def _complete_proposal(self, vals):
        super()._complete_proposal(vals)
        order = self.env['marketplace.order'].sudo().browse(vals.get('order_id')).exists()
        if order:
            vals.update({'company_id': order.company_id.id, 'currency_id': order.currency_id.id})
        if vals.get('evidence'):
            vals['evidence_name'], vals['evidence'] = self._read_evidence(vals)

    def _read_evidence(self, vals):
        """Return name and content of the file, checked and made harmless."""
        name, data, _mimetype = self.env['ir.attachment']._marketplace_check_upload(
            vals.get('evidence_name') or self.env._("Evidence"), vals['evidence']
        )
        return name, base64.b64encode(data)

    def _check_proposal(self):
        super()._check_proposal()
        if self.order_id and self.order_id.merchant_id != self.merchant_id:
            raise UserError(self.env._("The order does not belong to this merchant."))
        limit = self.company_id.marketplace_adjustment_limit
        amount = self.currency_id._convert(
            abs(self.amount), self.company_id.currency_id, self.company_id,
            fields.Date.context_today(self),
        )  # fmt: skip
        proposer = self.create_uid
        if (
            self.company_id.currency_id.compare_amounts(amount, limit) > 0
            and not proposer.has_group(MANAGER)
        ):
            raise UserError(self.env._(
                "Finance officers propose at most %s; above it a finance manager proposes, and"
                " another one approves.",
                self.company_id.currency_id.format(limit),
            ))

    def _book_proposal(self):
        self.entry_id = self.env['marketplace.balance.entry']._book(
            self.merchant_id, 'adjustment', self.amount, self.reason, self, self.order_id
        )
        self._give_notice('marketplace_settlement.mail_template_adjustment')

# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.exceptions import UserError


class MarketplaceListingReason(models.Model):
    """Why the platform's staff decides against a listing, in words that help the merchant."""

    _name = 'marketplace.listing.reason'
    _description = "Reason Against a Listing"
    _order = 'sequence, id'
    _rec_names_search = ['name', 'code']

    name = fields.Char(required=True, translate=True, help="What is wrong, as merchants read it.")
    code = fields.Char(
        required=True, copy=False, help="Stays the same in every language, for reports."
    )
    advice = fields.Text(translate=True, help="What the merchant can do about it.")
    for_review = fields.Boolean(
        string="In Reviews", default=True, help="Offered when a listing or a change is rejected."
    )
    for_take_down = fields.Boolean(
        string="For Goods on Sale", default=True, help="Offered when goods are taken down."
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)

    _code_uniq = models.Constraint('UNIQUE (code)', "There is already a reason with this code.")
    _offered_somewhere = models.Constraint(
        'CHECK (for_review OR for_take_down)', "Say when the reason is offered."
    )

    # === COMPUTE METHODS === #

    @api.depends('name', 'code')
    def _compute_display_name(self):
        for reason in self:
            reason.display_name = f"{reason.code} · {reason.name}"

    # === BUSINESS METHODS === #

    @api.model
    def _offered(self, target, reason_id):
        """Return the reason with which staff takes a listing or a change to a state; may be none.

        :raise UserError: when this reason is not offered for that
        """
        if not reason_id:
            return self.browse()
        use = 'for_take_down' if target == 'taken_down' else 'for_review'
        reason = self.search([('id', '=', reason_id), (use, '=', True)])
        if not reason:
            raise UserError(self.env._("Please choose one of the offered reasons."))
        return reason

    def _with_remark(self, remark):
        """Return the reason and what the officer adds to it, as the audit log keeps them."""
        return ": ".join(filter(None, [self.display_name if self else '', (remark or '').strip()]))

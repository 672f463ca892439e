# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import fields, models
from odoo.exceptions import AccessError, UserError

MANAGER = 'marketplace_merchant.group_merchant_manager'


class MarketplaceMerchant(models.Model):
    """How a merchant is expelled: one manager proposes it, another one decides."""

    _inherit = 'marketplace.merchant'

    expulsion_by_id = fields.Many2one(
        comodel_name='res.users', string="Expulsion Proposed by", readonly=True, copy=False,
        index='btree_not_null', tracking=True, groups='marketplace_merchant.group_staff',
    )  # fmt: skip
    expulsion_reason = fields.Text(
        readonly=True, copy=False, groups='marketplace_merchant.group_staff',
        help="The merchant reads it once it is expelled.",
    )  # fmt: skip

    # === STATE === #

    def _state_actor_expeller(self):
        """Two people: whoever proposed an expulsion does not decide it."""
        proposer = self.sudo().expulsion_by_id
        return (
            self._is_state_actor(MANAGER) and bool(proposer) and proposer != self.env.user
        )

    # === ACTION METHODS === #

    def action_propose_expulsion(self, reason):
        """Ask another manager to expel the merchant; nothing changes for it until then."""
        for merchant in self:
            merchant._check_expulsion(is_proposed=False)
            merchant._note_expulsion(self.env.user, reason, 'proposed')

    def action_expel(self):
        """End the cooperation and keep this identity from coming back.

        :raise AccessError: for the manager who proposed it
        """
        for merchant in self:
            merchant._check_expulsion(is_proposed=True)
            merchant_sudo = merchant.sudo()
            if not merchant._state_actor_expeller():
                raise AccessError(self.env._(
                    "An expulsion takes two people: another merchant manager than the one who"
                    " proposed it decides."
                ))
            merchant_sudo._move_to('expelled', reason=merchant_sudo.expulsion_reason)

    def action_drop_expulsion(self, reason):
        """Turn the proposal down, or take one's own back."""
        for merchant in self:
            merchant._check_expulsion(is_proposed=True)
            merchant._note_expulsion(self.env['res.users'], reason, 'dropped')

    # === BUSINESS METHODS === #

    def _check_expulsion(self, is_proposed):
        """Raise unless the acting user may decide, and an expulsion is proposed or is not."""
        self.ensure_one()
        if not self._is_state_actor(MANAGER):
            raise AccessError(self.env._("Your role does not include this decision."))
        if self.state == 'expelled' or bool(self.sudo().expulsion_by_id) != is_proposed:
            raise UserError(self.env._(
                "Nobody proposes to expel %s, or it is decided already. Reload the page to see its"
                " current state.", self.display_name,
            ) if is_proposed else self.env._(
                "The expulsion of %s is proposed or decided already.", self.display_name,
            ))

    def _note_expulsion(self, proposer, reason, what):
        """Note who proposes the expulsion, or that nobody does any more."""
        reason = (reason or '').strip()
        if not reason:
            raise UserError(self.env._("Please give a reason: the people concerned will read it."))
        self.sudo().write({
            'expulsion_by_id': proposer.id, 'expulsion_reason': bool(proposer) and reason,
        })  # fmt: skip
        self.env['marketplace.audit.log']._log(
            self.sudo(), 'change', reason=reason, after={'expulsion': what}
        )

# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models

# Nothing new begins for merchants in these states.
LEAVING_STATES = ('exiting', 'closed', 'expelled')


class MarketplaceMerchant(models.Model):
    """How a merchant leaves."""

    _inherit = 'marketplace.merchant'

    exit_ids = fields.One2many(
        comodel_name='marketplace.exit', inverse_name='merchant_id', string="Exits"
    )
    exit_id = fields.Many2one(
        comodel_name='marketplace.exit', compute='_compute_exit_id'
    )

    # === COMPUTE METHODS === #

    def _compute_exit_id(self):
        for merchant in self:
            merchant.exit_id = merchant.exit_ids[:1]

    # === ACTION METHODS === #

    def action_start_exit(self, reason):
        """Begin to wind up: no new orders, what is open is finished and settled."""
        self.ensure_one()
        self.check_access('write')
        leaving = self._start_exit(
            self.env.ref('marketplace_merchant.exit_reason_other'), reason
        )
        return leaving.with_env(self.env)._get_records_action()

    def action_close(self, reason):
        """End the cooperation for good; only when nothing is open any more."""
        for merchant_sudo in self.sudo():
            reason = (reason or '').strip()
            merchant_sudo._check_move(merchant_sudo.state, 'closed', reason, False)
            merchant_sudo._running_exit().action_close(reason)

    def action_open_exit(self):
        """Show the plan of the merchant's exit."""
        self.ensure_one()
        return self.exit_id._get_records_action()

    # === BUSINESS METHODS === #

    def _start_exit(self, reason, note, application=None):
        """Begin to wind up the cooperation; a merchant that leaves already keeps its exit.

        :param reason: the `marketplace.exit.reason`
        :param str note: why, in the words of whoever asks for it
        :param application: the approved application to leave, if there is one; it stands for the
            decision of the people who approved it
        :return: the exit
        """
        self.ensure_one()
        merchant_sudo = self.sudo()
        if running := merchant_sudo._running_exit():
            return running
        before = merchant_sudo.state
        merchant_sudo._move_to('exiting', reason=note or reason.name, system=bool(application))
        leaving = merchant_sudo._open_exit('voluntary', reason, note, application)
        leaving.merchant_state = before
        return leaving

    def _running_exit(self):
        return self.exit_ids.filtered(lambda leaving: leaving.state == 'running')

    def _open_exit(self, kind, reason, note, application=None):
        """Draw up the plan: the stages of the deposit's release are those of the policy now."""
        self.ensure_one()
        today = fields.Date.context_today(self)
        since = self.date_activated or today
        leaving = self.env['marketplace.exit'].create({
            'merchant_id': self.id,
            'kind': kind,
            'reason_id': reason.id,
            'note': note,
            'application_id': application.id if application else False,
            'tier_id': self.tier_id.id,
            'months': (today.year - since.year) * 12 + today.month - since.month,
        })
        self._plan_releases(leaving)
        leaving._on_deadline()
        return leaving

    @api.model
    def _plan_releases(self, leaving):
        """Write down the stages of the policy; without one, all goes at once."""
        stages = self.env['marketplace.exit.stage'].search([('kind', '=', leaving.kind)])
        self.env['marketplace.exit.release'].create([
            {'exit_id': leaving.id, 'days': stage.days, 'percent': stage.percent}
            for stage in stages
        ] or [{'exit_id': leaving.id, 'days': 0, 'percent': 100.0}])

    def _state_entered(self, target, reason):
        super()._state_entered(target, reason)
        if target == 'expelled':
            for merchant in self:
                merchant._expel_exit(reason)

    def _expel_exit(self, reason):
        """Wind up what is open of an expelled merchant; after a closure nothing is."""
        self.ensure_one()
        if 'closed' in self.exit_ids.mapped('state'):
            return
        expulsion = self.env.ref('marketplace_merchant.exit_reason_expelled')
        if running := self._running_exit():
            running.release_ids.filtered(lambda release: not release.date_released).unlink()
            running.write({'kind': 'expulsion', 'reason_id': expulsion.id, 'note': reason})
            self._plan_releases(running)
        else:
            self._open_exit('expulsion', expulsion, reason)

    # === HOOKS: WHAT OTHERS KNOW === #

    def _exit_obstacles(self):
        """Return what is open between the marketplace and the merchant, computed now.

        :return: dicts of ``key``, ``name``, ``count`` (0: not to be told), ``amount``,
            ``currency`` (a record), ``until`` (the date by which it ends by itself, or False),
            ``model`` and ``ids`` of the documents, ``holds_deposit``: whether the deposit may
            still be needed for it, and ``hint``: what has to be done for it to end, or False
        :rtype: list[dict]
        """
        return []

    def _prepare_obstacle(
        self, key, name, model, ids, amount, currency, until=False, holds_deposit=False,
        hint=False,
    ):
        """Return one item of :meth:`_exit_obstacles`."""
        return {
            'key': key,
            'name': name,
            'count': len(ids),
            'amount': amount,
            'currency': currency,
            'until': until,
            'model': model,
            'ids': ids,
            'holds_deposit': holds_deposit,
            'hint': hint,
        }

    def _last_order_end(self):
        """Return the day on which the last order was closed, or False."""
        return False

    def _deposit_balance(self):
        """Return what is left of the deposit, in the currency of the company."""
        return 0.0

    def _release_deposit(self, release, amount):
        """Give a part of the deposit back; deposits are another addon's."""

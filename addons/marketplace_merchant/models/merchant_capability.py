# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models

from odoo.addons.marketplace_merchant.models.requirement_rule import ANSWERED_KINDS

# Merchants to whom one transaction writes.
MAIL_BATCH = 100
# With whom the platform still deals: only of these something is required.
OPEN_STATES = ('onboarding', 'active', 'suspended')


class MarketplaceMerchant(models.Model):
    """What a merchant may do, what keeps it from it, and from when on."""

    _inherit = 'marketplace.merchant'

    requirement_submission_ids = fields.One2many(
        comodel_name='marketplace.requirement.submission', inverse_name='merchant_id',
        string="Answers to Requirements",
    )  # fmt: skip
    requirement_due_ids = fields.One2many(
        comodel_name='marketplace.requirement.due', inverse_name='merchant_id',
        string="Due Dates",
    )  # fmt: skip
    order_notice_due = fields.Boolean(
        readonly=True, copy=False,
        help="The merchant has yet to be told that its orders stopped, or go on.",
    )  # fmt: skip
    capability_table = fields.Html(
        string="What the Merchant May Do", compute='_compute_capability_table', sanitize=False
    )
    missing_text = fields.Text(
        string="Still Missing", compute='_compute_missing_text',
        help="What keeps a merchant that is not active yet from something.",
    )  # fmt: skip

    # === COMPUTE METHODS === #

    @api.depends_context('lang')
    def _compute_capability_table(self):
        for merchant in self:
            merchant.capability_table = self.env['ir.qweb']._render(
                'marketplace_merchant.capability_table', {'capabilities': merchant._capabilities()}
            )

    @api.depends('state')
    @api.depends_context('lang')
    def _compute_missing_text(self):
        """Of merchants that are active it is not asked: each page of theirs would ask all rules."""
        waiting = self.filtered(lambda merchant: merchant.state == 'onboarding')
        (self - waiting).missing_text = False
        for merchant in waiting:
            merchant.missing_text = "\n".join(
                f"{item['name']}: {item['message']}"
                for capability in merchant._capabilities()
                for item in capability['missing']
                if item['blocking']
            )

    # === ACTION METHODS === #

    def action_open_capabilities(self):
        """Show what the merchant may do, what it lacks, and from when on that matters."""
        self.ensure_one()
        self.check_access('read')
        view = self.env.ref('marketplace_merchant.merchant_view_form_capabilities')
        return self._get_records_action(
            name=self.env._("What %s May Do", self.name), views=[(view.id, 'form')], target='new'
        )

    # === BUSINESS METHODS === #

    def _capabilities(self):
        """Return what the merchant may do now, and what it lacks for it.

        :return: one dict per capability: key, label, state (open, until, closed), the day of
            ``until``, and what is missing as :meth:`_missing` says it
        :rtype: list[dict]
        """
        self.ensure_one()
        requirements = self.env['marketplace.requirement']._in_use()
        missing = self._missing_of(requirements)
        return [
            self._capability(key, label, [
                item for item in missing if item['requirement'].capability == key
            ])
            for key, label in requirements._fields['capability']._description_selection(self.env)
        ]

    def _capability(self, key, label, missing):
        dues = [item['due'] for item in missing if item['due'] and item['bars']]
        if any(item['blocking'] for item in missing):
            state = 'closed'
        else:
            state = 'until' if dues else 'open'
        return {
            'key': key,
            'label': label,
            'state': state,
            'until': state == 'until' and min(dues),
            'missing': missing,
        }

    def _missing(self, capability):
        """Return what keeps the merchant from a capability, or will, computed now.

        :param str capability: list, take_orders, be_paid or advertise
        :return: one dict per missing requirement: the requirement, its name, a message that the
            merchant can act on, the date by which it is due (or False), whether it ever bars the
            merchant (``bars``), and whether it does so already (``blocking``)
        :rtype: list[dict]
        """
        return self._missing_of(self._requirements_for(capability))

    def _missing_of(self, requirements):
        self.ensure_one()
        merchant_sudo = self.sudo()
        missing = []
        for requirement, lacking in requirements._gaps(merchant_sudo).items():
            if not lacking:
                continue
            due = merchant_sudo._requirement_due(requirement)
            missing.append({
                'requirement': requirement.with_env(self.env),
                'name': requirement.name,
                'message': requirement._message(merchant_sudo),
                'due': due,
                'bars': requirement._bars(merchant_sudo),
                'blocking': requirement._blocks(merchant_sudo, due),
            })
        return missing

    def _blocking(self, capability):
        """Return the part of :meth:`_missing` that bars the capability now."""
        return [item for item in self._missing(capability) if item['blocking']]

    def _is_barred(self, capability):
        """Return whether something that is required keeps the merchant from a capability now."""
        return bool(self._barred(capability))

    def _barred(self, capability):
        """Return the merchants of ``self`` that may not use a capability now; set-based."""
        barred = set()
        for requirement, lacking in self._requirements_for(capability)._gaps(self).items():
            dues = requirement._dues(lacking)
            barred.update(
                merchant.id for merchant in lacking if requirement._blocks(merchant, dues[merchant])
            )
        return self.filtered(lambda merchant: merchant.id in barred)

    @api.model
    def _requirements_for(self, capability):
        return self.env['marketplace.requirement'].sudo().search(
            [('capability', '=', capability)]
        )

    def _requirement_due(self, requirement):
        """Return the day until which the merchant may do without what it lacks, or False."""
        self.ensure_one()
        return requirement._dues(self)[self]

    def _requirement_profile(self):
        """Return what decides which requirements concern the merchant."""
        return {
            'country': self.country_id,
            'entity_type': self.entity_type,
            'categories': self.category_ids,
            'tier': self.tier_id,
        }

    def _answerable_requirements(self):
        """Return what is asked of the merchant, is not there, and is given by an answer."""
        self.ensure_one()
        asked = self.env['marketplace.requirement'].sudo().search(
            [('kind', 'in', ANSWERED_KINDS)]
        )
        return asked.browse(
            requirement.id for requirement, lacking in asked._gaps(self).items() if lacking
        )

    def _deposit_missing(self):
        """Return the amount by which the deposit falls short; deposits are another addon's."""
        return 0.0

    def _live_goods_counts(self):
        """Return the number of approved goods of each merchant that has some."""
        return dict(self.env['product.template'].sudo()._read_group(
            [('merchant_id', 'in', self.ids), ('listing_state', '=', 'live')],
            ['merchant_id'], ['__count'],
        ))

    def _profile_value(self, name):
        """Return what the merchant's file holds of what can be required to be filled in."""
        self.ensure_one()
        if name.startswith('shop_'):
            return self.shop_id[name.removeprefix('shop_')]
        return self[name]

    # === WHAT FOLLOWS === #

    def _requirements_changed(self):
        """Open what the merchants may do now that they provided something.

        Called where something is provided; what lapses with time is noticed by the daily run.
        """
        merchants_sudo = self.sudo()
        merchants_sudo.requirement_due_ids.requirement_id._refresh(merchants_sudo)
        merchants_sudo._activate_if_ready()
        merchants_sudo.filtered('is_order_stopped')._update_order_stop()

    def _update_order_stop(self):
        """Take the goods of merchants off sale that may not take orders, and bring them back."""
        merchants = self.sudo().filtered(lambda merchant: merchant.state in ('active', 'suspended'))
        barred = merchants._barred('take_orders')
        stopped = merchants.filtered('is_order_stopped')
        self._set_order_stop(barred - stopped, True, self.env._("A requirement is overdue"))
        self._set_order_stop(stopped - barred, False, self.env._("Nothing is overdue any more"))

    @api.model
    def _set_order_stop(self, merchants, stop, reason):
        if not merchants:
            return
        merchants.write({'is_order_stopped': stop, 'order_notice_due': True})
        self.env['marketplace.audit.log']._log(
            merchants, 'change', reason=reason, before={'orders_stopped': not stop},
            after={'orders_stopped': stop}, system=True,
        )  # fmt: skip
        self.env.ref('marketplace_merchant.ir_cron_requirements').sudo()._trigger()

    @api.model
    def _tell_order_stops(self):
        """Write to merchants whose orders stopped or go on; each batch is committed by itself."""
        merchants = self.sudo().search([('order_notice_due', '=', True)])
        for batch in self.env['ir.cron']._marketplace_each(merchants, MAIL_BATCH):
            batch.order_notice_due = False
            stopped = batch.filtered('is_order_stopped')
            self._mail_templates_send('mail_template_merchant_orders_stopped', stopped)
            self._mail_templates_send('mail_template_merchant_orders_resumed', batch - stopped)

    def _state_entered(self, target, reason):
        super()._state_entered(target, reason)
        if target == 'active':
            self._update_order_stop()

    def _dues_for_mail(self):
        """Return what is due from the merchant, soonest first, in the words of the mail."""
        self.ensure_one()
        today = fields.Date.context_today(self)
        gaps = self.requirement_due_ids.requirement_id._gaps(self)
        return [
            {
                'message': due.requirement_id._message(self),
                'capability': due.requirement_id._capability_label(),
                'date': due.date,
                'overdue': due.date < today,
                'reason': due.reason,
            }
            for due in self.requirement_due_ids.sorted('date')
            if gaps[due.requirement_id]
        ]

    def _erase_papers(self):
        super()._erase_papers()
        answers = self.requirement_submission_ids | self.application_ids.requirement_submission_ids
        self._erase_files(answers)
        answers.write({'answer': False, 'filename': False, 'remark': False})

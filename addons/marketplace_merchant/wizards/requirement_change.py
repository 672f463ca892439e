# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from contextlib import closing
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

DUE_DAYS = 30


class MarketplaceRequirementChange(models.TransientModel):
    """Change a requirement, once it is known whom the change hits.

    Merchants that lack what was not required from them before get a date until which nothing
    changes for them.
    """

    _name = 'marketplace.requirement.change'
    _inherit = ['marketplace.guard.mixin', 'marketplace.requirement.rule']
    _description = "Change of a Requirement"

    # A wizard must not keep a kind of document from being deleted.
    qualification_type_id = fields.Many2one(ondelete='cascade')

    state = fields.Selection(
        selection=[('terms', "Terms"), ('preview', "Whom It Hits"), ('done', "Applied")],
        required=True,
        readonly=True,
        default='terms',
    )
    operation = fields.Selection(
        selection=[
            ('create', "New"), ('change', "Change"), ('archive', "Archive"), ('restore', "Restore"),
        ],
        required=True,
        readonly=True,
        default='create',
    )
    requirement_id = fields.Many2one(comodel_name='marketplace.requirement', readonly=True)
    requirement_stamp = fields.Datetime(readonly=True)
    concerned_count = fields.Integer(string="Merchants Concerned", readonly=True)
    hit_ids = fields.Many2many(
        comodel_name='marketplace.merchant', string="Merchants That Lack It", readonly=True
    )
    hit_count = fields.Integer(string="Merchants Hit", readonly=True)
    hit_goods_count = fields.Integer(string="Their Goods on Sale", readonly=True)
    relieved_count = fields.Integer(string="Merchants Relieved", readonly=True)
    summary = fields.Text(compute='_compute_summary')
    hit_date = fields.Date(
        string="They Have Time Until", help="Until this day nothing changes for these merchants.",
        default=lambda self: fields.Date.context_today(self) + timedelta(days=DUE_DAYS),
    )  # fmt: skip
    reason = fields.Char(help="The merchants that it hits read it.")

    # === COMPUTE METHODS === #

    @api.depends('state', 'operation', 'concerned_count', 'hit_count', 'relieved_count')
    def _compute_summary(self):
        for wizard in self:
            wizard.summary = "\n".join(wizard._summary())

    def _summary(self):
        """Return in sentences what the change does, as far as it is known."""
        _ = self.env._
        if self.state == 'terms':
            return {
                'archive': [_("Nobody needs “%s” any more.", self.name)],
                'restore': [_("“%s” is needed again.", self.name)],
            }.get(self.operation, [])
        lines = []
        if self.hit_count:
            lines.append(_(
                "%(hit)s of the %(concerned)s merchants concerned lack it. They have %(goods)s"
                " goods on sale. Until the day below nothing changes for them.",
                hit=self.hit_count, concerned=self.concerned_count, goods=self.hit_goods_count,
            ))
        elif self.operation != 'archive':
            lines.append(_(
                "%s merchants are concerned, and nobody of them is kept from anything by this"
                " change.", self.concerned_count,
            ))
        if self.relieved_count or self.operation == 'archive':
            lines.append(_("Merchants that lack it now and need it no more: %s.",
                           self.relieved_count))
        return lines

    # === CRUD METHODS === #

    @api.model
    def default_get(self, fields):
        """Begin with the terms of the requirement as they are."""
        values = super().default_get(fields)
        requirement = self.env['marketplace.requirement'].browse(
            self.env.context.get('default_requirement_id')
        )
        if requirement:
            values.update(self._terms_of(requirement))
            values['requirement_stamp'] = requirement.write_date
            values['operation'] = self.env.context.get('default_operation', 'change')
        return values

    # === ACTION METHODS === #

    def action_preview(self):
        """Show whom it hits; nothing is changed yet."""
        self.ensure_one()
        self._check_current()
        concerned, hit, relieved = self._simulate()
        self.sudo().write({
            'state': 'preview',
            'concerned_count': len(concerned),
            'hit_ids': [Command.set(hit.ids)],
            'hit_count': len(hit),
            'hit_goods_count': sum(hit._live_goods_counts().values()),
            'relieved_count': len(relieved),
        })
        return self._reopen()

    def action_back(self):
        """Go back to the terms."""
        self.check_access('write')
        self.sudo().state = 'terms'
        return self._reopen()

    def action_apply(self):
        """Apply the change and give the merchants that it hits their date."""
        self.ensure_one()
        self._check_current()
        before = self._readable(self.requirement_id)
        hit, relieved = self._simulate()[1:]
        self._check_complete(hit)
        requirement = self.requirement_id.sudo()
        if not requirement:
            requirement = requirement.create(dict(self._prepare_terms(), active=False))
        # The dates come first, so that nothing is off sale in between.
        self.env['marketplace.requirement.due'].sudo()._give([
            (requirement, merchant, self.hit_date, self.reason) for merchant in hit
        ])
        self._write_terms(requirement)
        requirement._refresh()
        affected = (hit | relieved).filtered(lambda merchant: merchant.state == 'active')
        affected._update_order_stop()
        relieved._activate_if_ready()
        requirement._settle_overdue_goods(relieved)
        self.env['marketplace.audit.log']._log(
            requirement, 'create' if self.operation == 'create' else 'change', reason=self.reason,
            before=before,
            after=dict(
                self._readable(requirement), merchants_hit=len(hit),
                due=fields.Date.to_string(self.hit_date) if hit else '',
            ),
        )
        self.sudo().state = 'done'
        return {'type': 'ir.actions.act_window_close'}

    # === GUARDS === #

    def _check_current(self):
        """Raise if this window was used already, or a colleague was faster."""
        self.env['marketplace.requirement'].check_access('write')
        if self.state == 'done':
            raise UserError(self.env._("This change is applied already."))
        stamp = self.requirement_id.write_date
        if self.requirement_id and stamp != self.requirement_stamp:
            raise UserError(self.env._(
                "A colleague has changed this requirement since you opened it. Please close this"
                " window and look at it again."
            ))

    def _check_editable(self, vals):
        """The terms, the date and the reason are typed in, what the preview found is not."""
        typed = {*self._terms(), 'hit_date', 'reason'}
        super()._check_editable({name: vals[name] for name in vals if name not in typed})

    def _check_complete(self, hit):
        if not (self.reason or '').strip():
            raise UserError(self.env._("Please say why: the merchants that it hits read it."))
        # By now: the preview may be of yesterday.
        if not hit:
            return
        if not self.hit_date or self.hit_date < fields.Date.context_today(self):
            raise UserError(self.env._(
                "Please give these merchants a day, today or later, until which they have time."
            ))

    # === BUSINESS METHODS === #

    def _simulate(self):
        """Try the change out and undo it, so that the preview can't differ from what applies.

        :return: the merchants that the requirement is meant for then, those that lack then what
            they need not have now, and those that lack it now and need it no more
        """
        requirement = self.requirement_id.sudo()
        merchants = requirement._all_merchants()
        capability, lacked = requirement.capability, self._lacking(requirement, merchants)
        with closing(self.env.cr.savepoint()):
            requirement = requirement or requirement.create(self._prepare_terms())
            self._write_terms(requirement)
            lack = self._lacking(requirement, merchants)
            concerned = merchants.filtered(
                lambda merchant: requirement.active
                and requirement._concerns(merchant._requirement_profile())
            )
            if requirement.capability == capability:
                lack, lacked = lack - lacked, lacked - lack
        return concerned, lack, lacked

    def _write_terms(self, requirement):
        active = self.operation != 'archive'
        terms = self._prepare_terms() if self.operation in ('create', 'change') else {}
        requirement.write(dict(terms, active=active))

    @api.model
    def _lacking(self, requirement, merchants):
        """Return the merchants that lack a requirement, none if it does not apply."""
        active = requirement.filtered('active')
        return active._gaps(merchants)[active] if active else merchants.browse()

    @api.model
    def _terms(self):
        """Return the names of the fields that make up a requirement."""
        rule = self.env['marketplace.requirement.rule']
        return [
            name for name, field in rule._fields.items()
            if field.store and name not in models.MAGIC_COLUMNS
        ]

    def _terms_of(self, record):
        values = {}
        for name in self._terms():
            value = record[name]
            if record._fields[name].type == 'many2many':
                values[name] = [Command.set(value.ids)]
            else:
                values[name] = value.id if record._fields[name].relational else value
        return values

    def _prepare_terms(self):
        return self._terms_of(self)

    def _readable(self, requirement):
        """Return the terms as a person reads them in the audit log; what is empty is left out."""
        if not requirement:
            return {}
        requirement = requirement.sudo()
        values = {}
        for name in [*self._terms(), 'active']:
            field, value = requirement._fields[name], requirement[name]
            text = ", ".join(value.mapped('display_name')) if field.relational else str(value)
            if value:
                values[name] = text
        return values

    def _reopen(self):
        return self._get_records_action(
            name=self.env._("Change of a Requirement"), target='new'
        )

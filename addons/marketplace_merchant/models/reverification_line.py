# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from datetime import datetime, time, timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL
from odoo.tools.misc import format_date

from odoo.addons.marketplace_merchant.tools.elevate import elevate
from odoo.addons.marketplace_merchant.tools.form_reader import TEXT_MAX_LENGTH, FormReader

from .qualification import COUNTING_STATES
from .reverification import MANAGER
from .state_mixin import Move

OFFICER = 'marketplace_merchant.group_onboarding_officer'
# Who is asked again has at least so many days.
SECOND_CHANCE_DAYS = 7
WAITING = ('open', 'overdue')


class MarketplaceReverificationLine(models.Model):
    """One merchant in a re-verification: what it confirmed and showed, and what we made of it."""

    _name = 'marketplace.reverification.line'
    _inherit = [
        'mail.thread',
        'marketplace.guard.mixin',
        'marketplace.state.mixin',
        'marketplace.deadline.batch.mixin',
        'marketplace.notice.mixin',
    ]
    _description = "Re-verification of a Merchant"
    _order = 'due_date, id'

    _guard_frozen = ('reverification_id', 'merchant_id')
    _reason_actions = ('action_send_back', 'action_waive')
    _state_initial = 'open'
    _state_moves = (
        *(Move(state, 'answered', by=('member_owner',)) for state in WAITING),
        Move('answered', 'accepted', by=(OFFICER,)),
        Move('answered', 'open', by=(OFFICER,), reason=True),
        Move('open', 'overdue', by=('system',)),
        *(Move(state, 'waived', by=(MANAGER,), reason=True) for state in (*WAITING, 'answered')),
        *(Move(state, 'closed', by=('system',)) for state in (*WAITING, 'answered')),
    )

    reverification_id = fields.Many2one(
        comodel_name='marketplace.reverification', string="Campaign", required=True, readonly=True,
        index=True, ondelete='cascade',
    )  # fmt: skip
    merchant_id = fields.Many2one(
        comodel_name='marketplace.merchant', required=True, readonly=True, index=True,
        ondelete='cascade',
    )  # fmt: skip
    company_id = fields.Many2one(related='merchant_id.company_id')
    tier_id = fields.Many2one(related='merchant_id.tier_id')
    manager_id = fields.Many2one(related='merchant_id.manager_id')
    state = fields.Selection(
        selection=[
            ('open', "Asked"),
            ('answered', "To Decide"),
            ('accepted', "Accepted"),
            ('overdue', "Overdue"),
            ('waived', "Waived"),
            ('closed', "Closed without an Answer"),
        ],
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
    )
    due_date = fields.Date(readonly=True, required=True)
    answered_on = fields.Datetime(readonly=True)
    answered_by_id = fields.Many2one(comodel_name='res.users', readonly=True)
    confirmed_data = fields.Text(
        string="Data Confirmed", readonly=True, help="As it was on file when it was confirmed."
    )
    answer_note = fields.Text(
        string="What Has Changed", readonly=True, help="In the merchant's words."
    )
    decided_on = fields.Datetime(readonly=True)
    decided_by_id = fields.Many2one(
        comodel_name='res.users', readonly=True, groups='marketplace_merchant.group_staff'
    )
    remark = fields.Text(
        string="Remark to the Merchant", readonly=True, help="Why it was sent back, or waived."
    )
    document_ids = fields.Many2many(
        comodel_name='marketplace.qualification', string="Documents Shown",
        compute='_compute_document_ids',
        help="The newest version of each document that the campaign asks for.",
    )  # fmt: skip

    _merchant_uniq = models.Constraint(
        'UNIQUE (reverification_id, merchant_id)', "This merchant has been asked already."
    )

    # === COMPUTE METHODS === #

    @api.depends('reverification_id', 'merchant_id')
    def _compute_display_name(self):
        for line in self:
            line.display_name = f"{line.reverification_id.name}: {line.merchant_id.name}"

    @api.depends('merchant_id', 'reverification_id')
    def _compute_document_ids(self):
        for line in self:
            documents = line.merchant_id.qualification_ids.filtered(
                lambda document, kinds=line.reverification_id.type_ids:
                    document.type_id in kinds and document.state in (*COUNTING_STATES, 'pending')
            )
            line.document_ids = documents

    # === ACTION METHODS === #

    def action_accept(self):
        """Take what the merchant confirmed and showed as right."""
        self.sudo()._move_to('accepted')

    def action_send_back(self, reason):
        """Ask the merchant again; it reads why."""
        for line_sudo in self.sudo():
            line_sudo.due_date = max(
                line_sudo.due_date,
                fields.Date.context_today(self) + timedelta(days=SECOND_CHANCE_DAYS),
            )
        self.sudo()._move_to('open', reason=reason)

    def action_waive(self, reason):
        """Ask this merchant for nothing this time."""
        self.sudo()._move_to('waived', reason=reason)

    # === PORTAL METHODS === #

    def portal_answer(self, values):
        """Confirm the data on file and the documents, or say what has changed; for owners.

        :param dict values: ``confirmed`` (anything but empty), ``note`` (what has changed)
        :raise FieldErrors: everything that is missing
        """
        line_sudo = self._portal_line()
        reader = FormReader(self.env, values)
        reader.text('note', self.env._("What has changed"), required=False, limit=TEXT_MAX_LENGTH,
                    multiline=True)
        if not reader.values.get('confirmed'):
            reader.fail('confirmed', self.env._("Please confirm that everything is right."))
        for kind in line_sudo._missing_kinds():
            reader.fail(f'document_{kind.id}', self.env._("Please upload: %s.", kind.name))
        clean = reader.check()
        line_sudo._move_to('answered')
        line_sudo.write({
            'answered_on': fields.Datetime.now(),
            'answered_by_id': self.env.uid,
            'answer_note': clean['note'],
            'confirmed_data': line_sudo._data_on_file_text(),
        })

    def _portal_line(self):
        """Return the line with full rights, once the caller is known to own the merchant.

        :raise AccessError: the same for a line of others and one that does not exist
        """
        self.ensure_one()
        line_sudo = elevate(self).exists()
        line_sudo.merchant_id._check_papers_owner()
        if line_sudo.state not in WAITING:
            raise UserError(self.env._("You have answered this already. Thank you."))
        return line_sudo

    # === BUSINESS METHODS === #

    @api.model
    def _ask(self, campaign, merchants):
        """Ask all the merchants, in a number of statements that does not grow with theirs."""
        self.flush_model()
        rows = self.env.execute_query(SQL(
            """
            INSERT INTO marketplace_reverification_line
                (reverification_id, merchant_id, state, due_date,
                 create_uid, create_date, write_uid, write_date)
            SELECT %(campaign)s, merchant_id, 'open', %(due)s,
                   %(uid)s, now() AT TIME ZONE 'UTC', %(uid)s, now() AT TIME ZONE 'UTC'
              FROM unnest(%(merchants)s::int[]) AS merchant_id
                ON CONFLICT (reverification_id, merchant_id) DO NOTHING
         RETURNING id
            """,
            campaign=campaign.id, due=campaign.due_date, uid=self.env.uid,
            merchants=merchants.ids,
        ))  # fmt: skip
        campaign.invalidate_recordset(['line_ids'])
        lines = self.browse(row[0] for row in rows)
        self.env['marketplace.audit.log']._log(
            lines, 'create', reason=campaign.name, system=True
        )
        lines._reschedule()
        lines._give_notice('marketplace_merchant.mail_template_reverification')

    def _state_entered(self, target, reason):
        super()._state_entered(target, reason)
        self.write({'notice': False, 'remark': reason if target in ('open', 'waived') else False})
        if target in ('accepted', 'open', 'waived'):
            self.write({'decided_on': fields.Datetime.now(), 'decided_by_id': self.env.uid})
        if target != 'overdue':
            self.env['marketplace.listing.block'].sudo()._release(self)
        if target in ('accepted', 'open', 'waived'):
            self._give_notice('marketplace_merchant.mail_template_reverification')
        self._reschedule()

    def _close(self):
        """Ask nobody any more, at the end of the campaign."""
        for state in (*WAITING, 'answered'):
            self._move_set(state, 'closed')
        self.env['marketplace.listing.block'].sudo()._release(self)
        self._reschedule()

    # === CLOCK === #

    def _next_deadline(self, state):
        if state != 'open':
            return False
        midnight = datetime.combine(self.due_date, time())
        moments = [midnight - timedelta(days=days) for days in self.reverification_id._reminders()]
        return min(
            [moment for moment in moments if moment > fields.Datetime.now()],
            default=midnight + timedelta(days=1),
        )

    def _advance(self):
        today = fields.Date.context_today(self)
        late = self.filtered(lambda line: line.due_date < today)._move_set(
            'open', 'overdue', self.env._("The merchant has not answered by the due date.")
        )
        late.filtered(
            lambda line: line.reverification_id.consequence == 'goods'
        )._take_goods_off()
        self.filtered(
            lambda line: line.state in WAITING
        )._give_notice('marketplace_merchant.mail_template_reverification')
        self._reschedule()

    def _take_goods_off(self):
        if not self:
            return
        self.env['marketplace.listing.block'].sudo()._block_set(self._name, SQL(
            "SELECT goods.id, line.id, line.reason"
            " FROM unnest(%s::int[], %s::int[], %s::text[]) AS line(id, merchant_id, reason)"
            " JOIN product_template AS goods ON goods.merchant_id = line.merchant_id"
            " WHERE goods.active AND goods.listing_state IN ('live', 'paused', 'taken_down')",
            self.ids, [line.merchant_id.id for line in self],
            [line._overdue_reason() for line in self],
        ))  # fmt: skip

    @api.model
    def _take_off_new(self, listings):
        """Let goods that come on sale share what an overdue answer did to the others."""
        self.sudo().search([
            ('merchant_id', 'in', listings.merchant_id.ids), ('state', '=', 'overdue'),
            ('reverification_id.consequence', '=', 'goods'),
        ])._take_goods_off()

    def _overdue_reason(self):
        return self.env._(
            "“%(name)s” was to be answered by %(day)s.",
            name=self.reverification_id.name, day=format_date(self.env, self.due_date),
        )

    # === WHAT IS ASKED === #

    def _kinds(self):
        """Return the documents that this merchant has to show: those it needs or has."""
        asked = self.reverification_id.type_ids
        return asked & (
            self.merchant_id._required_document_kinds() | self.merchant_id.qualification_ids.type_id
        )

    def _missing_kinds(self):
        """Return the documents that are still to be handed in."""
        since = self.reverification_id.started_on
        shown = self.document_ids
        if self.reverification_id.needs_new_files:
            shown = shown.filtered(lambda document: document.create_date.date() >= since)
        return self._kinds() - shown.type_id

    def _data_on_file(self):
        """Return what the merchant confirms: label and value of each piece."""
        merchant = self.merchant_id
        partner = merchant.partner_id
        labels = merchant.fields_get(attributes=['string'])
        values = {
            'name': merchant.name,
            'licence_number': merchant.licence_number,
            'legal_representative': merchant.legal_representative,
            'contact_name': merchant.contact_name,
            'phone': merchant.phone,
            'email': merchant.email,
        }
        address = ", ".join(filter(None, (
            partner.street, partner.street2, partner.zip, partner.city, partner.state_id.name,
            partner.country_id.name,
        )))  # fmt: skip
        return [
            *((labels[name]['string'], value) for name, value in values.items() if value),
            *([(self.env._("Address"), address)] if address else []),
        ]

    def _data_on_file_text(self):
        if not self.reverification_id.confirms_data:
            return False
        return "\n".join(f"{label}: {value}" for label, value in self._data_on_file())

    def _mail_subject(self):
        """Return in some words what a mail about the line is about."""
        self.ensure_one()
        if self.state == 'open':
            return self.env._("please answer by %s", format_date(self.env, self.due_date))
        if self.state == 'overdue':
            return self.env._("your answer is overdue")
        return self.env._("done")

    def _get_portal_path(self):
        """Return where the merchant answers; the pages are another addon's."""
        return '/my'

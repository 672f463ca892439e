# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.marketplace_merchant.models.merchant_capability import MAIL_BATCH

# When a merchant is reminded, in days from the day on which it is due. That orders stop, the next
# day, is said by a mail of its own.
MAIL_DAYS = (-7, -1, 1)


class MarketplaceRequirementDue(models.Model):
    """The date by which one merchant has to provide what it lacks.

    Given when a rule changed or something went missing; it goes away once the merchant has it.
    """

    _name = 'marketplace.requirement.due'
    _description = "Due Date of a Requirement"
    _order = 'date, id'
    _rec_name = 'requirement_id'

    requirement_id = fields.Many2one(
        comodel_name='marketplace.requirement', required=True, readonly=True, index=True,
        ondelete='cascade',
    )  # fmt: skip
    merchant_id = fields.Many2one(
        comodel_name='marketplace.merchant', required=True, readonly=True, ondelete='cascade'
    )
    company_id = fields.Many2one(related='merchant_id.company_id', store=True, index=True)
    capability = fields.Selection(related='requirement_id.capability')
    date = fields.Date(string="Due on", required=True, readonly=True, index=True)
    reason = fields.Char(readonly=True, help="Why it is asked for now. The merchant reads it.")
    mail_on = fields.Date(
        string="Next Mail", readonly=True, index='btree_not_null',
        help="When we write to the merchant about it again.",
    )  # fmt: skip
    is_overdue = fields.Boolean(compute='_compute_is_overdue')

    _merchant_uniq = models.Constraint(
        'UNIQUE (merchant_id, requirement_id)', "This merchant has a date for it already."
    )

    # === COMPUTE METHODS === #

    @api.depends('date')
    def _compute_is_overdue(self):
        today = fields.Date.context_today(self)
        for due in self:
            due.is_overdue = due.date < today

    # === BUSINESS METHODS === #

    @api.model
    def _give(self, rows):
        """Give merchants a date for what they lack; a date they had for it is replaced.

        :param rows: tuples of requirement, merchant, date and reason; one statement for all
        """
        if not rows:
            return
        self.flush_model()
        self.env.execute_query(SQL(
            """
            INSERT INTO marketplace_requirement_due
                (requirement_id, merchant_id, company_id, date, reason, mail_on,
                 create_uid, create_date, write_uid, write_date)
            SELECT row.requirement_id, merchant.id, merchant.company_id, row.date, row.reason,
                   %(today)s, %(uid)s, now() AT TIME ZONE 'UTC', %(uid)s, now() AT TIME ZONE 'UTC'
              FROM unnest(%(requirements)s::int[], %(merchants)s::int[], %(dates)s::date[],
                          %(reasons)s::text[])
                   AS row(requirement_id, merchant_id, date, reason)
              JOIN marketplace_merchant AS merchant ON merchant.id = row.merchant_id
                ON CONFLICT (merchant_id, requirement_id) DO UPDATE
               SET date = EXCLUDED.date, reason = EXCLUDED.reason, mail_on = EXCLUDED.mail_on,
                   write_uid = EXCLUDED.write_uid, write_date = EXCLUDED.write_date
         RETURNING id
            """,
            requirements=[requirement.id for requirement, _merchant, _date, _reason in rows],
            merchants=[merchant.id for _requirement, merchant, _date, _reason in rows],
            dates=[date for _requirement, _merchant, date, _reason in rows],
            reasons=[reason or None for *_row, reason in rows],
            uid=self.env.uid, today=fields.Date.context_today(self),
        ))  # fmt: skip
        self.invalidate_model()
        self.env['marketplace.merchant'].invalidate_model(['requirement_due_ids'])

    # === MAILS === #

    @api.model
    def _tell(self):
        """Write to merchants about what is due: when they get the date, and shortly before it.

        One mail a merchant, whatever the number of dates. Each batch is committed by itself.
        """
        today = fields.Date.context_today(self)
        waiting = [('mail_on', '<=', today)]
        merchants = self.sudo().search(waiting).merchant_id
        for batch in self.env['ir.cron']._marketplace_each(merchants, MAIL_BATCH):
            dues = self.sudo().search([('merchant_id', 'in', batch.ids), *waiting])
            for due in dues:
                due.mail_on = due._next_mail(today)
            batch._mail_templates_send('mail_template_merchant_requirements_due', dues.merchant_id)

    def _next_mail(self, today):
        """Return the next day on which to remind the merchant, if any."""
        self.ensure_one()
        days = [self.date + timedelta(days=days) for days in MAIL_DAYS]
        if self.capability == 'take_orders':
            days.pop()
        return next((day for day in days if day > today), False)

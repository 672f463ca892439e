# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.tools import SQL


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
    date_told = fields.Date(
        string="Written on", readonly=True, help="The last mail to the merchant about it."
    )
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
    def _give(self, requirement, merchants, date, reason=None):
        """Give merchants a date for what they lack; a date they had for it is replaced."""
        self.flush_model()
        self.env.execute_query(SQL(
            """
            INSERT INTO marketplace_requirement_due
                (requirement_id, merchant_id, company_id, date, reason,
                 create_uid, create_date, write_uid, write_date)
            SELECT %(requirement)s, id, company_id, %(date)s, %(reason)s,
                   %(uid)s, now() AT TIME ZONE 'UTC', %(uid)s, now() AT TIME ZONE 'UTC'
              FROM marketplace_merchant
             WHERE id = ANY(%(merchants)s)
                ON CONFLICT (merchant_id, requirement_id) DO UPDATE
               SET date = EXCLUDED.date, reason = EXCLUDED.reason, date_told = NULL,
                   write_uid = EXCLUDED.write_uid, write_date = EXCLUDED.write_date
         RETURNING id
            """,
            requirement=requirement.id, merchants=merchants.ids, date=date, reason=reason or None,
            uid=self.env.uid,
        ))  # fmt: skip
        self.invalidate_model()

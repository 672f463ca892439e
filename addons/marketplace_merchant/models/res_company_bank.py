# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import fields, models


class ResCompany(models.Model):
    _inherit = 'res.company'

    marketplace_bank_cooling_hours = fields.Integer(
        string="Cooling-off of Bank Accounts",
        default=72,
        help="Hours for which nothing is paid to an account that replaces a verified one: time for"
        " the merchant to object to a change that somebody else made.",
    )

    _marketplace_bank_cooling_hours_positive = models.Constraint(
        'CHECK (marketplace_bank_cooling_hours >= 0)', "The cooling-off cannot be negative."
    )

    # === CRUD METHODS === #

    def write(self, vals):
        if 'marketplace_bank_cooling_hours' not in vals:
            return super().write(vals)
        before = [{'hours': company.marketplace_bank_cooling_hours} for company in self]
        result = super().write(vals)
        hours = self[:1].marketplace_bank_cooling_hours
        changed = [index for index, old in enumerate(before) if old['hours'] != hours]
        self.env['marketplace.audit.log']._log(
            self.browse([self.ids[index] for index in changed]),
            'change',
            reason=self.env._("Cooling-off of bank accounts"),
            before=[before[index] for index in changed],
            after={'hours': hours},
        )
        return result

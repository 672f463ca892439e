# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from datetime import timedelta

from odoo import fields, models


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

    # === BUSINESS METHODS === #

    def _missing(self, capability):
        """Return what keeps the merchant from a capability, or will, computed now.

        :param str capability: list, take_orders, be_paid or advertise
        :return: one dict per missing requirement: the requirement, its name, a message that the
            merchant can act on, the date by which it is due (or False), and whether it bars the
            capability already (``blocking``)
        :rtype: list[dict]
        """
        self.ensure_one()
        merchant_sudo = self.sudo()
        return [
            {
                'requirement': requirement.with_env(self.env),
                'name': requirement.name,
                'message': requirement._message(merchant_sudo),
                'due': merchant_sudo._requirement_due(requirement),
                'blocking': merchant_sudo._is_blocking(requirement),
            }
            for requirement, lacking in merchant_sudo._requirement_gaps(capability).items()
            if lacking
        ]

    def _blocking(self, capability):
        """Return the part of :meth:`_missing` that bars the capability now."""
        return [item for item in self._missing(capability) if item['blocking']]

    def _is_barred(self, capability):
        """Return whether something that is required keeps the merchant from a capability now."""
        return bool(self._barred(capability))

    def _barred(self, capability):
        """Return the merchants of ``self`` that may not use a capability now; set-based."""
        merchants_sudo = self.sudo()
        barred_sudo = merchants_sudo.browse()
        for requirement, lacking in merchants_sudo._requirement_gaps(capability).items():
            barred_sudo |= lacking.filtered(lambda merchant, r=requirement: merchant._is_blocking(r))
        return barred_sudo.with_env(self.env)

    def _requirement_gaps(self, capability):
        """Return by requirement of a capability the merchants of ``self`` that lack it."""
        return self.env['marketplace.requirement'].sudo().search(
            [('capability', '=', capability)]
        )._gaps(self)

    def _requirement_profile(self):
        """Return what decides which requirements concern the merchant."""
        return {
            'country': self.country_id,
            'entity_type': self.entity_type,
            'categories': self.category_ids,
            'tier': self.tier_id,
        }

    def _requirement_due(self, requirement):
        """Return the day until which the merchant may do without what it lacks, or False."""
        self.ensure_one()
        if given := self.requirement_due_ids.filtered(
            lambda due: due.requirement_id == requirement
        ):
            return given.date
        if requirement.stage != 'later' or not self.date_approved:
            return False
        if not requirement.due_days:
            return requirement.due_date
        # Missing anew, long after the approval: the days run from now, until the daily run
        # writes the date down.
        days = timedelta(days=requirement.due_days)
        first = self.date_approved + days
        today = fields.Date.context_today(self)
        return first if first >= today else today + days

    def _is_blocking(self, requirement):
        """Return whether a gap bars the capability of its requirement already."""
        self.ensure_one()
        if self.state == 'onboarding' and requirement.kind == 'deposit':
            return True  # paid before the shop opens; later shortfalls have a date
        if self.state != 'onboarding' and requirement.kind == 'document' and (
            requirement.capability in ('list', 'take_orders')
        ):
            return False  # not the merchant, but the goods that need the document are barred
        due = self._requirement_due(requirement)
        return not due or due < fields.Date.context_today(self)

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

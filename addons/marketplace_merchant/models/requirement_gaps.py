# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.misc import formatLang

from odoo.addons.marketplace_merchant.models.qualification import COUNTING_STATES


class MarketplaceRequirement(models.Model):
    """Who lacks what: of any number of merchants in a number of queries that does not grow."""

    _inherit = 'marketplace.requirement'

    # === BUSINESS METHODS === #

    def _gaps(self, merchants):
        """Return who lacks what now.

        :return: for each of ``self`` the merchants that it concerns and that don't have it
        :rtype: dict
        """
        merchants = merchants.sudo()
        profiles = {merchant: merchant._requirement_profile() for merchant in merchants}
        met = self._met_by_submission(merchants)
        for kind, requirements in self.sudo().grouped('kind').items():
            met |= getattr(requirements, f'_met_{kind}')(merchants)
        return {
            requirement: merchants.filtered(
                lambda merchant, row=requirement: (row.id, merchant.id) not in met
                and row._concerns(profiles[merchant])
            )
            for requirement in self.sudo()
        }

    def _dues(self, merchants):
        """Return by merchant the day until which it may do without what it lacks, or False.

        :param merchants: those that lack it
        """
        self.ensure_one()
        dues = {merchant: self._standard_due(merchant) for merchant in merchants}
        if self.kind == 'agreement':
            dues.update(self._agreement_dues(merchants))
        for merchant in merchants:
            for given in merchant.requirement_due_ids:
                if given.requirement_id == self:
                    dues[merchant] = given.date
        return dues

    def _standard_due(self, merchant):
        if self.stage != 'later':
            return False
        if not self.due_days or not merchant.date_approved:
            return self.due_date
        # Missing anew, long after the approval: the days run from now, until the daily run
        # writes the date down.
        first = merchant.date_approved + timedelta(days=self.due_days)
        today = fields.Date.context_today(self)
        return first if first >= today else today + timedelta(days=self.due_days)

    def _agreement_dues(self, merchants):
        """Return until when merchants bound by an earlier version may do without the new one."""
        published = self.env['marketplace.agreement']._published(self.agreement_kind)
        accepted = published._accepted_versions(merchants)
        dues = {}
        for merchant in merchants:
            version = accepted.get(merchant.id)
            asked = published._asked_of(version, merchant._requirement_profile())
            if asked and (version or asked.state == 'scheduled'):
                dues[merchant] = asked._accept_due()
        return dues

    def _bars(self, merchant):
        """Return whether a gap ever keeps the merchant as a whole from the capability.

        Documents of a merchant that has opened don't: the goods that need them are off sale.
        """
        self.ensure_one()
        return not (
            self.kind == 'document'
            and self.capability in ('list', 'take_orders')
            and merchant.state != 'onboarding'
        )

    def _blocks(self, merchant, due):
        """Return whether a gap bars the capability already."""
        if not self._bars(merchant):
            return False
        if self.kind == 'deposit' and merchant.state == 'onboarding':
            return True  # paid before the shop opens; a later shortfall has its days
        return not due or due < fields.Date.context_today(self)

    @api.model
    def _excused_query(self):
        """Return the query of what merchants may do without today.

        :return: selects merchant_id and requirement_id of what is waived, or due later
        :rtype: SQL
        """
        return SQL(
            """
            SELECT merchant_id, requirement_id
              FROM marketplace_requirement_submission
             WHERE state = 'waived' AND merchant_id IS NOT NULL
               AND (valid_until IS NULL OR valid_until >= CURRENT_DATE)
             UNION
            SELECT merchant_id, requirement_id
              FROM marketplace_requirement_due
             WHERE date >= CURRENT_DATE
            """
        )

    # === WHAT IS THERE === #
    # Each returns the pairs (requirement id, merchant id) of who has what.

    def _met_by_submission(self, merchants):
        rows = self.env['marketplace.requirement.submission'].sudo()._read_group(
            [
                ('requirement_id', 'in', self.ids), ('merchant_id', 'in', merchants.ids),
                *self.env['marketplace.requirement.submission']._counting_domain(),
            ],
            ['requirement_id', 'merchant_id'],
        )  # fmt: skip
        return {(requirement.id, merchant.id) for requirement, merchant in rows}

    def _met_agreement(self, merchants):
        return {
            (requirement.id, merchant.id)
            for kind, requirements in self.grouped('agreement_kind').items()
            for merchant in self.env['marketplace.agreement']._bound(kind, merchants)
            for requirement in requirements
        }

    def _met_document(self, merchants):
        rows = self.env['marketplace.qualification'].sudo()._read_group(
            [
                ('type_id', 'in', self.qualification_type_id.ids),
                ('merchant_id', 'in', merchants.ids),
                ('state', 'in', COUNTING_STATES),
            ],
            ['type_id', 'merchant_id'],
        )
        present = {(kind.id, merchant.id) for kind, merchant in rows}
        return {
            (requirement.id, merchant_id)
            for requirement in self
            for type_id, merchant_id in present
            if type_id == requirement.qualification_type_id.id
        }

    def _met_deposit(self, merchants):
        return self._met_where(merchants, lambda merchant: (
            merchant.currency_id.compare_amounts(merchant._deposit_missing(), 0.0) <= 0
        ))

    def _met_bank_account(self, merchants):
        rows = self.env['marketplace.bank.account'].sudo()._read_group(
            [('merchant_id', 'in', merchants.ids), ('state', '=', 'verified')], ['merchant_id']
        )
        verified = {merchant.id for (merchant,) in rows}
        return self._met_where(merchants, lambda merchant: merchant.id in verified)

    def _met_goods(self, merchants):
        counts = merchants._live_goods_counts()
        return {
            (requirement.id, merchant.id)
            for requirement in self
            for merchant in merchants
            if counts.get(merchant, 0) >= requirement.minimum_goods
        }

    def _met_profile(self, merchants):
        return {
            (requirement.id, merchant.id)
            for requirement in self
            for merchant in merchants
            if merchant._profile_value(requirement.profile_field)
        }

    def _met_review(self, merchants):
        return set()

    def _met_training(self, merchants):
        return set()

    def _met_question(self, merchants):
        return set()

    def _met_where(self, merchants, condition):
        """Return the pairs of who meets the same condition for all of ``self``."""
        found = merchants.filtered(condition)
        return {(requirement.id, merchant.id) for requirement in self for merchant in found}

    # === WORDS === #
    # Each says to a merchant that lacks it what to do.

    def _message(self, merchant):
        """Return what the merchant can do about its gap, in one sentence."""
        self.ensure_one()
        return getattr(self, f'_message_{self.kind}')(merchant)

    def _message_agreement(self, merchant):
        agreements = self.env['marketplace.agreement']
        if merchant._name == 'marketplace.merchant':
            agreement = agreements._asked(self.agreement_kind, merchant)
        else:
            agreement = agreements._in_force(self.agreement_kind)
        return self.env._(
            "Please read and accept: %s.", agreement.with_env(self.env).display_name
        )

    def _message_document(self, merchant):
        name = self.qualification_type_id.name
        if merchant.qualification_ids.filtered(
            lambda doc: doc.type_id == self.qualification_type_id and doc.state == 'pending'
        ):
            return self.env._("%s: we are reviewing it.", name)
        return self.env._("Please upload: %s.", name)

    def _message_deposit(self, merchant):
        amount = formatLang(
            self.env, merchant._deposit_missing(), currency_obj=merchant.currency_id
        )
        return self.env._("Please pay in %s.", amount)

    def _message_bank_account(self, merchant):
        if merchant.bank_account_ids.filtered(lambda account: account.state == 'draft'):
            return self.env._("We are verifying your bank account.")
        return self.env._("Please add the bank account to which we pay.")

    def _message_goods(self, merchant):
        return self.env._(
            "Please put at least %(minimum)s goods on sale; you have %(count)s.",
            minimum=self.minimum_goods, count=merchant._live_goods_counts().get(merchant, 0),
        )

    def _message_profile(self, merchant):
        return self.env._("Please fill in: %s.", self._profile_label())

    def _profile_label(self):
        return dict(self._fields['profile_field']._description_selection(self.env)).get(
            self.profile_field
        )

    def _message_review(self, merchant):
        if remark := self._last_answer(merchant).remark:
            return self.env._("%(name)s: %(remark)s", name=self.name, remark=remark)
        return self.env._("%s: we look at it and get in touch with you.", self.name)

    def _message_training(self, merchant):
        return self._message_answer(merchant, self.env._("Please complete: %s.", self.name))

    def _message_question(self, merchant):
        return self._message_answer(merchant, self.env._("Please answer: %s.", self.name))

    def _message_answer(self, merchant, message):
        """Return where an answer stands, ``message`` if there is none."""
        answer = self._last_answer(merchant)
        if answer.state == 'pending':
            return self.env._("%s: we are checking your answer.", self.name)
        if answer.state == 'rejected':
            return self.env._(
                "%(name)s: please answer again. %(remark)s", name=self.name, remark=answer.remark
            )
        return message

    def _last_answer(self, owner):
        """Return the latest answer of a merchant or application."""
        return owner.requirement_submission_ids.filtered(
            lambda row: row.requirement_id == self and row.state != 'replaced'
        )[:1]

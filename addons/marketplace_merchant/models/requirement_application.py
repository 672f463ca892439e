# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import fields, models
from odoo.exceptions import UserError

from odoo.addons.marketplace_merchant.models.merchant_application_portal import STEP_FIELDS
from odoo.addons.marketplace_merchant.models.requirement_rule import ANSWERED_KINDS
from odoo.addons.marketplace_merchant.tools.field_errors import FieldErrors


class MarketplaceMerchantApplication(models.Model):
    """What an application has to bring along, when it is handed in and before it is approved."""

    _inherit = 'marketplace.merchant.application'

    requirement_submission_ids = fields.One2many(
        comodel_name='marketplace.requirement.submission', inverse_name='application_id',
        string="Answers", readonly=True,
    )  # fmt: skip

    # === PORTAL METHODS === #

    def portal_answer(self, requirement_id, values):
        """Answer a question, or say that a training is done.

        :param requirement_id: one of those that the form shows
        :param dict values: ``answer`` or ``file``, see
            :meth:`~.requirement_submission.MarketplaceRequirementSubmission._hand_in`
        :raise FieldErrors: what is wrong with the answer, at ``requirement_<id>``
        """
        application_sudo = self._check_applicant(editable=True)
        requirement = application_sudo._asked_requirements().filtered(
            lambda row: str(row.id) == str(requirement_id)
        )
        if not requirement:
            raise UserError(self.env._("We do not ask for this any more. Reload the page."))
        self.env['marketplace.requirement.submission']._hand_in(
            requirement, values, application_id=self.id
        )

    # === BUSINESS METHODS === #

    def _requirement_profile(self):
        """Return what decides which requirements concern the applicant."""
        return {
            'country': self.country_id,
            'entity_type': self.entity_type,
            'categories': self.category_ids,
            'tier': self.tier_id,
        }

    def _asked_requirements(self):
        """Return the questions and trainings that the applicant answers in the form."""
        return self.env['marketplace.requirement']._for_stages(
            ('submit', 'approval'), self._requirement_profile()
        ).filtered(lambda requirement: requirement.kind in ANSWERED_KINDS)

    def _unmet(self, stages):
        """Return what the application lacks at these stages.

        :param stages: submit, approval
        :return: one dict per requirement: the requirement, its name, and a message for the
            applicant
        :rtype: list[dict]
        """
        self.ensure_one()
        if self.kind != 'open':
            return []
        requirements = self.env['marketplace.requirement']._for_stages(
            stages, self._requirement_profile()
        )
        return [
            {
                'requirement': requirement,
                'name': requirement.name,
                'message': requirement._message(self),
            }
            for requirement in requirements
            if not self._meets(requirement, stages)
        ]

    def _meets(self, requirement, stages):
        """Return whether the application has what is required.

        An answer counts as handed in before it is accepted, but nobody is approved before.
        """
        answer = requirement._last_answer(self)
        if answer.state in ('accepted', 'waived'):
            return True
        if requirement.kind in ANSWERED_KINDS:
            return answer.state == 'pending' and 'approval' not in stages
        meets = getattr(self, f'_meets_{requirement.kind}', None)
        return bool(meets and meets(requirement))

    def _meets_agreement(self, requirement):
        agreement = self.env['marketplace.agreement']._in_force(requirement.agreement_kind)
        return not agreement or agreement in self.agreement_acceptance_ids.agreement_id

    def _meets_document(self, requirement):
        return requirement.qualification_type_id in self.qualification_ids.type_id

    def _meets_profile(self, requirement):
        return bool(self[requirement.profile_field])

    def _check_nothing_bars(self):
        super()._check_nothing_bars()
        if unmet := self._unmet(('submit', 'approval')):
            raise UserError(self.env._(
                "This must be there before the approval:\n%s",
                "\n".join(f"{item['name']}: {item['message']}" for item in unmet),
            ))

    def _hand_in(self):
        super()._hand_in()
        self._open_reviews()

    def _open_reviews(self):
        """Put the reviews that the approval takes on the list of what staff decides."""
        for application in self:
            reviews = application._unmet(('submit', 'approval'))
            self.requirement_submission_ids.create([
                {'requirement_id': item['requirement'].id, 'application_id': application.id}
                for item in reviews
                if item['requirement'].kind == 'review'
                and item['requirement']._last_answer(application).state != 'pending'
            ])

    # === FORM === #

    def _read_step(self, step, values):
        clean = super()._read_step(step, values)
        empty = [
            name for name in self._required_profile_fields()
            if name in self._form_fields()[step] and not clean.get(name)
        ]
        if empty:
            raise FieldErrors({
                name: self.env._("Please fill in: %s.", self._label(name)) for name in empty
            })
        return clean

    def _required_profile_fields(self):
        return set(self._requirements('profile').mapped('profile_field'))

    def _step_errors(self, step):
        errors = super()._step_errors(step)
        for item in self._unmet(('submit',)):
            requirement = item['requirement']
            if requirement.kind == 'profile' and requirement.profile_field in STEP_FIELDS[step]:
                errors.setdefault(requirement.profile_field, item['message'])
            elif requirement.kind in ANSWERED_KINDS and step in ('questions', 'review'):
                errors[f'requirement_{requirement.id}'] = item['message']
        return errors

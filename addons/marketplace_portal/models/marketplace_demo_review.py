# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from datetime import timedelta

from odoo import api, fields, models

# Hours that the reviews of the story took, in its order.
REVIEW_HOURS = (6, 31, 14, 52, 9)


class MarketplaceDemo(models.AbstractModel):
    """What officers review beside new shops, and how long it took them."""

    _inherit = 'marketplace.demo'

    # === CHAPTERS: REVIEWS === #

    @api.model
    def _tell_reviews(self):
        """A workshop moves, an applicant tries again; and how long it all took."""
        self._move_workshop()
        self._apply_again()
        self._date_reviews()

    @api.model
    def _ask_for_samples(self):
        """Sports goods are looked at before they are sold, from the next application on."""
        self._category('sports').marketplace_sample = True

    def _move_workshop(self):
        """The potters ask to have their new address on file."""
        owner = self._user('kiln')
        change = self._merchant('kiln').with_user(owner).portal_start_change()
        change.portal_save('company', {
            'company_name': change.company_name,
            'entity_type': change.entity_type,
            'licence_number': change.licence_number,
            'legal_representative': change.legal_representative,
            'country_id': str(change.country_id.id),
            'street': "昌江区三宝国际陶艺村88号",
            'city': change.city,
            'zip': "333001",
        })
        change.portal_save('note', {
            'note': "We moved to a bigger kiln in Sanbao village 我们搬到了三宝村的新窑.",
        })
        self._add_papers(change, change.licence_number)
        change.portal_submit()

    def _apply_again(self):
        """Who was rejected comes back; the reviewer sees what was said before."""
        user = self._user('applicant5')
        application = self.env['marketplace.merchant.application'].with_user(user).portal_start()
        for agreement in application._portal_form_options()['agreements']:
            application.portal_accept_agreement(agreement.id)
        application.portal_submit()

    def _date_reviews(self):
        """Spread the decided reviews over the past, so that their times make a chart."""
        decided = self.env['marketplace.merchant.application'].sudo().search(
            [('state', 'in', ('approved', 'rejected'))], order='id'
        )
        now = fields.Datetime.now()
        for position, application in enumerate(decided):
            hours = REVIEW_HOURS[position % len(REVIEW_HOURS)]
            end = now - timedelta(weeks=2 * (len(decided) - position))
            application.write({
                'date_submitted': end - timedelta(hours=hours),
                'date_decided': end,
                'review_hours': hours,
                'late_count': int(hours > 48),
            })

# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from calendar import Calendar

from dateutil.relativedelta import relativedelta

from odoo import fields, models
from odoo.tools import SQL

CALENDAR_MONTHS = 3
RUNNING_OUT = ('valid', 'expiring', 'grace', 'expired')


class MarketplaceMerchant(models.Model):
    """The merchant's documents as its owners see them: what to renew by when, and why."""

    _inherit = 'marketplace.merchant'

    # === BUSINESS METHODS === #

    def _portal_tasks(self):
        return [
            *super()._portal_tasks(),
            ('owner', 'documents', 'renew', self.env._("Documents to renew"),
             'documents/calendar', 'fa-calendar-times-o', 'marketplace.qualification',
             [('state', 'in', ('expiring', 'grace', 'expired')),
              ('renewal_ids', 'not any', [('state', '=', 'pending')])]),
            ('owner', 'documents', 'reverify', self.env._("Data and documents to confirm"),
             'reverification', 'fa-refresh', 'marketplace.reverification.line',
             [('state', 'in', ('open', 'overdue'))]),
        ]  # fmt: skip

    def _portal_papers(self):
        """Offer documents about brands as well, which only goods ask for.

        :return: as it was, and ``brands`` to choose from; of each kind ``is_optional``, too: none
            of the merchant's goods asks for it
        """
        papers = super()._portal_papers()
        offered = self.env['marketplace.qualification.type'].browse(
            entry['type'].id for entry in papers['documents']
        )
        rules_sudo = self.env['marketplace.requirement'].sudo().search([
            ('kind', '=', 'document'), ('qualification_type_id', 'not in', offered.ids),
        ]).filtered(lambda rule: rule._is_about_brands())
        needed_ids = self._needed_document_types()
        papers['documents'] += [
            {
                'type': kind,
                'versions': self.sudo().qualification_ids.browse(),
                'is_optional': kind.id not in needed_ids,
            }
            for kind in rules_sudo.qualification_type_id
        ]
        papers['brands'] = self.env['marketplace.brand']._offered()
        return papers

    def _needed_document_types(self):
        """Return the ids of the kinds of documents that the merchant's goods ask for."""
        rows = self.env.execute_query(SQL(
            "SELECT DISTINCT type_id FROM (%s) AS need",
            self.env['product.template'].sudo()._document_needs(
                SQL("goods.merchant_id = %s", self.id)
            ),
        ))  # fmt: skip
        return {row[0] for row in rows}

    def _portal_document_agenda(self):
        """Return what to renew by when, the most urgent first.

        :return: one dict per document: document, sentence, goods and the renewal under review
        :rtype: list[dict]
        """
        self.ensure_one()
        documents_sudo = self.sudo().qualification_ids.filtered(
            lambda document: document.date_off_sale and document.state in RUNNING_OUT
        )
        return [
            {
                'document': document,
                'goods': document.listing_ids.sudo(),
                'renewal': document.renewal_ids.filtered(lambda doc: doc.state == 'pending')[:1],
            }
            for document in documents_sudo.sorted('date_off_sale')
        ]

    def _portal_document_months(self, agenda):
        """Return the sheets of a calendar: months, weeks and days with what happens on them.

        :param agenda: see :meth:`_portal_document_agenda`
        """
        today = fields.Date.context_today(self)
        events = {}
        for entry in agenda:
            document = entry['document']
            events.setdefault(document.valid_until, []).append((document, 'valid_until'))
            if document.listing_count:
                events.setdefault(document.date_off_sale, []).append((document, 'off_sale'))
        first_day = int(self.env['res.lang']._get_data(code=self.env.lang).week_start or 1) - 1
        months = [today + relativedelta(day=1, months=number) for number in range(CALENDAR_MONTHS)]
        return [
            {
                'first': month,
                'weeks': [
                    [
                        {
                            'date': day,
                            'is_out': day.month != month.month,
                            'is_today': day == today,
                            'events': events.get(day, []) if day.month == month.month else [],
                        }
                        for day in week
                    ]
                    for week in Calendar(first_day).monthdatescalendar(month.year, month.month)
                ],
            }
            for month in months
        ]

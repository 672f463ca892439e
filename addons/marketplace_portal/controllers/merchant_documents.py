# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo.http import request

from .merchant_account import DOCUMENT_PATH
from .merchant_portal import MerchantPortal, portal_route

CALENDAR_PATH = f'{DOCUMENT_PATH}/calendar'
REVERIFICATION_PATH = '/my/merchant/reverification'


class MerchantDocuments(MerchantPortal):
    """When documents run out and what hangs on them, and what is to be confirmed again."""

    @portal_route(CALENDAR_PATH)
    def merchant_document_calendar(self, **kwargs):
        merchant_sudo = self._merchant_for('owner')
        _ = request.env._
        agenda = merchant_sudo._portal_document_agenda()
        values = self._merchant_values(
            merchant_sudo,
            'documents',
            [(_("Documents"), DOCUMENT_PATH), (_("Calendar"), CALENDAR_PATH)],
            agenda=agenda,
            months=merchant_sudo._portal_document_months(agenda),
        )
        return request.render('marketplace_portal.merchant_document_calendar', values)

    @portal_route(
        [REVERIFICATION_PATH, f'{REVERIFICATION_PATH}/<int:line_id>'], methods=['GET', 'POST'],
    )  # fmt: skip
    def merchant_reverification(self, line_id=None, **post):
        """Let an owner confirm data and documents; without an id the most urgent request."""
        line_sudo = self._merchant_reverification_line(line_id)
        errors = {}
        if request.httprequest.method == 'POST':
            errors = self._merchant_submit(lambda: line_sudo.sudo(False).portal_answer(post))
            if not errors:
                message = request.env._("Thank you. We look at it and write to you.")
                return self._merchant_done(f'{REVERIFICATION_PATH}/{line_sudo.id}', message)
        merchant_sudo = line_sudo.merchant_id or self._merchant_for('owner')
        _ = request.env._
        values = self._merchant_values(
            merchant_sudo,
            'documents',
            [(_("Documents"), DOCUMENT_PATH), (_("Re-verification"), REVERIFICATION_PATH)],
            line=line_sudo,
            campaign=line_sudo.reverification_id,
            missing_kinds=line_sudo._missing_kinds() if line_sudo else [],
            errors=errors,
            typed=post,
        )
        return request.render('marketplace_portal.merchant_reverification', values)

    def _merchant_reverification_line(self, line_id):
        """Return the sudoed line asked for, else the one of the merchant that is due first."""
        if line_id:
            return self._merchant_record('marketplace.reverification.line', line_id, 'owner')
        lines_sudo = self._merchant_for('owner').reverification_line_ids
        waiting = lines_sudo.filtered(lambda line: line.state in ('open', 'overdue'))
        return (waiting or lines_sudo.sorted('id', reverse=True))[:1]

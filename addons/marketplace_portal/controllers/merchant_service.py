# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo.http import request

from .merchant_portal import MAX_UPLOAD_LENGTH, MerchantPortal, portal_route

COMPLAINT_PATH = '/my/merchant/complaints'


class MerchantService(MerchantPortal):
    """Complaints of shoppers: read the thread, answer with proof."""

    def _merchant_complaint_tabs(self):
        _ = request.env._
        running = ('submitted', 'negotiation', 'arbitration', 'decided')
        ended = ('executed', 'closed', 'withdrawn')
        return {
            'all': (_("All"), []),
            'todo': (_("To answer"), [('state', '=', 'merchant_response')]),
            'running': (_("Under way"), [('state', 'in', running)]),
            'ended': (_("Closed"), [('state', 'in', ended)]),
        }

    @portal_route([COMPLAINT_PATH, f'{COMPLAINT_PATH}/page/<int:page>'])
    def merchant_complaints(self, page=1, tab=None, search=None, **kwargs):
        return self._merchant_list_page(
            'complaints', request.env._("Complaints"), COMPLAINT_PATH,
            self._merchant_for('service'), 'marketplace.complaint',
            tabs=self._merchant_complaint_tabs(), fields=('name', 'subject', 'order_id.name'),
            page=page, tab=tab, search=search,
        )  # fmt: skip

    @portal_route(
        f'{COMPLAINT_PATH}/<int:complaint_id>',
        methods=['GET', 'POST'],
        max_content_length=MAX_UPLOAD_LENGTH,
    )
    def merchant_complaint(self, complaint_id, body='', **post):
        complaint_sudo = self._merchant_record('marketplace.complaint', complaint_id, 'service')
        errors = {}
        if request.httprequest.method == 'POST':
            complaint = request.env['marketplace.complaint'].browse(complaint_id)
            files = self._merchant_uploads('files')
            errors = self._merchant_submit(lambda: complaint.portal_reply(body, files))
            if not errors:
                message = request.env._("Your answer is sent. The shopper is told.")
                return self._merchant_done(f'{COMPLAINT_PATH}/{complaint_id}', message)
        trail = [(request.env._("Complaints"), COMPLAINT_PATH), (complaint_sudo.name, '')]
        values = self._merchant_values(
            complaint_sudo.merchant_id,
            'complaints',
            trail,
            complaint=complaint_sudo,
            errors=errors,
            typed={'body': body} if errors else {},
        )
        return request.render('marketplace_portal.merchant_complaint', values)

    @portal_route(f'{COMPLAINT_PATH}/<int:complaint_id>/file/<int:attachment_id>')
    def merchant_complaint_file(self, complaint_id, attachment_id, **kwargs):
        complaint_sudo = self._merchant_record('marketplace.complaint', complaint_id, 'service')
        files_sudo = complaint_sudo.message_line_ids.attachment_ids
        return self._merchant_attachment(files_sudo, attachment_id)

# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo.http import request, route

from .merchant_portal import MAX_UPLOAD_LENGTH, MerchantPortal

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

    @route(
        [COMPLAINT_PATH, f'{COMPLAINT_PATH}/page/<int:page>'],
        type='http',
        auth='user',
        website=True,
        sitemap=False,
    )
    def merchant_complaints(self, page=1, tab=None, search=None, **kwargs):
        merchant_sudo = self._merchant_for('service')
        listing = self._merchant_list(
            'marketplace.complaint',
            merchant_sudo,
            COMPLAINT_PATH,
            tabs=self._merchant_complaint_tabs(),
            page=page,
            tab=tab,
            search=search,
            fields=('name', 'subject', 'order_id.name'),
        )
        trail = [(request.env._("Complaints"), COMPLAINT_PATH)]
        values = self._merchant_values(merchant_sudo, 'complaints', trail, **listing)
        return request.render('marketplace_portal.merchant_complaints', values)

    @route(
        f'{COMPLAINT_PATH}/<int:complaint_id>',
        type='http',
        auth='user',
        website=True,
        sitemap=False,
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

    @route(
        f'{COMPLAINT_PATH}/<int:complaint_id>/file/<int:attachment_id>',
        type='http',
        auth='user',
        website=True,
        sitemap=False,
    )
    def merchant_complaint_file(self, complaint_id, attachment_id, **kwargs):
        complaint_sudo = self._merchant_record('marketplace.complaint', complaint_id, 'service')
        files_sudo = complaint_sudo.message_line_ids.attachment_ids
        attachment_sudo = files_sudo.filtered(lambda file: file.id == attachment_id)
        if not attachment_sudo:
            raise self._merchant_not_found()
        return self._merchant_attachment(attachment_sudo)

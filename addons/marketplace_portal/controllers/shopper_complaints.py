# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo.http import request

from .merchant_portal import MAX_UPLOAD_LENGTH, portal_route
from .shopper_portal import PARCEL_PATH, ShopperPortal

COMPLAINT_PATH = '/my/complaints'


class ShopperComplaints(ShopperPortal):
    """Complaints about a parcel: open one, read and answer in its thread."""

    @portal_route(
        f'{PARCEL_PATH}/<int:parcel_id>/complain',
        methods=['GET', 'POST'],
        max_content_length=MAX_UPLOAD_LENGTH,
    )
    def parcel_complain(self, parcel_id, kind='', subject='', description='', **post):
        parcel_sudo = self._shopper_record('marketplace.order', parcel_id)
        errors = {}
        if request.httprequest.method == 'POST':
            parcel = request.env['marketplace.order'].browse(parcel_id)
            files = self._merchant_uploads('files')
            errors = self._merchant_submit(
                lambda: parcel.portal_complain(kind, subject, description, files)
            )
            if not errors:
                complaint_sudo = parcel_sudo.complaint_ids._filtered_open()
                message = request.env._("Your complaint is sent. The merchant answers soon.")
                return self._merchant_done(f'{COMPLAINT_PATH}/{complaint_sudo.id}', message)
        elif not parcel_sudo._may_complain():
            return request.redirect(self._parcel_url(parcel_sudo))
        values = self._shopper_values(
            'parcel_complain',
            parcel=parcel_sudo,
            kinds=self._selection('marketplace.complaint', 'kind'),
            errors=errors,
            typed={'kind': kind, 'subject': subject, 'description': description},
        )
        return request.render('marketplace_portal.parcel_complain', values)

    @portal_route([COMPLAINT_PATH, f'{COMPLAINT_PATH}/page/<int:page>'])
    def shopper_complaints(self, page=1, **kwargs):
        values = self._shopper_list(
            'shopper_complaints', 'marketplace.complaint', COMPLAINT_PATH, page
        )
        return request.render('marketplace_portal.shopper_complaints', values)

    @portal_route(
        f'{COMPLAINT_PATH}/<int:complaint_id>',
        methods=['GET', 'POST'],
        max_content_length=MAX_UPLOAD_LENGTH,
    )
    def shopper_complaint(self, complaint_id, action=None, body='', **post):
        complaint_sudo = self._shopper_record('marketplace.complaint', complaint_id)
        errors = {}
        if request.httprequest.method == 'POST':
            errors = self._merchant_submit(lambda: self._complaint_act(complaint_id, action, body))
            if not errors:
                message = self._complaint_message(action)
                return self._merchant_done(f'{COMPLAINT_PATH}/{complaint_id}', message)
        values = self._shopper_values(
            'shopper_complaint',
            complaint=complaint_sudo,
            errors=errors,
            typed={'body': body},
        )
        return request.render('marketplace_portal.shopper_complaint', values)

    def _complaint_act(self, complaint_id, action, body):
        """Call the method of the pressed button, as the user in person.

        :raise NotFound: for a button that the page does not have
        """
        complaint = request.env['marketplace.complaint'].browse(complaint_id)
        if action == 'reply':
            complaint.portal_reply(body, self._merchant_uploads('files'))
        elif action == 'escalate':
            complaint.portal_escalate()
        elif action == 'withdraw':
            complaint.portal_withdraw()
        elif action == 'close':
            complaint.portal_close()
        else:
            raise self._merchant_not_found()

    def _complaint_message(self, action):
        _ = request.env._
        return {
            'reply': _("Your message is sent."),
            'escalate': _("The platform decides now. You are told by mail."),
            'withdraw': _("You have withdrawn your complaint."),
            'close': _("Thank you. This complaint is closed."),
        }[action]

    @portal_route(f'{COMPLAINT_PATH}/<int:complaint_id>/file/<int:attachment_id>')
    def shopper_complaint_file(self, complaint_id, attachment_id, **kwargs):
        complaint_sudo = self._shopper_record('marketplace.complaint', complaint_id)
        files_sudo = complaint_sudo.message_line_ids.attachment_ids
        return self._merchant_attachment(files_sudo, attachment_id)

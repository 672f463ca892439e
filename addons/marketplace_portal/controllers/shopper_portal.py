# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from werkzeug.exceptions import NotFound

from odoo.exceptions import AccessError, MissingError
from odoo.http import request, route

from odoo.addons.portal.controllers.portal import pager as portal_pager
from odoo.addons.sale.controllers import portal as sale_portal

from ..const import STATE_COLORS
from .merchant_portal import MAX_UPLOAD_LENGTH, NOTICE_SESSION_KEY, MerchantPortal, portal_route

PARCEL_PATH = '/my/parcels'
RETURN_PATH = '/my/returns'


class CustomerPortal(sale_portal.CustomerPortal):
    # A class of its own: only as a child of the class it extends it is sure to come before it.

    def _prepare_sale_portal_rendering_values(self, *args, **kwargs):
        values = super()._prepare_sale_portal_rendering_values(*args, **kwargs)
        return dict(values, state_colors=STATE_COLORS)

    @route()
    def portal_order_page(self, order_id, *args, **kwargs):
        """Add the parcels of the merchants to the page of an order."""
        response = super().portal_order_page(order_id, *args, **kwargs)
        order_sudo = getattr(response, 'qcontext', {}).get('sale_order')
        if order_sudo:
            # Who may act is the visitor, not the superuser that reads the order for the page.
            parcels_sudo = order_sudo.marketplace_order_ids.with_user(request.env.user).sudo()
            sending_sudo = parcels_sudo.filtered(lambda parcel: parcel.state != 'cancelled')
            response.qcontext.update(
                parcels=parcels_sudo.sorted('id'),
                sending_count=len(sending_sudo),
                state_colors=STATE_COLORS,
                notice=request.session.pop(NOTICE_SESSION_KEY, None),
            )
        return response


class ShopperPortal(MerchantPortal):
    """What a shopper does after the purchase: follow parcels, confirm them, send goods back."""

    _shopper_documents_per_page = 20

    # === ACCESS === #

    def _shopper_record(self, model_name, record_id):
        """Return the sudoed record if the acting user is its shopper.

        :raise NotFound: without telling a foreign record from a missing one
        """
        record_sudo = request.env[model_name].sudo().browse(record_id).exists()
        if not record_sudo or not record_sudo._state_actor_shopper():
            raise NotFound()
        return record_sudo

    # === VALUES === #

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        for counter, model_name in (
            ('shopper_return_count', 'marketplace.return'),
            ('complaint_count', 'marketplace.complaint'),
        ):
            if counter in counters:
                values[counter] = request.env[model_name].sudo().search_count(
                    self._shopper_domain()
                )
        return values

    def _shopper_domain(self):
        return [('partner_id', '=', request.env.user.partner_id.id)]

    def _shopper_list(self, page_name, model_name, url, page):
        """Return the rendering values of a list of what the shopper asked for, newest first."""
        documents_sudo = request.env[model_name].sudo()
        domain = self._shopper_domain()
        step = self._shopper_documents_per_page
        pager = portal_pager(
            url=url, total=documents_sudo.search_count(domain), page=page, step=step
        )
        documents_sudo = documents_sudo.search(
            domain, order='id desc', limit=step, offset=pager['offset']
        )
        return self._shopper_values(page_name, documents=documents_sudo, pager=pager)

    def _shopper_values(self, page_name, **values):
        """Return the rendering values of one of the shopper's pages."""
        return {
            **self._prepare_portal_layout_values(),
            'page_name': page_name,
            'notice': request.session.pop(NOTICE_SESSION_KEY, None),
            'errors': {},
            'typed': {},
            'state_colors': STATE_COLORS,
            **values,
        }

    # === ORDERS === #

    @portal_route('/my/orders/<int:order_id>/invite', auth='public', methods=['POST'])
    def order_invite(self, order_id, access_token='', **kwargs):
        """Mail the buyer, who came by a link, the way to an account."""
        try:
            order_sudo = self._document_check_access('sale.order', order_id, access_token)
        except (AccessError, MissingError):
            raise NotFound() from None
        if errors := self._merchant_submit(order_sudo._invite_buyer):
            self._merchant_notify(errors['message'], 'danger')
        else:
            self._merchant_notify(request.env._(
                "We have sent a mail to the address of this order. Follow its link to your account."
            ))
        return request.redirect(order_sudo.get_portal_url())

    # === PARCELS === #

    def _parcel_url(self, parcel_sudo):
        return f'/my/orders/{parcel_sudo.sale_order_id.id}#parcel_{parcel_sudo.id}'

    def _parcel_act(self, parcel_sudo, action, message):
        """Call what a button of a parcel does, and say on the page of the order what came of it."""
        if errors := self._merchant_submit(action):
            message = next(iter(errors['fields'].values()), errors['message'])
            self._merchant_notify(message, 'danger')
        else:
            self._merchant_notify(message)
        return request.redirect(self._parcel_url(parcel_sudo))

    @portal_route(f'{PARCEL_PATH}/<int:parcel_id>/confirm', methods=['POST'])
    def parcel_confirm(self, parcel_id, **kwargs):
        parcel_sudo = self._shopper_record('marketplace.order', parcel_id)
        parcel = request.env['marketplace.order'].browse(parcel_id)
        message = request.env._("Thank you. Enjoy your purchase!")
        return self._parcel_act(parcel_sudo, parcel.portal_confirm_receipt, message)

    @portal_route(f'{PARCEL_PATH}/<int:parcel_id>/arrived/<int:sent_id>', methods=['POST'])
    def parcel_arrived(self, parcel_id, sent_id, **kwargs):
        """Confirm one of several parcels."""
        parcel_sudo = self._shopper_record('marketplace.order', parcel_id)
        sent_sudo = self._shopper_record('marketplace.parcel', sent_id)
        sent = request.env['marketplace.parcel'].browse(sent_sudo.id)
        message = request.env._("Thank you. Enjoy your purchase!")
        return self._parcel_act(parcel_sudo, sent.portal_confirm_receipt, message)

    @portal_route(f'{PARCEL_PATH}/<int:parcel_id>/cancel', methods=['POST'])
    def parcel_cancel(self, parcel_id, reason='', **kwargs):
        parcel_sudo = self._shopper_record('marketplace.order', parcel_id)
        parcel = request.env['marketplace.order'].browse(parcel_id)
        message = request.env._("Cancelled. What you paid comes back to you.")
        return self._parcel_act(parcel_sudo, lambda: parcel.portal_cancel(reason), message)

    # === RETURNS === #

    @portal_route(
        f'{PARCEL_PATH}/<int:parcel_id>/return',
        methods=['GET', 'POST'],
        max_content_length=MAX_UPLOAD_LENGTH,
    )
    def parcel_return(self, parcel_id, kind='', reason='', reason_code='', **post):
        parcel_sudo = self._shopper_record('marketplace.order', parcel_id)
        errors = {}
        if request.httprequest.method == 'POST':
            parcel = request.env['marketplace.order'].browse(parcel_id)
            quantities = self._form_quantities(post)
            errors = self._merchant_submit(
                lambda: parcel.portal_request_return(
                    kind, reason, quantities, reason_code, self._merchant_uploads('files')
                )
            )
            if not errors:
                message = request.env._("Your request is sent. The merchant answers soon.")
                return self._merchant_done(self._parcel_url(parcel_sudo), message)
        elif not parcel_sudo._may_request_return():
            return request.redirect(self._parcel_url(parcel_sudo))
        values = self._shopper_values(
            'parcel_return',
            parcel=parcel_sudo,
            kinds=self._selection('marketplace.return', 'kind'),
            reason_options=[
                (reason.code, reason.name)
                for reason in request.env['marketplace.return.reason'].search([])
            ],
            errors=errors,
            typed={'kind': kind, 'reason': reason, 'reason_code': reason_code, **post},
        )
        return request.render('marketplace_portal.parcel_return', values)

    def _selection(self, model_name, field_name):
        """Return the translated choices of a field."""
        field = request.env[model_name]._fields[field_name]
        return field._description_selection(request.env)

    @portal_route([RETURN_PATH, f'{RETURN_PATH}/page/<int:page>'])
    def shopper_returns(self, page=1, **kwargs):
        values = self._shopper_list('shopper_returns', 'marketplace.return', RETURN_PATH, page)
        return request.render('marketplace_portal.shopper_returns', values)

    @portal_route(
        f'{RETURN_PATH}/<int:return_id>',
        methods=['GET', 'POST'],
        max_content_length=MAX_UPLOAD_LENGTH,
    )
    def shopper_return(self, return_id, action=None, **post):
        return_sudo = self._shopper_record('marketplace.return', return_id)
        errors = {}
        if request.httprequest.method == 'POST':
            errors = self._merchant_submit(
                lambda: self._return_act(return_id, action, post)
            )
            if not errors:
                message = self._return_message(action)
                return self._merchant_done(f'{RETURN_PATH}/{return_id}', message)
        values = self._shopper_values(
            'shopper_return',
            goods_return=return_sudo,
            carriers=request.env['delivery.carrier']._marketplace_offered_names(),
            freight_limit=return_sudo.freight_by == 'merchant' and return_sudo._freight_limit(),
            errors=errors,
            typed=post,
        )
        return request.render('marketplace_portal.shopper_return', values)

    @portal_route(f'{RETURN_PATH}/<int:return_id>/file/<int:attachment_id>')
    def shopper_return_file(self, return_id, attachment_id, **kwargs):
        return_sudo = self._shopper_record('marketplace.return', return_id)
        return self._merchant_attachment(return_sudo.attachment_ids, attachment_id)

    def _return_act(self, return_id, action, post):
        """Call the method of the pressed button, as the user in person.

        :raise NotFound: for a button that the page does not have
        """
        goods_return = request.env['marketplace.return'].browse(return_id)
        if action == 'ship':
            goods_return.portal_ship(
                post.get('tracking_ref'), post.get('carrier_name'), post.get('freight_cost'),
                self._merchant_uploads('files'),
            )
        elif action == 'escalate':
            goods_return.portal_escalate(post.get('reason'))
        elif action == 'withdraw':
            goods_return.portal_withdraw()
        else:
            raise self._merchant_not_found()

    def _return_message(self, action):
        _ = request.env._
        return {
            'ship': _("Thank you. The merchant expects your parcel."),
            'escalate': _("We look into it. You are told by mail."),
            'withdraw': _(
                "Your return is withdrawn. You can ask for another as long as returns are open."
            ),
        }[action]

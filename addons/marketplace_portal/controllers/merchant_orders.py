# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo.http import request

from ..const import RETURN_TODO
from .merchant_portal import MAX_UPLOAD_LENGTH, MerchantPortal, portal_route

ORDER_PATH = '/my/merchant/orders'
RETURN_PATH = '/my/merchant/returns'


class MerchantOrders(MerchantPortal):
    """Orders to accept and ship, and the goods that come back."""

    # === ORDERS === #

    def _merchant_order_tabs(self):
        _ = request.env._
        return {
            'all': (_("All"), []),
            'to_accept': (_("To accept"), [('state', '=', 'to_accept')]),
            'to_ship': (_("To ship"), [('state', '=', 'to_ship')]),
            'shipped': (_("Shipped"), [('state', 'in', ('shipped', 'delivered'))]),
            'completed': (_("Completed"), [('state', '=', 'completed')]),
            'cancelled': (_("Cancelled"), [('state', '=', 'cancelled')]),
        }

    @portal_route([ORDER_PATH, f'{ORDER_PATH}/page/<int:page>'])
    def merchant_orders(self, page=1, tab=None, search=None, **kwargs):
        return self._merchant_list_page(
            'orders', request.env._("Orders"), ORDER_PATH,
            self._merchant_for('orders'), 'marketplace.order',
            tabs=self._merchant_order_tabs(), fields=('name', 'tracking_ref'),
            page=page, tab=tab, search=search,
        )  # fmt: skip

    @portal_route(f'{ORDER_PATH}/<int:order_id>', methods=['GET', 'POST'])
    def merchant_order(self, order_id, action=None, **post):
        order_sudo = self._merchant_record('marketplace.order', order_id, 'orders')
        errors = {}
        if request.httprequest.method == 'POST':
            errors = self._merchant_submit(lambda: self._merchant_order_act(order_id, action, post))
            if not errors:
                message = self._merchant_order_message(action)
                return self._merchant_done(f'{ORDER_PATH}/{order_id}', message)
        trail = [(request.env._("Orders"), ORDER_PATH), (order_sudo.name, '')]
        values = self._merchant_values(
            order_sudo.merchant_id,
            'orders',
            trail,
            order=order_sudo,
            errors=errors,
            typed=post,
            failed_action=action if errors else None,
            carriers=request.env['delivery.carrier']._marketplace_offered_names(),
        )
        return request.render('marketplace_portal.merchant_order', values)

    def _merchant_order_act(self, order_id, action, post):
        """Call the method of the pressed button, as the user in person."""
        order = request.env['marketplace.order'].browse(order_id)
        if action == 'accept':
            order.portal_accept()
        elif action == 'refuse':
            order.portal_refuse(post.get('reason', ''))
        elif action == 'ship':
            order.portal_ship(
                post.get('carrier_name', ''), post.get('tracking_ref', ''),
                self._form_quantities(post) or None, post.get('cost'),
            )
        elif action == 'cancel_rest':
            order.portal_cancel_rest(post.get('reason', ''))
        elif action == 'deliver':
            order.portal_mark_delivered()
        elif action in ('parcel_deliver', 'parcel_cost'):
            self._merchant_parcel_act(order, action, post)
        else:
            raise self._merchant_not_found()

    def _merchant_parcel_act(self, order, action, post):
        """Call the method of a button that stands at one parcel of the order."""
        number = post.get('parcel_id', '')
        parcel = request.env['marketplace.parcel'].search(
            [('id', '=', int(number) if number.isdecimal() else 0), ('order_id', '=', order.id)]
        )
        if not parcel:
            raise self._merchant_not_found()
        if action == 'parcel_deliver':
            parcel.portal_mark_delivered()
        else:
            parcel.portal_set_cost(post.get('cost'))

    def _merchant_order_message(self, action):
        _ = request.env._
        return {
            'accept': _("Order accepted. Pack the goods, then enter the tracking number."),
            'refuse': _("Order refused. The shopper is told, and refunded."),
            'ship': _("Parcel sent. The shopper can follow it."),
            'cancel_rest': _("The rest is cancelled. The shopper is told, and refunded for it."),
            'parcel_deliver': _("Marked as delivered. The shopper is asked to confirm."),
            'parcel_cost': _("Saved."),
            'deliver': _("Marked as delivered. The shopper is asked to confirm."),
        }[action]

    @portal_route(f'{ORDER_PATH}/<int:order_id>/packing-slip')
    def merchant_packing_slip(self, order_id, **kwargs):
        order_sudo = self._merchant_record('marketplace.order', order_id, 'orders')
        return self._merchant_pdf('marketplace_settlement.action_report_packing_slip', order_sudo)

    # === RETURNS === #

    def _merchant_return_tabs(self):
        _ = request.env._
        return {
            'all': (_("All"), []),
            'todo': (_("To handle"), RETURN_TODO),
            'approved': (_("Waiting for the goods"), [('state', '=', 'approved')]),
            'refunded': (_("Done"), [('state', 'in', ('refunded', 'exchanged'))]),
            'rejected': (_("Rejected"), [('state', 'in', ('rejected', 'escalated'))]),
            'withdrawn': (_("Withdrawn"), [('state', '=', 'withdrawn')]),
        }

    @portal_route([RETURN_PATH, f'{RETURN_PATH}/page/<int:page>'])
    def merchant_returns(self, page=1, tab=None, search=None, **kwargs):
        return self._merchant_list_page(
            'returns', request.env._("Returns"), RETURN_PATH,
            self._merchant_for('orders'), 'marketplace.return',
            tabs=self._merchant_return_tabs(), fields=('name', 'order_id.name', 'reason'),
            page=page, tab=tab, search=search,
        )  # fmt: skip

    @portal_route(
        f'{RETURN_PATH}/<int:return_id>',
        methods=['GET', 'POST'],
        max_content_length=MAX_UPLOAD_LENGTH,
    )
    def merchant_return(self, return_id, action=None, **post):
        return_sudo = self._merchant_record('marketplace.return', return_id, 'orders')
        errors = {}
        if request.httprequest.method == 'POST':
            errors = self._merchant_submit(
                lambda: self._merchant_return_act(return_id, action, post)
            )
            if not errors:
                message = self._merchant_return_message(action)
                return self._merchant_done(f'{RETURN_PATH}/{return_id}', message)
        trail = [(request.env._("Returns"), RETURN_PATH), (return_sudo.display_name, '')]
        values = self._merchant_values(
            return_sudo.merchant_id,
            'returns',
            trail,
            goods_return=return_sudo,
            errors=errors,
            typed=post,
            failed_action=action if errors else None,
            carriers=request.env['delivery.carrier']._marketplace_offered_names(),
            conditions=request.env['marketplace.return.line']._fields[
                'condition'
            ]._description_selection(request.env),
        )
        return request.render('marketplace_portal.merchant_return', values)

    def _merchant_return_act(self, return_id, action, post):
        goods_return = request.env['marketplace.return'].browse(return_id)
        if action == 'approve':
            goods_return.portal_approve(post.get('instructions'))
        elif action == 'reject':
            goods_return.portal_reject(post.get('reason', ''), self._merchant_uploads('files'))
        elif action == 'receive':
            goods_return.portal_receive()
        elif action == 'replace':
            carrier_name, tracking_ref = post.get('carrier_name', ''), post.get('tracking_ref', '')
            goods_return.portal_send_replacement(carrier_name, tracking_ref, post.get('cost'))
        elif action == 'inspect':
            goods_return.portal_inspect(
                self._inspection_results(post), post.get('deduction'), post.get('reason'),
                self._merchant_uploads('files'),
            )
        elif action == 'refund_instead':
            goods_return.portal_refund_instead()
        else:
            raise self._merchant_not_found()

    def _inspection_results(self, post):
        """Return what the form says of each line of the return, by its id."""
        results = {}
        for name, value in post.items():
            field, _separator, line_id = name.rpartition('_')
            if field in ('quantity', 'condition', 'remark') and line_id.isdigit():
                results.setdefault(int(line_id), {})[field] = value
        return results

    @portal_route(f'{RETURN_PATH}/<int:return_id>/file/<int:attachment_id>')
    def merchant_return_file(self, return_id, attachment_id, **kwargs):
        return_sudo = self._merchant_record('marketplace.return', return_id, 'orders')
        return self._merchant_attachment(return_sudo.attachment_ids, attachment_id)

    def _merchant_return_message(self, action):
        _ = request.env._
        return {
            'approve': _("Return approved. The shopper is told what to do next."),
            'reject': _("Return rejected. The shopper is told your reason."),
            'receive': _("Goods received. Please inspect them soon."),
            'inspect': _("Inspected. The shopper is told what follows."),
            'refund_instead': _("Refunded. The shopper is told."),
            'replace': _("Replacement shipped. The shopper is told."),
        }[action]

# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo.http import request

from .merchant_portal import MerchantPortal, portal_route

SHIPPING_PATH = '/my/merchant/shipping'


class MerchantShipping(MerchantPortal):
    """What a merchant charges for sending, and whether it accepts orders at once."""

    @portal_route(SHIPPING_PATH, methods=['GET', 'POST'])
    def merchant_shipping(self, action=None, **post):
        merchant_sudo = self._merchant_for('orders')
        errors = {}
        if request.httprequest.method == 'POST':
            errors = self._merchant_submit(
                lambda: self._merchant_shipping_act(merchant_sudo.sudo(False), action, post)
            )
            if not errors:
                return self._merchant_done(SHIPPING_PATH, request.env._("Saved."))
        template = merchant_sudo.freight_template_ids
        home = merchant_sudo.country_id or merchant_sudo.company_id.country_id
        values = self._merchant_values(
            merchant_sudo,
            'shipping',
            [(request.env._("Shipping"), '')],
            template=template,
            bases=request.env['marketplace.freight.template']._fields[
                'basis'
            ]._description_selection(request.env),
            states=home.sudo().state_ids.sorted('name'),
            countries=request.env['res.country'].sudo().search([]),
            errors=errors,
            typed=post if errors else {},
            failed=post.get('zone_id', 'template') if errors else None,
        )
        return request.render('marketplace_portal.merchant_shipping', values)

    def _merchant_shipping_act(self, merchant, action, post):
        """Call the method of the pressed button, as the user in person."""
        number = post.get('zone_id', '')
        zone_id = int(number) if number.isdecimal() else None
        if action == 'accept':
            merchant.portal_set_auto_accept(post.get('auto_accept'))
        elif action == 'template':
            merchant.portal_set_freight(post)
        elif action == 'zone':
            form = request.httprequest.form
            regions = {name: form.getlist(name) for name in ('country_ids', 'state_ids')}
            merchant.portal_set_freight_zone({**post, **regions}, zone_id)
        elif action == 'remove':
            merchant.portal_remove_freight_zone(zone_id)
        else:
            raise self._merchant_not_found()

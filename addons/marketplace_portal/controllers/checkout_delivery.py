# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo.http import request

from odoo.addons.website_sale.controllers import delivery


class Delivery(delivery.Delivery):

    def _order_summary_values(self, order, **kwargs):
        """Tell the page what each merchant charges, not only the sum."""
        values = super()._order_summary_values(order, **kwargs)
        values['marketplace_freight'] = request.env['ir.ui.view']._render_template(
            'marketplace_portal.freight_parts', {'order': order}
        )
        return values

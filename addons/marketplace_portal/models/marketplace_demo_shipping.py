# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, models

CARRIERS = {
    "SF Express 顺丰速运":
        "https://www.sf-express.com/chn/sc/waybill/list?mailno=<shipmenttrackingnumber>",
    "YTO Express 圆通速递": "https://www.yto.net.cn/query?no=<shipmenttrackingnumber>",
}


class MarketplaceDemo(models.AbstractModel):
    _inherit = 'marketplace.demo'

    # === CHAPTER: HOW GOODS TRAVEL === #

    @api.model
    def _tell_shipping(self):
        """Carriers with tracking pages, freight by zones, tea that stays, and two parcels."""
        method = self.env.ref('marketplace_settlement.delivery_carrier_marketplace')
        self.env['delivery.carrier'].create([
            {
                'name': name, 'tracking_url': url, 'marketplace_offered': True,
                'product_id': method.product_id.id, 'is_published': False,
            }
            for name, url in CARRIERS.items()
        ])
        self._tell_freight()
        tea = self._ref_goods('yunnan')
        self.env['marketplace.return.policy'].with_user(self._user('manager')).create({
            'categ_id': tea.categ_id.id, 'days': 7, 'is_no_reason': False,
        })
        self._send_first_parcel()

    def _tell_freight(self):
        """The electronics merchant counts kilograms, is cheap nearby and stays in the country."""
        owner = self._user('spark')
        spark = self._merchant('spark').with_user(owner).sudo(False)
        rate = {'is_served': '1', 'first_size': '1', 'next_size': '1', 'free_from': '500'}
        spark.portal_set_freight(dict(rate, basis='weight', base_amount='12', next_amount='4'))
        nearby = self.env['res.country.state'].union(*(
            self.env.ref(f'base.state_cn_{code}') for code in ('GD', 'FJ', 'JX', 'HN', 'GX')
        ))
        spark.portal_set_freight_zone(dict(
            rate, name="Nearby 周边省份", base_amount='6', next_amount='2', state_ids=nearby.ids,
        ))
        spark.portal_set_freight_zone({
            'name': "Abroad 海外", 'is_served': '', 'country_ids': self.env.ref('base.us').ids,
        })
        goods = self._ref_goods('spark')
        goods.with_user(owner).sudo(False).portal_set_low_stock(
            str(goods.product_variant_id.qty_available)
        )

    def _ref_goods(self, key):
        """Return the first of a merchant's goods on sale."""
        return self.env['product.template'].search(
            [('merchant_id', '=', self._merchant(key).id), ('listing_state', '=', 'live')],
            order='id', limit=1,
        )

    def _send_first_parcel(self):
        """One of the orders that are packed doesn't fit into one parcel."""
        waiting = self.env['marketplace.order'].sudo().search([('state', '=', 'to_ship')])
        for order in waiting:
            unsent = order._unsent_quantities()
            if sum(unsent.values()) > 1:
                member = order.merchant_id.member_ids.filtered('role_owner').user_id[:1]
                order.with_user(member).sudo(False).portal_ship(
                    next(iter(CARRIERS)), 'SF1440098800001', {next(iter(unsent)).id: 1}, '15'
                )
                return

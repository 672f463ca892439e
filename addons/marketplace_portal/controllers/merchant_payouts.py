# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo.http import request, route

from .merchant_portal import MerchantPortal

PAYOUTS_PATH = '/my/merchant/payouts'


class MerchantPayouts(MerchantPortal):
    """What was paid to the merchant, and what became of it."""

    def _merchant_payout_tabs(self):
        _ = request.env._
        return {
            'all': (_("All"), [('state', 'not in', ('draft', 'cancelled'))]),
            'under_way': (_("On the way"), [
                ('state', 'in', ('approved', 'queued', 'sent', 'unknown')),
            ]),
            'paid': (_("Paid"), [('state', '=', 'paid')]),
            'not_paid': (_("Not paid"), [('state', 'in', ('failed', 'returned'))]),
        }  # fmt: skip

    @route(
        [PAYOUTS_PATH, f'{PAYOUTS_PATH}/page/<int:page>'],
        type='http',
        auth='user',
        website=True,
        sitemap=False,
    )
    def merchant_payouts(self, page=1, tab=None, search=None, **kwargs):
        merchant_sudo = self._merchant_for('finance')
        listing = self._merchant_list(
            'marketplace.payout',
            merchant_sudo,
            PAYOUTS_PATH,
            tabs=self._merchant_payout_tabs(),
            page=page,
            tab=tab,
            search=search,
            fields=('name', 'bank_reference', 'claimed_statement_ids.name'),
        )
        trail = [(request.env._("Payouts"), PAYOUTS_PATH)]
        values = self._merchant_values(merchant_sudo, 'payouts', trail, **listing)
        return request.render('marketplace_portal.merchant_payouts', values)

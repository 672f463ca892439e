# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo.http import request

from .merchant_portal import MerchantPortal, portal_route

PAYOUTS_PATH = '/my/merchant/payouts'


class MerchantPayouts(MerchantPortal):
    """What was paid to the merchant, and what became of it."""

    def _merchant_payout_tabs(self):
        _ = request.env._
        return {
            'all': (_("All"), [('state', 'not in', ('draft', 'cancelled'))]),
            'under_way': (_("Being paid"), [
                ('state', 'in', ('approved', 'queued', 'sent', 'unknown')),
            ]),
            'paid': (_("Paid"), [('state', '=', 'paid')]),
            'not_paid': (_("Not paid"), [('state', 'in', ('failed', 'returned'))]),
        }  # fmt: skip

    @portal_route([PAYOUTS_PATH, f'{PAYOUTS_PATH}/page/<int:page>'])
    def merchant_payouts(self, page=1, tab=None, search=None, **kwargs):
        return self._merchant_list_page(
            'payouts', request.env._("Payouts"), PAYOUTS_PATH,
            self._merchant_for('finance'), 'marketplace.payout',
            tabs=self._merchant_payout_tabs(),
            fields=('name', 'bank_reference', 'claimed_statement_ids.name'),
            page=page, tab=tab, search=search,
        )  # fmt: skip

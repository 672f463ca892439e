# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo.addons.payment.controllers import portal as payment_portal

from .merchant_finance import DEPOSIT_PATH


class PaymentPortal(payment_portal.PaymentPortal):

    # === DEPOSITS === #

    def _get_extra_payment_form_values(self, deposit_merchant_id=None, **kwargs):
        """Bring whoever has paid a deposit back to the deposit's page."""
        values = super()._get_extra_payment_form_values(
            deposit_merchant_id=deposit_merchant_id, **kwargs
        )
        merchant_id = self._cast_as_int(deposit_merchant_id)
        if merchant_id and self._get_deposit_merchant(merchant_id):
            values['landing_route'] = DEPOSIT_PATH
        return values

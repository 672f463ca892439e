# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo.exceptions import AccessError, ValidationError
from odoo.http import request, route

from odoo.addons.payment import utils as payment_utils
from odoo.addons.payment.controllers import portal as payment_portal

# The payment form sends them with every payment; here the merchant's file says what they are.
UNUSED_PARAMETERS = (
    'amount', 'currency_id', 'partner_id', 'access_token', 'reference_prefix', 'is_validation',
)  # fmt: skip


class PaymentPortal(payment_portal.PaymentPortal):

    # === DEPOSITS === #

    @route('/marketplace/deposit/transaction/<int:merchant_id>', type='jsonrpc', auth='user')
    def deposit_transaction(self, merchant_id, **kwargs):
        """Create the draft transaction that pays a merchant's deposit.

        :param int merchant_id: the merchant, of whom the user is a member with the finance role
        :param dict kwargs: passed on to `_create_transaction`; payer, amount and currency in it
            are not used: the merchant pays what is missing
        :return: the values that the payment form needs to go on
        """
        merchant_sudo = self._get_deposit_merchant(merchant_id)
        if not merchant_sudo:
            raise AccessError(request.env['marketplace.merchant']._no_member_message())
        amount, currency = merchant_sudo.deposit_missing, merchant_sudo.currency_id
        if currency.is_zero(amount):
            raise ValidationError(request.env._("The deposit is paid already. Thank you!"))
        for name in UNUSED_PARAMETERS:
            kwargs.pop(name, None)
        self._validate_transaction_kwargs(kwargs)
        tx_sudo = self._create_transaction(
            amount=amount,
            currency_id=currency.id,
            partner_id=merchant_sudo.partner_id.id,
            reference_prefix=merchant_sudo._deposit_reference(),
            custom_create_values={'deposit_merchant_id': merchant_sudo.id},
            **kwargs,
        )
        access_token = payment_utils.generate_access_token(
            tx_sudo.partner_id.id, tx_sudo.amount, tx_sudo.currency_id.id, env=request.env
        )
        self._update_landing_route(tx_sudo, access_token)
        return tx_sudo._get_processing_values()

    @staticmethod
    def _get_deposit_merchant(merchant_id):
        """Return the merchant in sudo if the user may pay its deposit, an empty one if not."""
        merchant = request.env['marketplace.merchant'].browse(merchant_id)
        try:
            merchant._check_member('finance')
        except AccessError:
            return merchant.browse().sudo()
        return merchant.sudo()

    def _get_extra_payment_form_values(self, deposit_merchant_id=None, **kwargs):
        """Send the payment of a deposit through a route that knows what it pays."""
        values = super()._get_extra_payment_form_values(
            deposit_merchant_id=deposit_merchant_id, **kwargs
        )
        merchant_id = self._cast_as_int(deposit_merchant_id)
        if merchant_id and self._get_deposit_merchant(merchant_id):
            values['transaction_route'] = f'/marketplace/deposit/transaction/{merchant_id}'
        return values


# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo.http import request

from odoo.addons.marketplace_merchant.tools.sheet import MIMETYPES

from .merchant_finance import DEPOSIT_PATH
from .merchant_portal import MerchantPortal, portal_route

SERVICES_PATH = '/my/merchant/services'


class MerchantDeposit(MerchantPortal):
    """The statement of the deposit, and the services that the merchant pays for."""

    # === STATEMENT OF THE DEPOSIT === #

    @portal_route(f'{DEPOSIT_PATH}/pdf')
    def merchant_deposit_pdf(self, **kwargs):
        account_sudo = self._merchant_deposit_account()
        return self._merchant_pdf(
            'marketplace_settlement.action_report_deposit_statement', account_sudo
        )

    @portal_route(f'{DEPOSIT_PATH}/<any(csv,xlsx):file_format>')
    def merchant_deposit_sheet(self, file_format, **kwargs):
        account_sudo = self._merchant_deposit_account()
        return self._merchant_file(*account_sudo._export(file_format), MIMETYPES[file_format])

    def _merchant_deposit_account(self):
        """Return the deposit account of the current merchant.

        :raise NotFound: as long as nothing was paid in
        """
        merchant_sudo = self._merchant_for('finance')
        account_sudo = merchant_sudo.deposit_account_ids[:1]
        if not account_sudo:
            raise self._merchant_not_found()
        return account_sudo

    # === SERVICES === #

    @portal_route([SERVICES_PATH, f'{SERVICES_PATH}/page/<int:page>'])
    def merchant_services(self, page=1, tab=None, search=None, **kwargs):
        merchant_sudo = self._merchant_for('finance')
        _ = request.env._
        tabs = {
            'all': (_("All"), []),
            'charged': (_("Charged"), [('credit_entry_id', '=', False)]),
            'credited': (_("Given back"), [('credit_entry_id', '!=', False)]),
        }
        return self._merchant_list_page(
            'services', _("Services"), SERVICES_PATH, merchant_sudo, 'marketplace.service.charge',
            tabs=tabs, fields=('entry_id.reason',), page=page, tab=tab, search=search,
            values={'subscriptions': merchant_sudo._service_fees()},
        )  # fmt: skip

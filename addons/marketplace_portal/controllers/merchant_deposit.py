# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo.http import content_disposition, request, route

from odoo.addons.marketplace_merchant.tools.sheet import MIMETYPES

from .merchant_finance import DEPOSIT_PATH
from .merchant_portal import MerchantPortal

SERVICES_PATH = '/my/merchant/services'


class MerchantDeposit(MerchantPortal):
    """The statement of the deposit, and the services that the merchant pays for."""

    # === STATEMENT OF THE DEPOSIT === #

    @route(f'{DEPOSIT_PATH}/pdf', type='http', auth='user', website=True, sitemap=False)
    def merchant_deposit_pdf(self, **kwargs):
        account_sudo = self._merchant_deposit_account()
        return self._merchant_pdf(
            'marketplace_settlement.action_report_deposit_statement', account_sudo
        )

    @route(
        f'{DEPOSIT_PATH}/<any(csv,xlsx):file_format>', type='http', auth='user', website=True,
        sitemap=False,
    )  # fmt: skip
    def merchant_deposit_sheet(self, file_format, **kwargs):
        account_sudo = self._merchant_deposit_account()
        name, content = account_sudo._export(file_format)
        return request.make_response(content, headers=[
            ('Content-Type', MIMETYPES[file_format]),
            ('Content-Disposition', content_disposition(name)),
        ])

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

    @route(
        [SERVICES_PATH, f'{SERVICES_PATH}/page/<int:page>'],
        type='http',
        auth='user',
        website=True,
        sitemap=False,
    )
    def merchant_services(self, page=1, tab=None, search=None, **kwargs):
        merchant_sudo = self._merchant_for('finance')
        _ = request.env._
        listing = self._merchant_list(
            'marketplace.service.charge',
            merchant_sudo,
            SERVICES_PATH,
            tabs={
                'all': (_("All"), []),
                'charged': (_("Charged"), [('credit_entry_id', '=', False)]),
                'credited': (_("Given back"), [('credit_entry_id', '!=', False)]),
            },
            page=page,
            tab=tab,
            search=search,
            fields=('entry_id.reason',),
        )
        values = self._merchant_values(
            merchant_sudo,
            'services',
            [(_("Services"), SERVICES_PATH)],
            subscriptions=merchant_sudo._service_fees(),
            **listing,
        )
        return request.render('marketplace_portal.merchant_services', values)

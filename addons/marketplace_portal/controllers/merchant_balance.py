# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from datetime import date

from odoo.http import request

from odoo.addons.marketplace_settlement.models.wallet_buckets import BUCKET_DOMAINS

from .merchant_portal import MerchantPortal, portal_route

BALANCE_PATH = '/my/merchant/balance'
FORECAST_PATH = '/my/merchant/forecast'
# The page of the amounts of which nobody can know the day yet.
NO_DAY = 'later'


class MerchantBalance(MerchantPortal):
    """Where the merchant's money stands, amount by amount, and when it is expected."""

    # === BALANCE === #

    def _merchant_balance_tabs(self):
        _ = request.env._
        labels = {
            'pending': _("Pending"), 'available': _("Available"), 'held': _("Held"),
            'reserve': _("Reserve"), 'in_transit': _("In transit"), 'paid': _("Paid"),
        }  # fmt: skip
        return {key: (labels[key], domain) for key, domain in BUCKET_DOMAINS.items()}

    @portal_route([BALANCE_PATH, f'{BALANCE_PATH}/page/<int:page>'])
    def merchant_balance(self, page=1, tab=None, search=None, **kwargs):
        merchant_sudo = self._merchant_for('finance')
        return self._merchant_list_page(
            'balance', request.env._("Balance"), BALANCE_PATH, merchant_sudo,
            'marketplace.balance.entry', tabs=self._merchant_balance_tabs(),
            fields=('order_id.name', 'statement_id.name', 'reason'),
            page=page, tab=tab, search=search,
            values={'balances': merchant_sudo._portal_balances()},
        )  # fmt: skip

    # === FORECAST === #

    @portal_route(FORECAST_PATH)
    def merchant_forecast(self, **kwargs):
        """Show what is expected day by day, summed up by what it waits for."""
        merchant_sudo = self._merchant_for('finance')
        groups = request.env['marketplace.cash.forecast']._read_group(
            [('merchant_id', '=', merchant_sudo.id)],
            ['date:day', 'currency_id', 'stage'],
            ['amount:sum', '__count'],
        )
        days = {}
        for day, currency, stage, amount, count in groups:
            parts = days.setdefault((day or date.max, currency), [])
            parts.append({'stage': stage, 'amount': amount, 'count': count})
        trail = [(request.env._("Expected payouts"), FORECAST_PATH)]
        values = self._merchant_values(
            merchant_sudo,
            'forecast',
            trail,
            days=[
                {
                    'date': day if day != date.max else False,
                    'url': f"{FORECAST_PATH}/{NO_DAY if day == date.max else day}",
                    'currency': currency,
                    'amount': currency.round(sum(part['amount'] for part in parts)),
                    'parts': parts,
                }
                for (day, currency), parts in sorted(
                    days.items(), key=lambda item: (item[0][0], item[0][1].id)
                )
            ],
            stages=dict(
                request.env['marketplace.cash.forecast']
                ._fields['stage']
                ._description_selection(request.env)
            ),
        )
        return request.render('marketplace_portal.merchant_forecast', values)

    @portal_route(
        [f'{FORECAST_PATH}/<string:day>', f'{FORECAST_PATH}/<string:day>/page/<int:page>'],
    )  # fmt: skip
    def merchant_forecast_day(self, day, page=1, tab=None, search=None, **kwargs):
        """Show the amounts of one day, each with what it waits for."""
        merchant_sudo = self._merchant_for('finance')
        try:
            chosen = False if day == NO_DAY else date.fromisoformat(day)
        except ValueError as error:
            raise self._merchant_not_found() from error
        path = f'{FORECAST_PATH}/{day}'
        listing = self._merchant_list(
            'marketplace.cash.forecast',
            merchant_sudo,
            path,
            tabs={'all': (request.env._("All"), [('date', '=', chosen)])},
            page=page,
            tab=tab,
            search=search,
            fields=('order_id.name', 'statement_id.name', 'reason'),
        )
        trail = [(request.env._("Expected payouts"), FORECAST_PATH), (self._day_name(chosen), path)]
        values = self._merchant_values(
            merchant_sudo, 'forecast', trail, day=chosen, **listing
        )
        return request.render('marketplace_portal.merchant_forecast_day', values)

    def _day_name(self, day):
        if not day:
            return request.env._("Day not known yet")
        return request.env['ir.qweb.field.date'].value_to_html(day, {})

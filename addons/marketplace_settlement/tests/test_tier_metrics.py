# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import fields
from odoo.tests import tagged

from .money_common import MoneyCommon


@tagged('post_install', '-at_install')
class TestTierMetrics(MoneyCommon):
    """What the tiers go by: sales of twelve months, and the rate of refunds."""

    def _sold(self, quantities, days=0):
        """Return merchant A's part of an order, completed so many days ago."""
        order = self._paid(quantities)
        self._complete(order)
        part = self._part(order)
        part.date_completed = fields.Datetime.subtract(fields.Datetime.now(), days=days)
        return part

    def _metrics(self, merchant=None):
        metrics = (merchant or self.merchant_a)._tier_metrics()
        return tuple(
            value and round(value, 2)
            for value in (metrics['sales_12m'], metrics['refund_rate'])
        )

    def test_completed_orders_of_twelve_months(self):
        self._sold({self.bowl: 1})
        self._sold({self.bowl: 1}, days=360)
        self._sold({self.bowl: 1}, days=370)
        self._paid({self.bowl: 1})
        self.assertEqual(self._metrics(), (246.0, 0.0))

    def test_refunds_make_sales_smaller_and_the_rate_bigger(self):
        part = self._sold({self.bowl: 1})
        self._sold({self.bowl: 1})
        goods = part.line_ids.filtered(lambda line: line._marketplace_kind() == 'sale')
        part._refund({goods: 1.0}, "Broken", part)
        self.assertEqual(part.amount_refunded, 113.0)
        self.assertEqual(self._metrics(), (133.0, 45.93))

    def test_a_credit_note_that_is_not_posted_does_not_count(self):
        part = self._sold({self.bowl: 1})
        invoice = part.line_ids.invoice_lines.move_id
        invoice._reverse_moves([{'invoice_date': fields.Date.today()}])
        self.assertEqual(self._metrics(), (123.0, 0.0))

    def test_without_orders_nothing_is_sold_and_no_rate_known(self):
        self.assertEqual(self._metrics(), (0.0, None))
        self._sold({self.bowl: 1})
        self.assertEqual(self._metrics(self.merchant_b), (0.0, None))

    def test_sales_in_another_currency_count_at_the_rate_of_the_order(self):
        part = self._sold({self.bowl: 1})
        self.env.cr.execute(
            "UPDATE sale_order SET currency_rate = 0.5 WHERE id = %s", [part.sale_order_id.id]
        )
        self.assertEqual(self._metrics(), (246.0, 0.0))

    def test_orders_sent_late_are_counted_once_they_are_due(self):
        self.assertIsNone(self.merchant_a._tier_metrics().get('late_rate'))
        late, in_time, withdrawn, waiting = (
            self._part(self._paid({self.bowl: 1})) for _index in range(4)
        )
        for part in (late, in_time, withdrawn, waiting):
            part.with_user(self.clerk_a).portal_accept()
        in_time.with_user(self.clerk_a).portal_ship("SF Express", "SF1")
        withdrawn.with_user(self.shopper).portal_cancel("Not needed")
        self._pass_deadline(late)
        (late | in_time | withdrawn).ship_deadline = fields.Datetime.subtract(
            fields.Datetime.now(), days=1
        )
        self.assertEqual(self.merchant_a._tier_metrics()['late_rate'], 50.0)
        (late | in_time).ship_deadline = fields.Datetime.subtract(
            fields.Datetime.now(), months=13
        )
        self.assertIsNone(self.merchant_a._tier_metrics().get('late_rate'))

    def test_the_run_reads_them(self):
        self._sold({self.bowl: 1})
        tier = self.merchant_a.tier_id
        self.env['marketplace.tier.test'].search([]).unlink()
        upper = self.env['marketplace.tier'].search([('sequence', '>', tier.sequence)], limit=1)
        self.env['marketplace.tier.test'].create({
            'tier_id': upper.id, 'metric': 'sales_12m', 'threshold': 123,
            'purpose': 'entry', 'operator': '>=',
        })  # fmt: skip
        (self.merchant_a | self.merchant_b).tier_since = fields.Date.subtract(
            fields.Date.today(), months=12
        )
        run = self.env['marketplace.tier.run']._open_run(self.company)
        run._preview()
        lines = run.line_ids.grouped('merchant_id')
        self.assertRecordValues(lines[self.merchant_a], [{
            'outcome': 'up', 'new_tier_id': upper.id, 'sales_12m': 123.0,
        }])  # fmt: skip
        self.assertEqual(lines[self.merchant_b].outcome, 'stay')

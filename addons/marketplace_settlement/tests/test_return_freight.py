# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.marketplace_merchant.tools.field_errors import FieldErrors

from .test_return_policy import PHOTO, ReturnCommon


@tagged('post_install', '-at_install')
class TestReturnFreight(ReturnCommon):
    """What sending goods back costs; case 63 and those after it have the bookings."""

    def _approved(self, code='defect', kind='return_refund', **policy):
        if policy:
            self.env['marketplace.return.policy'].create({
                'categ_id': self.category.id, **policy,
            })
        request = self._ask(self._bought({self.bowl: 1}), code, kind=kind, files=[PHOTO])
        request.with_user(self.clerk_a).portal_approve()
        return request

    def assertRefused(self, request, fields, *args):
        with self.assertRaises(FieldErrors) as raised:
            request.with_user(self.shopper).portal_ship("YT1", "SF", *args)
        self.assertEqual(set(raised.exception.field_errors), fields)
        self.assertRecordValues(request, [{'state': 'approved', 'freight_cost': 0.0}])

    def test_the_receipt_and_the_limit(self):
        request = self._approved()
        self.company.marketplace_return_freight_max = 15.0
        for args, fields in (
            (('12',), {'files'}),
            (('15.01', [PHOTO]), {'freight_cost'}),
            (('-1', [PHOTO]), {'freight_cost'}),
            (('twelve', [PHOTO]), {'freight_cost'}),
            (('12', [{'filename': "x.exe", 'content': "TVo="}]), {'files'}),
        ):
            self.assertRefused(request, fields, *args)
        request.with_user(self.shopper).portal_ship("YT1", "SF", '15', [PHOTO])
        self.assertRecordValues(request, [{'state': 'in_transit', 'freight_cost': 15.0}])
        self.assertEqual(len(request.attachment_ids), 2)

    def test_the_limit_is_in_the_currency_of_the_company(self):
        request = self._approved()
        self.company.marketplace_return_freight_max = 15.0
        other = self.env['res.currency'].create({
            'name': "FRT", 'symbol': "F", 'rounding': 0.01,
            'rate_ids': [(0, 0, {'rate': 2.0, 'company_id': self.company.id})],
        })
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE marketplace_order SET currency_id = %s WHERE id = %s",
            (other.id, request.order_id.id),
        )
        self.env.invalidate_all()
        self.assertEqual(request._freight_limit(), 30.0)

    def test_who_changed_the_mind_pays_unless_the_policy_says_otherwise(self):
        self.assertRefused(self._approved('no_reason'), {'freight_cost'}, '12', [PHOTO])
        request = self._approved('no_reason', freight_by='merchant')
        request.with_user(self.shopper).portal_ship("YT1", "SF", '12', [PHOTO])
        request.with_user(self.clerk_a).portal_inspect()
        self.assertEqual(request.amount_refunded, 113.0)
        self.assertEqual(request.freight_move_id.amount_total, 12.0)
        self.assertBooksAgree()

    def test_a_code_or_a_label_costs_the_shopper_nothing(self):
        request = self._approved()
        request.with_user(self.shopper).portal_ship("YT1")
        request.with_user(self.clerk_a).portal_inspect()
        self.assertRecordValues(request, [{
            'state': 'refunded', 'freight_cost': 0.0, 'freight_move_id': False,
        }])

    def test_it_goes_back_as_the_shopper_paid_and_is_fixed(self):
        with self._provider_refunds():
            request = self._approved()
            request.with_user(self.shopper).portal_ship("YT1", "SF", '12', [PHOTO])
            self._pass_deadline(request)
        # The provider gives back what it got, 123.00; the rest is a task of the finance officers.
        goods = request.order_id.sale_order_id.invoice_ids - request.freight_move_id
        goods = goods.filtered(lambda move: move.move_type == 'out_refund')
        self.assertEqual(goods.transaction_ids.mapped('amount'), [-123.0])
        self.assertIn("12.00", request.freight_move_id.activity_ids.summary)
        with self.assertRaises(UserError):
            request.freight_move_id.button_draft()
        self.assertBooksAgree()

    def test_nothing_is_paid_back_when_nothing_is_accepted(self):
        request = self._approved()
        request.with_user(self.shopper).portal_ship("YT1", "SF", '12', [PHOTO])
        request.with_user(self.clerk_a).portal_inspect(
            self._results(request, quantity=0), reason="It is another bowl", files=[PHOTO]
        )
        self.assertRecordValues(request, [{'state': 'rejected', 'freight_move_id': False}])
        self.assertBooksAgree()

    def test_the_way_back_can_be_followed(self):
        carrier = self.carrier.copy()
        carrier.write({'name': "Return Express", 'marketplace_offered': True})
        self.patch(
            self.env.registry['delivery.carrier'], 'get_tracking_link',
            lambda carrier, picking: f"https://track.example.com/{picking.carrier_tracking_ref}",
        )
        request = self._approved()
        request.with_user(self.shopper).portal_ship("YT1", "return express ")
        self.assertRecordValues(request, [{
            'carrier_name': "return express", 'tracking_url': "https://track.example.com/YT1",
        }])
        self.assertEqual(request.picking_id.carrier_id, carrier)
        request = self._approved()
        request.with_user(self.shopper).portal_ship("YT2", "My neighbour")
        self.assertRecordValues(request, [{'carrier_name': "My neighbour", 'tracking_url': False}])

    def test_the_merchant_proves_its_refusal(self):
        request = self._ask(self._bought({self.bowl: 1}), files=[PHOTO])
        clerk = request.with_user(self.clerk_a)
        with self.assertRaises(FieldErrors):
            clerk.portal_reject("It was fine", [{'filename': "x.exe", 'content': "TVo="}])
        self.assertEqual(request.state, 'requested')
        proof = dict(PHOTO, filename="proof.png")
        clerk.portal_reject("It was fine", [proof])
        self.assertEqual(request._merchant_files().name, "proof.png")
        self.assertEqual(len(request.attachment_ids), 2)
        with self.assertRaises(UserError):
            request.attachment_ids[0].unlink()

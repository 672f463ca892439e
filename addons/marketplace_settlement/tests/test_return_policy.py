# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons.marketplace_merchant.tools.field_errors import FieldErrors

from .money_common import MoneyCommon

PHOTO = {
    'filename': "crack.png",
    'content': "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGA"
    "WjR9awAAAABJRU5ErkJggg==",
}


class ReturnCommon(MoneyCommon):
    """Goods that the shopper has, asks to give back, and sends."""

    def _bought(self, quantities):
        """Return merchant A's part of a paid order, received by the shopper."""
        part = self._part(self._paid(quantities))
        part.with_user(self.clerk_a).portal_accept()
        part.with_user(self.clerk_a).portal_ship("SF Express", f"SF{part.id}")
        part.with_user(self.shopper).portal_confirm_receipt()
        return part

    def _ask(self, part, code='other', quantity=1, kind='return_refund', reason="Cracked", **args):
        line = part._goods_lines()[:1]
        request_id = part.with_user(self.shopper).portal_request_return(
            kind, reason, {line.id: quantity}, code, **args
        )
        return self.env['marketplace.return'].browse(request_id)

    def _sent_back(self, part, *args, **kwargs):
        request = self._ask(part, *args, **kwargs)
        request.with_user(self.clerk_a).portal_approve("Code 4711")
        request.with_user(self.shopper).portal_ship("YT1")
        return request

    def _results(self, request, **values):
        return {request.line_ids.id: {'quantity': 1, 'condition': 'as_new', **values}}


@tagged('post_install', '-at_install')
class TestReturnPolicy(ReturnCommon):

    # === POLICIES === #

    def _policy(self, **values):
        return self.env['marketplace.return.policy'].create({
            'categ_id': self.category.id, **values,
        })

    def test_the_nearest_category_counts_and_is_frozen(self):
        child = self.env['product.category'].create({
            'name': "Fresh", 'parent_id': self.category.id,
        })
        policy = self._policy(days=30)
        fresh = self._policy(categ_id=child.id, days=0)
        Policy = self.env['marketplace.return.policy']
        self.assertEqual(Policy._find(child, self.company), fresh)
        self.assertEqual(Policy._find(self.category, self.company), policy)
        self.assertFalse(Policy._find(self.env['product.category'], self.company))
        part = self._bought({self.bowl: 1})
        self.assertEqual((part.date_return_end - part.date_received).days, 30)
        with self.assertRaisesRegex(UserError, "Archive"):
            policy.days = 5
        policy.active = False
        self._policy(days=5)
        self.assertEqual((part.date_return_end - part.date_received).days, 30)

    def test_the_window_of_the_company_is_frozen_too(self):
        part = self._bought({self.bowl: 1})
        self.company.marketplace_return_days = 1
        self.assertEqual((part.date_return_end - part.date_received).days, 7)
        terms = part._goods_lines()._return_terms()
        self.assertIn("within 7 days", self.env['marketplace.return.policy']._sentences(terms)[0])
        part.date_received -= timedelta(days=6)
        self.assertTrue(part._returnable_quantities())
        part.date_received -= timedelta(days=2)
        self.assertFalse(part._returnable_quantities())

    def test_what_cannot_be_returned_is_not_offered(self):
        self._policy(days=0)
        part = self._bought({self.bowl: 1})
        self.assertFalse(part._returnable_quantities())
        with self.assertRaises(UserError):
            self._ask(part)
        self.assertIn("cannot be returned", self.bowl.product_tmpl_id._return_sentences()[0])

    def test_a_change_of_mind_only_where_the_policy_allows_it(self):
        part = self._bought({self.bowl: 1})
        with self.assertRaises(FieldErrors) as raised:
            self._ask(part, 'no_reason', kind='refund_only', reason="")
        self.assertEqual(set(raised.exception.field_errors), {'kind'})
        request = self._ask(part, 'no_reason', reason="")
        self.assertEqual(request.freight_by, 'shopper')
        self._policy(is_no_reason=False)
        part = self._bought({self.bowl: 1})
        with self.assertRaises(FieldErrors) as raised:
            self._ask(part, 'no_reason', reason="")
        self.assertEqual(set(raised.exception.field_errors), {'reason_code'})
        self.assertTrue(self._ask(part, 'late'))

    def test_photos_where_the_reason_asks_for_them(self):
        part = self._bought({self.bowl: 1})
        for files in (None, [{'filename': "x.exe", 'content': "TVo="}]):
            with self.assertRaises(FieldErrors) as raised:
                self._ask(part, 'defect', files=files)
            self.assertEqual(set(raised.exception.field_errors), {'files'})
        request = self._ask(part, 'defect', files=[PHOTO])
        self.assertEqual(request.attachment_ids.name, "crack.png")
        self.assertEqual(request.freight_by, 'merchant')
        with self.assertRaises(FieldErrors):
            self._ask(part, 'unknown')

    # === INSPECTION === #

    def test_all_is_accepted(self):
        part = self._bought({self.bowl: 2})
        request = self._sent_back(part)
        request.with_user(self.clerk_a).portal_receive()
        self.assertEqual(request.state, 'received')
        self.assertFalse(part.amount_refunded)
        request.with_user(self.clerk_a).portal_inspect()
        self.assertEqual((request.state, request.amount_refunded), ('refunded', 113.0))
        with self.assertRaises(UserError):
            request.with_user(self.clerk_a).portal_inspect()
        self.assertBooksAgree()

    def test_the_freight_comes_back_where_something_was_wrong(self):
        part = self._bought({self.bowl: 2})
        request = self._sent_back(part, 'defect', files=[PHOTO])
        request.with_user(self.clerk_a).portal_inspect()
        self.assertEqual(request.amount_refunded, 118.0)
        request = self._sent_back(part, 'defect', files=[PHOTO])
        request.with_user(self.clerk_a).portal_inspect()
        self.assertEqual(part._refundable_amount(), 0.0)
        self.assertBooksAgree()

    def test_a_part_is_accepted_and_less_refunded(self):
        part = self._bought({self.bowl: 2})
        stock = self._on_hand(self.bowl, self.merchant_a)
        request = self._sent_back(part, quantity=2)
        clerk = request.with_user(self.clerk_a)
        for results, deduction, expected in (
            (self._results(request), None, {'reason'}),
            (None, '20', {'reason'}),
            (self._results(request, quantity=3), None, {'results'}),
            (self._results(request, condition='eaten'), None, {'results', 'reason'}),
            ({0: {}}, None, {'results'}),
            (None, '226.01', {'deduction'}),
        ):
            with self.assertRaises(FieldErrors) as raised:
                clerk.portal_inspect(results, deduction)
            self.assertEqual(set(raised.exception.field_errors), expected)
        self.assertEqual(request.state, 'in_transit')
        clerk.portal_inspect(self._results(request, remark="One is missing"), '13', "Scratched")
        self.assertEqual((request.state, request.amount_refunded), ('refunded', 100.0))
        self.assertEqual(self._on_hand(self.bowl, self.merchant_a), stock + 1)
        self.assertEqual(request.picking_id.state, 'done')
        self.assertBooksAgree()

    def test_a_deduction_is_taken_off_what_is_left_to_refund(self):
        part = self._bought({self.bowl: 1})
        part._refund_amount(61.5, "Goodwill", part)
        request = self._sent_back(part)
        clerk = request.with_user(self.clerk_a)
        results = self._results(request, condition='damaged')
        with self.assertRaises(FieldErrors) as raised:
            clerk.portal_inspect(results, '56.51', "Broken")
        self.assertEqual(set(raised.exception.field_errors), {'deduction'})
        clerk.portal_inspect(results, '20', "Scratched")
        self.assertEqual((request.state, request.amount_refunded), ('refunded', 36.5))
        self.assertBooksAgree()

    def test_a_deduction_is_taken_off_the_goods_that_came_back(self):
        """169.50 are left: 113.00 for the first bowl and 56.50 for the second.

        What is kept back of the first does not go back with the second.
        """
        part = self._bought({self.bowl: 2})
        part._refund_amount(59.0, "Goodwill", part)
        for refunded in (93.0, 36.5):
            request = self._sent_back(part)
            request.with_user(self.clerk_a).portal_inspect(
                self._results(request), '20', "Scratched"
            )
            self.assertEqual(request.amount_refunded, refunded)
        self.assertBooksAgree()

    def test_a_deduction_that_was_given_back_is_not_taken_off_the_next_goods(self):
        part = self._bought({self.bowl: 2})
        request = self._sent_back(part)
        request.with_user(self.clerk_a).portal_inspect(self._results(request), '20', "Scratched")
        left = part._refundable_by_line()
        line = part._goods_lines()
        part._refund({line: 20.0 / line.marketplace_amount}, "Not scratched", part)
        self.assertEqual(left[line] - part._refundable_by_line()[line], 20.0)
        request = self._sent_back(part)
        request.with_user(self.clerk_a).portal_inspect(self._results(request))
        self.assertEqual(request.amount_refunded, 113.0)
        self.assertBooksAgree()

    def test_damaged_goods_are_not_sold_again(self):
        part = self._bought({self.bowl: 1})
        stock = self._on_hand(self.bowl, self.merchant_a)
        request = self._sent_back(part)
        request.with_user(self.clerk_a).portal_inspect(self._results(request, condition='damaged'))
        self.assertEqual(request.state, 'refunded')
        self.assertEqual(self._on_hand(self.bowl, self.merchant_a), stock)

    def test_what_is_not_accepted_is_rejected(self):
        part = self._bought({self.bowl: 1})
        stock = self._on_hand(self.bowl, self.merchant_a)
        request = self._sent_back(part)
        request.with_user(self.clerk_a).portal_inspect(
            self._results(request, quantity=0), reason="It is another bowl"
        )
        self.assertRecordValues(request, [{
            'state': 'rejected', 'answer': "It is another bowl", 'amount_refunded': 0.0,
        }])
        self.assertEqual(self._on_hand(self.bowl, self.merchant_a), stock)

    def test_a_restocking_fee_is_kept(self):
        self._policy(restocking_percent=10)
        part = self._bought({self.bowl: 1})
        request = self._sent_back(part, 'no_reason', reason="")
        request.with_user(self.clerk_a).portal_inspect()
        self.assertEqual(request.amount_refunded, 101.7)
        self.assertBooksAgree()

    def test_silence_accepts_what_came_back(self):
        request = self._sent_back(self._bought({self.bowl: 1}))
        request.with_user(self.clerk_a).portal_receive()
        self.assertEqual((request.deadline - request.date_received).days, 3)
        self._pass_deadline(request)
        self.assertEqual(request.state, 'refunded')

    # === EXCHANGE === #

    def test_an_exchange_has_a_parcel_of_its_own(self):
        part = self._bought({self.bowl: 1})
        request = self._sent_back(part, kind='exchange')
        request.with_user(self.clerk_a).portal_inspect()
        self.assertEqual(request.state, 'received')
        request.with_user(self.clerk_a).portal_send_replacement("SF Express", "SF99")
        self.assertEqual(request.state, 'exchanged')
        replacement = part.parcel_ids.filtered('return_id')
        self.assertEqual((replacement.return_id, replacement.tracking_ref), (request, "SF99"))
        self.assertEqual(part.tracking_ref, f"SF{part.id}")
        self.assertFalse(part.amount_refunded)
        self.assertEqual(part._sent_quantities(), {part._goods_lines(): 1})

    def test_an_exchange_that_cannot_be_sent_is_refunded(self):
        part = self._bought({self.bowl: 2})
        for end in ('silence', 'word'):
            request = self._sent_back(part, kind='exchange')
            with self.assertRaises(UserError):
                request.with_user(self.clerk_a).portal_refund_instead()
            request.with_user(self.clerk_a).portal_inspect()
            if end == 'silence':
                self._pass_deadline(request)
            else:
                request.with_user(self.clerk_a).portal_refund_instead()
            self.assertEqual((request.state, request.amount_refunded), ('refunded', 113.0))
            self.assertEqual(request.replacement_picking_id.state, 'cancel')
        self.assertBooksAgree()

    def test_goods_of_several_parcels_come_back_together(self):
        part = self._part(self._paid({self.bowl: 3}))
        line = part._goods_lines()
        clerk = part.with_user(self.clerk_a)
        clerk.portal_accept()
        clerk.portal_ship("SF", "SF1", {line.id: 2})
        clerk.portal_ship("SF", "SF2")
        stock = self._on_hand(self.bowl, self.merchant_a)
        request = self._sent_back(part, quantity=3)
        request.with_user(self.clerk_a).portal_inspect()
        self.assertEqual(self._on_hand(self.bowl, self.merchant_a), stock + 3)
        self.assertEqual(line.qty_delivered, 0)
        self.assertEqual(request.amount_refunded, 339.0)

    # === WHO MAY WHAT === #

    def test_only_the_merchants_clerk_inspects(self):
        request = self._sent_back(self._bought({self.bowl: 1}))
        for user in (self.clerk_b, self.catalogue_a, self.shopper, self.stranger):
            for method in ('portal_inspect', 'portal_refund_instead', 'portal_receive'):
                with self.assertRaises(AccessError):
                    getattr(request.with_user(user), method)()

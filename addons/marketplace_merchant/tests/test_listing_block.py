# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .listing_common import ListingCommon


@tagged('post_install', '-at_install')
class TestListingBlock(ListingCommon):
    """Goods leave the shop for a reason, and come back when it is settled."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Block = cls.env['marketplace.listing.block']
        cls.live = cls._live().sudo()
        cls.paused = cls._live().sudo()
        cls.paused.with_user(cls.clerk).portal_pause()
        cls.sources = cls.env['res.partner'].create([{'name': "Cause"}, {'name': "Another cause"}])

    def test_exactly_the_blocked_goods_leave_and_come_back(self):
        other = self._live().sudo()
        listings = self.live | self.paused
        self.assertEqual(self.Block._block(listings, self.sources[0], "Permit expired"), listings)
        self.assertFalse(self.live.is_sellable or self.live.sale_ok)
        self.assertTrue(other.is_sellable and other.sale_ok)
        self.assertEqual(self.live.listing_state, 'live')
        self.assertEqual(self.Block._release(self.sources[0]), listings)
        self.assertTrue(self.live.is_sellable and self.live.sale_ok)
        self.assertFalse(self.paused.is_sellable, "What was paused stays paused")

    def test_goods_with_another_reason_stay_away(self):
        for source in self.sources:
            self.Block._block(self.live, source, source.name)
        self.Block._release(self.sources[0])
        self.assertFalse(self.live.is_sellable)
        self.Block._release(self.sources[1])
        self.assertTrue(self.live.is_sellable)

    def test_blocking_twice_is_blocking_once(self):
        self.Block._block(self.live, self.sources[0], "Permit expired")
        self.assertFalse(self.Block._block(self.live, self.sources[0], "Permit expired"))
        self.assertEqual(len(self.live.block_ids), 1)

    def test_each_step_is_in_the_audit_log_with_its_cause(self):
        self.Block._block(self.live, self.sources[0], "Permit expired")
        self.Block._release(self.sources[0])
        rows = self.env['marketplace.audit.log'].search(
            [('model_name', '=', 'product.template'), ('res_id', '=', self.live.id)], limit=2
        )
        self.assertEqual(rows.mapped('reason'), ["Permit expired"] * 2)
        self.assertEqual(
            rows.mapped("after"), [{"listing": "back_on_sale"}, {"listing": "off_sale"}]
        )

    def test_goods_of_the_platform_are_never_blocked(self):
        own = self.env['product.template'].create({'name': "Own goods"})
        self.assertFalse(self.Block._block(own, self.sources[0], "Permit expired"))
        self.assertTrue(own.is_sellable)

    def test_statements_do_not_grow_with_the_goods(self):
        listings = self.live | self.env['product.template'].browse(
            self._live().sudo().id for _number in range(9)
        )
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(3):
            self.Block._block(listings, self.sources[0], "Permit expired")

    def test_a_block_cannot_be_typed_in(self):
        with self.assertRaises(UserError):
            self.live.is_blocked = True
        with self.assertRaises(AccessError):
            self.Block.with_user(self.officer).create({
                'product_tmpl_id': self.live.id, 'merchant_id': self.merchant.id,
                'res_model': 'res.partner', 'res_id': 1, 'reason': "Because",
            })  # fmt: skip

    def test_a_shop_that_is_not_selling_sells_nothing(self):
        self.merchant.sudo().is_closed_temporarily = True
        self.assertFalse(self.live.is_sellable)
        self.merchant.sudo().is_closed_temporarily = False
        self.assertTrue(self.live.is_sellable)

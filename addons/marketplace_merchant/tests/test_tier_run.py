# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg2.errors import UniqueViolation

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import formatLang, mute_logger

from .listing_common import expel
from .tier_common import TIERS, TierCommon

# At and beside the thresholds, and long enough in the tier more often than not.
SALES = (None, 0, 59.99, 60, 99.99, 100, 799.99, 800, 1000, 7999.99, 8000, 10000, 20000, 20001)
DAYS = (0, 31, 59, 60, 200, 201, 202)


@tagged('post_install', '-at_install')
class TestTierGrading(TierCommon):
    """Where the figures take a merchant, and what holds it back."""

    def test_one_step_up_however_high_the_figures(self):
        merchant = self._merchant('basic', sales=50000)
        for code in ('growth', 'core', 'strategic', 'strategic'):
            self._review()
            self.assertTier(merchant, code)
            self._next_cycle()

    def test_one_step_down_however_low_the_figures(self):
        merchant = self._merchant('strategic', sales=0)
        for code in ('core', 'growth', 'basic', 'basic'):
            self._review()
            self.assertTier(merchant, code)
            self._next_cycle()

    def test_one_step_per_cycle_however_often_it_is_reviewed(self):
        merchant = self._merchant('basic', sales=50000)
        self._review()
        run = self._review()
        self.assertTier(merchant, 'growth')
        line = self._line(run, merchant)
        self.assertEqual(line.outcome, 'waiting')
        self.assertIn("Core", line.reason)
        first_of_next_month = fields.Date.add(self.today.replace(day=1), months=1)
        self.assertEqual(line.held_until, first_of_next_month)

    def test_between_the_tests_a_merchant_stays_where_it_is(self):
        below = self._merchant('growth', sales=900)
        above = self._merchant('core', sales=900)
        run = self._review()
        self.assertTier(below, 'growth')
        self.assertTier(above, 'core')
        self.assertIn("1,000.00", self._line(run, below).reason)

    def test_on_the_threshold_is_enough(self):
        rises = self._merchant('growth', sales=1000)
        stays = self._merchant('core', sales=800)
        drops = self._merchant('core', sales=799.99)
        self._review()
        self.assertTier(rises, 'core')
        self.assertTier(stays, 'core')
        self.assertTier(drops, 'growth')

    def test_all_tests_count(self):
        self._test('core', 'entry', 'refund_rate', '<=', 10)
        good = self._merchant('growth', sales=1000, refund_rate=10)
        bad = self._merchant('growth', sales=1000, refund_rate=10.01)
        run = self._review()
        self.assertTier(good, 'core')
        self.assertTier(bad, 'growth')
        self.assertEqual(
            self._line(run, bad).reason,
            "Keeps its tier. For Core: Refund rate 10.01 % (at most 10.00 %).",
        )

    def test_a_figure_that_nobody_measures_does_not_count(self):
        self._test('core', 'entry', 'score', '>=', 80)
        self._test('core', 'stay', 'score', '>=', 70)
        self._test('core', 'entry', 'refund_rate', '<=', 10)
        rises = self._merchant('growth', sales=1000)
        stays = self._merchant('core', sales=1000, refund_rate=None)
        run = self._review()
        self.assertTier(rises, 'core')
        self.assertTier(stays, 'core')
        self.assertNotIn("Score", self._line(run, rises).reason)

    def test_nobody_enters_a_tier_of_which_no_test_is_measured(self):
        self.env['marketplace.tier.test'].search([
            ('tier_id', '=', self.tiers['growth'].id)
        ]).unlink()
        self._test('core', 'entry', 'refund_rate', '<=', 10)
        without_test = self._merchant('basic', sales=50000)
        self.figures.clear()
        unmeasured = self._merchant('growth', sales=None)
        self._review()
        self.assertTier(without_test, 'basic')
        self.assertTier(unmeasured, 'growth')

    def test_entering_takes_the_tests_to_stay_as_well(self):
        self._test('core', 'stay', 'refund_rate', '<=', 5)
        merchant = self._merchant('growth', sales=5000, refund_rate=6)
        self._review()
        self.assertTier(merchant, 'growth')

    def test_who_fails_the_own_tier_does_not_rise(self):
        self._test('growth', 'stay', 'refund_rate', '<=', 5)
        merchant = self._merchant('growth', sales=5000, refund_rate=6)
        self._review()
        self.assertTier(merchant, 'basic')

    def test_minimum_stay(self):
        self.tiers['growth'].minimum_stay_days = 90
        fresh = self._merchant('growth', sales=5000, days=89)
        failing = self._merchant('growth', sales=0, days=89)
        old = self._merchant('growth', sales=5000, days=90)
        run = self._review()
        self.assertTier(fresh, 'growth')
        self.assertTier(failing, 'growth')
        self.assertTier(old, 'core')
        self.assertEqual(self._line(run, fresh).held_until, self.today + timedelta(days=1))
        self.assertEqual(self._line(run, failing).aim_tier_id, self.tiers['basic'])

    def test_only_active_merchants_of_the_company_are_reviewed(self):
        merchant = self._merchant('basic', sales=5000)
        suspended = self._merchant('basic', sales=5000)
        suspended.with_user(self.manager).action_suspend("Late deliveries")
        elsewhere = self._merchant('basic', sales=5000)
        self.env.cr.execute(
            "UPDATE marketplace_merchant SET company_id = %s WHERE id = %s",
            [self.env.ref('base.main_company').id, elsewhere.id],
        )
        self.env.invalidate_all()
        run = self._review()
        self.assertEqual(run.line_ids.merchant_id, merchant)
        self.assertTier(suspended, 'basic')

    def test_amounts_are_those_of_the_tiers_currency(self):
        other = self.env['res.currency'].create({
            'name': 'TTT', 'symbol': 'T',
            'rate_ids': [fields.Command.create({'rate': 10, 'company_id': self.company.id})],
        })  # fmt: skip
        self.tiers['growth'].currency_id = other
        rises = self._merchant('basic', sales=10)
        stays = self._merchant('basic', sales=9)
        self._review()
        self.assertTier(rises, 'growth')
        self.assertTier(stays, 'basic')

    # === SHARES === #

    def test_a_full_tier_takes_the_best(self):
        self.company.marketplace_tier_share_cap = True
        self.tiers['core'].share_cap = 20
        growth = [self._merchant('growth', sales=sales) for sales in (1500, 3000, 2000, 1000)]
        inside = self._merchant('core', sales=900)
        for _index in range(5):
            self._merchant('basic')
        run = self._review()
        self.assertEqual(self._line(run, growth[0]).outcome, 'full')
        self.assertEqual(
            [merchant.tier_id.code for merchant in growth], ['growth', 'core', 'growth', 'growth']
        )
        self.assertTier(inside, 'core')

    def test_shares_limit_nobody_unless_the_settings_say_so(self):
        self.tiers['core'].share_cap = 0
        merchant = self._merchant('growth', sales=1500)
        self._review()
        self.assertTier(merchant, 'core')

    def test_who_leaves_a_full_tier_makes_room_in_it(self):
        self.company.marketplace_tier_share_cap = True
        self.tiers['core'].share_cap = 34
        up = self._merchant('core', sales=10000)
        follower = self._merchant('growth', sales=1000)
        self._merchant('basic')
        self._review()
        self.assertTier(up, 'strategic')
        self.assertTier(follower, 'core')

    def test_who_drops_takes_a_place_before_who_rises(self):
        self.company.marketplace_tier_share_cap = True
        self.tiers['core'].share_cap = 34
        drops = self._merchant('strategic', sales=900)
        waits = self._merchant('growth', sales=9000)
        self._merchant('basic')
        self._review()
        self.assertTier(drops, 'core')
        self.assertTier(waits, 'growth')

    def test_a_full_tier_does_not_save_from_dropping(self):
        self.company.marketplace_tier_share_cap = True
        self.tiers['growth'].share_cap = 0
        merchant = self._merchant('core', sales=0)
        self._review()
        self.assertTier(merchant, 'growth')

    # === PINS === #

    def test_a_pinned_merchant_does_not_move_until_its_day(self):
        merchant = self._merchant('growth', sales=0)
        pin = self._pin(merchant, 'growth', days=3)
        run = self._review()
        self.assertTier(merchant, 'growth')
        self.assertEqual(self._line(run, merchant).outcome, 'pinned')
        pin.sudo()._process_deadline()
        self.assertEqual(pin.state, 'ended')
        self._review()
        self.assertTier(merchant, 'basic')

    def test_a_pin_counts_on_its_last_day_and_not_after_it(self):
        merchant = self._merchant('growth', sales=0)
        pin = self._pin(merchant, 'growth', days=0)
        self._review()
        self.assertTier(merchant, 'growth')
        self.env.cr.execute(
            "UPDATE marketplace_tier_pin SET until = until - 1 WHERE id = %s", [pin.id]
        )
        self._review()
        self.assertTier(merchant, 'basic')

    def test_a_pin_takes_the_merchant_to_its_tier(self):
        merchant = self._merchant('basic', sales=0)
        self._pin(merchant, 'strategic')
        self.assertTier(merchant, 'strategic')
        self.assertEqual(merchant.tier_change_ids.reason, "Anchor of the season")
        self._review()
        self.assertTier(merchant, 'strategic')

    def test_a_pin_ends_by_a_person_with_a_reason(self):
        merchant = self._merchant('growth', sales=0)
        pin = self._pin(merchant, 'growth')
        with self.assertRaisesRegex(UserError, "reason"):
            pin.action_end("")
        for user in (self.officer, self.auditor):
            with self.assertRaises(AccessError):
                pin.with_user(user).action_end("Because")
        pin.action_end("Season is over")
        self.assertFalse(merchant.tier_pin_id)
        self._review()
        self.assertTier(merchant, 'basic')

    def test_a_pinned_merchant_is_not_moved_by_hand_either(self):
        merchant = self._merchant('growth')
        self._pin(merchant, 'growth')
        with self.assertRaisesRegex(UserError, "pinned"):
            self.env['marketplace.tier.change'].with_user(self.manager).create({
                'merchant_id': merchant.id, 'new_tier_id': self.tiers['core'].id,
                'reason': "Why not",
            })  # fmt: skip

    @mute_logger('odoo.sql_db')
    def test_pins_that_cannot_be(self):
        merchant = self._merchant('growth')
        with self.assertRaisesRegex(ValidationError, "past"), self.env.cr.savepoint():
            self._pin(merchant, 'growth', days=-1)
        with self.assertRaises(AccessError):
            self._pin(merchant, 'growth', user=self.officer)
        pin = self._pin(merchant, 'growth')
        with self.assertRaises(UniqueViolation), self.env.cr.savepoint():
            self._pin(merchant, 'growth')
        with self.assertRaises(UserError):
            pin.sudo().until = self.today + timedelta(days=900)
        with self.assertRaises(UserError):
            pin.sudo().unlink()

    def _pin(self, merchant, code, days=10, user=None):
        return self.env['marketplace.tier.pin'].with_user(user or self.manager).create({
            'merchant_id': merchant.id, 'tier_id': self.tiers[code].id,
            'until': self.today + timedelta(days=days), 'reason': "Anchor of the season",
        })  # fmt: skip

    # === POLICY === #

    def test_staying_cannot_take_more_than_entering(self):
        entry, stay = self.tiers['core'].test_ids.sorted('purpose')
        refused = self.assertRaisesRegex(ValidationError, "Core, Sales of 12 months")
        with refused, self.env.cr.savepoint():
            self._edit(stay, 1001)
        self.tiers['core'].test_ids = [
            fields.Command.update(entry.id, {'threshold': 300}),
            fields.Command.update(stay.id, {'threshold': 300}),
        ]
        rate_entry = self._test('core', 'entry', 'refund_rate', '<=', 10)
        rate_stay = self._test('core', 'stay', 'refund_rate', '<=', 10)
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            self._edit(rate_stay, 9)
        self._edit(rate_entry, 9)

    def _edit(self, test, threshold):
        """Change a test as the tier's form does."""
        test.tier_id.with_user(self.manager).test_ids = [
            fields.Command.update(test.id, {'threshold': threshold})
        ]

    def test_a_tier_with_merchants_is_not_archived(self):
        merchant = self._merchant('core')
        with self.assertRaisesRegex(ValidationError, "Core"):
            self.tiers['core'].active = False
        expel(merchant, self.manager, self.second_manager)
        others = self.env['marketplace.merchant'].search([('tier_id.code', '=', 'core')])
        others.sudo().tier_id = self.tiers['basic']
        self.tiers['core'].active = False

    def test_without_an_archived_tier_the_next_one_is_a_step_away(self):
        others = self.env['marketplace.merchant'].search([('tier_id.code', '=', 'growth')])
        others.sudo().tier_id = self.tiers['basic']
        self.tiers['growth'].active = False
        merchant = self._merchant('basic', sales=5000)
        self._review()
        self.assertTier(merchant, 'core')


@tagged('post_install', '-at_install')
class TestTierGradingProperties(TierCommon):
    """What holds whatever the merchants and the policy are."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for _index in range(8):
            cls._merchant()
        cls._pins = cls.env['marketplace.tier.pin'].create([
            {
                'merchant_id': merchant.id, 'tier_id': merchant.tier_id.id, 'reason': "Pinned",
                'until': cls.today + timedelta(days=30),
            }
            for merchant in cls.merchants[:2]
        ])  # fmt: skip

    @settings(
        max_examples=80, deadline=None, database=None, derandomize=True,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(
        st.lists(
            st.tuples(st.sampled_from(range(4)), st.sampled_from(SALES), st.sampled_from(DAYS)),
            min_size=8, max_size=8,
        ),
        st.lists(st.sampled_from((0, 12.5, 25, 50, 99.9)), min_size=4, max_size=4),
        st.sampled_from((0, 60)),
        st.booleans(),
    )  # fmt: skip
    def test_steps_caps_and_pins(self, places, caps, stay, capped):
        self._arrange(places, caps, stay, capped)
        before = {merchant: TIERS.index(merchant.tier_id.code) for merchant in self.merchants}
        run = self._review()
        after = {merchant: TIERS.index(merchant.tier_id.code) for merchant in self.merchants}
        shown = {
            line.merchant_id: (line.old_tier_id.code, line.new_tier_id.code)
            for line in run.line_ids
        }
        for merchant in self.merchants:
            self.assertLessEqual(abs(after[merchant] - before[merchant]), 1, "one step at most")
            self.assertEqual(
                shown[merchant], (TIERS[before[merchant]], TIERS[after[merchant]]),
                "the preview is what is applied",
            )
            self._check_reason_to_move(merchant, before[merchant], after[merchant], stay)
        for pinned in self.merchants[:2]:
            self.assertEqual(after[pinned], before[pinned], "pinned never moves")
        if capped:
            for tier, cap in enumerate(caps):
                if any(before[m] < tier == after[m] for m in self.merchants):
                    share = 100 * sum(place == tier for place in after.values()) / len(after)
                    self.assertLessEqual(share, cap, "nobody rises above the cap")
        again = self._run()
        self.assertFalse(again.move_ids, "a review leaves nothing to move in the same cycle")
        again.action_cancel()

    def _arrange(self, places, caps, stay, capped):
        self.company.marketplace_tier_share_cap = capped
        for (_code, tier), cap in zip(self.tiers.items(), caps, strict=True):
            tier.write({'share_cap': cap, 'minimum_stay_days': stay})
        for merchant, (tier, sales, days) in zip(self.merchants, places, strict=True):
            merchant.sudo().write({
                'tier_id': self.tiers[TIERS[tier]].id,
                'tier_since': self.today - timedelta(days=days),
            })
            self.figures['sales_12m'][merchant.id] = sales
            self.days = {**getattr(self, 'days', {}), merchant.id: days}

    def _check_reason_to_move(self, merchant, before, after, stay):
        sales = self.figures['sales_12m'][merchant.id]
        if after != before:
            self.assertGreaterEqual(self.days[merchant.id], stay, "minimum stay")
            self.assertIsNotNone(sales, "no figure, no move")
        if after > before:
            self.assertGreaterEqual(sales, (0, 100, 1000, 10000)[after])
        if after < before:
            self.assertLess(sales, (0, 60, 800, 8000)[before])


@tagged('post_install', '-at_install')
class TestTierRun(TierCommon):
    """A review from its preview to its end."""

    def test_nothing_moves_before_it_is_applied(self):
        merchant = self._merchant('basic', sales=500)
        run = self._run()
        self.assertEqual((run.state, run.up_count, run.merchant_count), ('previewed', 1, 1))
        self.assertTier(merchant, 'basic')
        self.assertFalse(merchant.tier_change_ids)
        run.action_apply()
        self.assertTier(merchant, 'growth')
        self.assertEqual(merchant.tier_since, self.today)
        self.assertEqual(run.applied_by_id, self.manager)

    def test_history_and_audit_log_say_why(self):
        up = self._merchant('basic', sales=500)
        down = self._merchant('strategic', sales=500)
        still = self._merchant('growth', sales=500)
        run = self._review()
        self.assertRecordValues(up.tier_change_ids, [{
            'old_tier_id': self.tiers['basic'].id, 'new_tier_id': self.tiers['growth'].id,
            'run_id': run.id, 'create_uid': self.manager.id,
            'why': f"Reaches what Growth takes: Sales of 12 months {self._money('500.00')}"
                      f" (at least {self._money('100.00')}).",
        }])  # fmt: skip
        self.assertIn("No longer reaches what Strategic takes", down.tier_change_ids.why)
        self.assertFalse(still.tier_change_ids)
        rows = self.env['marketplace.audit.log'].sudo().search([
            ('model_name', '=', 'marketplace.merchant'), ('action', '=', 'change'),
            ('res_id', 'in', self.merchants.ids),
        ])  # fmt: skip
        self.assertEqual(
            {row.res_id: (row.before, row.after, row.user_id) for row in rows},
            {
                up.id: ({'tier': "Basic"}, {'tier': "Growth"}, self.manager),
                down.id: ({'tier': "Strategic"}, {'tier': "Core"}, self.manager),
            },
        )
        self.assertEqual(set(rows.mapped('reason')), {run.name})

    def test_a_figure_that_changed_since_the_preview_is_shown_first(self):
        merchant = self._merchant('basic', sales=500)
        other = self._merchant('basic', sales=0)
        run = self._run()
        self.figures['sales_12m'].update({merchant.id: 0, other.id: 500})
        run.action_apply()
        self.assertEqual((run.state, run.drift_count), ('previewed', 2))
        self.assertTier(merchant, 'basic')
        self.assertTier(other, 'basic')
        self.assertEqual(run.move_ids.merchant_id, other)
        self.assertFalse(self.merchants.tier_change_ids)
        run.action_apply()
        self.assertEqual((run.state, run.drift_count), ('applied', 0))
        self.assertTier(other, 'growth')

    def test_a_policy_or_a_hand_that_changed_the_result_is_noticed(self):
        merchant = self._merchant('basic', sales=500)
        changes = self.env['marketplace.tier.change'].with_user(self.manager)
        for change in (
            lambda: self.tiers['growth'].test_ids.filtered(
                lambda test: test.purpose == 'entry').write({'threshold': 600}),
            lambda: changes.create({
                'merchant_id': merchant.id, 'new_tier_id': self.tiers['core'].id, 'reason': "VIP",
            }),
        ):  # fmt: skip
            run = self._run()
            with self.subTest(), self.env.cr.savepoint() as savepoint:
                change()
                run.action_apply()
                self.assertEqual((run.state, run.drift_count), ('previewed', 1))
                savepoint.close(rollback=True)

    def test_a_figure_that_changes_no_move_stops_nobody(self):
        merchant = self._merchant('basic', sales=500)
        run = self._run()
        self.figures['sales_12m'][merchant.id] = 501
        run.action_apply()
        self.assertEqual(run.state, 'applied')
        self.assertTier(merchant, 'growth')
        self.assertIn("500.00", merchant.tier_change_ids.why)

    def test_a_run_is_applied_once(self):
        merchant = self._merchant('basic', sales=50000)
        run = self._review()
        self._next_cycle()
        for user in (self.manager, self.second_manager):
            with self.assertRaisesRegex(UserError, "Applied"):
                run.with_user(user).action_apply()
        for action in ('action_preview', 'action_cancel'):
            with self.assertRaises(UserError):
                getattr(run, action)()
        self.assertTier(merchant, 'growth')
        self.assertEqual(len(merchant.tier_change_ids), 1)

    def test_a_cancelled_run_moves_nobody(self):
        merchant = self._merchant('basic', sales=500)
        run = self._run()
        run.action_cancel()
        with self.assertRaises(UserError):
            run.action_apply()
        self.assertTier(merchant, 'basic')

    def test_one_open_run_per_company(self):
        self._merchant('basic', sales=500)
        run = self._run()
        self.assertEqual(self._run(self.second_manager), run)
        self._cron('preview_tiers')
        self.assertEqual(self._run(), run)
        with mute_logger('odoo.sql_db'), self.assertRaises(UniqueViolation):
            with self.env.cr.savepoint():
                self.env['marketplace.tier.run'].create({'company_id': self.company.id})

    def test_the_month_prepares_a_run_that_waits_for_a_manager(self):
        merchant = self._merchant('basic', sales=500)
        self._cron('preview_tiers')
        run = self.env['marketplace.tier.run'].search([('company_id', '=', self.company.id)])
        self.assertEqual((run.state, run.up_count), ('previewed', 1))
        self.assertTier(merchant, 'basic')
        card = self.env.ref('marketplace_merchant.home_card_tier_runs')
        self.assertEqual(card.with_user(self.manager).count, 1)
        with self.assertRaises(AccessError):
            run.sudo()._move_to('applied', system=True)

    def test_who_may_do_what(self):
        self._merchant('basic', sales=500)
        run = self._run()
        for user in (self.officer, self.auditor):
            self.assertTrue(run.with_user(user).read(['name', 'up_count']))
            self.assertTrue(run.line_ids.with_user(user).read(['reason']))
            for action in ('action_apply', 'action_preview', 'action_cancel'):
                with self.assertRaises(AccessError):
                    getattr(run.with_user(user), action)()
            with self.assertRaises(AccessError):
                self._run(user)
        for values in ({'state': 'applied'}, {'drift_count': 0}, {'policy': {}}):
            with self.assertRaises(UserError):
                run.write(values)
        with self.assertRaises(UserError):
            run.line_ids.write({'new_tier_id': self.tiers['core'].id})

    def test_another_companys_manager_sees_nothing_of_it(self):
        self._merchant('basic', sales=500)
        run = self._run()
        other = self.env['res.company'].create({'name': "Other Platform"})
        foreigner = self._staff('tier_foreigner', 'merchant_manager')
        foreigner.write({'company_ids': [fields.Command.set(other.ids)], 'company_id': other.id})
        foreign = run.with_user(foreigner).with_context(allowed_company_ids=other.ids)
        with self.assertRaises(AccessError):
            foreign.action_apply()
        self.assertFalse(foreign.search([('id', '=', run.id)]))
        self.assertFalse(foreign.env['marketplace.tier.run.line'].search([]))

    def test_a_reason_reads_in_the_readers_language(self):
        self.env['res.lang']._activate_lang('zh_CN')
        merchant = self._merchant('basic', sales=500)
        tier = self.tiers['growth']
        tier.with_context(lang='zh_CN').name = "成长"
        line = self._line(self._run(), merchant)
        self.assertIn("成长", line.with_context(lang='zh_CN').reason)
        self.assertIn("Growth", line.with_context(lang='en_US').reason)

    def test_the_merchant_is_told(self):
        self.tiers['growth'].settlement_days = 10
        merchant = self._merchant('basic', sales=500)
        owner = self._owner(merchant)
        self.env['marketplace.tier.change'].search([]).is_announced = True
        run = self._review()
        self._cron('announce_tiers')
        self.assertTrue(merchant.tier_change_ids.is_announced)
        mails = self.env['mail.mail'].sudo().search([
            ('model', '=', 'marketplace.tier.change'),
            ('res_id', 'in', merchant.tier_change_ids.ids),
        ])  # fmt: skip
        self.assertEqual(mails.recipient_ids, owner.partner_id)
        self.assertIn("now Growth", mails.subject)
        self.assertIn("Reaches what Growth takes", mails.body_html)
        self.assertIn("Days from completion to payment: <strong>10<", mails.body_html)
        self._cron('announce_tiers')
        self.assertEqual(len(mails.search([('res_id', 'in', run.ids + mails.mapped('res_id')),
                                           ('model', '=', 'marketplace.tier.change')])), 1)

    def test_the_number_of_queries_does_not_grow(self):
        self._merchant('basic', sales=500)
        few = self._count_queries()
        for _index in range(20):
            self._merchant('basic', sales=500)
        self.assertLessEqual(self._count_queries(), few)

    def _count_queries(self):
        for merchant in self.merchants:
            merchant.sudo().write({
                'tier_id': self.tiers['basic'].id, 'tier_since': self.today - timedelta(days=99),
            })
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self._review()
        return self.env.cr.sql_log_count - before

    def _cron(self, name):
        with self.enter_registry_test_mode():
            self.env.ref(f'marketplace_merchant.ir_cron_{name}').method_direct_trigger()

    def _money(self, number):
        return formatLang(self.env, float(number), currency_obj=self.company.currency_id)

    def _owner(self, merchant):
        user = new_test_user(self.env, 'tier_owner', groups='base.group_portal')
        self.env['marketplace.merchant.member'].create({
            'merchant_id': merchant.id, 'user_id': user.id, 'role_owner': True,
        })  # fmt: skip
        return user


@tagged('post_install', '-at_install')
class TestTierOutlook(TierCommon):
    """What a merchant is shown of its way to the next tier."""

    def test_the_distance_to_each_threshold(self):
        self._test('core', 'entry', 'refund_rate', '<=', 10)
        self._test('core', 'entry', 'score', '>=', 80)
        merchant = self._merchant('growth', sales=250, refund_rate=20)
        outlook = merchant._tier_outlook()
        self.assertEqual(outlook['upper'], self.tiers['core'])
        stay, = outlook['stay']
        self.assertEqual((stay['passed'], stay['progress'], stay['gap']), (True, 100, False))
        sales, refunds, score = outlook['entry']
        self.assertEqual((sales['passed'], sales['progress']), (False, 25))
        self.assertIn("750.00", sales['gap'])
        self.assertEqual(
            (refunds['value'], refunds['threshold'], refunds['gap'], refunds['progress']),
            ("20.00 %", "at most 10.00 %", "10.00 %", 50),
        )
        self.assertEqual((score['value'], score['passed']), ("not measured", None))

    def test_at_the_top_there_is_nothing_above(self):
        outlook = self._merchant('strategic', sales=0)._tier_outlook()
        self.assertFalse(outlook['upper'])
        self.assertFalse(outlook['entry'])
        self.assertEqual(len(outlook['stay']), 1)

    def test_benefits_in_words(self):
        self.tiers['strategic'].write({
            'settlement_days': 3, 'logistics_subsidy': 30, 'has_account_manager': True,
        })  # fmt: skip
        benefits = dict(self.tiers['strategic']._benefits())
        self.assertEqual(benefits["Days from completion to payment"], "3")
        self.assertEqual(benefits["Logistics subsidy"], "30 %")
        own_manager = "Account manager of your own"
        self.assertIn(own_manager, benefits)
        self.assertNotIn(own_manager, dict(self.tiers['basic']._benefits()))

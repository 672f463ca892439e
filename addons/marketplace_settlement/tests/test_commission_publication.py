# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from datetime import timedelta

from psycopg2.errors import ExclusionViolation

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger
from odoo.tools.safe_eval import safe_eval

from .money_common import MoneyCommon


@tagged('post_install', '-at_install')
class TestCommissionPublication(MoneyCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # The story's merchants are not asked what they would be told.
        others = cls.env['marketplace.merchant'].search([
            ('id', 'not in', (cls.merchant_a | cls.merchant_b).ids),
        ])
        cls.env.cr.execute(
            "UPDATE marketplace_merchant SET state = 'closed' WHERE id = ANY(%s)", [others.ids]
        )
        others.invalidate_recordset(['state'])
        cls.today = cls.company._marketplace_today()
        cls.company.marketplace_commission_notice_days = 7

    def _draft(self, **values):
        return self.env['marketplace.commission.rule'].with_user(self.maker).create(values)

    def _next(self, rule, **values):
        """Return the draft of the next version of a rule."""
        action = rule.with_user(self.maker).action_replace()
        draft = self.env['marketplace.commission.rule'].with_user(self.maker).browse(
            action['res_id']
        )
        draft.write(values)
        return draft

    def test_a_form_left_untouched_leaves_no_rule_behind(self):
        """The browser saves what is open when its tab is closed, if nothing is missing."""
        action = self.env['ir.actions.act_window']._for_xml_id(
            'marketplace_settlement.marketplace_commission_rule_action'
        )
        rules = self.env['marketplace.commission.rule'].with_user(self.maker)
        form = Form(rules.with_context(**safe_eval(action['context'])))
        with self.assertRaisesRegex(AssertionError, "base is a required field"):
            form.save()
        form.base = 'without_tax'
        self.assertEqual(form.save().base, 'without_tax')

    def _notices(self, rule):
        return self.env['marketplace.commission.notice'].search([('rule_ids', 'in', rule.ids)])

    def _in(self, days):
        return self.today + timedelta(days=days)

    # === NOTICE === #

    def test_a_dearer_version_begins_after_the_days_of_notice(self):
        draft = self._next(self.rule, percent=9.0)
        draft.action_publish()
        self.assertEqual((draft.state, draft.date_from), ('active', self._in(7)))
        self.assertEqual((self.rule.state, self.rule.date_to), ('active', self._in(6)))
        self.assertEqual(self._order().order_line.marketplace_percent, 8.0)

    def test_a_date_that_is_too_early_is_refused_and_changes_nothing(self):
        draft = self._next(self.rule, percent=9.0, date_from=self._in(3))
        with self.assertRaisesRegex(UserError, "dearer for 2 merchants"):
            draft.action_publish()
        self.assertEqual((draft.state, self.rule.date_to), ('draft', False))
        self.assertFalse(self._notices(draft))

    def test_a_stated_reason_allows_a_shorter_notice(self):
        draft = self._next(self.rule, percent=9.0, short_notice_reason="Clause 7: tax law changed")
        draft.action_publish()
        self.assertEqual((draft.date_from, self.rule.state), (self.today, 'retired'))
        self.assertEqual(self._order().order_line.marketplace_percent, 9.0)

    def test_a_cheaper_version_may_begin_today(self):
        draft = self._next(self.rule, percent=7.0)
        draft.action_publish()
        self.assertEqual((draft.date_from, self.rule.state), (self.today, 'retired'))

    def test_what_makes_sales_dearer(self):
        """Each term alone, against 8 % with a minimum of 1, a maximum of 20 and brackets."""
        base = self._next(
            self.rule, percent=8.0, base='without_tax',
            amount_ids=[self._amounts(minimum=1.0, maximum=20.0)],
            bracket_ids=[Command.create({'amount_from': 1000.0, 'percent': 6.0})],
            short_notice_reason="First",
        )  # fmt: skip
        base.action_publish()
        for change, is_dearer in (
            ({}, False),
            ({'percent': 8.1}, True),
            ({'base': 'with_tax'}, True),
            ({'include_freight': True}, True),
            ({'refund_percent': 90.0}, True),
            ({'bracket_ids': [Command.clear()]}, True),
            ({'bracket_ids': [Command.create({'amount_from': 9.0, 'percent': 8.1})]}, True),
            ({'bracket_ids': [Command.create({'amount_from': 9.0, 'percent': 2.0})]}, False),
        ):
            draft = self._next(base, **change)
            self.assertEqual(draft._is_dearer(), is_dearer, change)
            draft.unlink()

    def test_what_makes_sales_dearer_in_a_currency(self):
        """Each amount alone, against at least 1 and at most 20, and what 0.5 and 10 are abroad."""
        abroad = self._currency('XTB', 0.5)
        base = self._next(
            self.rule, short_notice_reason="First",
            amount_ids=[self._amounts(minimum=1.0, maximum=20.0)],
        )  # fmt: skip
        base.action_publish()
        for currency, change, is_dearer in (
            (self.currency, {}, False),
            (self.currency, {'fixed': 0.1}, True),
            (self.currency, {'minimum': 1.1}, True),
            (self.currency, {'minimum': 0.0}, False),
            (self.currency, {'maximum': 20.1}, True),
            (self.currency, {'maximum': 0.0}, True),
            (self.currency, {'maximum': 19.0}, False),
            (abroad, {'minimum': 0.5, 'maximum': 10.0}, False),
            (abroad, {'minimum': 0.6, 'maximum': 10.0}, True),
            (abroad, {'minimum': 0.5, 'maximum': 10.1}, True),
            (abroad, {'maximum': 9.0}, False),
            (abroad, {}, True),
        ):
            amounts = {self.currency: {'minimum': 1.0, 'maximum': 20.0}}
            amounts[currency] = amounts.get(currency, {}) | change
            draft = self._next(base, amount_ids=[Command.clear(), *(
                self._amounts(each, **values) for each, values in amounts.items()
            )])  # fmt: skip
            self.assertEqual(draft._is_dearer(), is_dearer, (currency.name, change))
            draft.unlink()

    def test_a_more_specific_rule_is_compared_with_what_it_takes_over_from(self):
        own = {'merchant_id': self.merchant_a.id}
        self._rule(percent=5.0, categ_id=self.category.id)
        self.assertTrue(self._draft(percent=7.0, **own)._is_dearer())
        self.assertFalse(self._draft(percent=5.0, **own)._is_dearer())
        child = self.env['product.category'].create({
            'name': "Porcelain", 'parent_id': self.category.id,
        })
        self.bowl.categ_id = child
        self.assertTrue(self._draft(percent=6.0, categ_id=child.id)._is_dearer())

    def test_nobody_pays_more_by_a_rule_for_nobody(self):
        empty = self.env['product.category'].create({'name': "Nothing yet"})
        self.assertFalse(self._draft(percent=50.0, categ_id=empty.id)._is_dearer())

    # === MERCHANTS ARE TOLD === #

    def test_each_merchant_concerned_is_told_once(self):
        one = self._draft(percent=1.0, merchant_id=self.merchant_a.id)
        other = self._draft(percent=1.0, categ_id=self.category.id)
        (one | other).action_publish()
        notices = self._notices(one | other)
        self.assertEqual(notices.merchant_id, self.merchant_a | self.merchant_b)
        self.assertEqual(len(notices), 2)
        self.assertEqual(self._notices(one).merchant_id, self.merchant_a)
        self.assertEqual(set(notices.mapped('notice')), {
            'marketplace_settlement.mail_template_commission_notice'
        })

    def test_the_mail_says_what_and_from_when(self):
        draft = self._next(self.rule, percent=9.0, amount_ids=[
            self._amounts(self._currency('XTB', 2.0), minimum=1.0),
        ])  # fmt: skip
        draft.action_publish()
        template = self.env.ref('marketplace_settlement.mail_template_commission_notice')
        notice = self._notices(draft)[:1]
        body = template._render_field('body_html', notice.ids)[notice.id]
        self.assertIn("9 %", body)
        self.assertIn("All your goods", body)
        self.assertIn("For sales in XTB: ", body)

    # === VERSIONS === #

    def test_versions_are_a_chain(self):
        second = self._next(self.rule, percent=7.0)
        second.action_publish()
        third = self._next(second, percent=6.0)
        third.action_publish()
        self.assertEqual((self.rule | second | third).mapped('version'), [1, 2, 3])
        self.assertEqual(third.root_id, self.rule)
        self.assertEqual(third.version_count, 3)
        versions = self.env['marketplace.commission.rule'].search(
            third.action_view_versions()['domain']
        )
        self.assertEqual(versions, self.rule | second | third)

    def test_a_new_version_takes_brackets_and_amounts_along(self):
        abroad = self._currency('XTB', 2.0)
        first = self._rule(
            percent=8.0, merchant_id=self.merchant_a.id,
            amount_ids=[self._amounts(fixed=1.0), self._amounts(abroad, fixed=2.0, maximum=9.0)],
            bracket_ids=[Command.create({'amount_from': 1000.0, 'percent': 6.0})],
        )  # fmt: skip
        draft = self._next(first)
        self.assertEqual(draft.price_label, first.price_label)
        self.assertEqual(draft.name, first.name)
        self.assertIn(f"{self.currency.format(1.0)} / {abroad.format(2.0)}", draft.name)
        draft.amount_ids[-1:].maximum = 8.0
        self.assertEqual(first.amount_ids.mapped('maximum'), [0.0, 9.0])

    def test_the_end_of_a_version_is_an_audit_row(self):
        self._next(self.rule, percent=9.0).action_publish()
        row = self.env['marketplace.audit.log'].search([
            ('model_name', '=', self.rule._name), ('res_id', '=', self.rule.id),
            ('action', '=', 'change'),
        ])  # fmt: skip
        self.assertIn('date_to', str(row.after))

    def test_two_published_rules_never_cover_the_same_sales(self):
        with self.assertRaisesRegex(UserError, "covers the same sales"):
            self._draft(percent=1.0).action_publish()
        later = self._next(self.rule, percent=9.0)
        later.action_publish()
        with self.assertRaisesRegex(UserError, "covers the same sales"):
            self._next(self.rule, percent=9.5, date_from=self._in(30)).action_publish()

    def test_the_database_refuses_what_a_race_would_publish(self):
        draft = self._draft(percent=1.0)
        with (
            self.assertRaises(ExclusionViolation), mute_logger('odoo.sql_db'),
            self.env.cr.savepoint(),
        ):
            self.env.cr.execute(
                "UPDATE marketplace_commission_rule SET state = 'active' WHERE id = %s", [draft.id]
            )

    def test_what_has_ended_retires(self):
        self._next(self.rule, percent=9.0).action_publish()
        self.rule._set_end(self._in(-1))
        self.env['marketplace.commission.rule']._cron_retire_ended()
        self.assertEqual(self.rule.state, 'retired')

    # === ENDING === #

    def test_a_rule_whose_end_is_dearer_ends_after_the_days_of_notice(self):
        own = self._rule(percent=2.0, merchant_id=self.merchant_a.id)
        own.with_user(self.maker).action_retire()
        self.assertEqual((own.state, own.date_to), ('active', self._in(6)))
        self.assertEqual(self._notices(own).mapped('kind'), ['ends'])

    def test_a_rule_whose_end_is_cheaper_ends_at_once(self):
        own = self._rule(percent=12.0, merchant_id=self.merchant_a.id)
        own.with_user(self.maker).action_retire()
        self.assertEqual((own.state, own.date_to), ('retired', self.today))

    def test_a_version_that_is_called_off_leaves_the_one_before(self):
        draft = self._next(self.rule, percent=9.0)
        draft.action_publish()
        draft.action_retire()
        self.assertEqual((draft.state, self.rule.date_to), ('retired', False))
        self.assertEqual(self._notices(draft).mapped('kind'), ['cancelled'] * 2 + ['begins'] * 2)

    def test_a_version_that_is_called_off_gives_the_one_before_its_own_end_back(self):
        for end in (self._in(6), self._in(60)):
            self.rule._set_end(end)
            draft = self._next(self.rule, percent=9.0)
            draft.action_publish()
            self.assertEqual(self.rule.date_to, self._in(6))
            draft.action_retire()
            self.assertEqual(self.rule.date_to, end)

    def test_officers_neither_publish_nor_end(self):
        draft = self._draft(percent=1.0, merchant_id=self.merchant_a.id)
        for call in (
            draft.with_user(self.officer).action_publish,
            self.rule.with_user(self.officer).action_retire,
            self.rule.with_user(self.officer).action_replace,
        ):
            with self.assertRaises(AccessError):
                call()
        self.assertFalse(self.rule.date_to)

    # === SCHEDULE === #

    def test_merchants_see_what_counts_what_comes_and_what_was(self):
        tier = self.merchant_a.tier_id
        by_tier = self._rule(percent=7.0, tier_id=tier.id)
        foreign = self._rule(percent=1.0, merchant_id=self.merchant_b.id)
        by_category = self._rule(percent=6.0, categ_id=self.category.id)
        coming = self._next(by_tier, percent=9.0)
        coming.action_publish()
        old = self._rule(percent=3.0, merchant_id=self.merchant_a.id)
        old._end_on(self._in(-1))
        old._move_to('retired', system=True)
        schedule = self.merchant_a._fee_schedule()
        self.assertEqual(schedule['rules_now'].ids, [by_category.id, by_tier.id])
        self.assertEqual(schedule['rules_next'], coming)
        self.assertIn(old, schedule['rules_past'])
        shown = schedule['rules_now'] | schedule['rules_next'] | schedule['rules_past']
        self.assertNotIn(foreign, shown)

    def test_the_past_is_shown_for_three_years(self):
        old = self._rule(
            percent=3.0, merchant_id=self.merchant_a.id, date_to=self._in(-3 * 366)
        )
        recent = self._rule(
            percent=4.0, merchant_id=self.merchant_a.id, date_from=self._in(-3 * 366 + 1),
            date_to=self._in(-3 * 364),
        )  # fmt: skip
        past = self.merchant_a._fee_schedule()['rules_past']
        self.assertIn(recent, past)
        self.assertNotIn(old, past)

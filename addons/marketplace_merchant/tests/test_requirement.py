# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import freeze_time, tagged

from odoo.addons.marketplace_merchant.tests.listing_common import make_upload
from odoo.addons.marketplace_merchant.tests.people_common import LICENCES, PeopleCommon
from odoo.addons.marketplace_merchant.tools.field_errors import FieldErrors


@tagged('post_install', '-at_install')
class TestRequirement(PeopleCommon):
    """What is asked of a merchant, for what, and by when."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Requirement = cls.env['marketplace.requirement']
        cls.Requirement.search([]).active = False
        cls.today = fields.Date.today()
        cls.owner = cls.applicant
        cls.merchant = cls._merchant("Lotus", LICENCES[0], cls.owner)
        cls.rival = cls._merchant("Bamboo", LICENCES[1], cls.stranger)

    # === FACTORIES === #

    def _require(self, kind, capability='take_orders', **values):
        return self.Requirement.create({
            'name': f"Needed {kind}", 'kind': kind, 'capability': capability, **values,
        })

    def _names(self, capability='take_orders', merchant=None):
        return [item['name'] for item in (merchant or self.merchant)._missing(capability)]

    def _goods(self, count, state='live'):
        goods = self.env['product.template'].with_user(self.owner)
        for number in range(count):
            goods |= self.merchant.with_user(self.owner).portal_create_listing({
                'name': f"Scarf {number}", 'list_price': 9.0, 'categ_id': self.fashion.id,
                'image': make_upload(),
            })
        if state == 'live':
            for listing in goods:
                listing.portal_submit_listing()
            goods.with_user(self.officer).action_approve_listing()
        return goods.with_user(self.env.user)

    def _wizard(self, user=None, **values):
        wizard = self.env['marketplace.requirement.change'].with_user(user or self.manager)
        requirement = values.pop('requirement', None)
        context = {}
        if requirement:
            context = {'default_requirement_id': requirement.id}
        return wizard.with_context(**context).create({'reason': "The law asks for it", **values})

    # === KINDS === #

    def test_each_kind_is_missing_until_it_is_there(self):
        permit = self.env.ref('marketplace_merchant.qualification_type_cosmetics')
        self.merchant.legal_representative = False
        for kind, values in (
            ('agreement', {'agreement_kind': 'service'}),
            ('profile', {'profile_field': 'legal_representative'}),
            ('document', {'qualification_type_id': permit.id}),
            ('bank_account', {}),
            ('review', {}),
            ('goods', {'minimum_goods': 2}),
            ('training', {}),
            ('question', {}),
        ):
            with self.subTest(kind=kind):
                requirement = self._require(kind, **values)
                self.assertEqual(self._names(), [f"Needed {kind}"])
                self.assertTrue(self.merchant._missing('take_orders')[0]['message'])
                getattr(self, f'_provide_{kind}')(requirement)
                self.merchant.invalidate_recordset()
                self.assertFalse(self._names())
                self.assertEqual(self._names(merchant=self.rival), [f"Needed {kind}"])
                requirement.active = False

    def _provide_agreement(self, requirement):
        self.merchant.with_user(self.owner).portal_accept_agreement(self.agreement.id)

    def _provide_profile(self, requirement):
        self.merchant.legal_representative = "Li Na"

    def _provide_document(self, requirement):
        kind = requirement.qualification_type_id
        self.merchant.with_user(self.owner).portal_upload(
            kind.id, "permit.png", self.scan, "C-1", str(self.today + timedelta(days=400))
        )
        self.merchant.qualification_ids.with_user(self.officer).action_approve()

    def _provide_bank_account(self, requirement):
        self.env['marketplace.bank.account'].search([
            ('merchant_id', '=', self.merchant.id),
        ]).unlink()
        account = self.merchant.with_user(self.owner).portal_set_bank_account(
            "Lotus", "Bank of China", "6222020200112230"
        )
        account.with_user(self.manager).action_verify()

    def _provide_review(self, requirement):
        requirement._refresh()
        row = self.merchant.requirement_submission_ids
        self.assertEqual(row.state, 'pending')
        row.with_user(self.officer).action_accept()

    def _provide_goods(self, requirement):
        self._goods(1)
        self.assertTrue(self._names())
        self._goods(1)

    def _provide_training(self, requirement):
        self.merchant.with_user(self.owner).portal_answer(requirement.id, {'answer': '1'})
        self.assertIn("checking", self.merchant._missing('take_orders')[0]['message'])
        self.merchant.requirement_submission_ids.filtered(
            lambda row: row.requirement_id == requirement
        ).with_user(self.officer).action_accept()

    def _provide_question(self, requirement):
        self.merchant.with_user(self.owner).portal_answer(requirement.id, {'answer': '1'})

    def test_a_deposit_is_paid_before_the_shop_opens_and_topped_up_in_days(self):
        self._require('deposit', 'list', due_days=10)
        self.patch(self.registry['marketplace.merchant'], '_deposit_missing', lambda merchant: 5.0)
        self.assertFalse(self.merchant._is_barred('list'))
        newcomer = self.env['marketplace.merchant'].create({
            'partner_id': self.env['res.partner'].create({'name': "New"}).id,
            'tier_id': self.merchant.tier_id.id, 'date_approved': self.today,
        })
        self.assertTrue(newcomer._is_barred('list'))
        self.assertEqual(newcomer._missing('list')[0]['due'], self.today + timedelta(days=10))

    def test_a_lapsed_document_bars_its_goods_not_the_merchant(self):
        self._require('document', qualification_type_id=self.food_type.id)
        self.assertEqual(self._names(), ["Needed document"])
        self.assertFalse(self.merchant._is_barred('take_orders'))

    def test_each_capability_has_its_own_requirements(self):
        for capability in ('list', 'take_orders', 'be_paid', 'advertise'):
            requirement = self._require('question', capability)
            self.assertEqual(
                [key for key in ('list', 'take_orders', 'be_paid', 'advertise')
                 if self.merchant._is_barred(key)],
                [capability],
            )
            requirement.active = False

    def test_contradicting_terms_are_refused_with_words(self):
        for values, words in (
            ({'kind': 'deposit', 'capability': 'be_paid'}, "deposit"),
            ({'kind': 'bank_account', 'stage': 'submit'}, "after the approval"),
            ({'kind': 'goods', 'capability': 'list'}, "before being allowed"),
            ({'kind': 'review', 'stage': 'submit'}, "staff"),
            ({'kind': 'profile'}, "filled in"),
            ({'kind': 'profile', 'profile_field': 'shop_logo', 'stage': 'approval'}, "shop"),
            ({'kind': 'question', 'answer_type': 'choice', 'answer_choices': "One"}, "two choices"),
            ({'kind': 'training', 'link': "javascript:alert(1)"}, "https"),
        ):
            with self.subTest(values=values), self.assertRaisesRegex(ValidationError, words):
                self._require(**{'capability': 'take_orders', **values})

    # === ANSWERS === #

    def test_answers_are_checked_by_their_type(self):
        choice = self._require(
            'question', answer_type='choice', answer_choices="Own brand\nReseller"
        )
        text = self._require('question', answer_type='text')
        file = self._require('question', answer_type='file')
        tick = self._require('question')
        merchant = self.merchant.with_user(self.owner)
        for requirement, values in (
            (choice, {'answer': "Thief"}), (choice, {}), (text, {'answer': " "}),
            (text, {'answer': "x" * 4001}), (text, {'answer': {'a': 1}}), (text, "nonsense"),
            (file, {}), (file, {'file': {'filename': "x.png", 'content': "????"}}),
            (file, {'file': {'filename': "x.png", 'content': 'PHNjcmlwdD4='}}),
            (tick, {}), (tick, {'answer': '0'}),
        ):
            with self.subTest(kind=requirement.answer_type, values=str(values)[:30]):
                with self.assertRaises(FieldErrors) as caught:
                    merchant.portal_answer(requirement.id, values)
                self.assertEqual(
                    list(caught.exception.field_errors), [f'requirement_{requirement.id}']
                )
        self.assertFalse(self.merchant.requirement_submission_ids)
        merchant.portal_answer(choice.id, {'answer': "Reseller"})
        merchant.portal_answer(str(text.id), {'answer': "真丝 👘\r\nSilk"})
        merchant.portal_answer(file.id, {'file': {'filename': "x.png", 'content': self.scan}})
        self.assertEqual(
            self.merchant.requirement_submission_ids.mapped('answer'),
            ["Reseller", "真丝 👘\nSilk", False],
        )
        states = self.merchant.requirement_submission_ids.mapped('state')
        self.assertEqual(set(states), {'accepted'})

    def test_another_answer_replaces_the_one_that_waits(self):
        requirement = self._require('training', answer_type='text')
        merchant = self.merchant.with_user(self.owner)
        merchant.portal_answer(requirement.id, {'answer': "First"})
        merchant.portal_answer(requirement.id, {'answer': "Second"})
        rows = self.merchant.requirement_submission_ids
        self.assertEqual(rows.mapped('state'), ['pending', 'replaced'])
        with self.assertRaises(UserError):
            rows[1].with_user(self.officer).action_accept()

    def test_a_refused_answer_is_asked_for_again_with_the_reason(self):
        requirement = self._require('question', answer_type='text', needs_decision=True)
        merchant = self.merchant.with_user(self.owner)
        merchant.portal_answer(requirement.id, {'answer': "Maybe"})
        row = self.merchant.requirement_submission_ids.with_user(self.officer)
        with self.assertRaisesRegex(UserError, "reason"):
            row.action_reject("")
        row.action_reject("Please say how many")
        self.assertIn("Please say how many", self.merchant._missing('take_orders')[0]['message'])
        self.assertIn("Please say how many", self._mails(row)[-1].body_html)
        merchant.portal_answer(requirement.id, {'answer': "Twelve"})
        self.merchant.requirement_submission_ids[0].with_user(self.officer).action_accept()
        self.assertFalse(self._names())
        with self.assertRaisesRegex(UserError, "answered already"):
            merchant.portal_answer(requirement.id, {'answer': "Thirteen"})

    def test_an_answer_counts_for_its_months(self):
        requirement = self._require('question', valid_months=12)
        self.merchant.with_user(self.owner).portal_answer(requirement.id, {'answer': '1'})
        self.assertFalse(self._names())
        with freeze_time(self.today + timedelta(days=370)):
            self.assertTrue(self._names())

    def test_only_owners_answer_and_only_what_is_asked(self):
        requirement = self._require('question')
        foreign = self._require('question', entity_type='individual')
        with self.assertRaises(AccessError):
            self.merchant.with_user(self.stranger).portal_answer(requirement.id, {'answer': '1'})
        with self.assertRaises(AccessError):
            self.merchant.with_user(self.manager).portal_answer(requirement.id, {'answer': '1'})
        for unknown in (foreign.id, 0, "abc", None):
            with self.assertRaises(UserError):
                self.merchant.with_user(self.owner).portal_answer(unknown, {'answer': '1'})

    def test_answers_are_read_by_those_concerned(self):
        requirement = self._require('question')
        self.merchant.with_user(self.owner).portal_answer(requirement.id, {'answer': '1'})
        row = self.merchant.requirement_submission_ids
        self.assertEqual(row.with_user(self.owner).read(['answer'])[0]['answer'], "Confirmed")
        with self.assertRaises(AccessError):
            row.with_user(self.stranger).read(['answer'])
        for user in (self.owner, self.officer, self.administrator):
            with self.assertRaises(UserError):
                row.with_user(user).write({'state': 'waived'})
        with self.assertRaises(AccessError):
            row.with_user(self.auditor).action_reject("No")

    # === DATES === #

    def test_due_days_run_from_the_approval_and_again_when_it_goes_missing(self):
        requirement = self._require('question', due_days=20, valid_months=6)
        self.merchant.date_approved = self.today - timedelta(days=5)
        item = self.merchant._missing('take_orders')[0]
        self.assertEqual(item['due'], self.today + timedelta(days=15))
        self.assertFalse(item['blocking'])
        requirement._refresh()
        with freeze_time(self.today + timedelta(days=16)):
            self.assertTrue(self.merchant._is_barred('take_orders'))
            self.merchant.with_user(self.owner).portal_answer(requirement.id, {'answer': '1'})
            requirement._refresh()
            self.assertFalse(self.merchant.requirement_due_ids)
        lapsed = self.today + timedelta(days=250)
        with freeze_time(lapsed):
            requirement._refresh()
            self.assertEqual(self.merchant.requirement_due_ids.date, lapsed + timedelta(days=20))
        with freeze_time(lapsed + timedelta(days=10)):
            requirement._refresh()  # the date stays
            self.assertEqual(self.merchant.requirement_due_ids.date, lapsed + timedelta(days=20))
            self.assertFalse(self.merchant._is_barred('take_orders'))
        with freeze_time(lapsed + timedelta(days=21)):
            self.assertTrue(self.merchant._is_barred('take_orders'))

    def test_one_date_for_everybody(self):
        self._require('question', due_date=self.today)
        self.assertFalse(self.merchant._is_barred('take_orders'))
        with freeze_time(self.today + timedelta(days=1)):
            self.assertTrue(self.merchant._is_barred('take_orders'))

    # === ORDERS STOP === #

    def test_an_overdue_requirement_takes_the_goods_off_sale_and_brings_them_back(self):
        goods = self._goods(2)
        draft = self._goods(1, state='draft')
        self.assertEqual(goods.mapped('is_sellable'), [True, True])
        requirement = self._require('question', due_date=self.today)
        self._run()
        self.assertEqual(goods.mapped('is_sellable'), [True, True])
        with freeze_time(self.today + timedelta(days=1)):
            self._run()
            self.assertTrue(self.merchant.is_order_stopped)
            self.assertEqual(goods.mapped('is_sellable'), [False, False])
            self.assertTrue([
                mail for mail in self._mails(self.merchant) if "off sale" in mail.subject
            ])
            self.assertFalse(self.merchant.order_notice_due)
            before = self.env['marketplace.audit.log'].search_count([])
            self._run()  # a repeated run changes nothing
            self.assertEqual(self.env['marketplace.audit.log'].search_count([]), before)
            self.merchant.with_user(self.owner).portal_answer(requirement.id, {'answer': '1'})
            self.assertFalse(self.merchant.is_order_stopped)
            self.assertTrue(self.rival.is_order_stopped)
        self.assertEqual((goods | draft).mapped('is_sellable'), [True, True, False])
        log = self.env['marketplace.audit.log'].search([
            ('model_name', '=', 'marketplace.merchant'), ('res_id', '=', self.merchant.id),
            ('action', '=', 'change'),
        ])
        self.assertEqual(
            log.mapped('after'), [{'orders_stopped': False}, {'orders_stopped': True}]
        )

    def test_goods_whose_new_document_is_overdue_leave_and_come_back(self):
        self.merchant.category_ids = self.fashion | self.food
        scarf, tea = self._goods(2)
        tea.categ_id = self.food
        wizard = self._wizard(
            name="Food permit", kind='document', capability='list',
            qualification_type_id=self.food_type.id, category_ids=self.food.ids,
        )  # fmt: skip
        wizard.action_preview()
        self.assertIn(self.merchant, wizard.hit_ids)
        self.assertNotIn(self.rival, wizard.hit_ids)
        wizard.action_apply()
        self._run()
        self.assertEqual((scarf | tea).mapped('is_sellable'), [True, True])
        with freeze_time(wizard.hit_date + timedelta(days=1)):
            self.env.cr.execute(  # the database's own clock stands still
                "UPDATE marketplace_requirement_due SET date = CURRENT_DATE - 1"
            )
            self.env.invalidate_all()
            self._run()
        self.assertEqual((scarf | tea).mapped('is_sellable'), [True, False])
        self.assertFalse(self.merchant._is_barred('list'))
        self.merchant.with_user(self.owner).portal_upload(
            self.food_type.id, "p.png", self.scan, "F-1", str(self.today + timedelta(days=400))
        )
        self.merchant.qualification_ids.with_user(self.officer).action_approve()
        self.assertEqual((scarf | tea).mapped('is_sellable'), [True, True])

    def test_a_rule_about_brands_hits_merchants_that_have_their_goods(self):
        brand = self.env['marketplace.brand'].create({'name': "Silk & Co"})
        goods = self._goods(1)
        goods.brand_id = brand
        wizard = self._wizard(
            name="Brand paper", kind='document', capability='list', brand_ids=brand.ids,
            qualification_type_id=self.env.ref(
                'marketplace_merchant.qualification_type_brand'
            ).id,
        )  # fmt: skip
        wizard.action_preview()
        self.assertEqual(wizard.hit_ids, self.merchant)
        wizard.action_apply()
        self._run()
        self.assertEqual(self.merchant.requirement_due_ids.date, wizard.hit_date)
        self.assertTrue(goods.is_sellable)

    def test_the_run_takes_as_many_queries_for_many_merchants_as_for_few(self):
        self._require('question')
        self._require('document', qualification_type_id=self.food_type.id)
        self._require('agreement', agreement_kind='service', due_days=9)
        self._require('goods', due_days=3)
        self._require('bank_account', 'be_paid')
        few = self._count_queries()
        for number in range(12):
            self.env['marketplace.merchant'].create({
                'partner_id': self.env['res.partner'].create({'name': f"M{number}"}).id,
                'tier_id': self.merchant.tier_id.id, 'date_approved': self.today,
            })._move_to('active', system=True)
        many = self._count_queries()
        self.assertLessEqual(many, few + 2)

    def _count_queries(self):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        merchants = self.Requirement._all_merchants()
        for capability in ('list', 'take_orders', 'be_paid'):
            merchants._barred(capability)
        return self.cr.sql_log_count - before

    # === MAILS === #

    def test_merchants_are_told_once_and_reminded(self):
        self._require('question', due_date=self.today + timedelta(days=20))
        self._require('goods', due_date=self.today + timedelta(days=20))
        before = len(self._mails(self.merchant))
        self._run()
        mails = self._mails(self.merchant)
        self.assertEqual(len(mails), before + 1)
        self.assertIn("Needed question", mails[-1].body_html)
        self.assertIn("put at least 1 goods", mails[-1].body_html)
        for day, count in ((1, 1), (12, 1), (13, 2), (14, 2), (19, 3), (21, 4)):
            with freeze_time(self.today + timedelta(days=day)):
                self._run()
                # On day 21: the goods are off sale.
                self.assertEqual(len(self._mails(self.merchant)), before + count, day)

    def _run(self):
        with self.enter_registry_test_mode():
            self.env.ref('marketplace_merchant.ir_cron_requirements').method_direct_trigger()

    # === CHANGES === #

    def test_a_new_rule_shows_whom_it_hits_and_gives_them_a_day(self):
        self._goods(2)
        wizard = self._wizard(name="Fire safety", kind='question', capability='take_orders')
        existing = self.Requirement.with_context(active_test=False).search([])
        wizard.action_preview()
        self.assertIn(self.merchant, wizard.hit_ids)
        self.assertEqual(wizard.hit_count, len(wizard.hit_ids))
        self.assertEqual(wizard.concerned_count, wizard.hit_count)
        self.assertEqual(wizard.hit_goods_count, sum(wizard.hit_ids.mapped('listing_count')))
        self.assertEqual(self.Requirement.with_context(active_test=False).search([]), existing)
        day = self.today + timedelta(days=40)
        wizard.hit_date = day
        wizard.action_apply()
        requirement = self.Requirement.search([('name', '=', "Fire safety")])
        self.assertEqual(self.merchant.requirement_due_ids.date, day)
        self.assertEqual(self.merchant.requirement_due_ids.reason, "The law asks for it")
        self.assertFalse(self.merchant._is_barred('take_orders'))
        self.assertFalse(self.merchant.is_order_stopped)
        with freeze_time(day + timedelta(days=1)):
            self.assertTrue(self.merchant._is_barred('take_orders'))
        with self.assertRaisesRegex(UserError, "applied already"):
            wizard.action_apply()
        log = self.env['marketplace.audit.log'].search([
            ('model_name', '=', 'marketplace.requirement'), ('res_id', '=', requirement.id),
        ])
        self.assertEqual((log.action, log.after['merchants_hit']), ('create', wizard.hit_count))

    def test_a_wider_rule_hits_those_it_did_not_concern(self):
        requirement = self._require('question', entity_type='individual')
        individuals = requirement._gaps(requirement._all_merchants())[requirement]
        self.assertNotIn(self.merchant, individuals)
        wizard = self._wizard(requirement=requirement)
        self.assertEqual(wizard.entity_type, 'individual')
        wizard.entity_type = False
        wizard.action_preview()
        self.assertIn(self.merchant, wizard.hit_ids)
        self.assertFalse(wizard.hit_ids & individuals)
        self.assertEqual(requirement.entity_type, 'individual')
        wizard.action_apply()
        self.assertFalse(requirement.entity_type)
        self.assertFalse(self.merchant._is_barred('take_orders'))

    def test_archiving_relieves_at_once(self):
        requirement = self._require('question')
        self._run()
        self.assertTrue(self.merchant.is_order_stopped)
        wizard = self._wizard(requirement=requirement, operation='archive')
        wizard.action_preview()
        self.assertFalse(wizard.hit_count)
        self.assertGreaterEqual(wizard.relieved_count, 2)
        wizard.action_apply()
        self.assertFalse(requirement.active)
        self.assertFalse(self.merchant.is_order_stopped)
        wizard = self._wizard(requirement=requirement, operation='restore')
        wizard.action_preview()
        self.assertIn(self.merchant, wizard.hit_ids)
        wizard.action_apply()
        self.assertFalse(self.merchant.is_order_stopped)
        self.assertEqual(len(self.merchant.requirement_due_ids), 1)

    def test_a_change_needs_a_reason_and_a_day_to_come(self):
        wizard = self._wizard(name="Fire safety", kind='question', capability='list', reason=" ")
        wizard.action_preview()
        with self.assertRaisesRegex(UserError, "why"):
            wizard.action_apply()
        wizard.reason = "The law"
        for day in (False, self.today - timedelta(days=1)):
            wizard.hit_date = day
            with self.assertRaisesRegex(UserError, "day"):
                wizard.action_apply()
        self.assertFalse(self.Requirement.search([('name', '=', "Fire safety")]))

    def test_a_colleagues_change_is_not_overwritten(self):
        requirement = self._require('question')
        wizard = self._wizard(requirement=requirement)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE marketplace_requirement SET write_date = write_date + interval '1 second'"
            " WHERE id = %s", [requirement.id],
        )
        requirement.invalidate_recordset()
        with self.assertRaisesRegex(UserError, "colleague"):
            wizard.action_apply()

    def test_what_the_window_found_is_not_typed_in(self):
        wizard = self._wizard(name="Fire safety", kind='question', capability='take_orders')
        wizard.action_preview()
        for values in ({'hit_count': 0}, {'state': 'done'}, {'requirement_stamp': False}):
            with self.subTest(values=values), self.assertRaises(UserError):
                wizard.write(values)
        # Not even when the merchants came after the preview.
        wizard.sudo().hit_count = 0
        wizard.hit_date = self.today - timedelta(days=1)
        with self.assertRaisesRegex(UserError, "give these merchants a day"):
            wizard.action_apply()

    def test_who_lacks_something_is_told_to_staff_only(self):
        requirement = self._require('question')
        requirement.with_user(self.officer).action_view_lacking()
        for user in (self.owner, self.stranger):
            self.env.invalidate_all()
            with self.assertRaises(AccessError):
                requirement.with_user(user).action_view_lacking()

    def test_rules_change_through_the_window_only(self):
        requirement = self._require('question')
        for user in (self.officer, self.auditor, self.owner):
            with self.assertRaises(AccessError):
                self._wizard(user, name="X", kind='question')
        manager = requirement.with_user(self.manager)
        manager.write({'name': "Better words", 'description': "Why"})
        for values in ({'capability': 'list'}, {'active': False}, {'due_days': 3}):
            with self.assertRaises(UserError):
                manager.write(values)
        for operation in (manager.unlink, lambda: manager.create({'name': "X", 'kind': 'goods'})):
            with self.assertRaises(UserError):
                operation()

    # === WAIVERS === #

    def test_a_waiver_has_a_reason_and_an_end(self):
        requirement = self._require('question')
        self._run()
        self.assertTrue(self.merchant.is_order_stopped)
        Waiver = self.env['marketplace.requirement.waiver']
        values = {
            'merchant_id': self.merchant.id, 'requirement_id': requirement.id,
            'reason': "Flood in the office",
        }
        with self.assertRaises(AccessError):
            Waiver.with_user(self.officer).create(values)
        wizard = Waiver.with_user(self.manager).create(
            dict(values, valid_until=self.today - timedelta(days=1))
        )
        with self.assertRaisesRegex(UserError, "past"):
            wizard.action_waive()
        wizard.valid_until = self.today + timedelta(days=30)
        wizard.action_waive()
        self.assertFalse(self._names())
        self.assertFalse(self.merchant.is_order_stopped)
        wizard.invalidate_recordset()
        with self.assertRaisesRegex(UserError, "already"):
            wizard.action_waive()
        row = self.merchant.requirement_submission_ids
        self.assertRecordValues(row, [{
            'state': 'waived', 'remark': "Flood in the office", 'decided_by_id': self.manager.id,
        }])  # fmt: skip
        with freeze_time(self.today + timedelta(days=31)):
            self.assertTrue(self._names())
        with self.assertRaises(AccessError):
            row.with_user(self.officer).action_end_waiver("Dry again")
        with self.assertRaises(AccessError):
            row.with_user(self.owner).action_end_waiver("Dry again")
        row.with_user(self.manager).action_end_waiver("Dry again")
        self.assertTrue(self._names())

    def test_a_waiver_that_has_ended_is_no_answer_that_officers_accept(self):
        requirement = self._require('question')
        row = self.env['marketplace.requirement.submission'].with_user(self.manager)._waive(
            requirement, self.merchant, "Flood in the office", False
        )
        row.with_user(self.manager).action_end_waiver("Dry again")
        with self.assertRaisesRegex(UserError, "no answer"):
            row.with_user(self.officer).action_accept()
        self.assertTrue(self._names())

    # === APPLICATIONS === #

    def test_an_application_brings_what_is_asked_when_it_is_handed_in(self):
        self._require('profile', 'list', profile_field='shop_description', stage='submit')
        question = self._require('question', 'list', stage='submit')
        later = self._require('document', 'list', stage='approval',
                              qualification_type_id=self.food_type.id)
        application = self._fill(self._portal_user('people_third'), licence_number=LICENCES[2])
        with self.assertRaises(FieldErrors) as caught:
            application.portal_save('shop', {
                'shop_name': "Third", 'shop_description': "",
                'category_ids': [str(self.fashion.id)],
            })
        self.assertEqual(list(caught.exception.field_errors), ['shop_description'])
        with self.assertRaises(FieldErrors) as caught:
            application.portal_submit()
        self.assertEqual(list(caught.exception.field_errors), [f'requirement_{question.id}'])
        application.portal_answer(question.id, {'answer': '1'})
        self.assertIn(
            later.qualification_type_id, application._portal_form_options()['document_types']
        )
        application.portal_submit()
        self.assertEqual(application.state, 'submitted')

    def test_nobody_is_approved_before_the_review(self):
        review = self._require('review', 'list', stage='approval')
        application = self._recommended(
            self._portal_user('people_third'), licence_number=LICENCES[2], shop_name="Third"
        )
        row = application.sudo().requirement_submission_ids
        self.assertEqual((row.requirement_id, row.state), (review, 'pending'))
        approver = application.with_user(self.second_officer)
        with self.assertRaisesRegex(UserError, "Needed review"):
            approver.action_approve()
        row.with_user(self.officer).action_accept()
        approver.action_approve()
        merchant = application.sudo().merchant_id
        self.assertEqual(merchant.requirement_submission_ids, row)
        self.assertEqual(merchant.state, 'active')

    # === SCREEN === #

    def test_the_table_says_what_is_open_until_when_and_why(self):
        self._require('question', due_date=self.today + timedelta(days=3))
        self._require('question', 'be_paid')
        states = {entry['key']: entry['state'] for entry in self.merchant._capabilities()}
        self.assertEqual(states, {
            'list': 'open', 'take_orders': 'until', 'be_paid': 'closed', 'advertise': 'open',
        })  # fmt: skip
        merchant = self.merchant.with_user(self.auditor)
        self.assertIn("Please answer", merchant.capability_table)
        self.assertFalse(merchant.missing_text, "Only said before the shop opens")
        shown = merchant.action_open_capabilities()
        self.assertEqual((shown['res_id'], shown['target']), (merchant.id, 'new'))

    def test_a_merchant_that_opens_lacking_something_to_take_orders_is_stopped(self):
        self._require('question')
        merchant = self.env['marketplace.merchant'].create({
            'partner_id': self.env['res.partner'].create({'name': "New"}).id,
            'tier_id': self.merchant.tier_id.id, 'date_approved': self.today,
            'category_ids': [Command.set(self.fashion.ids)],
        })
        merchant._activate_if_ready()
        self.assertEqual(merchant.state, 'active')
        self.assertTrue(merchant.is_order_stopped)

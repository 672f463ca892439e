# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

from .money_race_common import MoneyRaceCase


@tagged('post_install', '-at_install')
class TestStatementRace(MoneyRaceCase):
    """A statement of 100.00 and 50.00, less 10.00, on which people act at the same moment."""

    def setUp(self):
        super().setUp()
        self.ids = self._do(self._prepare)

    def _prepare(self, env):
        merchant = env['marketplace.merchant'].create({
            'code': 'RACESTM', 'entity_type': 'company',
            'partner_id': env['res.partner'].create({'name': "Race"}).id,
            'tier_id': env['marketplace.tier'].search([], limit=1).id,
        })
        member = new_test_user(env, 'race_statement_member', groups='base.group_portal')
        env['marketplace.merchant.member'].create({
            'merchant_id': merchant.id, 'user_id': member.id, 'role_owner': True,
            'role_finance': True,
        })
        managers = [
            new_test_user(env, f'race_statement_{number}',
                          groups='marketplace_settlement.group_finance_manager').id
            for number in range(3)
        ]  # fmt: skip
        sources = env['res.partner'].create([{'name': f"Case {i}"} for i in range(3)])
        Entry = env['marketplace.balance.entry']
        booked = zip(('compensation', 'adjustment', 'penalty'), (100.0, 50.0, -10.0), sources,
                     strict=True)  # fmt: skip
        entries = [
            Entry._book(merchant, kind, amount, "Race", source).id
            for kind, amount, source in booked
        ]
        statement = env['marketplace.statement']._generate(
            fields.Date.context_today(merchant), merchant
        )
        statement._move_to('sent')
        return {
            'statement': statement.id, 'member': member.id, 'managers': managers,
            'entry': entries[0], 'fee': entries[2],
        }

    # === CALLS === #

    def _statement(self, env):
        return env['marketplace.statement'].browse(self.ids['statement'])

    def _contest(self, env):
        return self._statement(env).with_user(self.ids['member']).portal_contest(
            self.ids['entry'], {'amount': 5, 'reason': "Too little"}
        )

    def _confirm(self, env):
        self._statement(env).with_user(self.ids['member']).portal_confirm()

    def _look(self, env):
        statement = self._statement(env)
        wallet = statement.merchant_id.wallet_ids
        return (
            statement.state, statement.amount_net, wallet.held, wallet.in_transit,
            env['marketplace.checker']._check(),
        )

    # === TESTS === #

    def test_two_windows_contest_a_line_once(self):
        results = self._race(self._contest, self._contest)
        refused = [result for result in results if isinstance(result, UserError)]
        self.assertEqual(len(refused), 1, results)
        self.assertEqual(self._do(self._look), ('sent', 40.0, 100.0, 40.0, []))

    def test_a_line_is_contested_before_the_confirmation_or_not_at_all(self):
        results = self._race(self._contest, self._confirm)
        contested = not isinstance(results[0], Exception)
        self.assertIsNone(results[1], results)
        self.assertTrue(contested or isinstance(results[0], UserError), results)
        self.assertEqual(
            self._do(self._look),
            ('confirmed', 40.0, 100.0, 40.0, []) if contested
            else ('confirmed', 140.0, 0.0, 140.0, []),
        )  # fmt: skip

    def test_a_correction_that_two_managers_approve_is_booked_once(self):
        contest_id = self._do(self._contest)
        proposer, first, second = self.ids['managers']

        def propose(env):
            contest = env['marketplace.statement.contest'].browse(contest_id)
            contest.with_user(proposer).answer = "Yes"
            contest.with_user(proposer).action_propose()

        def approve(user_id):
            return lambda env: env['marketplace.statement.contest'].browse(
                contest_id
            ).with_user(user_id).action_approve()

        self._do(propose)
        results = self._race(approve(first), approve(second))
        self.assertEqual(results.count(None), 1, results)
        count, findings = self._do(lambda env: (
            env['marketplace.balance.entry'].search_count([
                ('source_model', '=', 'marketplace.statement.contest'),
                ('source_id', '=', contest_id),
            ]),
            env['marketplace.checker']._check(),
        ))  # fmt: skip
        self.assertEqual((count, findings), (1, []))

    def test_a_reversal_that_two_managers_approve_is_done_once(self):
        requester, first, second = self.ids['managers']
        self._do(self._confirm)

        def request(env):
            statement = self._statement(env).with_user(requester)
            statement.action_post()
            statement.action_request_reversal("Wrong")
            return statement.reversal_ids.id

        reversal_id = self._do(request)

        def approve(user_id):
            return lambda env: env['marketplace.statement.reversal'].browse(
                reversal_id
            ).with_user(user_id).action_approve()

        results = self._race(approve(first), approve(second))
        self.assertEqual(results.count(None), 1, results)
        state, _net, held, in_transit, findings = self._do(self._look)
        self.assertEqual((state, held, in_transit, findings), ('reversed', 0.0, 0.0, []))

    def test_a_hold_meets_its_lines_before_the_posting_or_not_at_all(self):
        self._do(self._confirm)
        officer = self.ids['managers'][0]

        def post(env):
            self._statement(env).with_user(officer).action_post()

        def hold(env):
            env['marketplace.hold'].with_user(officer).create({
                'merchant_id': self._statement(env).merchant_id.id, 'reason': "Check",
            })

        results = self._race(hold, post)
        self.assertEqual(results, [None, None])
        state, net, held, in_transit, findings = self._do(self._look)
        self.assertIn(
            (state, net, held, in_transit),
            # What is left of a statement that lost all its lines needs no payout.
            [('paid', 0.0, 140.0, 0.0), ('posted', 140.0, 0.0, 140.0)],
        )
        self.assertEqual(findings, [])

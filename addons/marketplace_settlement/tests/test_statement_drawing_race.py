# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from .money_race_common import MoneyRaceCase


@tagged('post_install', '-at_install')
class TestStatementRaces(MoneyRaceCase):
    """Two that settle at the very same moment come to what one comes to."""

    def setUp(self):
        super().setUp()
        self.merchant_id = self._do(self._make_merchant)

    def _make_merchant(self, env):
        merchant = env['marketplace.merchant'].create({
            'partner_id': env['res.partner'].create({'name': "Race", 'is_company': True}).id,
            'tier_id': env['marketplace.tier'].search([], limit=1).id,
        })
        for number in range(3):
            env['marketplace.balance.entry']._book(
                merchant, 'adjustment', 10.0 + number, "Race",
                env['res.partner'].create({'name': f"Source {number}"}),
            )
        return merchant.id

    def _draw(self, env):
        today = fields.Date.context_today(env['marketplace.statement'])
        merchant = env['marketplace.merchant'].browse(self.merchant_id)
        return env['marketplace.statement']._generate(today, merchant).ids

    def _state(self, env):
        merchant = env['marketplace.merchant'].browse(self.merchant_id)
        wallet = merchant.wallet_ids
        return (
            merchant.statement_ids.mapped('amount_net'),
            set(env['marketplace.balance.entry'].search(
                [('merchant_id', '=', merchant.id)]
            ).mapped('state')),
            (wallet.available, wallet.in_transit, wallet.paid),
        )

    def test_two_draw_up_at_once(self):
        drawn = self._race(self._draw, self._draw)
        self.assertEqual(sorted(map(len, drawn)), [0, 1], drawn)
        self.assertEqual(self._do(self._state), ([33.0], {'in_statement'}, (0.0, 33.0, 0.0)))

    def test_a_batch_that_is_taken_is_left_to_who_has_it(self):
        run_id = self._do(lambda env: env['marketplace.statement.run']._start(
            fields.Date.context_today(env['res.partner']),
            env['marketplace.statement']._any_period(fields.Date.context_today(env['res.partner'])),
        ).id)

        def work(env):
            run = env['marketplace.statement.run'].browse(run_id)
            return run._try_batch('_draw', [self.merchant_id])

        with mute_logger('odoo.addons.marketplace_settlement.models.batch_mixin'):
            left = self._race(work, work)
        self.assertIn([], left)
        self.assertEqual(self._do(self._state), ([33.0], {'in_statement'}, (0.0, 33.0, 0.0)))
        self.assertEqual(self._do(work), [], "What is repeated finds nothing due.")
        self.assertEqual(self._do(self._state)[0], [33.0])

    def test_two_schedulers_go_on_with_one_run(self):
        day = fields.Date.to_date('2199-01-07')

        def schedule(env):
            return env['marketplace.statement.run']._periodic_run(day).id

        first, second = self._race(schedule, schedule)
        self.assertEqual(first, second)

    def test_two_post_at_once(self):
        (statement_id,) = self._do(self._draw)

        def confirm(env):
            statement = env['marketplace.statement'].browse(statement_id)
            for state in ('sent', 'confirmed'):
                statement._move_to(state, system=True)

        self._do(confirm)

        def post(env):
            env['marketplace.statement'].browse(statement_id).action_post()

        results = self._race(post, post)
        self.assertEqual(sum(result is None for result in results), 1, results)
        documents = self._do(lambda env: env['account.move'].search_count(
            [('marketplace_statement_id', '=', statement_id)]
        ))
        self.assertEqual(documents, 1)
        self.assertEqual(self._do(lambda env: env['marketplace.checker']._run(
            {'x': env['marketplace.checker']._invariants()['statement_moves']}
        )), [])

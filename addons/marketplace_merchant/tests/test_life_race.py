# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Date
from odoo.tests import new_test_user, tagged

from .race_common import RaceCase


@tagged('post_install', '-at_install')
class TestLifeRace(RaceCase):
    """The same button in two tabs, at the same moment."""

    def setUp(self):
        super().setUp()
        self.merchant_id, self.owner_id, self.manager_id = self._do(self._prepare)

    def _prepare(self, env):
        owner = new_test_user(env, 'race_life_owner', groups='base.group_portal')
        manager = new_test_user(
            env, 'race_life_manager', groups='marketplace_merchant.group_merchant_manager'
        )
        merchant = env['marketplace.merchant'].create({
            'partner_id': env['res.partner'].create({'name': "Race Life Ltd"}).id,
            'tier_id': env.ref('marketplace_merchant.tier_basic').id,
        })
        env['marketplace.merchant.member'].create({
            'merchant_id': merchant.id, 'user_id': owner.id, 'role_owner': True,
        })
        merchant._move_to('active', system=True)
        return merchant.id, owner.id, manager.id

    def _merchant(self, env, user_id):
        return env['marketplace.merchant'].browse(self.merchant_id).with_user(user_id)

    def _assert_one_wins(self, results):
        """Assert that one call was carried out, and the other refused with the reason."""
        (refused,) = [result for result in results if result is not None]
        self.assertIsInstance(refused, UserError | ValidationError)
        self.assertIn("already", str(refused))

    def test_one_of_two_closures_wins_and_the_other_tab_is_told(self):
        def close(env):
            today = str(Date.today())
            self._merchant(env, self.owner_id).portal_close_shop(
                {'date_from': today, 'date_to': today, 'note': "Stocktaking"}
            )

        self._assert_one_wins(self._race(close, close))
        self.assertEqual(self._do(
            lambda env: self._merchant(env, self.owner_id).sudo().closure_ids.mapped('state')
        ), ['running'])

    def test_one_of_two_managers_starts_the_exit(self):
        def leave(env):
            self._merchant(env, self.manager_id).action_start_exit("Retires")

        self._assert_one_wins(self._race(leave, leave))
        self.assertEqual(self._do(
            lambda env: len(self._merchant(env, self.manager_id).exit_ids)
        ), 1)

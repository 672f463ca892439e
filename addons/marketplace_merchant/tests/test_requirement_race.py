# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

from odoo.addons.marketplace_merchant.tests.race_common import RaceCase


@tagged('post_install', '-at_install')
class TestRequirementRace(RaceCase):
    """Two windows, two clicks: one rule, one answer that waits, one acceptance."""

    def setUp(self):
        super().setUp()
        self._do(self._build)

    def _build(self, env):
        owner = new_test_user(env, 'race_owner', groups='base.group_portal')
        manager = new_test_user(
            env, 'race_manager', groups='marketplace_merchant.group_merchant_manager'
        )
        merchant = env['marketplace.merchant'].create({
            'partner_id': env['res.partner'].create({'name': "Race"}).id,
            'tier_id': env.ref('marketplace_merchant.tier_basic').id,
        })
        env['marketplace.merchant.member'].create(
            {'merchant_id': merchant.id, 'user_id': owner.id, 'role_owner': True}
        )
        requirement = env['marketplace.requirement'].create({
            'name': "Race training", 'kind': 'training', 'capability': 'advertise',
            'answer_type': 'text',
        })
        wizard = env['marketplace.requirement.change'].with_user(manager).create({
            'name': "Race rule", 'kind': 'question', 'capability': 'advertise', 'reason': "Race",
        })
        wizard.action_preview()
        self.ids = {
            'owner': owner.id, 'manager': manager.id, 'merchant': merchant.id,
            'requirement': requirement.id, 'wizard': wizard.id,
        }

    def _owner(self, env):
        return env['marketplace.merchant'].with_user(self.ids['owner']).browse(
            self.ids['merchant']
        )

    def _count(self, model, *domain):
        return self._do(lambda env: env[model].search_count(domain))

    def test_one_window_applied_twice_makes_one_rule(self):
        def apply(env):
            env['marketplace.requirement.change'].with_user(self.ids['manager']).browse(
                self.ids['wizard']
            ).action_apply()

        results = self._race(apply, apply)
        lost = [error for error in results if isinstance(error, Exception)]
        self.assertEqual(len(lost), 1)
        self.assertIsInstance(lost[0], UserError)
        self.assertIn("applied already", str(lost[0]))
        self.assertEqual(self._count('marketplace.requirement', ('name', '=', "Race rule")), 1)

    def test_two_windows_leave_one_answer_to_decide(self):
        def answer(text):
            return lambda env: self._owner(env).portal_answer(
                self.ids['requirement'], {'answer': text}
            )

        results = self._race(answer("One"), answer("Two"))
        for error in results:
            self.assertIsInstance(error, UserError | type(None))
        rows = [('merchant_id', '=', self.ids['merchant']), ('state', '=', 'pending')]
        self.assertEqual(self._count('marketplace.requirement.submission', *rows), 1)

    def test_two_clicks_accept_once(self):
        def accept(env):
            agreement = env['marketplace.agreement']._in_force('service')
            self._owner(env).portal_accept_agreement(agreement.id)

        results = self._race(accept, accept)
        for error in results:
            self.assertIsInstance(error, UserError | type(None))
        self.assertEqual(self._count(
            'marketplace.agreement.acceptance', ('merchant_id', '=', self.ids['merchant'])
        ), 1)

# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

import base64
from datetime import timedelta

from odoo.exceptions import UserError
from odoo.fields import Command, Date
from odoo.tests import new_test_user, tagged

from odoo.addons.marketplace_merchant.models.state_mixin import STATE_KEY
from odoo.addons.marketplace_merchant.tests.listing_common import make_picture
from odoo.addons.marketplace_merchant.tests.race_common import RaceCase

SCAN = base64.b64encode(make_picture()).decode()


@tagged('post_install', '-at_install')
class TestDocumentRace(RaceCase):
    """The clock, an officer and an owner at the same moment: goods follow the documents."""

    def setUp(self):
        super().setUp()
        self._do(self._prepare)

    def _prepare(self, env):
        self.owner = new_test_user(env, 'race_doc_owner', groups='base.group_portal').id
        self.officer = new_test_user(
            env, 'race_doc_officer', groups='marketplace_merchant.group_merchant_manager'
        ).id
        category = env['product.category'].create({'name': "Race", 'marketplace_open': True})
        self.kind = env['marketplace.qualification.type'].create({'name': "Race permit"}).id
        env['marketplace.requirement'].create({
            'name': "Race", 'kind': 'document', 'capability': 'list',
            'qualification_type_id': self.kind, 'category_ids': [Command.set(category.ids)],
        })  # fmt: skip
        merchant = env['marketplace.merchant'].create({
            'code': "RACEDOC", 'category_ids': [Command.set(category.ids)],
            'partner_id': env['res.partner'].create({'name': "Race Ltd", 'is_company': True}).id,
            'tier_id': env.ref('marketplace_merchant.tier_basic').id,
        })._move_to('active', system=True)  # fmt: skip
        self.merchant = merchant.id
        env['marketplace.merchant.member'].create(
            {'merchant_id': merchant.id, 'user_id': self.owner, 'role_owner': True}
        )
        listing = env['product.template'].create({
            'name': "Race tea", 'merchant_id': merchant.id, 'list_price': 5, 'type': 'consu',
            'categ_id': category.id,
        })  # fmt: skip
        listing.with_context(marketplace_state_key=STATE_KEY).listing_state = 'live'
        self.listing = listing.id
        document = env['marketplace.qualification'].create({
            'merchant_id': merchant.id, 'type_id': self.kind, 'number': "R-1",
            'valid_until': Date.today() - timedelta(days=30),
        })  # fmt: skip
        document._move_to('pending', system=True)._move_to('valid', system=True)
        self.document = document.id

    # === WHAT PEOPLE DO === #

    def _upload(self, env):
        merchant = env['marketplace.merchant'].browse(self.merchant).with_user(self.owner)
        return merchant.portal_upload(self.kind, "scan.png", SCAN, "R-2", "2099-12-31")

    def _accept(self, document_id):
        return lambda env: env['marketplace.qualification'].browse(document_id).with_user(
            self.officer
        ).action_approve()

    def _advance(self, env):
        documents = env['marketplace.qualification'].browse(self.document)
        documents.try_lock_for_update()._process_batch()

    def _documents(self):
        return self._do(lambda env: env['marketplace.merchant'].browse(
            self.merchant
        ).qualification_ids.sorted('id').mapped('state'))

    # === TESTS === #

    def test_two_tabs_hand_in_the_renewal(self):
        results = self._race(self._upload, self._upload)
        self.assertTrue(all(isinstance(result, int) for result in results), results)
        self.assertEqual(sorted(self._documents()), ['pending', 'superseded', 'valid'])

    def test_two_officers_accept_the_renewal(self):
        renewal = self._do(self._upload)
        results = self._race(self._accept(renewal), self._accept(renewal))
        self.assertEqual(sorted(map(type, results), key=str), [type(None), UserError])
        self.assertEqual(self._documents(), ['superseded', 'valid'])

    def test_the_renewal_is_accepted_while_the_clock_strikes(self):
        renewal = self._do(self._upload)
        results = self._race(self._advance, self._accept(renewal))
        if isinstance(results[1], UserError):  # the clock was faster: the officer clicks again
            self._do(self._accept(renewal))
        self.assertEqual(self._documents()[-1], 'valid')
        self.assertEqual(self._documents()[0], 'superseded')
        self._do(lambda env: self.assertTrue(
            env['product.template'].browse(self.listing).is_sellable
        ))

    def test_two_clocks_strike(self):
        self._race(self._advance, self._advance)
        self.assertEqual(self._documents(), ['expired'])
        rows = self._do(lambda env: env['marketplace.audit.log'].search_count([
            ('model_name', '=', 'product.template'), ('res_id', '=', self.listing),
            ('action', '=', 'change'),
        ]))  # fmt: skip
        self.assertEqual(rows, 1)

    def test_two_managers_start_the_campaign(self):
        campaign = self._do(lambda env: env['marketplace.reverification'].create({
            'name': "Race", 'due_date': Date.today() + timedelta(days=9),
            'category_ids': env['marketplace.merchant'].browse(self.merchant).category_ids.ids,
        }).id)  # fmt: skip

        def start(env):
            campaigns = env['marketplace.reverification'].with_user(self.officer)
            campaigns.browse(campaign).action_start()

        results = self._race(start, start)
        self.assertEqual(sorted(map(type, results), key=str), [type(None), UserError])
        count = self._do(lambda env: env['marketplace.reverification'].browse(campaign).line_count)
        self.assertEqual(count, 1)

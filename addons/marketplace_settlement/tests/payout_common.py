# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from datetime import timedelta
from tempfile import TemporaryDirectory

from odoo import fields
from odoo.tests.common import _super_send

from .fake_bank import FakeBank
from .money_common import MoneyCommon

SECRET = 'a-secret-of-the-callbacks'


class PayoutCommon(MoneyCommon):
    """Merchants with posted statements, and ways to pay them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env['marketplace.payout.channel'].search([]).active = False

    @classmethod
    def _request_handler(cls, s, r, /, **kw):
        # Odoo's tests stretch every time-out to ten seconds; here they are what is tested.
        if r.url.startswith('http://127.0.0.1:'):
            return _super_send(s, r, **kw)
        return super()._request_handler(s, r, **kw)

    @classmethod
    def _channel(cls, kind, **values):
        return cls.env['marketplace.payout.channel'].with_user(cls.maker).create({
            'name': f"Bank by {kind}", 'kind': kind, 'journal_id': cls.bank_journal.id,
            'company_id': cls.company.id, **values,
        })  # fmt: skip

    @classmethod
    def _posted(cls, quantities=None, merchant=None):
        order = cls._paid(quantities)
        cls._complete(order)
        return cls._statement(merchant)

    @classmethod
    def _batch_by(cls, channel):
        return cls.env['marketplace.payout.batch'].with_user(cls.maker).with_company(
            cls.company
        ).create({'channel_id': channel.id, 'journal_id': channel.journal_id.id})

    @classmethod
    def _approved(cls, channel):
        batch = cls._batch_by(channel)
        batch.with_user(cls.approver).action_approve()
        return batch


class GatewayCommon(PayoutCommon):
    """A fake bank on this machine that is asked over real HTTP."""

    def setUp(self):
        super().setUp()
        self.bank = self.enterContext(FakeBank(self._log_path()))
        self.channel = self._channel(
            'gateway', url=self.bank.url, token='token-4711', timeout=1, callback_secret=SECRET
        )

    def tearDown(self):
        self.assertEqual(self.bank.repeated(), [], "The bank has it: that has to be looked up")
        super().tearDown()

    def _log_path(self):
        folder = self.enterContext(TemporaryDirectory())
        return f'{folder}/bank.log'

    def _queued(self, quantities=None):
        """Return a payout that waits to be sent."""
        self._posted(quantities)
        batch = self._approved(self.channel)
        batch.with_user(self.officer).action_send()
        return batch.payout_ids.sudo()

    def _exchange(self):
        """Let the cron do what is due now."""
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.env.ref('marketplace_settlement.ir_cron_payout_gateway').method_direct_trigger()
        self.env.invalidate_all()

    def _later(self):
        """Let the pauses until the next tries pass."""
        self.env['marketplace.payout'].sudo().search([('next_try', '!=', False)]).write(
            {'next_try': fields.Datetime.now() - timedelta(seconds=1)}
        )

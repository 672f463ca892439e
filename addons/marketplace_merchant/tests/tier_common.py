# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from datetime import timedelta

from odoo import Command, fields
from odoo.tests import TransactionCase, new_test_user
from odoo.tools import SQL

TIERS = ('basic', 'growth', 'core', 'strategic')


class TierCommon(TransactionCase):
    """A company of its own, four tiers with simple tests, and figures that the test sets."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env['res.company'].create({'name': "Tier Platform"})
        cls.env = cls.env(context=dict(cls.env.context, allowed_company_ids=cls.company.ids))
        cls.manager = cls._staff('tier_manager', 'merchant_manager')
        cls.second_manager = cls._staff('tier_manager_two', 'merchant_manager')
        cls.officer = cls._staff('tier_officer', 'onboarding_officer')
        cls.auditor = cls._staff('tier_auditor', 'auditor')
        cls.today = fields.Date.context_today(cls.env.user)
        cls.tiers = {
            code: cls.env.ref(f'marketplace_merchant.tier_{code}') for code in TIERS
        }
        cls.env['marketplace.tier.test'].search([]).unlink()
        cls.env['marketplace.tier'].search([]).write({
            'minimum_stay_days': 0, 'share_cap': 100, 'currency_id': cls.company.currency_id.id,
        })
        for code, entry, stay in (
            ('growth', 100, 60), ('core', 1000, 800), ('strategic', 10000, 8000),
        ):  # fmt: skip
            cls._test(code, 'entry', 'sales_12m', '>=', entry)
            cls._test(code, 'stay', 'sales_12m', '>=', stay)
        # What each merchant's figures are: a dict by metric, of a value by merchant id.
        cls.figures = {'sales_12m': {}}
        cls.classPatch(
            cls.registry['marketplace.merchant'], '_tier_metric_queries', cls._measure
        )
        cls.merchants = cls.env['marketplace.merchant']

    def setUp(self):
        super().setUp()
        # What a test adds to the class is rolled back with it.
        figures = {metric: dict(values) for metric, values in self.figures.items()}
        self.patch(type(self), 'merchants', self.merchants)
        self.patch(type(self), 'figures', figures)

    # === FACTORIES === #

    @classmethod
    def _staff(cls, login, role):
        return new_test_user(
            cls.env, login, groups=f'marketplace_merchant.group_{role}', email=f'{login}@mp.test',
            company_id=cls.company.id, company_ids=[Command.set(cls.company.ids)],
        )  # fmt: skip

    @classmethod
    def _test(cls, code, purpose, metric, operator, threshold):
        return cls.env['marketplace.tier.test'].create({
            'tier_id': cls.tiers[code].id, 'purpose': purpose, 'metric': metric,
            'operator': operator, 'threshold': threshold,
        })  # fmt: skip

    @classmethod
    def _merchant(cls, tier='basic', sales=0.0, days=400, **figures):
        """Return an active merchant that has been in a tier for some days."""
        number = len(cls.merchants) + 1
        merchant = cls.env['marketplace.merchant'].create({
            'code': f'TIER{number}',
            'partner_id': cls.env['res.partner'].create({'name': f"Tier Shop {number}"}).id,
            'company_id': cls.company.id,
            'tier_id': cls.tiers[tier].id,
            'tier_since': cls.today - timedelta(days=days),
        })._move_to('active', system=True)
        cls.merchants |= merchant
        for metric, value in dict(figures, sales_12m=sales).items():
            cls.figures.setdefault(metric, {})[merchant.id] = value
        return merchant

    @classmethod
    def _measure(cls):
        """Answer the hook with the figures of the test."""
        return [
            ((metric,), SQL(
                "SELECT * FROM unnest(%s::int[], %s::float8[]) AS figure(merchant_id, %s)",
                list(values), list(values.values()), SQL.identifier(metric),
            ))
            for metric, values in cls.figures.items()
        ]  # fmt: skip

    def _run(self, user=None):
        """Return a previewed run, as its manager sees it."""
        run = self.env['marketplace.tier.run'].with_user(user or self.manager)
        return run.browse(run.action_open_current()['res_id'])

    def _review(self):
        """Preview and apply a run."""
        run = self._run()
        run.action_apply()
        self.assertEqual(run.state, 'applied')
        return run

    def _next_cycle(self):
        """Let a month pass for everybody."""
        for merchant in self.merchants:
            merchant.sudo().tier_since -= timedelta(days=32)

    def _line(self, run, merchant):
        return run.line_ids.filtered(lambda line: line.merchant_id == merchant)

    def assertTier(self, merchant, code):
        self.assertEqual(merchant.tier_id.code, code)

# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from datetime import timedelta

from odoo import api, fields, models


class MarketplaceDemo(models.AbstractModel):
    """How merchants are looked after, rest, and leave."""

    _inherit = 'marketplace.demo'

    # === CHAPTERS: CARE AND LIFE === #

    @api.model
    def _tell_life(self):
        """Policies, visits, a planned closure, and a bookshop that gives up again."""
        self._insure('spark', 'Ping An 平安保险', 'PA-2200761', 1000000, days=300, accept=True)
        self._insure('kiln', 'PICC 中国人保', 'PICC-88412', 500000, days=12, accept=True)
        self._insure('panda', 'CPIC 太平洋保险', 'CPIC-10933', 200000, days=365)
        self._visit_merchants()
        today = fields.Date.today()
        self._merchant('panda').with_user(self._user('panda')).portal_close_shop({
            'date_from': str(today + timedelta(days=40)),
            'date_to': str(today + timedelta(days=54)),
            'note': "We are on a trip to find new toys 我们外出选品 — back soon!",
        })
        self._let_bookshop_leave()

    def _insure(self, key, insurer, number, cover, days, accept=False):
        """Let a merchant hand in a policy that ends in so many days."""
        today = fields.Date.today()
        policy = self._merchant(key).with_user(self._user(key)).portal_upload_insurance({
            'insurer': insurer,
            'number': number,
            'cover': cover,
            'valid_from': str(today - timedelta(days=60)),
            'valid_until': str(today + timedelta(days=days)),
            'file': {'filename': 'policy.jpg', 'content': self._image('licence')},
        })
        if accept:
            policy.with_user(self._user('officer')).action_approve()

    def _visit_merchants(self):
        """The manager visits, calls and promises; one of it is done."""
        manager = self._user('manager')
        for key, kind, summary, days in (
            ('spark', 'visit', "Quarterly review in Shenzhen", 6),
            ('yunnan', 'promise', "We look for a cheaper carrier to Tibet", 10),
            ('kiln', 'call', "Why do so many bowls break?", 0),
            ('panda', 'visit', "See the new store room", -2),
        ):
            activity = self._merchant(key).with_user(manager).activity_schedule(
                f'marketplace_merchant.activity_type_{kind}',
                date_deadline=fields.Date.today() + timedelta(days=days),
                summary=summary,
                user_id=manager.id,
            )
            if key == 'kiln':
                activity.action_feedback("Two layers of cardboard from now on; we call again.")

    def _let_bookshop_leave(self):
        """Who withdrew its application opens after all, pays the deposit, and gives up."""
        data = next(item for item in self._story()['applications'] if item['login'] == 'applicant6')
        owner = self._user('applicant6')
        story = self._prepare_applicant(data)
        story['contact']['phone'] = '+86 139 5921 6604'
        application = self._fill_application(owner, story)
        application.portal_submit()
        self._approve_application(application, 'basic')
        merchant = application.sudo().merchant_id
        self._name_record(merchant, 'merchant_books')
        self._pay(
            merchant.deposit_missing,
            owner.partner_id,
            reference=merchant._deposit_reference(),
            deposit_merchant_id=merchant.id,
        )
        merchant.with_user(self._user('manager'))._start_exit(
            self.env.ref('marketplace_merchant.exit_reason_business'),
            "The shop in town closes, and nobody has time for this one. 实体店关闭，无暇经营。",
        )

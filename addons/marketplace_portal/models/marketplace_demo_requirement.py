# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from datetime import timedelta

from odoo import api, fields, models

CHINESE = 'zh_CN'


class MarketplaceDemo(models.AbstractModel):
    """What is asked of merchants beyond the rules that come with the addon."""

    _inherit = 'marketplace.demo'

    # === CHAPTERS: REQUIREMENTS === #

    @api.model
    def _tell_requirements(self):
        """Advertising takes a training and terms of its own; food sellers name their store."""
        training = self._add_requirement(
            "Advertising rules", "广告规范培训", kind='training', capability='advertise',
            stage='later', answer_type='text',
            description="Read the rules for advertisements, and tell us who in your team has done"
            " so and when.",
            reason="From now on, whoever advertises knows the rules",
        )  # fmt: skip
        storage = self._add_requirement(
            "Where do you store food?", "食品存放在哪里？", kind='question',
            capability='take_orders', stage='later', answer_type='choice', needs_decision=True,
            answer_choices="In our own store room\nAt a logistics company\nWe ship from the maker",
            category_ids=self.env.ref('marketplace_merchant.category_food').ids,
            due_date=fields.Date.today() + timedelta(days=30),
            description="The food safety act asks us to know it.",
            reason="The food safety act asks us to know it",
        )  # fmt: skip
        self._answer('yunnan', storage, "In our own store room")
        self._answer('kiln', training, "Chen Yao, yesterday evening")
        self._answer('spark', training, "All of us").action_reject(
            "Please tell us names and the day"
        )
        self._tell_agreements()

    def _tell_agreements(self):
        """The terms of advertising change: who accepted them is asked again."""
        manager = self._user('manager')
        terms = self.env['marketplace.agreement'].with_user(manager).create({
            'name': "Terms of advertising",
            'kind': 'entry',
            'body': "<h4>1. What is advertised</h4><p>Only goods that are on sale.</p>"
            "<h4>2. What it costs</h4><p>The merchant pays by click, once a month.</p>",
        })
        terms.action_put_in_force()
        self._add_requirement(
            "Terms of advertising", "广告条款", kind='agreement', capability='advertise',
            stage='later', agreement_kind='entry', reason="Advertisements have terms of their own",
        )  # fmt: skip
        for key in ('spark', 'yunnan'):
            self._merchant(key).with_user(self._user(key)).portal_accept_agreement(terms.id)
        today = fields.Date.today()
        terms.copy({
            'body': "<h4>1. What is advertised</h4><p>Only goods that are on sale.</p>"
            "<h4>2. What it costs</h4><p>The merchant pays by click, every week.</p>"
            "<h4>3. Words</h4><p>Superlatives such as “the best” are left out.</p>",
            'change_note': "Clicks are billed weekly. Superlatives are left out.",
            'date_effective': today + timedelta(days=20),
            'date_accept_by': today + timedelta(days=45),
        }).action_schedule()

    def _add_requirement(self, name, chinese_name, reason, **terms):
        """Let the manager add a rule, and give those that it hits a month."""
        wizard = self.env['marketplace.requirement.change'].with_user(self._user('manager'))
        wizard = wizard.create(dict(terms, name=name, reason=reason))
        wizard.action_preview()
        wizard.action_apply()
        requirement = self.env['marketplace.requirement'].search(
            [('name', '=', name)], order='id desc', limit=1
        )
        if self._speaks_chinese():
            requirement.with_context(lang=CHINESE).name = chinese_name
        return requirement

    def _answer(self, key, requirement, text):
        """Return what a merchant's owner answers, as the officer sees it."""
        merchant = self._merchant(key)
        merchant.with_user(self._user(key)).portal_answer(requirement.id, {'answer': text})
        return requirement._last_answer(merchant).with_user(self._user('officer'))

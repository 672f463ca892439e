# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models


class MarketplaceWordTrial(models.TransientModel):
    """Show what the machine finds in a text, to whoever keeps the list of words."""

    _name = 'marketplace.word.trial'
    _description = "Trial of Forbidden Words"
    _inherit = ['marketplace.guard.mixin', 'marketplace.listing.screen.mixin']

    _guard_editable = ('text', 'category_id')

    text = fields.Text(help="Any text: a name or a description, as a merchant would write it.")
    category_id = fields.Many2one(
        comodel_name='product.category', help="For words that matter in some categories only."
    )
    result = fields.Html(compute='_compute_result', sanitize=False)
    found_ids = fields.Many2many(
        comodel_name='marketplace.forbidden.term', compute='_compute_result', string="Words",
        relation='marketplace_word_trial_found_rel',
    )

    # === COMPUTE METHODS === #

    @api.depends('text', 'category_id')
    def _compute_result(self):
        for trial in self:
            findings = trial._find_words()
            trial.result = trial._mark_words()
            trial.found_ids = [finding['term'].id for finding in findings]

    # === SCREEN === #

    def _screen_texts(self):
        return {'text': self.text or ''}

    def _screen_category(self):
        return self.category_id

    def _text_label(self, key):
        return self.env._("What is found")

# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

import secrets

from odoo import api, fields, models
from odoo.tools import SQL

from .forbidden_term import BLOCK, LOOK
from .listing_policy import MACHINE, PERSON
from .listing_screen_mixin import ACCEPTED, CLEAN
from .product_template import REVIEWED_FIELDS

SCREEN_BATCH = 500
TEXT_FIELDS = ('name', 'description_sale')


class ProductTemplate(models.Model):
    """How listings are reviewed: by the machine first, by people where they have to."""

    _name = 'product.template'
    _inherit = ['product.template', 'marketplace.listing.screen.mixin']

    screen_version = fields.Integer(
        readonly=True, copy=False, groups='marketplace_merchant.group_staff',
        help="The version of the list of words with which the texts were screened.",
    )

    _listing_queue_idx = models.Index(
        "(listing_submitted_on, id) WHERE listing_state = 'in_review'"
    )
    _listing_found_idx = models.Index("(id) WHERE screen_result IN ('look', 'block')")

    # === STATE === #

    def _state_entered(self, target, reason):
        super()._state_entered(target, reason)
        if target == 'rejected':
            self.sudo().review_cause = 'again'

    def _submit_listing(self):
        super()._submit_listing()
        self._start_review()

    def _start_review(self):
        """Let the machine decide what it may; the rest waits for a person."""
        self.ensure_one()
        findings = self._screen_words()
        self.screen_version = self.env['marketplace.forbidden.term']._version()
        # Everything is new, except the brand that is not given.
        names = [name for name in REVIEWED_FIELDS if name != 'brand_id' or self.brand_id]
        mode = self.env['marketplace.listing.policy']._mode(self.categ_id, names)
        self.review_cause = self._find_review_cause(findings, mode)
        if not self.review_cause:
            self._move_to('live', system=True)

    def _find_review_cause(self, findings, mode):
        """Return why a person has to look at a listing, or at a change of it; False if none has.

        What was drawn stays drawn until a person has looked, however often the merchant takes it
        back, and so does what a person has rejected.
        """
        self.ensure_one()
        if findings:
            return 'words'
        if mode == PERSON:
            return 'policy'
        if self.review_cause in ('sample', 'again'):
            return self.review_cause
        return 'sample' if mode == MACHINE and self._is_drawn() else False

    def _is_drawn(self):
        """Draw whether a person looks at what the machine found clean."""
        return secrets.randbelow(100) < self.merchant_id.tier_id.listing_sampling_rate

    # === ACTION METHODS === #

    def action_approve_listing(self):
        result = super().action_approve_listing()
        self.sudo().review_cause = False
        self.sudo()._accept_words()
        return result

    def action_accept_words(self):
        """Take the words found in goods on sale as harmless, until others are found."""
        self._check_listing_officer()
        self.sudo().filtered('merchant_id')._accept_words()

    # === SCREEN === #

    def _screen_texts(self):
        texts = {}
        languages = [code for code, _label in self.env['res.lang'].get_installed()]
        languages.sort(key=lambda code: code != (self.env.lang or 'en_US'))
        for name in TEXT_FIELDS:
            for code in languages:
                text = self.with_context(lang=code)[name]
                # A text that is not translated is screened once.
                if text and text not in texts.values():
                    texts[(name, code)] = text
        return texts

    def _screen_category(self):
        return self.categ_id

    @api.model
    def _cron_screen(self):
        """Screen again what is on sale, after the list of words has changed."""
        domain = self._screen_due_domain()
        due = self.sudo().search(domain, order='id')
        for batch in self.env['ir.cron']._marketplace_each(due, SCREEN_BATCH):
            batch.try_lock_for_update().filtered_domain(domain)._screen_again()

    @api.model
    def _screen_due_domain(self):
        version = self.env['marketplace.forbidden.term']._version()
        return [('listing_state', 'in', ('live', 'paused')), ('screen_version', '!=', version)]

    def _screen_again(self):
        """Note what is found in approved goods; they stay on sale until a person decides."""
        version = self.env['marketplace.forbidden.term']._version()
        results = self.grouped(lambda listing: listing._note_words())
        self.flush_recordset()
        for result, listings in results.items():
            # No edit of the goods: browsers may keep the pictures that they know.
            self.env.cr.execute(SQL(
                "UPDATE product_template SET screen_result = %s, screen_version = %s"
                " WHERE id IN %s",
                result, version, tuple(listings.ids),
            ))
        self.invalidate_recordset()

    def _note_words(self):
        """Keep the words that are found, and return what that means for the listing."""
        findings = self._find_words()
        terms = self.env['marketplace.forbidden.term'].union(
            *(finding['term'] for finding in findings)
        )
        known = self.screen_term_ids
        if terms != known:
            self.screen_term_ids = terms
        if not terms:
            return CLEAN
        if self.screen_result == ACCEPTED and terms <= known:
            return ACCEPTED
        return BLOCK if any(finding['severity'] == BLOCK for finding in findings) else LOOK

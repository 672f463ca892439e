# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError

from .forbidden_term import BLOCK, LOOK

CLEAN, ACCEPTED = 'clean', 'accepted'


class MarketplaceListingScreenMixin(models.AbstractModel):
    """What the machine found in the texts of a listing, or of a change of one."""

    _name = 'marketplace.listing.screen.mixin'
    _description = "Machine Screen of Listings"

    screen_result = fields.Selection(
        selection=[
            (CLEAN, "Nothing found"),
            (LOOK, "Words to look at"),
            (BLOCK, "Forbidden words"),
            (ACCEPTED, "Words accepted"),
        ],
        string="Machine Screen",
        readonly=True,
        copy=False,
        groups='marketplace_merchant.group_staff',
    )
    screen_term_ids = fields.Many2many(
        comodel_name='marketplace.forbidden.term', string="Words Found", readonly=True,
        copy=False, groups='marketplace_merchant.group_staff',
    )
    screen_html = fields.Html(
        string="Where They Stand", compute='_compute_screen_html', sanitize=False,
        groups='marketplace_merchant.group_staff',
    )
    review_cause = fields.Selection(
        selection=[
            ('words', "Words found"),
            ('sample', "Sample"),
            ('policy', "Policy of the category"),
            ('again', "Rejected before"),
        ],
        string="Waits For a Person Because",
        readonly=True,
        copy=False,
        groups='marketplace_merchant.group_staff',
    )

    # === COMPUTE METHODS === #

    @api.depends('screen_result')
    def _compute_screen_html(self):
        for record in self:
            record.screen_html = (
                record.screen_result in (LOOK, BLOCK, ACCEPTED) and record._mark_words()
            )

    def _mark_words(self):
        """Return the texts in which words are found, with these marked."""
        texts = self._screen_texts()
        places = {}
        for finding in self._find_words():
            places.setdefault(finding['key'], []).append(finding)
        return Markup('').join(
            Markup('<p class="mb-1"><b>%s</b><br/>%s</p>') % (
                self._text_label(key), _mark(texts[key], findings),
            )
            for key, findings in places.items()
        )

    # === HOOKS === #

    def _screen_texts(self):
        """Return the texts to screen, by field name and language."""
        raise NotImplementedError()

    def _screen_category(self):
        """Return the category that decides which words matter."""
        raise NotImplementedError()

    # === BUSINESS METHODS === #

    def _find_words(self):
        self.ensure_one()
        return self.env['marketplace.forbidden.term']._screen(
            self._screen_texts(), self._screen_category()
        )

    def _screen_words(self):
        """Screen the texts that a merchant hands in, and keep what was found.

        :return: the findings
        :raise UserError: when a word is found with which nothing can be handed in
        """
        findings = self._find_words()
        if refused := [finding for finding in findings if finding['severity'] == BLOCK]:
            raise UserError(self._refusal(refused))
        self.screen_term_ids = [finding['term'].id for finding in findings]
        self.screen_result = LOOK if findings else CLEAN
        return findings

    @api.model
    def _refused_words(self, texts, category):
        """Return what a merchant reads about texts that can't be handed in; False if they can.

        :param dict texts: by field name and language
        """
        findings = self.env['marketplace.forbidden.term']._screen(texts, category)
        refused = [finding for finding in findings if finding['severity'] == BLOCK]
        return bool(refused) and self._refusal(refused)

    @api.model
    def _refusal(self, findings):
        """Return what a merchant reads about words that must not stand there."""
        lines = dict.fromkeys(
            self.env._(
                "“%(word)s” (%(field)s): %(advice)s",
                word=finding['text'],
                field=self._text_label(finding['key']),
                advice=finding['term'].sudo().group_id.advice,
            )
            for finding in findings
        )
        return "\n".join([
            self.env._("Please change these words first:"),
            *lines,
            self.env._("If you think that this is a mistake, please write to us."),
        ])

    def _accept_words(self):
        """Take the words that were found as harmless, until others are found."""
        self.filtered(
            lambda record: record.screen_result in (LOOK, BLOCK)
        ).screen_result = ACCEPTED

    def _field_label(self, name):
        fields_of_change = self.env['marketplace.listing.change']._fields
        return fields_of_change[name]._description_string(self.env)

    def _text_label(self, key):
        """Return the name of a text, with its language if it is not the reader's."""
        name, code = key
        label = self._field_label(name)
        language = dict(self.env['res.lang'].get_installed()).get(code, code)
        return label if code == (self.env.lang or 'en_US') else f"{label}, {language}"


def _mark(text, findings):
    """Return a text as HTML with its findings marked."""
    pieces, done = [], 0
    for finding in findings:
        start = max(finding['start'], done)
        pieces += [
            text[done:start],
            Markup('<mark title="%s" class="%s">%s</mark>') % (
                finding['term'].group_id.name,
                'text-bg-danger' if finding['severity'] == BLOCK else 'text-bg-warning',
                text[start:finding['end']],
            ),
        ]
        done = finding['end']
    return Markup('').join([*pieces, text[done:]])

# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import convert_csv_import, file_open, ormcache

from ..tools.word_screen import Word, WordScreen, is_word

VERSION_PARAMETER = 'marketplace_merchant.forbidden_words_version'
AUDITED_FIELDS = ('name', 'kind', 'group_id', 'severity', 'exceptions', 'active')
LOOK, BLOCK = 'look', 'block'


class MarketplaceForbiddenTerm(models.Model):
    """A word, or something of a recognisable shape, that must not stand in a listing."""

    _name = 'marketplace.forbidden.term'
    _description = "Forbidden Word"
    _order = 'group_id, name, id'

    name = fields.Char(
        string="Word",
        required=True,
        help="Found in every disguise: other case, width or script, traditional characters, spaces"
        " and signs between its letters. Write inflections as words of their own.",
    )
    kind = fields.Selection(
        selection=[
            ('word', "This word"),
            ('phone', "Any phone number"),
            ('web', "Any web address"),
            ('email', "Any e-mail address"),
            ('account', "Any account of a messenger"),
        ],
        string="What Is Found",
        required=True,
        default='word',
    )
    language = fields.Selection(
        selection=[('zh', "Chinese"), ('en', "English"), ('any', "Any")],
        required=True,
        default='any',
        help="Tells the people who keep the list; a word is looked for in every text.",
    )
    group_id = fields.Many2one(
        comodel_name='marketplace.forbidden.group', required=True, index=True, ondelete='restrict'
    )
    source = fields.Char(related='group_id.source')
    severity = fields.Selection(
        selection=[(LOOK, "A person looks"), (BLOCK, "Refused at once")],
        string="What Happens",
        required=True,
        default=LOOK,
        help="When the word stands in what a merchant hands in: a person decides about it, or the"
        " merchant is told at once and changes it first.",
    )
    category_ids = fields.Many2many(
        comodel_name='product.category',
        relation='marketplace_forbidden_term_category_rel',
        string="Only In",
        help="The word matters in these categories and those below them; in all when empty.",
    )
    exempt_category_ids = fields.Many2many(
        comodel_name='product.category',
        relation='marketplace_forbidden_term_exempt_rel',
        string="Not In",
        help="The word is allowed in these categories and those below them.",
    )
    exceptions = fields.Text(
        help="Phrases in which the word is innocent, one on each line: “best before” for “best”."
    )
    active = fields.Boolean(default=True)

    _name_uniq = models.Constraint('UNIQUE (name)', "This word is in the list already.")
    _kind_uniq = models.UniqueIndex(
        "(kind) WHERE kind != 'word'", "There is one line for each kind that is no word."
    )

    # === CONSTRAINT METHODS === #

    @api.constrains('name', 'kind')
    def _check_name(self):
        for term in self.filtered(lambda term: term.kind == 'word'):
            if not is_word(term.name):
                raise ValidationError(self.env._(
                    "“%s” is too short to be looked for: give a Chinese character, or at least"
                    " two letters or digits.", term.name,
                ))

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        terms = super().create(vals_list)
        if not self.env.context.get('install_mode'):
            self.env['marketplace.audit.log']._log(
                terms, 'create', after=[term._audited() for term in terms]
            )
        self._words_changed()
        return terms

    def write(self, vals):
        before = [term._audited() for term in self]
        result = super().write(vals)
        self.env['marketplace.audit.log']._log(
            self, 'change', before=before, after=[term._audited() for term in self]
        )
        self._words_changed()
        return result

    def unlink(self):
        self._words_changed()
        return super().unlink()

    def _audited(self):
        self.ensure_one()
        return {
            name: self[name].name if name == 'group_id' else self[name] for name in AUDITED_FIELDS
        }

    def _words_changed(self):
        """Let every process read the list anew, and have screened what is on sale."""
        self.env.registry.clear_cache('stable')
        self.env['ir.config_parameter'].sudo().set_param(VERSION_PARAMETER, self._version() + 1)
        self.env['ir.cron']._marketplace_wake('marketplace_merchant.ir_cron_screen')

    @api.model
    def _version(self):
        """Return the number of the present list: it grows with every change of a word."""
        return int(self.env['ir.config_parameter'].sudo().get_param(VERSION_PARAMETER, 0))

    # === SCREEN === #

    @api.model
    def _screen(self, texts, category=None):
        """Return what must not stand in the texts of one listing.

        :param dict texts: texts by any key
        :param category: the listing's category, for words that matter in some categories only
        :return: a dict for each place: key of the text, term, severity, start, end and the text
            found there. A place inside another one of the same or a graver kind is left out.
        :rtype: list[dict]
        """
        screen, rules = self._word_screen()
        path = {int(key) for key in (category and category.parent_path or '').split('/') if key}
        region = self.env.company.country_id.code or 'CN'
        findings = []
        for key, text in texts.items():
            widest = {}
            for place in screen.find(text or '', region):
                severity, only, exempt = rules[place.key]
                if (only and not only & path) or exempt & path:
                    continue
                # Places come in order, the longest of those with the same start first.
                if place.end <= max(widest.get(severity, 0), widest.get(BLOCK, 0)):
                    continue
                widest[severity] = place.end
                findings.append({
                    'key': key,
                    'term': self.browse(place.key),
                    'severity': severity,
                    'start': place.start,
                    'end': place.end,
                    'text': text[place.start:place.end],
                })
        return findings

    @api.model
    @ormcache(cache='stable')
    def _word_screen(self):
        """Return the compiled list of words, and what holds for each word by its id."""
        terms = self.sudo().search([('active', '=', True)])
        screen = WordScreen(
            Word(term.id, term.name, term.kind, (term.exceptions or '').splitlines())
            for term in terms
        )
        rules = {
            term.id: (
                term.severity,
                frozenset(term.category_ids.ids),
                frozenset(term.exempt_category_ids.ids),
            )
            for term in terms
        }
        return screen, rules

    # === SETUP === #

    @api.model
    def _load_shipped(self):
        """Add the words that come with the addon; those that are there stay as they are."""
        path = 'marketplace_merchant/data/marketplace.forbidden.term.csv'
        with file_open(path, 'rb') as file:
            convert_csv_import(
                self.env, 'marketplace_merchant', path, file.read(), mode='update', noupdate=True
            )

# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

"""Whatever a person reads is there in Simplified Chinese too, with the same placeholders."""

import re
from collections import Counter

import polib

from odoo.modules import Manifest
from odoo.tests import TransactionCase, tagged
from odoo.tools import file_open, file_path
from odoo.tools.translate import TranslationModuleReader

LANGUAGE = 'zh_CN'
# What Odoo or Python puts values into, and the tags around the words.
PLACEHOLDER = re.compile(r'%(?:\(\w+\))?[sdfi]|\{\{.*?\}\}|</?\w+')
DATA_ID = re.compile(r'\bid="(?:\w+\.)?(\w+)"')


@tagged('post_install', '-at_install')
class TestTranslations(TransactionCase):
    def test_merchant(self):
        self._check_addon('marketplace_merchant')

    def test_settlement(self):
        self._check_addon('marketplace_settlement')

    def test_risk(self):
        self._check_addon('marketplace_risk')

    def test_portal(self):
        self._check_addon('marketplace_portal')

    # === HELPERS === #

    def _check_addon(self, addon):
        translated = self._translations(addon)
        terms = self._exported_terms(addon)
        self.assertTrue(terms)
        missing = [term for term in terms if not translated.get(term, '').strip()]
        if missing:
            self.fail(self._report(addon, "Not translated", missing))
        altered = [
            term for term in terms
            if self._placeholders(term) != self._placeholders(translated[term])
        ]
        if altered:
            self.fail(self._report(addon, "Other placeholders or tags", altered))

    def _translations(self, addon):
        entries = polib.pofile(file_path(f'{addon}/i18n/{LANGUAGE}.po'))
        return {entry.msgid: entry.msgstr for entry in entries if entry.translated()}

    def _exported_terms(self, addon):
        """Return what Odoo's own export of the addon's terms finds, without the demo's records."""
        data_ids = self._data_ids(addon)
        return sorted({
            source
            for _module, kind, name, xmlid, source, _value, _comments
            in TranslationModuleReader(self.env.cr, modules=[addon])
            if kind == 'code' or self._is_of_product(name, xmlid, data_ids)
        })

    def _data_ids(self, addon):
        """Return the names of the records that the addon's data files declare."""
        data_ids = set()
        for path in Manifest.for_addon(addon)['data']:
            if path.endswith('.xml'):
                with file_open(f'{addon}/{path}') as file:
                    data_ids.update(DATA_ID.findall(file.read()))
        return data_ids

    def _is_of_product(self, name, xmlid, data_ids):
        """Return whether a record comes with the addon and not with its demo.

        Odoo itself names its models and fields, and the records that it makes along with another:
        the variant's template after the variant.
        """
        if name.startswith('ir.'):
            return True
        record = xmlid.split('.', 1)[1]
        return any(record == known or record.startswith(f'{known}_') for known in data_ids)

    def _placeholders(self, text):
        return Counter(PLACEHOLDER.findall(text))

    def _report(self, addon, problem, terms):
        lines = [f"  {term!r}" for term in terms]
        return "\n".join([f"{problem} in {addon}/i18n/{LANGUAGE}.po:", *lines])

# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

import re
from pathlib import Path

from odoo.tests import TransactionCase, tagged

ROOT = Path(__file__).resolve().parents[1]
ROW = re.compile(r'^\| (?P<numbers>I\d+(?:–I\d+)?) \| .+ \| (?P<where>.+) \|$', re.MULTILINE)
CHECKER = re.compile(r'(?:checker|watched) ((?:`\w+`(?:, )?)+)')
LAST = 36


@tagged('post_install', '-at_install')
class TestInvariants(TransactionCase):
    """docs/accounting.md says where each invariant is checked; here that is looked up."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        page = (ROOT / 'docs' / 'accounting.md').read_text()
        cls.rows = {match['numbers']: match['where'] for match in ROW.finditer(page)}

    def test_i1_to_i36_are_all_there(self):
        numbers = set()
        for name in self.rows:
            first, *last = (int(number) for number in re.findall(r'\d+', name))
            numbers |= set(range(first, (last or [first])[0] + 1))
        self.assertEqual(numbers, set(range(1, LAST + 1)))

    def test_each_key_is_a_query_of_the_checker(self):
        Checker = self.env['marketplace.checker']
        known = Checker._invariants().keys() | Checker._watched().keys()
        keys = {
            key for where in self.rows.values() for found in CHECKER.findall(where)
            for key in re.findall(r'\w+', found)
        }
        self.assertLess({'clearing', 'wallet', 'heartbeat'}, keys)
        self.assertLessEqual(keys, known)

    def test_each_test_that_is_named_exists(self):
        files = {path.stem for path in ROOT.glob('**/test_*.py')}
        cases = ''.join(path.read_text() for path in ROOT.glob('addons/*/tests/test_money_cases*'))
        for name, where in self.rows.items():
            named = re.findall(r'\btest_\w+', where)
            numbers = [number for part in re.findall(r'cases? ([\d, ]+)', where)
                       for number in re.findall(r'\d+', part)]
            self.assertTrue(named or numbers or '`' in where or 'index' in where, name)
            self.assertLessEqual(set(named), files, name)
            for number in numbers:
                self.assertIn(f'def test_case_{int(number):02}_', cases, name)

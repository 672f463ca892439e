# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

import json
import os
import random
import re
import select
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import requests
import rig

from odoo.tests import BaseCase, tagged
from odoo.tests.common import get_db_name

from odoo.addons.marketplace_settlement.tests.fake_bank import logged_keys

DATABASE, START = 'marketplace_crash', 'marketplace_crash_start'
STEP_SECONDS = 180
STATEMENT_POINTS = (
    'statement_numbered', 'statement_inserted', 'statement_claimed', 'statement_spent',
    'batch_done',
)  # fmt: skip
POSTING_POINTS = (
    'statement_moves_created', 'statement_posted', 'statement_matched',
)  # fmt: skip
SETTLING_POINT = 'statement_settled'
PAYOUT_POINTS = (
    'payout_claimed', 'payout_looked_up', 'payout_intended', 'payout_sent', 'payout_recorded',
)  # fmt: skip
REFUND_POINTS = ('refund_intended', 'refund_sent')
# How a point is named in the steps that reach it.
POINT = re.compile(r"(?:crash\.point|_commit_step)\('(\w+)'\)")
BANK = Path(rig.ROOT, 'addons', 'marketplace_settlement', 'tests', 'fake_bank.py')
OPEN_STATES = {'queued', 'unknown'}


@tagged('post_install', '-at_install')
class TestCrashPoints(BaseCase):

    def test_no_point_is_left_out(self):
        sources = Path(rig.ROOT, 'addons').glob('*/models/*.py')
        named = {
            name for source in sources for name in POINT.findall(source.read_text())
        }
        tried = {
            *STATEMENT_POINTS, *POSTING_POINTS, SETTLING_POINT, *PAYOUT_POINTS, *REFUND_POINTS,
        }
        self.assertEqual(tried, named)


@tagged('post_install', '-at_install')
class TestCrash(BaseCase):
    """Whoever dies, wherever, loses nothing and pays nobody twice (G4: I19–I21, I31).

    Real processes are killed at every named point, and PostgreSQL is restarted under them; then the
    crons run until they find nothing to do. The books must end as without a crash, and the bank's
    own log, on its disk, must have each payout once. Even without a crash two processes send at the
    same moment.
    """

    def test_a_crash_at_any_point_changes_nothing_in_the_end(self):
        expected = self._without_a_crash(self.worker)
        self._start_anew()
        self._crash_while_statements_are_made(self.worker)
        self._crash_while_money_leaves(self.worker)
        self._crash_while_refunds_leave(self.worker)
        self.assertEqual(self.worker.do('check'), [])
        self.assertEqual(self.worker.do('snapshot'), expected)
        self.assertEqual(logged_keys(self.bank.log_path, 'repeated'), [], "Looked up first")

    # === THE TWO LIVES === #

    def _without_a_crash(self, worker):
        for step in ('ask_for_statements', 'draw_up', 'confirm', 'post', 'hand_over'):
            worker.do(step)
        with _Worker(self.server) as other:
            rig.together([
                lambda: worker.do('exchange_without_lock'),
                lambda: other.do('exchange_without_lock'),
            ])
        worker.do('exchange')
        self._let_the_bank_pay(worker)
        self.assertEqual(logged_keys(self.bank.log_path, 'repeated'), [], "Two sent the same")
        self.assertEqual(worker.do('check'), [])
        snapshot = worker.do('snapshot')
        states = {state for *_merchant, state in snapshot['payouts']}
        self.assertEqual((states, len(snapshot['payouts'])), ({'paid'}, 9))
        return snapshot

    def _crash_while_statements_are_made(self, worker):
        worker.do('ask_for_statements')
        for point in STATEMENT_POINTS:
            worker.die('draw_up', point)
            if point == 'statement_claimed':
                self.cluster.control('restart', '--mode=immediate')
        worker.do('draw_up')
        worker.do('confirm')
        for point in POSTING_POINTS:
            worker.die('post', point)
        worker.do('post')
        self.assertEqual(worker.do('check'), [])

    def _crash_while_money_leaves(self, worker):
        worker.do('hand_over')
        for point in PAYOUT_POINTS:
            worker.die('exchange', point)
        self._restart_while_the_bank_thinks(worker)
        for mode in ('drop', 'error'):
            self.bank.behave(mode, times=1)
            worker.do('exchange')
        for _round in range(5):
            if not OPEN_STATES & set(worker.do('payout_states').values()):
                break
            worker.do('let_pauses_pass')
            worker.do('exchange')
        self.assertEqual(set(worker.do('payout_states').values()), {'sent'})
        self._let_the_bank_pay(worker, dies=True)

    def _restart_while_the_bank_thinks(self, worker):
        """Take the database away from a process that waits for the bank's answer."""
        self.bank.behave('slow', times=1)
        before = len(self.bank.instructions())
        restart = threading.Thread(target=self._restart_after, args=(before,))
        restart.start()
        answer = worker.order('exchange')
        restart.join()
        self.assertIn('error', answer, "The process was cut off from its database")
        self.assertEqual(len(self.bank.instructions()), before + 1)

    def _restart_after(self, count):
        end = time.monotonic() + 60
        while len(self.bank.instructions()) == count and time.monotonic() < end:
            time.sleep(0.05)
        self.cluster.control('restart', '--mode=immediate')

    def _let_the_bank_pay(self, worker, dies=False):
        """Let the bank pay all, and tell of it twice and in any order; each was told it once.

        :param bool dies: who hears of it dies once, and the bank tells all of it again
        """
        keys = list(worker.do('payout_states'))
        self.assertEqual(sorted(self.bank.instructions()), sorted(keys))
        messages = [
            dict(self.bank.word(key), event=f'{key}-{status}', status=status)
            for key in keys for status in ('accepted', 'paid')
        ] * 2  # fmt: skip
        seed = random.randrange(10_000)
        random.Random(seed).shuffle(messages)
        if dies:
            worker.die('tell', SETTLING_POINT, messages=messages)
        worker.do('tell', messages=messages)
        self.assertEqual(set(worker.do('payout_states').values()), {'paid'}, f"Seed {seed}")

    def _crash_while_refunds_leave(self, worker):
        # What the demo has waiting leaves first: the crash is to hit ours.
        worker.do('send_refunds')
        references = worker.do('note_refunds', count=len(REFUND_POINTS))
        for point in REFUND_POINTS:
            worker.die('send_refunds', point)
        for _round in range(2):
            worker.do('let_pauses_pass')
            worker.do('send_refunds')
        states = worker.do('refund_states', references=references)
        self.assertEqual(list(states.values()), [['draft', 'unknown']] * len(REFUND_POINTS))
        asked = [key for key in self.bank.instructions() if key in references]
        self.assertEqual(len(asked), 1, "One died before the provider was asked, one after")

    # === THE WORLD === #

    def setUp(self):
        """Have a cluster, a bank and a worker that may be broken; nothing is left of them."""
        super().setUp()
        self.cluster, server = self.enterContext(rig.own_cluster('crash'))
        self.server = {**os.environ, **server}
        self.enterContext(rig.copied_database(get_db_name(), DATABASE, server))
        self.bank = self.enterContext(_Bank(self.enterContext(tempfile.TemporaryDirectory())))
        self.worker = self.enterContext(_Worker(self.server))
        self.worker.do('set_up', url=self.bank.url)
        subprocess.run(['createdb', '-T', DATABASE, START], env=self.server, check=True)

    def _start_anew(self):
        """Put the database and the bank back to where the first life started."""
        self.bank.forget()
        rig.drop_database(DATABASE, self.server)
        subprocess.run(['createdb', '-T', START, DATABASE], env=self.server, check=True)


class _Worker:
    """The process that does the steps; see ``crash_worker.py``."""

    def __init__(self, server):
        self.process = subprocess.Popen(
            [rig.PYTHON, Path(__file__).with_name('crash_worker.py'), DATABASE],
            env={**rig.odoo_environment(), **server}, stdin=-1, stdout=-1, text=True,
        )  # fmt: skip

    def __enter__(self):
        assert self._answer('start')['ready']
        return self

    def __exit__(self, *_exception):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()

    def order(self, step, crash=None, **values):
        """Let a child do a step; return what came of it."""
        order = {'step': step, 'crash': crash, 'values': values}
        self.process.stdin.write(json.dumps(order) + '\n')
        self.process.stdin.flush()
        return self._answer(step)

    def _answer(self, step):
        # Steps that wait for each other for ever are a fault too, and are to say so.
        if not select.select([self.process.stdout], [], [], STEP_SECONDS)[0]:
            self.process.kill()
            raise AssertionError(f"{step}: no answer in {STEP_SECONDS} s")
        return json.loads(self.process.stdout.readline())

    def do(self, step, **values):
        """Let a child do a step to its end."""
        answer = self.order(step, **values)
        assert 'result' in answer, f"{step}: {answer}"
        return answer['result']

    def die(self, step, point, **values):
        """Let a child be killed at a point of a step, which it must have reached."""
        answer = self.order(step, crash=point, **values)
        assert answer == {'signal': signal.SIGKILL}, f"{point} was not reached: {answer}"


class _Bank:
    """The bank in a process of its own, which outlives whoever pays with it."""

    def __init__(self, folder):
        self.log_path = f'{folder}/bank.log'
        self.process = subprocess.Popen(
            [sys.executable, BANK, self.log_path], stdout=-1, text=True
        )
        self.url = f'http://127.0.0.1:{int(self.process.stdout.readline())}'

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def behave(self, mode, times=0):
        _ask('POST', f'{self.url}/behave', json={'mode': mode, 'times': times})

    def forget(self):
        """Begin anew with an empty log."""
        _ask('POST', f'{self.url}/forget', json={})

    def word(self, key):
        return _ask('GET', f'{self.url}/payouts/{key}').json()

    def instructions(self):
        """Return the keys of the instructions in the log on the bank's disk."""
        return logged_keys(self.log_path)


def _ask(method, url, **values):
    response = requests.request(method, url, timeout=10, **values)
    response.raise_for_status()
    return response

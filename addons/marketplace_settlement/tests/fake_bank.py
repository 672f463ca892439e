# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

"""A bank with a payment gateway, as ``tools/payout_gateway.py`` describes it.

It keeps its own log on disk, written through before it answers, and survives whoever pays with it::

    python3 fake_bank.py LOG [PORT]

runs it alone; it prints its port, and takes from the test ``POST /behave`` with a mode, and ``POST
/forget``. Modes: ``ok`` (accepts), ``paid`` (accepts and pays at once), ``slow``, ``drop`` (carries
out and hangs up without an answer), ``error`` (500, carries nothing out), ``reject``, ``nonsense``.
``times`` is for how many instructions the mode holds; after that it is ``then``.
"""

import json
import os
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SLOW_SECONDS = 3


class FakeBank(ThreadingHTTPServer):
    """The bank; as a context manager it runs in a thread of the test."""

    daemon_threads = True

    def __init__(self, log_path, port=0):
        super().__init__(('127.0.0.1', port), _Handler)
        self.log_path = log_path
        self.lock = threading.Lock()
        self.behaviour = {'mode': 'ok', 'then': 'ok', 'times': 0}
        self.seen_headers = []
        self.payouts = {}
        for row in self.read_log():
            self._apply(row)

    @property
    def url(self):
        return f'http://127.0.0.1:{self.server_port}'

    def __enter__(self):
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_exception):
        self.shutdown()
        self.server_close()

    def handle_error(self, request, client_address):
        """Whoever dies while the bank answers leaves it with a broken pipe: nothing to report."""

    # === WHAT THE TEST ASKS === #

    def behave(self, mode, then='ok', times=0):
        """Behave like ``mode`` for some instructions (0: for good)."""
        self.behaviour = {'mode': mode, 'then': then, 'times': times}

    def forget(self):
        """Begin anew with an empty log."""
        with self.lock:
            if os.path.exists(self.log_path):
                os.unlink(self.log_path)
            self.payouts = {}

    def read_log(self):
        return read_log(self.log_path)

    def instructions(self, key=None):
        """Return the keys of the instructions carried out, as often as they were."""
        return [found for found in logged_keys(self.log_path) if key in (None, found)]

    def repeated(self):
        """Return the keys that were sent although the bank had them: nobody asked it before."""
        return logged_keys(self.log_path, 'repeated')

    def set_status(self, key, status, reason=''):
        """Let something become of an instruction, without telling anybody."""
        with self.lock:
            self._write({'step': 'status', 'key': key, 'status': status, 'reason': reason})

    # === THE BANK'S BOOKS === #

    def take(self, instruction):
        """Carry an instruction out, once for its key; return the mode in which to answer."""
        with self.lock:
            mode = self._next_mode()
            if instruction['key'] in self.payouts:
                self._write(dict(self.payouts[instruction['key']], step='repeated'))
            elif mode != 'error':
                status = {'reject': 'rejected', 'paid': 'paid'}.get(mode, 'accepted')
                self._write(dict(instruction, step='instruction', status=status))
            return mode

    def word(self, key):
        """Return what the bank says of a key."""
        return self.payouts.get(key) or {'key': key, 'status': 'none'}

    def _next_mode(self):
        behaviour = self.behaviour
        mode = behaviour['mode']
        if behaviour['times'] == 1:
            behaviour['mode'] = behaviour['then']
        behaviour['times'] = max(behaviour['times'] - 1, 0)
        return mode

    def _write(self, row):
        """Note a step through to the disk before anything is answered."""
        with open(self.log_path, 'a', encoding='utf-8') as log:
            log.write(json.dumps(row) + '\n')
            log.flush()
            os.fsync(log.fileno())
        self._apply(row)

    def _apply(self, row):
        known = self.payouts.setdefault(row['key'], {
            'key': row['key'], 'amount': row.get('amount'), 'currency': row.get('currency'),
            'reference': f"BANK-{len(self.payouts) + 1}",
        })  # fmt: skip
        known.update(status=row['status'], reason=row.get('reason', ''))


class _Handler(BaseHTTPRequestHandler):

    def do_POST(self):  # the name is prescribed by http.server
        body = json.loads(self.rfile.read(int(self.headers['Content-Length'])))
        if self.path in ('/behave', '/forget'):
            getattr(self.server, self.path[1:])(**body)
            return self._send({})
        self.server.seen_headers.append(dict(self.headers))
        mode = self.server.take(body)
        if mode == 'slow':
            time.sleep(SLOW_SECONDS)
        if mode == 'drop':
            return self.connection.close()
        if mode == 'error':
            return self.send_error(500)
        if mode == 'nonsense':
            return self._send(['paid'])
        return self._send(self.server.word(body['key']))

    def do_GET(self):  # the name is prescribed by http.server
        _empty, _payouts, key = (*self.path.split('/'), '')[:3]
        if key:
            return self._send(self.server.word(key))
        return self._send({'payouts': [{'key': key} for key in list(self.server.payouts)[-50:]]})

    def log_message(self, format, *args):
        """Tests read the bank's log, not this one."""

    def _send(self, answer):
        content = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header('Content-Type', 'application/json')
        self.send_header('Content-Length', str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def read_log(path):
    """Return what the bank did, one dict per step; *instruction* is money that leaves."""
    if not os.path.exists(path):
        return []
    with open(path, encoding='utf-8') as log:
        return [json.loads(line) for line in log if line.endswith('\n')]


def logged_keys(path, step='instruction'):
    """Return the keys for which the bank did something, as often as it did."""
    return [row['key'] for row in read_log(path) if row['step'] == step]


if __name__ == '__main__':
    bank = FakeBank(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 0)
    print(bank.server_port, flush=True)
    bank.serve_forever()

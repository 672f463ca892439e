# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class FakeService(ThreadingHTTPServer):
    """A verification service on this machine that misbehaves on demand.

    ``behaviour`` names what it does next; ``asked`` keeps what it was sent.
    """

    daemon_threads = True

    def __init__(self):
        super().__init__(('127.0.0.1', 0), _Handler)
        self.behaviour = 'passed'
        self.asked = []
        self.release = threading.Event()

    @property
    def url(self):
        return f'http://127.0.0.1:{self.server_port}/verify'

    def __enter__(self):
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_exception):
        self.release.set()
        self.shutdown()
        self.server_close()

    def handle_error(self, request, client_address):
        """Who hangs up on a slow service leaves it with a broken pipe: nothing to report."""


class _Handler(BaseHTTPRequestHandler):

    def do_POST(self):  # the name is prescribed by http.server
        body = json.loads(self.rfile.read(int(self.headers['Content-Length'])))
        self.server.asked.append({'headers': dict(self.headers), 'body': body, 'path': self.path})
        getattr(self, f'_answer_{self.server.behaviour}')(body['subject'])

    def log_message(self, format, *args):
        """Tests read what was asked, not a log."""

    # === BEHAVIOURS === #

    def _answer_passed(self, subject):
        self._send(dict(subject, result='passed', note=f"{subject.get('number')} is registered."))

    def _answer_spaced(self, subject):
        number = subject['number']
        note = f"{number[:6]} {number[6:14]} {number[14:]} is registered."
        self._send(dict(subject, result='passed', note=note))

    def _answer_failed(self, subject):
        self._send(dict(subject, result='failed', note="Struck off the register."))

    def _answer_unknown(self, subject):
        self._send(dict(subject, result='unknown'))

    def _answer_error(self, subject):
        self.send_error(500)

    def _answer_forbidden(self, subject):
        self.send_error(401)

    def _answer_redirect(self, subject):
        self.send_response(302)
        self.send_header('Location', '/elsewhere')
        self.end_headers()

    def _answer_html(self, subject):
        self._write(b'<html>Maintenance</html>')

    def _answer_list(self, subject):
        self._send(['passed'])

    def _answer_verdict(self, subject):
        self._send(dict(subject, result='approved'))

    def _answer_other(self, subject):
        self._send(dict(subject, number='91310115MA1K4BCD29', phone='+4930901820', result='passed'))

    def _answer_nobody(self, subject):
        self._send({'result': 'passed'})

    def _answer_long(self, subject):
        self._send(dict(subject, result='passed', note="x" * 100_000))

    def _answer_silent(self, subject):
        self.server.release.wait(10)

    def _answer_trickle(self, subject):
        self.send_response(200)
        self.end_headers()
        for _byte in range(100):
            if self.server.release.is_set():
                return
            self.wfile.write(b' ')
            self.wfile.flush()
            time.sleep(0.1)

    def _answer_broken(self, subject):
        self.send_response(200)
        self.send_header('Content-Length', '1000')
        self.end_headers()
        self.wfile.write(b'{"result":')

    def _send(self, answer):
        self._write(json.dumps(answer).encode())

    def _write(self, content):
        self.send_response(200)
        self.send_header('Content-Type', 'application/json')
        self.send_header('Content-Length', str(len(content)))
        self.end_headers()
        self.wfile.write(content)

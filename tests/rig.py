# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

"""What real trouble takes: a database of its own, real processes, real commits, real HTTP."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from unittest.mock import patch

import requests
from requests.adapters import HTTPAdapter

from odoo.modules.registry import Registry
from odoo.tools import config

ROOT = Path(__file__).resolve().parents[1]
sys.path.append(str(ROOT / 'scripts' / 'ground'))

import postgres  # noqa: E402
from databases import Database, environment  # noqa: E402
from places import LOGS, PYTHON  # noqa: E402

START_SECONDS = 120
CALL_SECONDS = 120
MOST_AT_ONCE = 20
# What a person may be told when another one was faster.
POLITE = (
    'odoo.exceptions.UserError', 'odoo.exceptions.ValidationError', 'odoo.exceptions.AccessError',
    'odoo.exceptions.LockError',
)  # fmt: skip


# === DATABASES === #


@contextlib.contextmanager
def own_cluster(name):
    """Run a PostgreSQL cluster meanwhile that may be broken; nothing is left of it.

    :return: the cluster, and the PG* variables that lead to it
    """
    with postgres.Cluster(f'_{name}{os.getpid()}').only_for_now() as cluster:
        yield cluster, {'PGHOST': str(cluster.socket_folder), 'PGUSER': postgres.ROLE}


@contextlib.contextmanager
def copied_database(source, name, server=None):
    """Copy a database that is in use, its files included; drop the copy in the end.

    :param dict server: PG* variables of the server that gets the copy, by default the same one
    :return: the name of the copy
    """
    target = {**os.environ, **(server or {})}
    files = Database(name).files
    drop_database(name, target)
    _call(['createdb', name], target)
    dump = subprocess.Popen(['pg_dump', '--format=custom', '--compress=0', source], stdout=-1)
    restore = ['pg_restore', '--no-owner', '--exit-on-error', f'--dbname={name}']
    _call(restore, target, stdin=dump.stdout)
    if dump.wait():
        raise RuntimeError(f"{source} could not be copied.")
    Database(name).copy_files_from(Database(source))
    try:
        yield name
    finally:
        drop_database(name, target)
        shutil.rmtree(files, ignore_errors=True)


def drop_database(name, env):
    """Drop a database that processes may be connected to.

    Force fails while PostgreSQL tidies the database up; without force PostgreSQL stops doing so.
    """
    command = ['dropdb', '--if-exists', name]
    if subprocess.run([*command, '--force'], env=env, stderr=-1, check=False).returncode:
        _call(command, env)


def _call(command, env, **options):
    done = subprocess.run(command, env=env, stderr=-1, text=True, check=False, **options)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip()}")


@contextlib.contextmanager
def registry_of(database):
    """Know the models of a copied database in this process, without its tests."""
    with patch.dict(config.options, test_enable=False):
        registry = Registry(database)
    try:
        yield registry
    finally:
        Registry.delete(database)


# === PROCESSES === #


def odoo_environment(**variables):
    """Return the environment in which Odoo finds our addons; queued jobs wait to be run."""
    return {**environment(), 'ODOO_QUEUE_JOB_CHANNELS': 'root:0', **variables}


@contextlib.contextmanager
def web_server(database, workers=4, **variables):
    """Serve a database by processes of their own.

    :return: the address
    """
    port, gevent_port = _free_port(), _free_port()
    log = (LOGS / f'{database}_server.log').open('w')
    process = subprocess.Popen(
        [
            PYTHON, '-m', 'odoo', 'server', f'--database={database}', f'--workers={workers}',
            f'--db-filter=^{database}$', f'--http-port={port}', f'--gevent-port={gevent_port}',
            '--http-interface=127.0.0.1', '--max-cron-threads=0',
        ],
        env=odoo_environment(**variables), stdout=log, stderr=log, start_new_session=True,
    )  # fmt: skip
    address = f'http://127.0.0.1:{port}'
    try:
        _wait_for(process, address)
        yield address
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        process.wait()
        log.close()


def _wait_for(process, address):
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        with contextlib.suppress(requests.RequestException):
            if requests.get(f'{address}/web/health', timeout=5).ok:
                return
        time.sleep(0.2)
    raise RuntimeError("The server does not answer.")


def _free_port():
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        return probe.getsockname()[1]


def start_script(database, code, **variables):
    """Start a process that runs code with ``env``, committing what it does, and return it."""
    process = subprocess.Popen(
        [PYTHON, '-m', 'odoo', 'shell', f'--database={database}', '--no-http', '--log-level=error'],
        env=odoo_environment(**variables), stdin=-1, stdout=-1, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    process.stdin.write(code)
    process.stdin.close()
    process.stdin = None
    return process


# === PEOPLE === #


class Client:
    """A person with a browser of their own."""

    def __init__(self, address, database, login):
        self.address = address
        self.session = requests.Session()
        self.session.mount('http://', HTTPAdapter(pool_maxsize=MOST_AT_ONCE))
        self._post('/web/session/authenticate', db=database, login=login, password=login)

    def call(self, model, method, *args, **kwargs):
        """Press a button; return its result, or the exception that the person is shown."""
        answer = self._post(
            '/web/dataset/call_kw', model=model, method=method, args=args, kwargs=kwargs
        )
        return answer.get('result')

    def _post(self, path, **params):
        answer = self.session.post(
            f'{self.address}{path}', json={'params': params}, timeout=CALL_SECONDS
        ).json()
        if error := answer.get('error'):
            raise Refused(error['data']['name'], error['data']['message'])
        return answer


class Refused(Exception):
    """What the server answered instead of doing it."""

    def __init__(self, name, message):
        super().__init__(message)
        self.is_polite = name in POLITE


def together(calls):
    """Make all calls at the same moment; return what each returned or raised."""
    start = threading.Barrier(len(calls), timeout=START_SECONDS)
    results = [None] * len(calls)

    def run(position, call):
        start.wait()
        try:
            results[position] = call()
        except Refused as refused:
            results[position] = refused

    threads = [
        threading.Thread(target=run, args=(position, call)) for position, call in enumerate(calls)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results

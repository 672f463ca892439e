"""What every command needs before it starts: Odoo, the Python environment, a database server."""

import contextlib

import odoo_source
import postgres
import virtualenv


@contextlib.contextmanager
def ready(with_tests=False):
    virtualenv.prepare(odoo_source.find_or_fetch(), with_tests)
    with postgres.server():
        yield

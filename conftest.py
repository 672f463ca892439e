"""What every test run of ours insists on: a clean log, and no test skipped."""

import contextlib
import logging
import os
import shutil
import sys
from functools import partialmethod
from pathlib import Path

import pytest
import pytest_odoo

sys.path.append(str(Path(__file__).parent / "scripts" / "ground"))

from databases import Database, expected_log  # noqa: E402

TOUR_SECONDS = 180


@contextlib.contextmanager
def own_files(source, database):
    """Let each process that runs tests have files of its own: what one drops, others still need.

    pytest-odoo would let the copies of the database share the files of the first one.
    """
    if database == source:
        yield
        return
    copy = Database(database)
    copy.copy_files_from(Database(source))
    try:
        yield
    finally:
        shutil.rmtree(copy.files, ignore_errors=True)


pytest_odoo._shared_filestore = own_files

# The server that pytest-odoo starts would run queued jobs behind the back of the tests.
os.environ.setdefault("ODOO_QUEUE_JOB_CHANNELS", "root:0")


class Complaints(logging.Handler):
    """Collects what Odoo logs as WARNING or worse.

    A test that expects such a line takes it away with `mute_logger` or `assertLogs`: both keep
    it from coming here.
    """

    def __init__(self):
        super().__init__(logging.WARNING)
        self.unclaimed = []
        self.expected = expected_log()

    def emit(self, record):
        # Warnings of Python itself are pytest's to show.
        if record.name != "py.warnings" and not self.expected.search(record.getMessage()):
            self.unclaimed.append(self.format(record))

    def take(self):
        taken, self.unclaimed = self.unclaimed, []
        return taken


complaints = Complaints()
complaints.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))


def pytest_configure():
    logging.getLogger().addHandler(complaints)


@pytest.fixture(autouse=True, scope="session")
def patient_browser():
    """Processes share the cores: a tour gets more time than the minute that Odoo gives it."""
    from odoo.tests import HttpCase  # noqa: PLC0415

    start_tour = HttpCase.start_tour
    HttpCase.start_tour = partialmethod(start_tour, timeout=TOUR_SECONDS)
    yield
    HttpCase.start_tour = start_tour


@pytest.fixture(autouse=True)
def clean_log():
    """Fail the test during which, or during whose class set-up, something was logged."""
    yield
    if unexpected := complaints.take():
        pytest.fail("Unexpected in the log:\n" + "\n".join(unexpected), pytrace=False)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session):
    """What was logged between tests counts as well, in whichever process that was."""
    unexpected = complaints.take()
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["unexpected"] = unexpected
    elif unexpected:
        print("\nUnexpected in the log outside of any test:", *unexpected, sep="\n")
        session.exitstatus = session.exitstatus or pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node):
    """Take over what one of several processes found in its log."""
    complaints.unclaimed += getattr(node, "workeroutput", {}).get("unexpected", [])


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport():
    """A skipped test proves nothing, and nobody notices it: it fails."""
    outcome = yield
    _refuse_skip(outcome.get_result())


@pytest.hookimpl(hookwrapper=True)
def pytest_make_collect_report():
    outcome = yield
    _refuse_skip(outcome.get_result())


def _refuse_skip(report):
    if report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"No test may be skipped. {reason}"

"""scripts/test: lint, then every test, each run in a fresh copy of a prepared database."""

import contextlib
import os
import re
import subprocess
from shutil import which

import odoo_tests
import packages
import postgres
import setup
from console import Stop, hand_over, only_one, say, step
from databases import DEMO_MODULES, Database, environment
from places import PYTHON, ROOT, STATE, VENV, addons, checkout_id

HELP = """\
Usage: scripts/test                      lint, then all tests
       scripts/test ARGUMENT…            only what these arguments for pytest select, without lint
       scripts/test --database NAME …    in this database as it is, instead of a fresh copy
       scripts/test --odoo               Odoo's own tests: what fails only with our addons

  scripts/test addons/marketplace_merchant -k tier
  scripts/test tests/test_journey.py -x
"""

# The names by which Odoo looks for a browser to run tours in.
BROWSERS = ["google-chrome", "chromium", "chromium-browser", "google-chrome-stable"]

# Everything is run by one process per core, file by file, each in a copy of the database.
SIDE_BY_SIDE = ["--numprocesses=logical", "--maxprocesses=4", "--dist=loadfile"]


def main(arguments):
    if {"-h", "--help"} & set(arguments):
        print(HELP, end="")
        return 0
    with setup.ready(with_tests=True):
        packages.need(lambda: next(filter(None, map(which, BROWSERS)), None), "chromium", "Tours")
        if arguments == ["--odoo"]:
            return odoo_tests.compare()
        if arguments[:1] == ["--database"]:
            return _pytest(*arguments[1:2], arguments[2:])
        if not arguments:
            _lint()
        with _copy_of_template(must_be_clean=not arguments) as database:
            return _pytest(database.name, arguments or SIDE_BY_SIDE)


def _pytest(database="", arguments=()):
    if not database:
        raise Stop("--database needs a name.", "scripts/psql lists the databases there are.")
    # A test database need not survive a power cut, only be quick.
    quick = {"PGOPTIONS": "-c synchronous_commit=off"}
    command = [PYTHON, "-m", "pytest", f"--odoo-database={database}", *arguments]
    return hand_over(command, {**environment(), **quick})


def _lint():
    say("· Lint")
    checks = [[VENV / "bin" / "ruff", "check", "--output-format=concise", "."]]
    if addons():
        checks.append([PYTHON, "-m", "pylint", *(f"addons/{name}" for name in addons())])
    if any([subprocess.run(check, cwd=ROOT, check=False).returncode for check in checks]):
        raise Stop("Lint found the faults above.")


@contextlib.contextmanager
def _copy_of_template(must_be_clean):
    prefix = f"marketplace_test_{checkout_id()}"
    template = Database(f"{prefix}_template")
    with only_one(STATE / "template.lock", "preparing the test database"):
        _drop_leftovers(prefix)
        _prepare(template, must_be_clean)
        copy = Database(f"{prefix}_{os.getpid()}")
        with step("Copying the test database"):
            copy.drop()
            copy.copy_from(template)
    try:
        yield copy
    finally:
        copy.drop()


def _drop_leftovers(prefix):
    """A test run that was killed could not drop its copy."""
    for name in postgres.query("SELECT datname FROM pg_database").split():
        owner = re.fullmatch(rf"{prefix}_(\d+)(-gw\d+)?", name)
        if owner and not os.path.exists(f"/proc/{owner[1]}"):
            Database(name).drop()


def _prepare(template, must_be_clean):
    """Have a template that matches the code.

    A run of everything wants one that was installed at once and without a complaint. For a few
    tests an older one is upgraded, which is quicker and good enough.
    """
    stamp = template.stamp()
    changed = template.changed_modules()
    if stamp and not changed and (stamp["clean"] or not must_be_clean):
        return
    if stamp and changed and not must_be_clean:
        try:
            _upgrade(template, changed)
            return
        except Stop as stop:
            say(f"  {stop.problem} Making it anew.")
    complaints = template.create([*addons(), *DEMO_MODULES])
    if complaints:
        say("  Unexpected in the log of the installation:")
        say("\n".join(f"    {line}" for line in complaints))
        if must_be_clean:
            raise Stop("The addons do not install without a complaint.")


def _upgrade(template, changed):
    draft = Database(f"{template.name}_draft")
    draft.drop()
    draft.copy_from(template)
    draft.upgrade(changed)
    draft.become(template.name)

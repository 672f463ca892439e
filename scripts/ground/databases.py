"""Databases with the addons installed: made whole or not at all, and kept up with the code.

A database that is ready says so in its comment, together with the state of each addon's code that
it was made from. So a half-made one is never taken for a good one, wherever the server is.
"""

import contextlib
import hashlib
import json
import os
import re
import shutil
import subprocess

import postgres
from console import Progress, Stop, need_space, run, step
from places import ADDONS, CONFIG, DATA, LOGS, PYTHON, ROOT, addons, checkout_id

# What is read afresh at each start needs no upgrade of the database when it changes.
READ_AFRESH = {"tests", "static", "readme", "__pycache__"}

# Stock modules that the demo marketplace shows: the payment provider that takes no money.
DEMO_MODULES = ["payment_demo"]

# The demo marketplace is in China: its currency, chart of accounts and second language.
COUNTRY = "CN"
LANGUAGE = "zh_CN"

LOAD_DEMO = ROOT / "scripts" / "ground" / "load_demo.py"

# Date, time, process, level: how each line of Odoo's log begins.
COMPLAINT = re.compile(r"\S+ \S+ \d+ (WARNING|ERROR|CRITICAL) ")
EXPECTED_LOG = ROOT / "tests" / "expected_log.txt"


def environment():
    """Odoo reads each of its settings from such a variable, whichever way it is started."""
    return {
        **os.environ,
        "ODOO_RC": str(CONFIG),
        "ODOO_DATA_DIR": str(DATA),
        "ODOO_ADDONS_PATH": str(ADDONS) if addons() else "",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def code_state():
    """One fingerprint per addon."""
    state = {name: _fingerprint(ADDONS / name) for name in addons()}
    # The one library that is an addon stands for all: what depends on it is upgraded along.
    state["queue_job"] = hashlib.sha256((ROOT / "requirements.txt").read_bytes()).hexdigest()[:16]
    return state


def _fingerprint(folder):
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not READ_AFRESH.intersection(path.relative_to(folder).parts):
            digest.update(f"{path.relative_to(folder)}\0".encode() + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


class Database:
    def __init__(self, name):
        # The end is what pytest-odoo calls the copy of a process that runs tests.
        if not re.fullmatch(r"[a-z][a-z0-9_]{0,50}(-gw\d+)?", name):
            raise Stop(
                f"{name!r} is no good name for a database.",
                "Use small letters, digits and underscores, beginning with a letter.",
            )
        self.name = name
        self.files = DATA / "filestore" / name

    def exists(self):
        return bool(postgres.query(f"SELECT 1 FROM pg_database WHERE datname = '{self.name}'"))

    def stamp(self):
        """What its comment says: {} for a database that we did not make, or not to the end."""
        comment = postgres.query(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database"
            f" WHERE datname = '{self.name}'"
        )
        try:
            stamp = json.loads(comment)
        except ValueError:
            return {}
        # The files of its attachments are here only if it was made here.
        return stamp if stamp.get("checkout") == checkout_id() else {}

    def _write_stamp(self, code, clean=False):
        stamp = {"checkout": checkout_id(), "code": code, "clean": clean}
        postgres.query(f"COMMENT ON DATABASE {self.name} IS '{json.dumps(stamp)}'")

    def drop(self):
        # Whoever is connected to a database that is being replaced has to let it go.
        postgres.query(
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{self.name}'"
        )
        postgres.query(f'DROP DATABASE IF EXISTS "{self.name}"')
        shutil.rmtree(self.files, ignore_errors=True)

    def copy_from(self, template):
        postgres.query(f"CREATE DATABASE {self.name} TEMPLATE {template.name}")
        # PostgreSQL leaves out the comment.
        self._write_stamp(template.stamp()["code"])
        self.copy_files_from(template)

    def copy_files_from(self, template):
        """Attachments are never changed in place, so a link is as good as a copy."""
        if template.files.is_dir():
            shutil.rmtree(self.files, ignore_errors=True)
            shutil.copytree(template.files, self.files, copy_function=os.link)

    def become(self, name):
        """Take the place of the database of that name, which is dropped."""
        target = Database(name)
        target.drop()
        postgres.query(f"ALTER DATABASE {self.name} RENAME TO {name}")
        if self.files.is_dir():
            self.files.rename(target.files)
        return target

    def create(self, modules, with_demo=True):
        """Install modules and tell the story of the demo marketplace, all of it or nothing.

        Return the lines of Odoo's log that should not be there.
        """
        return self._create(
            lambda draft: (
                draft._init(f"--country={COUNTRY}")
                + draft._load(f"--load-language={LANGUAGE}", f"--init={','.join(modules)}")
                + (draft._load_demo() if with_demo else [])
            )
        )

    def create_as_odoo_does(self, stock, ours=()):
        """Install stock modules with their demo data, which Odoo's tests expect; ours without."""

        def fill(draft):
            complaints = draft._init("--with-demo")
            complaints += draft._load("--with-demo", f"--init={','.join(stock)}")
            if ours:
                # Odoo loads demo data of a module if all that it depends on has its own.
                postgres.query("UPDATE ir_module_module SET demo = false", draft.name)
                complaints += draft._load(f"--init={','.join(ours)}")
            return complaints

        return self._create(fill)

    def _create(self, fill):
        """Make it under another name until all is complete."""
        need_space(DATA, 1, "The database")
        code = code_state()
        draft = Database(f"{self.name}_draft")
        draft.drop()
        with step(f"Creating the database {self.name}"):
            complaints = fill(draft)
        draft._write_stamp(code, clean=not complaints)
        draft.become(self.name)
        return complaints

    def changed_modules(self):
        """The modules whose code is not what this database was made from."""
        made_from = self.stamp().get("code", {})
        return [name for name, state in code_state().items() if made_from.get(name) != state]

    def upgrade(self, changed):
        """Bring changed modules up to their code; Odoo takes along those that depend on them."""
        known = self.stamp()["code"]
        code = code_state()
        lists = {
            "--init": [name for name in changed if name not in known],
            "--update": [name for name in changed if name in known],
        }
        with step(f"Upgrading {self.name}: changed since it was made: {', '.join(changed)}"):
            self._load(*(f"{key}={','.join(names)}" for key, names in lists.items()))
        self._write_stamp(code)

    def _init(self, *options):
        return self._run_odoo("db", "init", self.name, *options)

    def _load(self, *options):
        stay_off = ("--no-http", "--stop-after-init")
        with following_modules() as watch:
            return self._run_odoo(
                "server", f"--database={self.name}", *options, *stay_off, watch=watch
            )

    def _load_demo(self):
        with step("Telling the story of the demo marketplace"), LOAD_DEMO.open() as script:
            return self._run_odoo(
                "shell", f"--database={self.name}", "--no-http",
                stdin=script, demo_of=",".join(addons()),
            )

    def _run_odoo(self, *command, watch=None, stdin=subprocess.DEVNULL, demo_of=""):
        """Run one of Odoo's commands; return the lines of its log that should not be there."""
        log = LOGS / f"{self.name}_{command[0]}.log"
        run(
            [PYTHON, "-m", "odoo", *command],
            log=log,
            watch=watch,
            stdin=stdin,
            env={**environment(), "DEMO_OF": demo_of},
            problem=f"The database {self.name} could not be made or upgraded.",
        )
        return unexpected_lines(log)


def expected_log():
    """The pattern of what Odoo may complain of."""
    reasons = EXPECTED_LOG.read_text().splitlines()
    patterns = [line for line in reasons if line and not line.startswith("#")]
    return re.compile("|".join(patterns) or "(?!)")


def unexpected_lines(log):
    """What Odoo complained of; some errors do not stop it, such as an addon that is not found."""
    expected = expected_log()
    lines = log.read_text(errors="replace").splitlines()
    return [li for li in lines if COMPLAINT.match(li) and not expected.search(li)]


@contextlib.contextmanager
def following_modules():
    """Show Odoo's own count of the modules it loads."""
    progress = Progress()

    def watch(line):
        if match := re.search(r"Loading module (\w+) \((\d+)/(\d+)\)", line):
            progress.show(f"{match[2]}/{match[3]} {match[1]}")

    try:
        yield watch
    finally:
        progress.close()

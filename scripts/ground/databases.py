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
    """One fingerprint per addon, and one for the libraries."""
    state = {name: _fingerprint(ADDONS / name) for name in addons()}
    state["libraries"] = hashlib.sha256((ROOT / "requirements.txt").read_bytes()).hexdigest()[:16]
    return state


def _fingerprint(folder):
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not READ_AFRESH.intersection(path.relative_to(folder).parts):
            digest.update(f"{path.relative_to(folder)}\0".encode() + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


class Database:
    def __init__(self, name):
        if not re.fullmatch(r"[a-z][a-z0-9_]{0,50}", name):
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

    def write_stamp(self, **more):
        stamp = {"checkout": checkout_id(), "code": code_state(), **more}
        postgres.query(f"COMMENT ON DATABASE {self.name} IS '{json.dumps(stamp)}'")

    def drop(self):
        # Whoever is connected to a database that is being replaced has to let it go.
        postgres.query(
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{self.name}'"
        )
        postgres.query(f"DROP DATABASE IF EXISTS {self.name}")
        shutil.rmtree(self.files, ignore_errors=True)

    def copy_from(self, template):
        postgres.query(f"CREATE DATABASE {self.name} TEMPLATE {template.name}")
        # Attachments are never changed in place, so a link is as good as a copy.
        if template.files.is_dir():
            shutil.copytree(template.files, self.files, copy_function=os.link)

    def become(self, name):
        """Take the place of the database of that name, which is dropped."""
        target = Database(name)
        target.drop()
        postgres.query(f"ALTER DATABASE {self.name} RENAME TO {name}")
        if self.files.is_dir():
            self.files.rename(target.files)
        return target

    def create(self, install=(), demo=True):
        """Install the addons into a new database, under another name until it is complete."""
        need_space(DATA, 1, "The database")
        modules = [*addons(), *install]
        draft = Database(f"{self.name}_draft")
        draft.drop()
        with step(f"Creating the database {self.name} with {', '.join(modules)}"):
            options = ["--with-demo"] if demo else []
            draft._load(["--init", ",".join(modules), *options])
        draft.write_stamp(fresh=True)
        return draft.become(self.name)

    def upgrade(self, changed):
        """Bring the addons whose code changed up to it; Odoo takes those that depend on them."""
        with step(f"Upgrading {self.name}: {', '.join(changed)} changed"):
            self._load(["--init", ",".join(changed), "--update", ",".join(changed)])
        self.write_stamp()

    def changed_addons(self):
        made_from = self.stamp().get("code", {})
        return [name for name, state in code_state().items() if made_from.get(name) != state]

    def _load(self, options):
        log = LOGS / f"{self.name}.log"
        with following_modules() as watch:
            run(
                [PYTHON, "-m", "odoo", "server", "-d", self.name, "--no-http", "--stop-after-init",
                 *options],
                log=log,
                watch=watch,
                env=environment(),
                problem=f"The addons could not be installed in {self.name}.",
            )  # fmt: skip
        self.check_log(log)

    @staticmethod
    def check_log(log):
        """Odoo carries on after some errors while loading; we do not."""
        failed = [line for line in log.read_text().splitlines() if re.search(r"Some modules|not loaded|CRITICAL", line)]
        if failed:
            raise Stop("\n".join(["Odoo did not load every addon:", *failed[:10]]), f"Full log: {log}")


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

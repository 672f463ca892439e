"""Odoo's own tests, with our addons and without: what fails only with ours is our fault."""

import ast
import re
import socket

from console import Progress, Stop, run, say
from databases import DEMO_MODULES, Database, environment
from places import ADDON_NAMES, ADDONS, LOGS, PYTHON, addons

TESTED = [
    "account_payment",
    "payment",
    "portal",
    "sale",
    "sale_stock",
    "website_sale",
    "website_sale_stock",
]
# How Odoo's log names the method that failed, and the class that could not even start.
FAILED_TEST = re.compile(
    r" odoo\.addons\.(\w+)\.tests\.\S+: (?:FAIL|ERROR): (?:Subtest )?(\w+)\.(\w+)"
)
FAILED_CLASS = re.compile(r": ERROR: setUpClass \(odoo\.addons\.(\w+)\.tests\.\S*\.(\w+)\)")


def compare():
    """Run them in both databases; what fails only with ours gets a second chance, alone."""
    with_ours = _prepared("marketplace_odoo_with", addons())
    without = _prepared("marketplace_odoo_without", [])
    tags = [f"post_install/{module}" for module in TESTED]
    baseline = _failures(without, tags)
    say(f"  {len(baseline)} fail in stock Odoo on this machine. {' '.join(sorted(baseline))}")
    ours = _failures(with_ours, tags) - baseline
    if ours:
        say(f"· Once more, alone: {' '.join(sorted(ours))}")
        ours &= _failures(with_ours, sorted(ours))
    if ours:
        raise Stop("These tests of Odoo fail only with our addons:\n  " + "\n  ".join(sorted(ours)))
    say("✓ No test of Odoo fails only with our addons.")
    return 0


def _stock_modules():
    """What our addons stand on, so that both databases differ by our addons alone."""
    manifests = [ADDONS / name / "__manifest__.py" for name in addons()]
    depends = {name for path in manifests for name in ast.literal_eval(path.read_text())["depends"]}
    return sorted(depends - set(ADDON_NAMES))


def _prepared(name, ours):
    database = Database(name)
    if not database.stamp() or set(ours) & set(database.changed_modules()):
        database.create_as_odoo_does([*_stock_modules(), *DEMO_MODULES], ours)
    return database


def _failures(database, tags):
    """Run what the tags select; return the failing tests as tags that select them again."""
    failed = set()
    ended = []
    progress = Progress()

    def watch(line):
        if match := FAILED_TEST.search(line):
            failed.add(f"/{match[1]}:{match[2]}.{match[3]}")
        elif match := FAILED_CLASS.search(line):
            failed.add(f"/{match[1]}:{match[2]}")
        elif ": Starting " in line:
            ended.append(line)
            progress.show(f"{len(ended)} tests, {len(failed)} failed")
        elif "tests when loading database" in line:
            ended.append("all")

    log = LOGS / f"{database.name}_tests.log"
    say(f"· Odoo's own tests in {database.name}, which takes a long while; log: {log}")
    # Odoo ends with an error when a test fails: which one is what we want to know.
    run(
        [
            *(PYTHON, "-m", "odoo", "server", f"--database={database.name}"),
            *(f"--test-tags={','.join(tags)}", f"--http-port={_free_port()}"),
        ],
        log=log,
        watch=watch,
        env={**environment(), "ODOO_QUEUE_JOB_CHANNELS": "root:0"},
    )
    progress.close()
    if ended[-1:] != ["all"]:
        raise Stop("Odoo did not run its tests to the end.", f"See {log}")
    return failed


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]

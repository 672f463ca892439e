"""scripts/bench: how fast it is, as a ratio against a named reference in the same run."""

import os

import postgres
import setup
from console import Stop, hand_over, need_space
from databases import Database, environment
from places import DATA, LOGS, PYTHON, ROOT, addons

BENCHMARKS = ROOT / "scripts" / "benchmarks"
# Those that compare with a database of the same modules of Odoo, without ours.
AGAINST_STOCK = {"confirm", "settlement"}
HELP = """\
Usage: scripts/bench NAME [SIZE]

  scripts/bench merchants          screens and runs with 5,000 merchants
  scripts/bench merchants 500      the same with another number of them, to see how it grows
  scripts/bench confirm            confirming an order, against stock Odoo
  scripts/bench settlement         a million entries settled, against SQL, stock Odoo and OCA
  scripts/bench settlement 50000   the same with fewer entries

Makes a database of its own, prints each figure as it is measured, and drops the database.
"""


def main(arguments):
    known = sorted(path.stem for path in BENCHMARKS.glob("[!_]*.py") if path.stem != "filling")
    if not arguments or not arguments[0].isalpha() or len(arguments) > 2:
        print(HELP, end="")
        return 0
    name, *size = arguments
    if name not in known:
        raise Stop(f"There is no benchmark named {name!r}.", f"There are: {', '.join(known)}")
    if size and not size[0].isdigit():
        raise Stop(f"{size[0]!r} is no number.", HELP)
    with setup.ready(with_tests=True):
        return _measure(name, size)


def _measure(name, size):
    need_space(DATA, 4, "The benchmark")
    database = Database(f"marketplace_bench_{os.getpid()}")
    complaints = database.create(addons(), with_demo=False)
    if complaints:
        raise Stop("The addons do not install without a complaint.", f"See {LOGS}")
    databases = [database]
    try:
        if name in AGAINST_STOCK:
            databases.append(_make_stock(database))
        names = [each.name for each in databases]
        return hand_over([PYTHON, BENCHMARKS / f"{name}.py", *names, *size], environment())
    finally:
        for each in databases:
            each.drop()


def _make_stock(database):
    """Make a database with the modules of Odoo that the other one has, and none of ours."""
    modules = postgres.query(
        "SELECT name FROM ir_module_module WHERE state = 'installed'"
        " AND name NOT LIKE 'marketplace\\_%'",
        database.name,
    )
    stock = Database(f"{database.name}_stock")
    complaints = stock.create(modules.split(), with_demo=False)
    if complaints:
        raise Stop("Odoo's own modules do not install without a complaint.", f"See {LOGS}")
    return stock

"""Screens and runs of `marketplace_merchant` with the records of a big marketplace.

Screens are compared with the same kind of screen of stock Odoo over as many rows: the data that the
web client asks for, taken turn by turn. Runs are compared with the same work done record by record.
"""

import random
import statistics
import sys
import time

import odoo
from filling import fill
from lxml import etree
from odoo.api import SUPERUSER_ID, Environment
from odoo.modules.registry import Registry

TURNS = 40
ROWS_OF_A_PAGE = 80
COUNT_LIMIT = 10001  # as the web client counts
OURS = "marketplace_merchant"


def main(database, size="5000"):
    odoo.tools.config.parse_config(["--no-http", f"--database={database}", "--log-level=error"])
    registry = Registry(database)
    with registry.cursor() as cr:
        env = Environment(cr, SUPERUSER_ID, {})
        started = time.monotonic()
        merchants = fill(env, int(size))
        officer = make_officer(env)
        cr.commit()
        print(f"{size} merchants filled in {time.monotonic() - started:.0f} s", flush=True)
    measure_screens(registry, officer, merchants)


def make_officer(env):
    groups = ("group_onboarding_officer", "group_merchant_manager")
    return env["res.users"].create({
        "name": "Officer", "login": "bench_officer",
        "group_ids": [env.ref(f"marketplace_merchant.{name}").id for name in groups],
    }).id  # fmt: skip


# === SCREENS === #

def measure_screens(registry, uid, merchants):
    def partner_of(env):
        merchant = env["marketplace.merchant"].browse(random.choice(merchants))
        return merchant.sudo().partner_id.id

    stock_list = ListScreen("base.action_partner_form")
    stock_form = FormScreen("base.action_partner_form", partner_of)
    pairs = [
        ("application queue", ListScreen(f"{OURS}.merchant_application_action"), stock_list),
        ("merchant list", ListScreen(f"{OURS}.merchant_action"), stock_list),
        (
            "merchant form",
            FormScreen(f"{OURS}.merchant_action", lambda env: random.choice(merchants)),
            stock_form,
        ),
    ]
    print(f"\n{'screen':<20}{'ours':>10}{'stock':>10}{'ratio':>8}{'queries':>9}{'stock':>7}")
    for name, ours, stock in pairs:
        report(name, *compare(registry, uid, ours, stock))


def compare(registry, uid, ours, stock):
    """Return for both the milliseconds of each turn, and the queries of the last one."""
    times, queries = ([], []), [0, 0]
    for turn in range(TURNS + 5):
        for which, screen in enumerate((ours, stock)):
            with registry.cursor() as cr:
                env = Environment(cr, uid, {"lang": "en_US", "tz": "UTC"})
                screen.prepare(env)
                before, started = cr.sql_log_count, time.perf_counter()
                screen.load(env)
                if turn >= 5:  # the first turns fill caches
                    times[which].append((time.perf_counter() - started) * 1000)
                queries[which] = cr.sql_log_count - before
    return times, queries


def report(name, times, queries):
    ours, stock = map(statistics.median, times)
    print(
        f"{name:<20}{ours:>8.1f}ms{stock:>8.1f}ms{ours / stock:>8.2f}"
        f"{queries[0]:>9}{queries[1]:>7}",
        flush=True,
    )


class Screen:
    """What the web client asks for when a person opens a screen, its view being loaded already."""

    view_type = None

    def __init__(self, action):
        self.action = action
        self.specification = None

    def prepare(self, env):
        if self.specification is None:
            action = env["ir.actions.act_window"]._for_xml_id(self.action)
            self.model = action["res_model"]
            views = env[self.model].get_views([(False, self.view_type)])
            arch = etree.fromstring(views["views"][self.view_type]["arch"])
            self.specification = read_specification(env, self.model, arch)


class ListScreen(Screen):
    view_type = "list"

    def load(self, env):
        env[self.model].web_search_read(
            [], self.specification, limit=ROWS_OF_A_PAGE, count_limit=COUNT_LIMIT
        )


class FormScreen(Screen):
    view_type = "form"

    def __init__(self, action, choose):
        super().__init__(action)
        self.choose = choose

    def prepare(self, env):
        super().prepare(env)
        self.record = env[self.model].browse(self.choose(env))
        env.invalidate_all()

    def load(self, env):
        self.record.web_read(self.specification)


def read_specification(env, model, node):
    """Return what the web client reads for a view: its fields, and those of lists within it."""
    specification = {}
    for child in node:
        if child.tag == "field":
            field = env[model]._fields[child.get("name")]
            specification[field.name] = read_field(env, field, child)
        else:
            specification |= read_specification(env, model, child)
    return specification


def read_field(env, field, node):
    if not field.relational:
        return {}
    inner = next((child for child in node if child.tag in ("list", "kanban")), None)
    if field.type == "many2one" or inner is None:
        return {"fields": {"display_name": {}}}
    return {"fields": read_specification(env, field.comodel_name, inner), "limit": 40}


if __name__ == "__main__":
    main(*sys.argv[1:])

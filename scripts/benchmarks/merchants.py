"""Screens and runs of `marketplace_merchant` with the records of a big marketplace.

Screens are compared with the same kind of screen of stock Odoo over as many rows: the data that the
web client asks for, taken turn by turn. Runs are compared with the same work done record by record.
"""

import contextlib
import random
import statistics
import sys
import time
from types import SimpleNamespace

from filling import LISTINGS_EACH, fill
from lxml import etree

import odoo
from odoo.api import SUPERUSER_ID, Environment
from odoo.fields import Datetime
from odoo.modules.registry import Registry

TURNS = 40
SAMPLE = 100  # records that the slow way is measured on
ROWS_OF_A_PAGE = 80
COUNT_LIMIT = 10001  # as the web client counts
OURS = "marketplace_merchant"


def main(database, size="5000"):
    odoo.tools.config.parse_config(["--no-http", f"--database={database}", "--log-level=error"])
    registry = Registry(database)
    with registry.cursor() as cr:
        env = Environment(cr, SUPERUSER_ID, {})
        started = time.monotonic()
        merchants, permits = fill(env, int(size))
        officer = make_officer(env)
        cr.commit()
        print(f"{size} merchants filled in {time.monotonic() - started:.0f} s", flush=True)
    measure_screens(registry, officer, merchants)
    measure_runs(registry, merchants, permits)


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


# === RUNS === #

def measure_runs(registry, merchants, permits):
    print(f"\n{'run':<20}{'set':>12}{'one by one':>14}{'ratio':>8}{'queries':>9}")
    with registry.cursor() as cr:
        env = Environment(cr, SUPERUSER_ID, {})
        report_run("expiry", *measure_expiry(env, permits))
        cr.rollback()
        report_run("tiers", *measure_tiers(env, merchants))
        cr.rollback()


def report_run(name, count, seconds, queries, sample, sample_seconds):
    rate, sample_rate = count / seconds, sample / sample_seconds
    print(
        f"{name:<20}{rate:>10.0f}/s{sample_rate:>12.1f}/s{rate / sample_rate:>8.0f}{queries:>9}",
        flush=True,
    )


def compare_runs(env, count, together, sample, one_by_one):
    """Time a run over all, and the loop over a sample: half of it before the run, half after.

    So whatever else the machine does meanwhile slows both.
    """
    half = len(sample) // 2
    figures = []
    for work in (
        lambda: one_by_one(sample[:half]), together, lambda: one_by_one(sample[half:]),
    ):  # fmt: skip
        with contextlib.closing(env.cr.savepoint()), measured(env) as figure:
            work()
        figures.append(figure)
    before, run, after = figures
    return count, run.seconds, run.queries, len(sample), before.seconds + after.seconds


def measure_expiry(env, permits):
    """The grace of one document of each merchant ends: all its goods leave the shop."""
    documents = env["marketplace.qualification"].browse(permits)
    env.cr.execute(
        "UPDATE marketplace_qualification SET state = 'grace', deadline = now() - interval '1 day',"
        " valid_until = now() - interval '60 days' WHERE id = ANY(%s)", [permits],
    )  # fmt: skip
    documents.invalidate_recordset()

    def advance():
        documents._advance()
        env.flush_all()
        env.cr.execute(
            "SELECT count(*) FROM product_template WHERE is_blocked AND NOT is_sellable"
            " AND merchant_id = ANY(%s)", [documents.merchant_id.ids],
        )  # fmt: skip
        expect(env.cr.fetchone()[0], len(permits) * LISTINGS_EACH, "goods off sale")

    def advance_one_by_one(ids):
        for document in documents.browse(ids):
            expire_one(document)
            env.flush_all()

    return compare_runs(env, len(permits), advance, permits[:SAMPLE], advance_one_by_one)


def expire_one(document):
    """What a loop would do: take the document to its end, and each of its goods off sale.

    Each record in a savepoint of its own, as the clock does with what it processes one by one.
    """
    with document.env.cr.savepoint():
        document._move_to("expired", system=True)
    listings = document.env["product.template"].search([
        ("merchant_id", "=", document.merchant_id.id),
        ("categ_id", "child_of", document.env.ref(f"{OURS}.category_food").id),
        ("listing_state", "=", "live"),
    ])  # fmt: skip
    for listing in listings:
        with listing.env.cr.savepoint():
            listing._move_to("taken_down", reason=f"{document.name} has expired", system=True)
    document._give_notice(f"{OURS}.mail_template_qualification_state")


def measure_tiers(env, merchants):
    """The monthly review: figures of all merchants, who moves, their history."""
    env.cr.execute("UPDATE marketplace_merchant SET tier_since = now() - interval '400 days'")
    run = env["marketplace.tier.run"]._open_run(env.company)

    def review():
        run.action_preview()
        run.action_apply()
        env.flush_all()
        expect(run.state, "applied", "state of the review")
        print(f"  of {run.merchant_count} merchants {run.up_count + run.down_count} move")

    def review_one_by_one(ids):
        for merchant in env["marketplace.merchant"].browse(ids):
            with env.cr.savepoint():
                preview_one(run, merchant)
        for line in run.line_ids:
            with env.cr.savepoint():
                apply_one(line)

    return compare_runs(env, len(merchants), review, merchants[:SAMPLE], review_one_by_one)


def preview_one(run, merchant):
    """What a loop over merchants would do for the preview: figures, tests, a line."""
    tier = grade_one(merchant)
    run.env["marketplace.tier.run.line"].create({
        "run_id": run.id, "merchant_id": merchant.id, "old_tier_id": merchant.tier_id.id,
        "aim_tier_id": tier.id, "new_tier_id": tier.id,
        "outcome": "stay" if tier == merchant.tier_id else "up",
    })  # fmt: skip


def apply_one(line):
    """What it would do afterwards: look at the figures again, and make the move."""
    tier = grade_one(line.merchant_id)
    if tier == line.new_tier_id != line.old_tier_id:
        line.env["marketplace.tier.change"].create({
            "merchant_id": line.merchant_id.id, "new_tier_id": tier.id, "reason": line.run_id.name,
        })  # fmt: skip


def grade_one(merchant):
    """Return the next tier if the merchant's figures ask for it, else the one that it is in."""
    env = merchant.env
    since = Datetime.subtract(Datetime.now(), months=12)
    orders = env["marketplace.order"].search([
        ("merchant_id", "=", merchant.id), ("state", "=", "completed"),
        ("date_completed", ">=", since),
    ])  # fmt: skip
    sold = sum(orders.mapped("amount_total"))
    refunds = orders.line_ids.invoice_lines.filtered(
        lambda item: item.parent_state == "posted" and item.move_type == "out_refund"
    )
    refund_rate = sold and 100 * sum(refunds.mapped("price_total")) / sold
    complaint_rate = orders and 100 * env["marketplace.complaint"].search_count(
        [("order_id", "in", orders.ids)]
    ) / len(orders)
    figures = {
        "sales_12m": sold, "refund_rate": refund_rate, "complaint_rate": complaint_rate or 0,
    }  # fmt: skip
    tiers = env["marketplace.tier"].search([])
    upper = tiers.filtered(lambda tier: tier.sequence > merchant.tier_id.sequence)[:1]
    tests = env["marketplace.tier.test"].search([
        ("tier_id", "=", upper.id), ("purpose", "=", "entry"), ("metric", "in", list(figures)),
    ])  # fmt: skip
    passed = tests and all(
        figures[test.metric] >= test.threshold if test.operator == ">="
        else figures[test.metric] <= test.threshold for test in tests
    )
    return upper if passed else merchant.tier_id


@contextlib.contextmanager
def measured(env):
    """Take the time and count the queries of what is done meanwhile."""
    env.flush_all()
    env.invalidate_all()
    figures = SimpleNamespace(seconds=0.0, queries=env.cr.sql_log_count)
    started = time.perf_counter()
    yield figures
    figures.seconds = time.perf_counter() - started
    figures.queries = env.cr.sql_log_count - figures.queries


def expect(found, expected, what):
    """A run that did nothing is quick: what it did is looked at."""
    if found != expected:
        raise SystemExit(f"{what}: {found} instead of {expected}")


if __name__ == "__main__":
    main(*sys.argv[1:])

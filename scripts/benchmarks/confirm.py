"""Confirming an order of 20 lines over 4 merchants, against stock Odoo with the same goods.

Stock Odoo is a database of its own: the same modules of Odoo, none of ours. Both confirm the same
kind of order turn by turn; what is compared is the queries and the time of the process.
"""

import statistics
import sys
import time

import odoo
from odoo.api import SUPERUSER_ID, Environment
from odoo.fields import Command
from odoo.modules.registry import Registry

TURNS = 40
LINES = 20
MERCHANTS = 4


def main(database, stock_database):
    names = f"{database},{stock_database}"
    odoo.tools.config.parse_config(["--no-http", f"--database={names}", "--log-level=error"])
    measure(Registry(database), Registry(stock_database))


def measure(registry, stock_registry):
    """Print what confirming costs with us and without, and how it grows with lines."""
    shop, stock = Shop(registry, MERCHANTS), Shop(stock_registry, 0)
    print(f"\n{'confirming an order':<32}{'ours':>10}{'stock':>10}{'ratio':>8}")
    for lines in (LINES, 2 * LINES):
        ours, theirs = compare(shop, stock, lines)
        name = f"{lines} lines, {MERCHANTS} merchants"
        for what, unit, digits in (("cpu", "ms", 1), ("wall", "ms", 1), ("queries", "", 0)):
            one, other = (statistics.median(run[what] for run in runs) for runs in (ours, theirs))
            label = f"{name}: {what} {unit}"
            print(f"{label:<32}{one:>10.{digits}f}{other:>10.{digits}f}{one / other:>8.2f}")
    sys.stdout.flush()


def compare(shop, stock, lines):
    """Return the runs of both, taken turn by turn; the first ones, which warm up, are left out."""
    runs = ([], [])
    for turn in range(TURNS + 5):
        for which, place in enumerate((shop, stock)):
            figures = place.confirm(lines)
            if turn >= 5:
                runs[which].append(figures)
    return runs


class Shop:
    """Goods in stock, of merchants or of the company, and a customer."""

    def __init__(self, registry, merchants):
        self.registry = registry
        with registry.cursor() as cr:
            env = Environment(cr, SUPERUSER_ID, {})
            self.partner = env["res.partner"].create({"name": "Customer"}).id
            sellers = [make_merchant(env, number) for number in range(merchants)] or [None]
            self.goods = [
                make_product(env, number, sellers[number % len(sellers)])
                for number in range(2 * LINES)
            ]
            cr.commit()

    def confirm(self, lines):
        """Return what confirming a new order of ``lines`` lines takes; the order is forgotten."""
        with self.registry.cursor() as cr:
            env = Environment(cr, SUPERUSER_ID, {"tracking_disable": False})
            order = env["sale.order"].create({
                "partner_id": self.partner,
                "order_line": [
                    Command.create({"product_id": product, "product_uom_qty": 1})
                    for product in self.goods[:lines]
                ],
            })
            env.flush_all()
            env.invalidate_all()
            queries = cr.sql_log_count
            wall, cpu = time.perf_counter(), time.process_time()
            order.action_confirm()
            env.flush_all()
            figures = {
                "cpu": (time.process_time() - cpu) * 1000,
                "wall": (time.perf_counter() - wall) * 1000,
                "queries": cr.sql_log_count - queries,
            }
            cr.rollback()
        return figures


def make_merchant(env, number):
    partner = env["res.partner"].create({"name": f"Seller {number}", "is_company": True})
    return env["marketplace.merchant"].create({
        "partner_id": partner.id,
        "tier_id": env["marketplace.tier"].search([], limit=1).id,
    })._move_to("active", system=True)  # fmt: skip


def make_product(env, number, merchant):
    values = {
        "name": f"Goods {number}", "type": "consu", "is_storable": True, "list_price": 10 + number,
        "taxes_id": [Command.clear()],
    }  # fmt: skip
    if merchant:
        values["merchant_id"] = merchant.id
    product = env["product.product"].create(values)
    if merchant:
        product._set_merchant_stock(1000)
    else:
        location = env["stock.warehouse"].search([], limit=1).lot_stock_id
        env["stock.quant"]._update_available_quantity(product, location, 1000)
    return product.id


if __name__ == "__main__":
    main(*sys.argv[1:])

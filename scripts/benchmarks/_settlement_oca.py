"""OCA's commission addons on lines like ours, in a database and a folder of their own.

They are fetched from PyPI for the benchmark and thrown away with it; nothing of ours uses them.
"""

import contextlib
import os
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

LINES = 10_000
ADDONS = ("commission_oca", "account_commission_oca", "sale_commission_oca")
VERSION = "19.0.*"


def measure(database, each):
    """Install the addons into the database, settle there, and return lines per second.

    :param int each: how many lines one agent has, in one settlement
    """
    with tempfile.TemporaryDirectory() as folder:
        addons = fetch(Path(folder))
        environment = {
            **os.environ, "ODOO_ADDONS_PATH": str(addons), "PYTHONDONTWRITEBYTECODE": "1",
        }  # fmt: skip
        odoo = [sys.executable, "-m", "odoo", f"--database={database}", "--no-http"]
        subprocess.run(
            [*odoo, f"--init={ADDONS[-1]}", "--stop-after-init", "--log-level=error"],
            env=environment, check=True,
        )  # fmt: skip
        settled = subprocess.run(
            [sys.executable, __file__, database, str(each)],
            env=environment, check=True, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        return float(settled.stdout.split()[-1])


def fetch(folder):
    """Return the folder of the addons, unpacked but not installed."""
    wanted = [f"odoo-addon-{name}=={VERSION}" for name in ADDONS]
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    subprocess.run([*pip, f"--dest={folder}", *wanted], check=True)
    for wheel in folder.glob("*.whl"):
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(folder)
    return folder / "odoo" / "addons"


def main(database, each):
    import odoo
    from odoo.api import SUPERUSER_ID, Environment
    from odoo.modules.registry import Registry

    odoo.tools.config.parse_config(["--no-http", f"--database={database}", "--log-level=error"])
    with contextlib.closing(Registry(database).cursor()) as cr:
        env = Environment(cr, SUPERUSER_ID, {})
        fill(env, int(each))
        wizard = env["commission.make.settle"].create({
            "settlement_type": "sale_invoice", "date_to": odoo.fields.Date.today(),
        })  # fmt: skip
        started = time.perf_counter()
        wizard.action_settle()
        env.flush_all()
        cr.commit()
        seconds = time.perf_counter() - started
        settled = env["commission.settlement.line"].search_count([])
        if settled != LINES:
            raise SystemExit(f"OCA: {settled} lines settled instead of {LINES}")
        print(LINES / seconds)


def fill(env, each):
    """Have posted invoice lines with an agent each, all like one that was made by Odoo."""
    from filling import copies, spread

    from odoo.fields import Command, Date

    commission = env["commission"].create({
        "name": "8 %", "fix_qty": 8.0, "settlement_type": "sale_invoice",
    })  # fmt: skip
    agent = env["res.partner"].create({
        "name": "Agent", "agent": True, "commission_id": commission.id, "settlement": "monthly",
    })  # fmt: skip
    invoice = env["account.move"].create({
        "move_type": "out_invoice",
        "partner_id": env["res.partner"].create(
            {"name": "Shopper", "commission_agent_ids": [Command.set(agent.ids)]}
        ).id,
        "invoice_date": Date.subtract(Date.today(), days=70),
        "invoice_line_ids": [Command.create({
            "product_id": env["product.product"].create({"name": "Cup"}).id, "price_unit": 100.0,
            "tax_ids": False,
        })],
    })  # fmt: skip
    invoice.action_post()
    line = invoice.invoice_line_ids
    agents = copies(env, agent, LINES // each, {"name": "'Agent ' || n"})
    moves = copies(env, invoice, LINES, {"name": "'BENCH/' || n"})[0]
    lines = copies(env, line, LINES, {"move_id": f"{moves} + n - 1"})[0]
    copies(env, line.agent_ids, LINES, {
        "object_id": f"{lines} + n - 1", "invoice_id": f"{moves} + n - 1",
        "agent_id": spread(agents),
    })  # fmt: skip
    agent.agent = False
    env.cr.execute("ANALYZE")
    env.cr.commit()
    env.invalidate_all()


if __name__ == "__main__":
    main(*sys.argv[1:])

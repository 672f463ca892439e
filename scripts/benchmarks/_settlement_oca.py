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

# Lines of an agent and of an invoice, as our merchants and orders have them.
EACH = 200
INVOICED = 10
# So many of the agents are settled while the clock runs.
AGENTS = 50
ADDONS = ("commission_oca", "account_commission_oca", "sale_commission_oca")
VERSION = "19.0.*"


def measure(database, count):
    """Install the addons into the database, settle there, and return lines per second.

    A settlement takes the longer the more settlements there are, as the addons have no index for
    what they look up. So agents from the middle are measured: half of the lines are settled before,
    and the whole takes on average what those take.

    :param int count: how many lines there are
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
            [sys.executable, __file__, database, str(count)],
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


def main(database, count):
    import odoo
    from odoo.api import SUPERUSER_ID, Environment
    from odoo.modules.registry import Registry

    odoo.tools.config.parse_config(["--no-http", f"--database={database}", "--log-level=error"])
    with contextlib.closing(Registry(database).cursor()) as cr:
        env = Environment(cr, SUPERUSER_ID, {})
        agents = fill(env, int(count))
        before = env["commission.settlement.line"].search_count([])
        wizard = settling(env, agents)
        started = time.perf_counter()
        wizard.action_settle()
        env.flush_all()
        cr.commit()
        seconds = time.perf_counter() - started
        settled = env["commission.settlement.line"].search_count([]) - before
        if settled != len(agents) * EACH:
            raise SystemExit(f"OCA: {settled} lines settled instead of {len(agents) * EACH}")
        print(settled / seconds)


def settling(env, agents):
    from odoo.fields import Command, Date

    return env["commission.make.settle"].create({
        "settlement_type": "sale_invoice", "date_to": Date.today(),
        "agent_ids": [Command.set(agents)],
    })  # fmt: skip


def fill(env, count):
    """Have posted invoice lines with an agent each, half of them settled, all made like Odoo's.

    :return: the ids of the agents to settle
    """
    from filling import copies

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
    agents = count // EACH
    agent = copies(env, agent, agents, {"name": "'Agent ' || n"})[0]
    move = copies(env, invoice, count // INVOICED, {"name": "'BENCH/' || n"})[0]
    line = copies(env, line, count, {"move_id": f"{move} + (n - 1) / {INVOICED}"})[0]
    # One invoice after the other, each of the next agent; the first agents are settled.
    settled = agents // 2
    owner = f"mod((n - 1) / {INVOICED}, {agents})"
    owned = copies(env, invoice.invoice_line_ids.agent_ids, count, {
        "object_id": f"{line} + n - 1", "invoice_id": f"{move} + (n - 1) / {INVOICED}",
        "agent_id": f"{agent} + {owner}", "settled": f"{owner} < {settled}",
    })[0]  # fmt: skip
    settling(env, invoice.invoice_line_ids.agent_ids.agent_id.ids).action_settle()
    done = env["commission.settlement"].search([])
    settlement = copies(env, done, settled, {"agent_id": f"{agent} + n - 1"})[0]
    owner = f"mod((n - 1) / {INVOICED}, {settled})"
    number = (
        f"((n - 1) / {settled * INVOICED} * {agents} + {owner}) * {INVOICED}"
        f" + mod(n - 1, {INVOICED})"
    )
    copies(env, done.line_ids, settled * EACH, {
        "settlement_id": f"{settlement} + {owner}", "agent_id": f"{agent} + {owner}",
        "invoice_agent_line_id": f"{owned} + {number}", "invoice_line_id": f"{line} + {number}",
    })  # fmt: skip
    env.cr.execute("ANALYZE")
    env.cr.commit()
    env.invalidate_all()
    return list(range(agent + settled, agent + agents))[:AGENTS]


if __name__ == "__main__":
    main(*sys.argv[1:])

"""Fills a database with what waits to be settled: entries of orders, and their invoices' items."""

from filling import Prototype, copies

from odoo.fields import Command
from odoo.tools import SQL

# What one order makes: lines with their commission, freight and a coupon of the platform.
ORDER = [
    ("sale", "113.00"), ("commission", "-9.04"), ("sale", "30.00"), ("commission", "-2.40"),
    ("sale", "9.90"), ("commission", "-0.79"), ("sale", "0.40"), ("commission", "-0.03"),
    ("shipping", "10.00"), ("subsidy", "5.00"),
]  # fmt: skip
SOLD = [amount for kind, amount in ORDER if kind in ("sale", "shipping")]


def fill_entries(env, count, each=200, invoiced=False):
    """Have so many available entries, ten of each order.

    :param int each: the entries of one merchant
    :param bool invoiced: whether what was sold has its journal items
    """
    first = Prototype(env)
    merchants, orders = count // each, count // len(ORDER)
    partner = copies(env, first.merchant.partner_id, merchants, {
        "name": "'Maker ' || n", "complete_name": "'Maker ' || n",
    })[0]  # fmt: skip
    merchant = copies(env, first.merchant, merchants, {
        "partner_id": f"{partner} + n - 1", "name": "'Maker ' || n", "code": "'B' || n",
        "licence_number": "'BENCH' || n", "licence_hash": "md5(n::text)", "manager_id": None,
    })[0]  # fmt: skip
    sale = copies(env, first.order.sale_order_id, orders, {"name": "'SB' || n"})[0]
    order = copies(env, first.order, orders, {
        "merchant_id": f"{merchant} + mod(n - 1, {merchants})",
        "sale_order_id": f"{sale} + n - 1", "name": "'MB' || n",
    })[0]  # fmt: skip
    item = fill_items(env, orders * len(SOLD), merchant, merchants, partner) if invoiced else None
    env.cr.execute(SQL(
        """
        INSERT INTO marketplace_balance_entry (
               merchant_id, company_id, currency_id, kind, amount, state, order_id, source_model,
               source_id, move_line_id, date, create_uid, write_uid, create_date, write_date)
        SELECT %(merchant)s + mod(n / %(each)s, %(merchants)s), %(company)s, %(currency)s,
               (%(kinds)s::text[])[part], (%(amounts)s::numeric[])[part], 'available',
               %(order)s + n / %(each)s, 'bench', n,
               CASE WHEN part IN (1, 3, 5, 7, 9)
                    THEN %(item)s::int + n / %(each)s * %(sold)s + part / 2 END,
               current_date - 40, 1, 1, now(), now()
          FROM (SELECT n, mod(n, %(each)s) + 1 AS part
                  FROM generate_series(0, %(count)s - 1) AS n) AS entry
        """,
        merchant=merchant, merchants=merchants, company=env.company.id,
        currency=env.company.currency_id.id, order=order, count=count, each=len(ORDER),
        kinds=[kind for kind, _amount in ORDER], amounts=[amount for _kind, amount in ORDER],
        item=item, sold=len(SOLD),
    ))  # fmt: skip
    env.cr.execute(
        """
        INSERT INTO marketplace_wallet (
               merchant_id, company_id, currency_id, available, held, in_transit, paid, debt)
        SELECT merchant_id, company_id, currency_id, SUM(amount), 0, 0, 0, 0
          FROM marketplace_balance_entry WHERE source_model = 'bench'
         GROUP BY merchant_id, company_id, currency_id
        """
    )
    fill_history(env, merchant, merchants)
    env.cr.commit()
    with env.cr._cnx.cursor() as cr:
        cr.execute("ANALYZE")
    env.cr.commit()
    env.invalidate_all()


def fill_history(env, merchant, merchants):
    """Have the statements of the year before: nobody begins with a million entries."""
    env.cr.execute(SQL(
        """
        INSERT INTO marketplace_statement (
               name, merchant_id, company_id, currency_id, date_from, date_to, state, amount_gross,
               amount_fee, amount_net, create_uid, write_uid, create_date, write_date)
        SELECT 'OLD' || month || '/' || n, %(merchant)s + n, %(company)s, %(currency)s,
               current_date - 40 - 30 * month, current_date - 11 - 30 * month, 'paid', 100, 8, 92,
               1, 1, now(), now()
          FROM generate_series(1, 12) AS month, generate_series(0, %(merchants)s - 1) AS n
        """,
        merchant=merchant, merchants=merchants, company=env.company.id,
        currency=env.company.currency_id.id,
    ))  # fmt: skip


def fill_items(env, count, merchant, merchants, partner):
    """Have a posted entry for each thing sold, with its item on the clearing account.

    :return: the id of the first of those items; the others follow
    """
    company = env.company
    receivable = env["account.account"].search(
        [("account_type", "=", "asset_receivable"), ("company_ids", "in", company.ids)], limit=1
    )
    move = env["account.move"].create({
        "move_type": "entry",
        "journal_id": env["account.journal"].create(
            {"name": "Sold", "code": "SOLD", "type": "general"}
        ).id,
        "line_ids": [
            Command.create({"name": "Sold", "account_id": receivable.id, "balance": 10.0}),
            Command.create({
                "name": "Sold", "balance": -10.0,
                "account_id": company.marketplace_clearing_account_id.id,
            }),
        ],
    })  # fmt: skip
    move._post(soft=False)
    moves = copies(env, move, count, {"name": "'BENCH/' || n"})[0]
    amount = f"(ARRAY[{','.join(SOLD)}])[mod(n - 1, {len(SOLD)}) + 1]"
    owner = f"mod((n - 1) / {len(SOLD)}, {merchants})"
    common = {
        "move_id": f"{moves} + n - 1", "move_name": "'BENCH/' || n",
        "partner_id": f"{partner} + {owner}",
    }  # fmt: skip
    first = None
    for line, sign in ((move.line_ids[0], ""), (move.line_ids[1], "-")):
        amounts = dict.fromkeys(
            ("balance", "amount_currency", "amount_residual", "amount_residual_currency"),
            f"{sign}{amount}",
        )
        side = "credit" if sign else "debit"
        if sign:
            common["merchant_id"] = f"{merchant} + {owner}"
        first = copies(env, line, count, {**common, **amounts, side: amount})[0]
    return first

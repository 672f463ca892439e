"""What settling costs, against bare SQL, stock Odoo and OCA's commissions, in one run.

Parts: ``statements`` draws up statements of all entries, and settles as many with OCA's addons;
``runners`` draws them up with one and with two processes; ``posting`` posts 1,000 statements;
``confirm`` confirms orders. What is compared works on copies of one database, so that each meets
the same rows.
"""

import contextlib
import subprocess
import sys
import time

import _settlement_oca
import confirm
from _settlement_filling import fill_entries

import odoo
from odoo.api import SUPERUSER_ID, Environment
from odoo.modules.registry import Registry
from odoo.tools import SQL

from odoo.addons.queue_job.job import Job

SMALL = 10_000
STATEMENTS = 1_000
BATCH = 500
JOB = 100
TURNS = 3


def main(database, stock, size="1000000", *parts):
    """Measure the parts, by default all.

    :param str database: with all addons
    :param str stock: with the same modules of Odoo, without ours
    :param str size: how many entries
    """
    odoo.tools.config.parse_config(["--no-http", f"--database={database}", "--log-level=error"])
    for part in parts or PARTS:
        PARTS[part](database, stock, int(size))


# === STATEMENTS === #

def measure_statements(database, stock, size):
    """Draw up all statements; the bare SQL does the same reads and writes on the same tables.

    OCA's addons settle as many lines of as many agents.
    """
    rates = {}
    for count in sorted({min(SMALL, size), size}):
        with copy_of(database, "filled") as filled:
            fill(filled, count)
            with copy_of(filled, "bare") as bare:
                limit = count / bare_statements(bare)
            with copy_of(filled, "ours") as ours:
                seconds, memory = our_statements(ours)
                check(ours, count)
            rates[count] = count / seconds
            print(
                f"statements: {count:>9,} entries: {rates[count]:>8,.0f}/s,"
                f" bare SQL {limit:>8,.0f}/s, ratio {rates[count] / limit:.2f},"
                f" memory {min(memory):.0f} to {max(memory):.0f} MB",
                flush=True,
            )
    if len(rates) == 2:
        small, large = rates.values()
        print(f"statements: an entry costs {small / large:.2f} times that of {SMALL:,} entries")
    with copy_of(stock, "oca") as settling:
        oca = _settlement_oca.measure(settling, size)
    print(f"statements: OCA {oca:,.0f}/s, ours {rates[size] / oca:.0f} times as fast", flush=True)


def fill(database, count):
    with environment(database) as env:
        started = time.monotonic()
        fill_entries(env, count)
        print(f"{count:,} entries filled in {time.monotonic() - started:.0f} s", flush=True)


def our_statements(database):
    """Draw them up as the cron does without a job runner; the memory is looked at each time."""
    with environment(database) as env:
        run = start_run(env)
        merchants = env["marketplace.statement"]._merchants_to_settle()
        memory = []
        started = time.perf_counter()
        for start in range(0, len(merchants), BATCH):
            run._try_batch("_draw", merchants[start : start + BATCH])
            env.cr.commit()
            memory.append(resident())
        return time.perf_counter() - started, memory


def start_run(env):
    today = odoo.fields.Date.context_today(env["marketplace.statement"])
    run = env["marketplace.statement.run"]._start(
        today, env["marketplace.statement"]._any_period(today)
    )
    env.cr.commit()
    return run


BARE_STATEMENTS = """
    INSERT INTO marketplace_statement (
           name, merchant_id, company_id, currency_id, date_from, date_to, state, amount_gross,
           amount_fee, amount_net, create_uid, write_uid, create_date, write_date)
    SELECT 'STM' || nextval(%(sequence)s), merchant_id, company_id, currency_id, MIN(date),
           current_date, 'draft',
           SUM(amount) FILTER (WHERE kind NOT IN ('commission', 'service_fee')),
           -SUM(amount) FILTER (WHERE kind IN ('commission', 'service_fee')), SUM(amount),
           1, 1, now(), now()
      FROM marketplace_balance_entry WHERE state = 'available'
     GROUP BY merchant_id, company_id, currency_id;
    UPDATE marketplace_balance_entry entry
       SET state = 'in_statement', statement_id = statement.id
      FROM marketplace_statement statement
     WHERE entry.state = 'available' AND statement.state = 'draft'
       AND entry.merchant_id = statement.merchant_id
       AND entry.company_id = statement.company_id AND entry.currency_id = statement.currency_id;
    UPDATE marketplace_wallet wallet
       SET available = available - statement.amount_net,
           in_transit = in_transit + statement.amount_net
      FROM marketplace_statement statement
     WHERE statement.state = 'draft' AND wallet.merchant_id = statement.merchant_id
       AND wallet.company_id = statement.company_id AND wallet.currency_id = statement.currency_id;
    INSERT INTO marketplace_audit_log (
           create_date, user_id, system, action, model_name, res_id, res_name)
    SELECT now(), 1, true, 'create', 'marketplace.statement', id, name FROM marketplace_statement
     WHERE state = 'draft'
"""


def bare_statements(database):
    with environment(database) as env:
        sequence = env.ref("marketplace_settlement.sequence_statement")
        started = time.perf_counter()
        env.cr.execute(SQL(BARE_STATEMENTS, sequence=f"ir_sequence_{sequence.id:03d}"))
        env.cr.commit()
        return time.perf_counter() - started


def check(database, count):
    """What was drawn up is what was there: a run that did nothing is quick."""
    with environment(database) as env:
        env.cr.execute(
            "SELECT count(statement_id), SUM(amount) FROM marketplace_balance_entry"
            " WHERE source_model = 'bench'"
        )
        entries, amount = env.cr.fetchone()
        expect(entries, count, "entries in statements")
        env.cr.execute(
            "SELECT SUM(available), SUM(in_transit) FROM marketplace_wallet WHERE merchant_id IN ("
            "SELECT merchant_id FROM marketplace_balance_entry WHERE source_model = 'bench')"
        )
        expect(env.cr.fetchone(), (0, amount), "what the wallets hold")


# === TWO PROCESSES === #

def measure_runners(database, _stock, size):
    """The same work as jobs, done by one process and by two."""
    with copy_of(database, "filled") as filled:
        fill(filled, size)
        with environment(filled) as env:
            ids = env["marketplace.statement"]._merchants_to_settle()
            batches = [ids[at : at + JOB] for at in range(0, len(ids), JOB)]
            start_run(env)._delay_batches("_draw", batches)
            env.cr.commit()
        seconds, sums = {}, {}
        for count in (1, 2):
            with copy_of(filled, "runners") as working:
                seconds[count] = run_jobs(working, count)
                sums[count] = digest(working)
    expect(sums[2], sums[1], "what two processes draw up")
    print(
        f"runners: {size:,} entries in {seconds[1]:.1f} s by one process,"
        f" {seconds[2]:.1f} s by two: {seconds[1] / seconds[2]:.2f} times as fast",
        flush=True,
    )


def run_jobs(database, count):
    """Return the seconds until so many processes have done all jobs, their start not counted."""
    workers = [
        subprocess.Popen(
            [sys.executable, __file__, "worker", database], text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        for _number in range(count)
    ]
    for worker in workers:
        worker.stdout.readline()
    started = time.perf_counter()
    for worker in workers:
        worker.stdin.write("go\n")
        worker.stdin.flush()
    for worker in workers:
        if worker.wait():
            raise SystemExit("A process that does jobs has failed.")
    return time.perf_counter() - started


def work(database):
    """Do the jobs that wait, as a worker of the job runner does, until none is left."""
    odoo.tools.config.parse_config(["--no-http", f"--database={database}", "--log-level=error"])
    with environment(database) as env:
        print("ready", flush=True)
        sys.stdin.readline()
        while uuid := take_job(env):
            job = Job.load(env, uuid)
            job.perform()
            job.set_done()
            job.store()
            env.cr.commit()


def take_job(env):
    # What another process has taken since is no conflict.
    env.cr.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
    env.cr.execute(
        "UPDATE queue_job SET state = 'started' WHERE id = (SELECT id FROM queue_job"
        " WHERE state = 'pending' ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING uuid"
    )
    row = env.cr.fetchone()
    env.cr.commit()
    return row and row[0]


def digest(database):
    with environment(database) as env:
        env.cr.execute(
            "SELECT statement.merchant_id, amount_gross, amount_fee, amount_net, date_from,"
            " count(*)"
            " FROM marketplace_statement statement"
            " JOIN marketplace_balance_entry entry ON entry.statement_id = statement.id"
            " GROUP BY statement.id ORDER BY statement.merchant_id"
        )
        return env.cr.fetchall()


# === POSTING === #

def measure_posting(database, stock, size):
    """Post statements with fee invoice and netting; stock Odoo posts as many plain entries."""
    count = min(STATEMENTS, size // STATEMENTS)
    with copy_of(database, "ours") as ours, copy_of(stock, "plain") as plain:
        with environment(ours) as env:
            statements = confirmed_statements(env, count)
            times, lines = [], []
            for _turn in range(TURNS):
                with undone(env):
                    started = time.perf_counter()
                    statements._post_many(system=True)
                    env.flush_all()
                    times.append(time.perf_counter() - started)
                    moves = statements.move_id | statements.fee_move_id | statements.netting_move_id
                    lines = [len(move.line_ids) for move in moves]
                    expect(len(lines), count * 3, "documents")
        with environment(plain) as env:
            limits = [post_plain(env, lines) for _turn in range(TURNS)]
        print(
            f"posting: {count:,} statements in {min(times):.1f} s; stock Odoo"
            f" {len(lines):,} entries with {sum(lines):,} items in {min(limits):.1f} s:"
            f" {min(times) / min(limits):.2f} times as long",
            flush=True,
        )
        with environment(ours) as env:
            measure_matching(env, statements.with_env(env))


def confirmed_statements(env, count):
    fill_entries(env, count * 20, each=20, invoiced=True)
    run = start_run(env)
    run._draw(env["marketplace.statement"]._merchants_to_settle())
    statements = run.statement_ids
    for state in ("sent", "confirmed"):
        statements._move_to(state, system=True)
    env.cr.commit()
    expect(len(statements), count, "statements")
    return statements


def post_plain(env, lines):
    """Return the seconds that as many entries with as many items take."""
    with undone(env):
        accounts = env["account.account"].create([
            {"name": name, "code": f"BEN{name}", "account_type": kind}
            for name, kind in (("A", "asset_current"), ("B", "income"))
        ])
        journal = env["account.journal"].search([("type", "=", "general")], limit=1)
        vals = [plain_entry(journal, accounts, count) for count in lines]
        started = time.perf_counter()
        env["account.move"].create(vals)._post(soft=False)
        env.flush_all()
        return time.perf_counter() - started


def plain_entry(journal, accounts, count):
    amounts = [10.0 * (count - 1), *[-10.0] * (count - 1)]
    return {
        "move_type": "entry", "journal_id": journal.id,
        "line_ids": [
            odoo.fields.Command.create({
                "name": "Plain", "account_id": accounts[amount < 0].id, "balance": amount,
            })
            for amount in amounts
        ],
    }  # fmt: skip


def measure_matching(env, statements):
    """What the cron does after posting: match the statements with the invoices they clear."""
    statements._post_many(system=True)
    env.cr.commit()
    started = time.perf_counter()
    for start in range(0, len(statements), 50):
        statements._match(statements[start : start + 50].ids)
        env.cr.commit()
    items = len(statements.entry_ids.move_line_id)
    seconds = time.perf_counter() - started
    print(f"matching: {items:,} items of {len(statements):,} statements, {items / seconds:,.0f}/s")


# === OTHERS === #

def measure_confirm(database, stock, _size):
    confirm.measure(Registry(database), Registry(stock))


# === DATABASES === #

@contextlib.contextmanager
def copy_of(database, suffix):
    """Have a copy of a database for a while."""
    copy = f"{database}_{suffix}"[:60]
    drop(copy)
    odoo.sql_db.close_db(database)
    administer(f'CREATE DATABASE "{copy}" TEMPLATE "{database}"')
    try:
        yield copy
    finally:
        drop(copy)


def drop(database):
    Registry.delete(database)
    odoo.sql_db.close_db(database)
    administer(f'DROP DATABASE IF EXISTS "{database}"')


def administer(statement):
    with contextlib.closing(odoo.sql_db.db_connect("postgres").cursor()) as cr:
        cr._cnx.autocommit = True
        cr.execute(statement)


@contextlib.contextmanager
def environment(database):
    with Registry(database).cursor() as cr:
        yield Environment(cr, SUPERUSER_ID, {})


@contextlib.contextmanager
def undone(env):
    """Take back what is done meanwhile; caches are as cold as at first."""
    env.invalidate_all()
    with contextlib.closing(env.cr.savepoint()):
        yield
    env.invalidate_all()


def resident():
    """The memory of this process in MB."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096 / 2**20


def expect(found, expected, what):
    """A run that did nothing is quick: what it did is looked at."""
    if found != expected:
        raise SystemExit(f"{what}: {found} instead of {expected}")


PARTS = {
    "statements": measure_statements,
    "runners": measure_runners,
    "posting": measure_posting,
    "confirm": measure_confirm,
}

if __name__ == "__main__":
    if sys.argv[1] == "worker":
        work(sys.argv[2])
    else:
        main(*sys.argv[1:])

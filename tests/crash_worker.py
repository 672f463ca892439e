# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

"""A process that carries out single steps of the money's way, each in a child that may die.

It loads the models once; each order that it reads from its input makes it fork a child, which does
one step with commits of its own, and is killed in the middle if the order says so. Of each it
prints as JSON what came of it: the signal that ended it, what it returned, or its error.
"""

import json
import os
import sys
import time
import traceback
from unittest.mock import patch

import requests

from odoo import SUPERUSER_ID, api, fields, sql_db
from odoo.modules.registry import Registry
from odoo.tools import config

MERCHANTS = 9
LOCK_SECONDS = 30
SNAPSHOT = {
    'statements': "SELECT m.code, s.amount_net, s.amount_fee, s.state FROM marketplace_statement s"
                  " JOIN marketplace_merchant m ON m.id = s.merchant_id WHERE m.code LIKE 'CRASH%'",
    'entries': "SELECT m.code, e.kind, e.amount, e.state FROM marketplace_balance_entry e"
               " JOIN marketplace_merchant m ON m.id = e.merchant_id WHERE m.code LIKE 'CRASH%'",
    'wallets': "SELECT m.code, w.available, w.held, w.in_transit, w.paid, w.debt"
               " FROM marketplace_wallet w JOIN marketplace_merchant m ON m.id = w.merchant_id"
               " WHERE m.code LIKE 'CRASH%'",
    'payouts': "SELECT m.code, p.amount, p.state FROM marketplace_payout p"
               " JOIN marketplace_merchant m ON m.id = p.merchant_id WHERE m.code LIKE 'CRASH%'",
    'ledger': "SELECT a.id, SUM(l.balance) FROM account_move_line l"
              " JOIN account_account a ON a.id = l.account_id WHERE l.parent_state = 'posted'"
              " GROUP BY a.id",
}  # fmt: skip


# === STEPS === #

def set_up(env, url):
    """Make merchants with money to be settled, the people, and a gateway to the bank."""
    env['marketplace.requirement'].search([]).active = False
    # Nobody reads these mails, and each would take seconds to print.
    env['mail.template'].search([]).report_template_ids = False
    company = env.company
    for login, group in (
        ('crash_officer', 'group_finance_officer'), ('crash_maker', 'group_finance_manager'),
        ('crash_approver', 'group_finance_manager'),
    ):  # fmt: skip
        env['res.users'].create({
            'name': login, 'login': login, 'company_id': company.id,
            'company_ids': [fields.Command.set(company.ids)],
            'group_ids': [fields.Command.link(env.ref(f'marketplace_settlement.{group}').id)],
        })
    for number in range(MERCHANTS):
        _merchant(env, number)
    journal = env['account.journal'].search(
        [('type', '=', 'bank'), ('company_id', '=', company.id)], limit=1
    )
    env['marketplace.payout.channel'].create({
        'name': "Crash bank", 'kind': 'gateway', 'journal_id': journal.id, 'url': url,
        'company_id': company.id, 'timeout': 2,
    })  # fmt: skip
    env['marketplace.statement.run'].search([('is_done', '=', False)]).is_done = True
    company.marketplace_payout_block = False


def _merchant(env, number):
    merchant = env['marketplace.merchant'].create({
        'code': f'CRASH{number}',
        'partner_id': env['res.partner'].create({'name': f"Crash {number}"}).id,
        'tier_id': env['marketplace.tier'].search([], limit=1).id,
        'entity_type': 'company',
    })._move_to('active', system=True)
    account = env['marketplace.bank.account'].create(
        merchant._prepare_bank_account_values(merchant.name, "Bank", f'62{merchant.id:014d}')
    )
    env.cr.execute(
        "UPDATE marketplace_bank_account SET state = 'verified' WHERE id = %s", [account.id]
    )
    book = env['marketplace.balance.entry']._book
    book(merchant, 'adjustment', 100.0 + number, "Earned", merchant)
    book(merchant, 'service_fee', -10.6, "Pictures", merchant)
    book(merchant, 'penalty', -1.5, "Late", merchant)


def ask_for_statements(env):
    Statement = env['marketplace.statement']
    today = fields.Date.context_today(Statement)
    env['marketplace.statement.run']._start(today, Statement._any_period(today))


def draw_up(env):
    _cron(env, 'ir_cron_generate_statements')


def confirm(env):
    statements = _ours(env, 'marketplace.statement')
    statements._move_to('sent', system=True)
    statements._move_to('confirmed', system=True)


def post(env):
    confirmed = _ours(env, 'marketplace.statement').filtered(lambda s: s.state == 'confirmed')
    confirmed.with_user(_user(env, 'officer')).action_post()


def hand_over(env):
    channel = env['marketplace.payout.channel'].search([('name', '=', "Crash bank")])
    batch = env['marketplace.payout.batch'].with_user(_user(env, 'maker')).create(
        {'channel_id': channel.id, 'journal_id': channel.journal_id.id}
    )
    batch.with_user(_user(env, 'approver')).action_approve()
    batch.with_user(_user(env, 'officer')).action_send()


def exchange(env):
    _cron(env, 'ir_cron_payout_gateway')


def exchange_without_lock(env):
    """Do what the cron does, without its lock: that vanishes with an idle connection (T4)."""
    env['marketplace.payout']._cron_exchange()


def let_pauses_pass(env):
    env.cr.execute(
        "UPDATE marketplace_payout SET next_try = now() AT TIME ZONE 'UTC' - interval '1 second'"
        " WHERE next_try IS NOT NULL"
    )
    env.cr.execute(
        "UPDATE payment_transaction SET marketplace_attempted_on = marketplace_attempted_on"
        " - interval '1 hour' WHERE marketplace_attempted_on IS NOT NULL"
    )


def tell(env, messages):
    """Tell of events, as the gateway's callbacks do."""
    channel = env['marketplace.payout.channel'].search([('name', '=', "Crash bank")])
    for message in messages:
        assert env['marketplace.payout.event']._take(channel, message)
        env.cr.commit()


def note_refunds(env, count):
    paid = env['payment.transaction'].search([
        ('state', '=', 'done'), ('operation', 'not in', ('refund', 'validation')),
        ('amount', '>', 10), ('child_transaction_ids', '=', False),
    ], limit=count)  # fmt: skip
    return [transaction._marketplace_refund(1.0).reference for transaction in paid]


def send_refunds(env):
    """Ask the provider, whose books the bank keeps here, for the refunds that wait."""
    bank = env['marketplace.payout.channel'].search([('name', '=', "Crash bank")]).url

    def request(refund):
        instruction = {'key': refund.reference, 'amount': '1.00', 'currency': 'X'}
        requests.post(f'{bank}/payouts', json=instruction, timeout=10).raise_for_status()
        refund._set_done()

    with patch.object(env.registry['payment.transaction'], '_send_refund_request', request):
        _cron(env, 'ir_cron_send_refunds')


def refund_states(env, references):
    refunds = env['payment.transaction'].search([('reference', 'in', references)])
    return {refund.reference: [refund.state, refund.marketplace_refund_state] for refund in refunds}


def payout_states(env):
    return {payout.key: payout.state for payout in _ours(env, 'marketplace.payout')}


def check(env):
    return [f"{item['name']}: {item['detail']}" for item in env['marketplace.checker']._check()]


def snapshot(env):
    """Return what the books say, without what may differ between two runs: ids and numbers."""
    env.flush_all()
    result = {}
    for name, query in SNAPSHOT.items():
        env.cr.execute(query)
        result[name] = sorted([str(value) for value in row] for row in env.cr.fetchall())
    return result


STEPS = {
    step.__name__: step for step in (
        set_up, ask_for_statements, draw_up, confirm, post, hand_over, exchange,
        exchange_without_lock, let_pauses_pass,
        tell, note_refunds, send_refunds, refund_states, payout_states, check, snapshot,
    )
}  # fmt: skip


def _cron(env, name):
    """Run a cron as its worker does, at once."""
    # After three crashes in a row Odoo leaves a cron out once; here it has no time for that.
    env.cr.execute("UPDATE ir_cron_progress SET timed_out_counter = 0")
    env.cr.commit()
    cron = env.ref(f'marketplace_settlement.{name}')
    # The database may hold the lock of a process that was killed for a moment longer.
    end = time.monotonic() + LOCK_SECONDS
    while not cron.try_lock_for_update(allow_referencing=True) and time.monotonic() < end:
        env.cr.rollback()
        time.sleep(0.2)
    if problem := cron.method_direct_trigger():
        if problem is not True:
            raise RuntimeError(problem)


def _user(env, name):
    return env['res.users'].search([('login', '=', f'crash_{name}')])


def _ours(env, model):
    return env[model].search([('merchant_id.code', '=like', 'CRASH%')])


# === PROCESSES === #

def serve(database):
    """Do the steps that the input asks for, each in a child."""
    config.parse_config([f'--database={database}', '--log-level=critical'])
    Registry(database)
    sql_db.close_all()
    print(json.dumps({'ready': True}), flush=True)
    for line in sys.stdin:
        reader, writer = os.pipe()
        child = os.fork()
        if not child:
            os.close(reader)
            os._exit(_child(database, json.loads(line), writer))
        os.close(writer)
        with os.fdopen(reader) as pipe:
            said = pipe.read()
        _pid, status = os.waitpid(child, 0)
        result = json.loads(said) if said else {}
        if os.WIFSIGNALED(status):
            result['signal'] = os.WTERMSIG(status)
        print(json.dumps(result), flush=True)


def _child(database, order, writer):
    from odoo.addons.marketplace_settlement.tools import crash  # noqa: PLC0415

    os.environ[crash.VARIABLE] = order.get('crash') or ''
    try:
        with Registry(database).cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {'lang': 'en_US'})
            answer = {'result': STEPS[order['step']](env, **order.get('values', {}))}
    except Exception:
        answer = {'error': traceback.format_exc()}
    os.write(writer, json.dumps(answer).encode())
    return 0


if __name__ == '__main__':
    serve(sys.argv[1])

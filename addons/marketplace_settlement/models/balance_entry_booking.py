# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..utils import cumulated

# What goes with a movement, and goes back with it in proportion.
ATTACHED = {
    'sale': ('commission', 'subsidy'),
    'shipping': ('commission', 'logistics_subsidy'),
    'discount': ('subsidy',),
}


class MarketplaceBalanceEntry(models.Model):
    _inherit = 'marketplace.balance.entry'

    # === BUSINESS METHODS === #

    @api.model
    def _book_invoice_lines(self, move_lines):
        """Explain posted invoice and credit note lines, whichever door they came through.

        What was sold makes *sale*, *shipping* or *discount*, with the commission or subsidy that
        belongs to it; what takes it back makes the mirror entries. Commissions and subsidies
        follow the part invoiced or refunded so far, so that the last part takes the remainder.

        :param move_lines: merchants' posted lines, as of `_marketplace_booked`
        :return: the created entries
        """
        # Credit notes of one order come one after the other, so that they cannot exceed it.
        move_lines.sale_line_ids.marketplace_order_id._lock_for_refund()
        history = self._booked_history(move_lines.sale_line_ids)
        vals_list = []
        for move_line in move_lines.sorted('id'):
            for vals in self._prepare_entries(move_line, history):
                history[vals['sale_line_id']][vals['kind']] += vals['amount']
                vals_list.append(vals)
        self._set_states(vals_list)
        return self.create(vals_list)

    @api.model
    def _booked_history(self, sale_lines):
        """Return what has been booked so far: {sale line id: {kind: amount}}."""
        history = defaultdict(lambda: defaultdict(float))
        groups = self._read_group(
            [('sale_line_id', 'in', sale_lines.ids)], ['sale_line_id', 'kind'], ['amount:sum']
        )
        for sale_line, kind, amount in groups:
            history[sale_line.id][kind] = amount
        cleared = self.search([
            ('sale_line_id', 'in', sale_lines.ids),
            ('kind', 'in', [*ATTACHED, *(f'{kind}_refund' for kind in ATTACHED)]),
        ])  # fmt: skip
        for entry in cleared:
            sign = 1 if entry.kind in ATTACHED else -1
            history[entry.sale_line_id.id]['gross'] += sign * abs(entry.move_line_id.price_total)
        return history

    @api.model
    def _prepare_entries(self, move_line, history):
        """Return the values of the entries that explain one line."""
        sale_line = move_line.sale_line_ids[:1]
        amount = -move_line.amount_currency
        if move_line.currency_id.is_zero(amount):
            return []
        kind = sale_line._marketplace_kind()
        sold = (amount < 0) == (kind == 'discount')
        booked = history[sale_line.id]
        if sold:
            booked['gross'] += abs(move_line.price_total)
            self._check_sold(move_line, sale_line, booked['gross'])
            attached = self._attached_to_sale(sale_line, kind, booked)
        else:
            booked['gross'] -= abs(move_line.price_total)
            attached = self._attached_to_refund(sale_line, kind, amount, booked)
        entries = [(kind if sold else f'{kind}_refund', amount), *attached]
        common = self._prepare_common(move_line, sale_line)
        return [
            dict(common, kind=entry_kind, amount=entry_amount)
            for entry_kind, entry_amount in entries
            if not move_line.currency_id.is_zero(entry_amount)
        ]

    @api.model
    def _check_sold(self, move_line, sale_line, gross):
        """Raise if an invoice charges more of a line than was sold, or in another currency."""
        currency, sold = sale_line.currency_id, abs(sale_line.marketplace_amount)
        if move_line.currency_id != currency:
            raise UserError(self.env._(
                "“%(line)s” was sold in %(currency)s, and is invoiced in that currency.",
                line=sale_line.name, currency=currency.name,
            ))
        if currency.compare_amounts(gross, sold) > 0:
            raise UserError(self.env._(
                "More would be invoiced for “%(line)s” than was sold: %(invoiced)s of %(sold)s."
                " Please make a new order for what is to be added.",
                line=sale_line.name, invoiced=currency.format(gross), sold=currency.format(sold),
            ))

    @api.model
    def _attached_to_sale(self, sale_line, kind, booked):
        """Return the (kind, amount) that go with what has been sold so far of a line.

        What was credited and is invoiced once more is sold once, and charged once.
        """
        attached = []
        for name in ATTACHED[kind]:
            amount = cumulated(
                sale_line._marketplace_attached(name), booked['gross'],
                abs(sale_line.marketplace_amount), booked[name] + booked[f'{name}_refund'],
                sale_line.currency_id.rounding,
            )  # fmt: skip
            attached.append((name, amount))
        return attached

    @api.model
    def _attached_to_refund(self, sale_line, kind, amount, booked):
        """Return the (kind, amount) that go back with what has been refunded so far of a line."""
        refunded = abs(booked[f'{kind}_refund'] + amount)
        if sale_line.currency_id.compare_amounts(refunded, abs(booked[kind])) > 0:
            raise UserError(
                self.env._(
                    "More would be credited for “%(line)s” than was invoiced: %(refunded)s of"
                    " %(invoiced)s.",
                    line=sale_line.name,
                    refunded=sale_line.currency_id.format(refunded),
                    invoiced=sale_line.currency_id.format(abs(booked[kind])),
                )
            )
        return [
            (f'{name}_refund', cumulated(
                -booked[name] * sale_line._marketplace_returned(name), refunded,
                abs(booked[kind]), booked[f'{name}_refund'], sale_line.currency_id.rounding,
            ))
            for name in ATTACHED[kind]
        ]  # fmt: skip

    @api.model
    def _prepare_common(self, move_line, sale_line):
        return {
            'merchant_id': move_line.merchant_id.id,
            'company_id': move_line.company_id.id,
            'currency_id': move_line.currency_id.id,
            'order_id': sale_line.marketplace_order_id.id,
            'sale_line_id': sale_line.id,
            'move_line_id': move_line.id,
            'source_model': move_line._name,
            'source_id': move_line.id,
            'date': move_line.date,
            'reason': move_line.move_id.ref if move_line.move_id.move_type == 'out_refund' else '',
        }

    @api.model
    def _set_states(self, vals_list):
        """Let new entries start where their order's money is: pending, held or available.

        What is sold waits until it is paid, also where an earlier invoice of the order was.
        """
        amounts = defaultdict(float)
        for vals in vals_list:
            amounts[vals['order_id']] += vals['amount']
        orders = self.env['marketplace.order'].browse(filter(None, amounts))
        states = {
            order.id: order._entry_state(amounts[order.id]) if amounts[order.id] < 0 else 'pending'
            for order in orders
        }
        for vals in vals_list:
            vals['state'] = states.get(vals['order_id'], 'pending')

    # === WITHOUT AN INVOICE === #

    @api.model
    def _book_cleared(
        self, merchant, kind, amount, reason, source, account, company=None, currency=None
    ):
        """Book what another account pays to a merchant, or is paid by it, at once.

        Posts Dr ``account`` · Cr Merchant clearing for what the merchant gains, the reverse for
        what it loses. The entry names the journal item on the clearing account, and the next
        statement clears it as if it were a sale.

        :param str kind: one of CLEARING_KINDS that no invoice makes
        :param float amount: what the merchant gains (+) or loses (−), in ``currency``
        :param str reason: shown on the statement and on the journal items
        :param source: the record that causes the movement; it does so once per kind
        :param account: the account on the other side
        :param company: by default the merchant's
        :param currency: by default the company's
        :return: the entry; the existing one if ``source`` has been booked already
        """
        if existing := self._booked(kind, source):
            return existing
        company = company or merchant.company_id or self.env.company
        currency = currency or company.currency_id
        move = self._post_cleared(merchant, amount, reason, account, company, currency)
        clearing = company._marketplace_clearing_account()
        return self.sudo().create({
            'merchant_id': merchant.id,
            'company_id': company.id,
            'currency_id': currency.id,
            'kind': kind,
            'amount': amount,
            'state': 'available',
            'move_line_id': move.line_ids.filtered(lambda line: line.account_id == clearing).id,
            'source_model': source._name,
            'source_id': source.id,
            'date': move.date,
            'reason': reason,
        })

    @api.model
    def _post_cleared(self, merchant, amount, reason, account, company, currency):
        """Post the journal entry of `_book_cleared` and return it."""
        today = fields.Date.context_today(self)
        balance = currency._convert(amount, company.currency_id, company, today)
        common = {
            'name': reason,
            'partner_id': merchant.partner_id.id,
            'merchant_id': merchant.id,
            'currency_id': currency.id,
        }
        move = self.env['account.move'].sudo().with_company(company).create({
            'move_type': 'entry',
            'journal_id': company._marketplace_account('marketplace_settlement_journal_id').id,
            'date': today,
            'ref': self.env._("%(merchant)s: %(reason)s", merchant=merchant.code, reason=reason),
            'line_ids': [
                Command.create({
                    **common,
                    'account_id': item.id,
                    'amount_currency': sign * amount,
                    'balance': sign * balance,
                })
                for item, sign in ((account, 1), (company._marketplace_clearing_account(), -1))
            ],
        })
        move._post(soft=False)
        return move

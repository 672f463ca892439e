# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from collections import defaultdict

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import SQL, float_round

from ..utils import cumulated, round_to_total, spread

FULL = 1.0


class MarketplaceOrder(models.Model):
    _inherit = 'marketplace.order'

    entry_ids = fields.One2many(
        comodel_name='marketplace.balance.entry', inverse_name='order_id', readonly=True
    )
    hold_ids = fields.One2many(
        comodel_name='marketplace.hold', inverse_name='order_id', readonly=True
    )

    # === HOLDS === #

    def _hold(self, reason, source, until=None, kind='dispute'):
        """Keep what the order earned from being paid, until the hold is released.

        :param str reason: why, in words that the merchant reads
        :param source: the record that causes the hold; it has one active hold per order
        :param str kind: of the hold; a complaint if not told otherwise
        :param datetime until: when the hold ends by itself, if it does
        :return: the `marketplace.hold`
        """
        self.ensure_one()
        Hold = self.env['marketplace.hold'].sudo()
        active = Hold.search([
            ('order_id', '=', self.id), ('state', '=', 'active'),
            ('source_model', '=', source._name), ('source_id', '=', source.id),
        ])  # fmt: skip
        return active or Hold.create({
            'kind': kind,
            'order_id': self.id,
            'merchant_id': self.merchant_id.id,
            'company_id': self.company_id.id,
            'reason': reason,
            'source_model': source._name,
            'source_id': source.id,
            'deadline': until,
        })

    def _entry_state(self, amount):
        """Return the state in which entries of ``amount`` in total start.

        They follow what the order has earned: pending as long as that is pending, held if it is
        held and covers them, otherwise available at once, where a negative amount is a debt.
        """
        self.ensure_one()
        # A penalty counts at once: what was sold doesn't follow it.
        groups = self.env['marketplace.balance.entry'].sudo()._read_group(
            [('order_id', '=', self.id), ('sale_line_id', '!=', False)], ['state'], ['amount:sum']
        )
        booked = dict(groups)
        if set(booked) <= {'pending'}:
            return 'pending'
        covered = self.currency_id.compare_amounts(booked.get('held', 0.0) + amount, 0.0) >= 0
        return 'held' if 'held' in booked and covered else 'available'

    # === REFUNDS === #

    def _leave_draft_invoices(self):
        """Take the order off invoices that are not posted: nobody will pay for it."""
        lines = self.sudo().line_ids.invoice_lines.filtered(
            lambda line: line.parent_state == 'draft' and line.move_id.move_type == 'out_invoice'
        )
        for invoice, items in lines.grouped('move_id').items():
            invoice.invoice_line_ids = [Command.delete(item.id) for item in items]

    def _refundable_amount(self):
        """Return what of the order was invoiced and not refunded yet, with tax."""
        self.ensure_one()
        return self.currency_id.round(sum(self._refundable_by_line().values()))

    def _refundable_by_line(self):
        """Return what of each order line was invoiced and not refunded yet: {line: amount}.

        The amount of a discount is negative.
        """
        result = {}
        for line in self.sudo().line_ids:
            amount = sum(line._marketplace_left_by_invoice().values())
            if not line.currency_id.is_zero(amount):
                result[line] = line.currency_id.round(amount)
        return result

    def _refund(self, ratios, reason, source):
        """Refund parts of lines; discounts go back in proportion to the goods.

        :param dict ratios: {sale order line: part of what was invoiced, from 0 to 1}
        :param str reason: why, printed on the credit note
        :param source: the record that asks for the refund
        :return: the posted credit note, empty if nothing is left to refund
        """
        self.ensure_one()
        self._lock_for_refund()
        remaining = self._refundable_by_line()
        ratios = self._with_discounts(ratios, remaining)
        amounts = {
            line: line._marketplace_refund_part(min(ratio, FULL), remaining[line])
            for line, ratio in ratios.items()
            if line in remaining
        }
        return self._refund_lines(self._without_excess(amounts), reason, source)

    def _without_excess(self, amounts):
        """Leave to the next refund what discounts would take beyond the goods by rounding.

        :param dict amounts: as of :meth:`_refund_lines`
        """
        excess = -self.currency_id.round(sum(amounts.values()))
        for line, amount in amounts.items():
            if excess > 0 and amount < 0:
                part = min(-amount, excess)
                amounts[line] = self.currency_id.round(amount + part)
                excess = self.currency_id.round(excess - part)
        return amounts

    def _lock_for_refund(self):
        """Let one transaction at a time refund an order; the loser of a race starts again.

        A lock alone would not do: the loser would go on with what it saw before it got the lock.
        An update of the row makes it fail, and Odoo tries again on what is left by then.
        """
        self.env.cr.execute(
            SQL("UPDATE marketplace_order SET write_date = write_date WHERE id = ANY(%s)", self.ids)
        )

    def _with_discounts(self, ratios, remaining):
        """Add to the ratios those at which discounts go back with what they made cheaper."""
        discounts = [line for line in remaining if line._marketplace_kind() == 'discount']
        if set(discounts) & set(ratios):
            return ratios
        result = dict(ratios)
        for kind in ('sale', 'shipping'):
            concerned = [line for line in discounts if line._marketplace_discounted_kind() == kind]
            if ratio := self._discount_ratio(kind, ratios, remaining):
                result.update(dict.fromkeys(concerned, ratio))
        return result

    def _discount_ratio(self, kind, ratios, remaining):
        """Return which part of the discounts on a kind of lines goes back with those lines."""
        lines = self.line_ids.filtered(lambda line: line._marketplace_kind() == kind)
        refunded = sum(
            line._marketplace_refund_part(min(ratios.get(line, 0.0), FULL), remaining[line])
            for line in lines if line in remaining
        )
        if not refunded:
            return 0.0
        left = sum(remaining.get(line, 0.0) for line in lines)
        # Whoever gets back all goods that are left pays back all discounts that are left.
        is_all = self.currency_id.compare_amounts(refunded, left) >= 0
        return FULL if is_all else refunded / sum(lines.mapped('marketplace_amount'))

    def _refund_amount(self, amount, reason, source):
        """Refund an amount, spread over all that is left of the order.

        :param float amount: with tax, in the currency of the order
        :raise UserError: when less than this is left to refund
        :return: the posted credit note
        """
        self.ensure_one()
        self._lock_for_refund()
        remaining = self._refundable_by_line()
        left = sum(remaining.values())
        if amount <= 0 or self.currency_id.compare_amounts(amount, left) > 0:
            raise UserError(
                self.env._(
                    "%(amount)s cannot be refunded: %(left)s of this order are left to refund.",
                    amount=self.currency_id.format(amount),
                    left=self.currency_id.format(left),
                )
            )
        parts = round_to_total(
            [part * amount / left for part in remaining.values()],
            amount,
            self.currency_id.rounding,
        )
        return self._refund_lines(dict(zip(remaining, parts, strict=True)), reason, source)

    def _refund_lines(self, amounts, reason, source):
        """Credit the amounts, pay them back, and leave a note on the order.

        :param dict amounts: {sale order line: amount with tax}; that of a discount is negative
        """
        amounts = {
            line: amount for line, amount in amounts.items() if not line.currency_id.is_zero(amount)
        }
        credit_notes = self.env['account.move'].sudo()
        for invoice, parts in self._split_by_invoice(amounts).items():
            credit_notes |= self._credit(invoice, parts, reason)
        for credit_note in credit_notes:
            credit_note._marketplace_pay_back()
            self._log_refund(credit_note, reason, source)
        for line, amount in amounts.items():
            line._marketplace_refill_card(-amount)
        return credit_notes

    @api.model
    def _split_by_invoice(self, amounts):
        """Return the invoices to credit: {invoice: {sale order line: amount}}.

        The last invoice comes first, and none is credited with more than is left of its goods.
        A discount goes with goods that come back, wherever it was invoiced: no credit note is
        below zero.
        """
        result = defaultdict(dict)
        for line, amount in sorted(amounts.items(), key=lambda item: item[1], reverse=True):
            rooms = list(line._marketplace_left_by_invoice().items())
            if amount < 0:
                rooms += [(invoice, amount) for invoice in result]
            for invoice, room in rooms:
                parts = result[invoice]
                if amount < 0:
                    room = max(room, -sum(parts.values()))
                part = max(amount, room) if amount < 0 else min(amount, room)
                if part * amount > 0:
                    parts[line] = line.currency_id.round(parts.get(line, 0.0) + part)
                    amount = line.currency_id.round(amount - part)
        return {invoice: parts for invoice, parts in result.items() if parts}

    def _credit(self, invoice, amounts, reason):
        """Post a credit note, which makes the mirror entries, and return it."""
        credit_note = self.env['account.move'].sudo().with_company(invoice.company_id).create({
            'move_type': 'out_refund',
            'reversed_entry_id': invoice.id,
            'partner_id': invoice.partner_id.id,
            'journal_id': invoice.journal_id.id,
            'currency_id': invoice.currency_id.id,
            'fiscal_position_id': invoice.fiscal_position_id.id,
            'invoice_date': fields.Date.context_today(self),
            'invoice_origin': invoice.invoice_origin,
            'invoice_payment_term_id': False,
            'ref': self.env._("%(order)s: %(reason)s", order=self.name, reason=reason),
            'invoice_line_ids': [
                Command.create(line._prepare_marketplace_credit(invoice, amount))
                for line, amount in amounts.items()
            ],
        })
        credit_note._post(soft=False)
        return credit_note

    def _credit_advance(self, amount, reason, source_name):
        """Pay the shopper, beside the sale, what the merchant's balance is charged for.

        Posts Dr Compensation advances · Cr Receivable of the shopper; no tax: nothing is sold.

        :param float amount: in the currency of the order
        :param str source_name: name of the document that the shopper knows it by
        :return: the posted credit note, which is paid back like any other
        """
        self.ensure_one()
        company, sale = self.company_id, self.sale_order_id
        invoice = sale.invoice_ids.filtered(
            lambda move: move.state == 'posted' and move.move_type == 'out_invoice'
        )[:1]
        credit_note = self.env['account.move'].sudo().with_company(company).create({
            'move_type': 'out_refund',
            'partner_id': sale.partner_invoice_id.id,
            'currency_id': self.currency_id.id,
            'invoice_date': fields.Date.context_today(self),
            'invoice_origin': self.name,
            'ref': f"{source_name}: {reason}",
            # Where the shopper's payment is found, to pay back the same way.
            'reversed_entry_id': invoice.id,
            'invoice_line_ids': [Command.create({
                'name': reason,
                'quantity': 1.0,
                'price_unit': amount,
                'account_id': company._marketplace_account('marketplace_advance_account_id').id,
                'merchant_id': self.merchant_id.id,
                'tax_ids': [Command.clear()],
            })],
        })
        credit_note._post(soft=False)
        credit_note._marketplace_pay_back()
        return credit_note

    def _log_refund(self, credit_note, reason, source):
        self.sudo().message_post(
            body=Markup("%s<br/>%s") % (
                self.env._(
                    "%(amount)s refunded by %(credit_note)s",
                    amount=credit_note.currency_id.format(credit_note.amount_total),
                    credit_note=credit_note.name,
                ),
                reason,
            )
        )


class SaleOrderLine(models.Model):
    _inherit = 'sale.order.line'

    def _marketplace_discounted_kind(self):
        """Return what a discount makes cheaper: 'shipping' or 'sale'."""
        self.ensure_one()
        return 'shipping' if self.reward_id.reward_type == 'shipping' else 'sale'

    def _marketplace_refill_card(self, amount):
        """Put back on a gift card or an e-wallet what it paid of goods that are refunded.

        :param float amount: what the line took off the order and does not any more
        """
        self.ensure_one()
        reward = self.reward_id
        if not reward.program_id.is_payment_program or amount <= 0:
            return
        points = self.currency_id._convert(
            amount, reward.currency_id, self.company_id, fields.Date.context_today(self)
        ) / reward.discount
        # Odoo puts on the card what an order costs less of it.
        self.points_cost -= points
        self.env['loyalty.history'].sudo().create({
            'card_id': self.coupon_id.id,
            'description': self.env._("Refund of %s", self.marketplace_order_id.name),
            'issued': points,
            'order_model': self.order_id._name,
            'order_id': self.order_id.id,
        })

    def _marketplace_posted_items(self):
        return self.invoice_lines.filtered(lambda line: line.parent_state == 'posted')

    def _marketplace_left_by_invoice(self):
        """Return what is left to refund of each posted invoice, the last first: {move: amount}.

        A credit note that names no invoice stands for itself, with what it took back.
        """
        self.ensure_one()
        left = defaultdict(float)
        for item in self._marketplace_posted_items():
            move = item.move_id
            sign = 1 if move.move_type == 'out_invoice' else -1
            left[move.reversed_entry_id or move] += sign * item.price_total
        return dict(sorted(left.items(), key=lambda item: item[0].id, reverse=True))

    def _marketplace_refund_part(self, ratio, remaining):
        """Return ``ratio`` of what was sold, at most what is left; the last takes the remainder.

        :param float ratio: part of the whole line, from 0 to 1
        :param float remaining: what is left to refund; negative for a discount
        """
        self.ensure_one()
        if ratio >= FULL:
            return remaining
        rounding = self.currency_id.rounding
        part = cumulated(self.marketplace_amount, ratio, FULL, 0.0, rounding)
        refunds = self._marketplace_posted_items().filtered(
            lambda line: line.move_id.move_type == 'out_refund'
        )
        # Each refund may have been rounded by half a cent: what is left of that goes with the last.
        if abs(remaining - part) < rounding * (len(refunds) + 1.1) / 2:
            return remaining
        return min(part, remaining) if remaining > 0 else max(part, remaining)

    def _prepare_marketplace_credit(self, invoice, amount):
        """Return the values of the credit note line that takes back ``amount`` with tax."""
        self.ensure_one()
        invoiced = self.invoice_lines.filtered(lambda line: line.move_id == invoice)[:1]
        invoiced = invoiced or self._marketplace_invoice_lines()[:1]
        quantity = self._marketplace_credit_quantity(invoiced, amount)
        price = amount / quantity
        return {
            'product_id': self.product_id.id,
            'name': invoiced.name,
            'product_uom_id': invoiced.product_uom_id.id,
            'quantity': quantity,
            'price_unit': price,
            'tax_ids': [Command.set(invoiced.tax_ids.ids)],
            'extra_tax_data': self._marketplace_credit_taxes(invoiced, amount, price, quantity),
            'account_id': invoiced.account_id.id,
            'merchant_id': self.merchant_id.id,
            'is_total_included': True,
            'sale_line_ids': [Command.link(self.id)],
        }

    def _marketplace_credit_taxes(self, invoiced, amount, price, quantity):
        """Return the taxes in ``amount``, as Odoo keeps them when they are not left to it.

        The amounts without tax follow the part credited so far: rounded one by one, those of all
        credit notes could come to more or less than what was invoiced.
        """
        if not invoiced.tax_ids:
            return False
        rounding = self.currency_id.rounding
        posted = self._marketplace_posted_items()
        credited = posted.filtered(lambda line: line.move_id.move_type == 'out_refund')
        sold = posted - credited
        untaxed = cumulated(
            -sum(sold.mapped('amount_currency')),
            sum(credited.mapped('price_total')) + amount,
            sum(sold.mapped('price_total')),
            sum(credited.mapped('amount_currency')),
            rounding,
        )
        details = invoiced.tax_ids._get_tax_details(
            price, quantity, precision_rounding=rounding, rounding_method='round_globally',
            product=self.product_id, special_mode='total_included',
        )  # fmt: skip
        shift = untaxed - details['total_excluded']
        taxes = spread(
            amount - untaxed, [data['tax_amount'] for data in details['taxes_data']], rounding
        )
        return {
            'currency_id': invoiced.currency_id.id,
            'price_unit': price,
            'quantity': quantity,
            'discount': 0.0,
            'manual_total_excluded_currency': untaxed,
            'manual_tax_amounts': {
                str(data['tax'].id): {
                    'tax_amount_currency': tax,
                    'base_amount_currency': self.currency_id.round(data['base_amount'] + shift),
                }
                for data, tax in zip(details['taxes_data'], taxes, strict=True)
            },
        }

    def _marketplace_credit_quantity(self, invoiced, amount):
        """Return how many units are taken back; one, at any price, if it is about money only."""
        digits = self.env['decimal.precision'].precision_get('Product Unit')
        part = amount / invoiced.price_total if invoiced.price_total else FULL
        quantity = float_round(invoiced.quantity * part, precision_digits=digits)
        price = invoiced.currency_id.round(invoiced.price_total / (invoiced.quantity or 1.0))
        exact = self.product_uom_id.compare(invoiced.quantity, quantity) == 0 or (
            invoiced.currency_id.compare_amounts(price * quantity, amount) == 0
        )
        return quantity if quantity > 0 and exact else 1.0

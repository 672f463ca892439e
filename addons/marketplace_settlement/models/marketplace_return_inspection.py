# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import fields, models
from odoo.exceptions import UserError

from odoo.addons.marketplace_merchant.tools.form_reader import TEXT_MAX_LENGTH, FormReader

CONDITIONS = [('as_new', "As new"), ('opened', "Opened or used"), ('damaged', "Damaged")]


class MarketplaceReturnLine(models.Model):
    _inherit = 'marketplace.return.line'

    quantity_accepted = fields.Float(
        string="Accepted", digits='Product Unit', readonly=True,
        help="How much the merchant found in order; set by the inspection.",
    )  # fmt: skip
    condition = fields.Selection(
        selection=CONDITIONS, readonly=True, help="Damaged goods don't go back into the stock."
    )
    remark = fields.Char(readonly=True)
    currency_id = fields.Many2one(related='return_id.currency_id')
    amount_settled = fields.Monetary(
        string="Settled", readonly=True,
        help="What of the order line this return and those before it have settled: refunded, kept"
        " back, or refunded before they were sent back.",
    )  # fmt: skip

    _accepted_sane = models.Constraint(
        'CHECK (quantity_accepted BETWEEN 0 AND quantity)',
        "No more can be accepted than was sent back.",
    )

    # === BUSINESS METHODS === #

    def _share(self):
        """Return which part of the sale order line comes back, from 0 to 1."""
        self.ensure_one()
        sold = self.sale_line_id.product_uom_qty
        return self.quantity / sold if sold else 0.0

    def _refundable_part(self, quantity, left):
        """Return which part of the sale order line is left to refund for a quantity, from 0 to 1.

        What is not invoiced yet counts in full.

        :param dict left: what is left of each line, as of `_refundable_by_line` of the order
        """
        self.ensure_one()
        line = self.sale_line_id
        part = self._share() * quantity / self.quantity
        is_free = line.currency_id.is_zero(line.marketplace_amount)
        if is_free or not line._marketplace_posted_items():
            return part
        return min(part, self._left_for_goods(left) / line.marketplace_amount)

    def _left_for_goods(self, left):
        """Return what is left to refund for the goods of the line that are in no return.

        What an earlier return kept back is not given back with the next one.

        :param dict left: as of :meth:`_refundable_part`
        """
        line = self.sale_line_id
        returned = self.return_id.order_id.return_ids.line_ids.grouped('sale_line_id')[line]
        settled = max(returned.mapped('amount_settled'))
        return min(left.get(line, 0.0), line.marketplace_amount - settled)

    def _settle(self, quantity, left):
        """Note what is settled of the line once a quantity is refunded, deductions included."""
        part = self._refundable_part(quantity, left)
        amount = self.sale_line_id.marketplace_amount
        self.amount_settled = amount * (1 + part) - self._left_for_goods(left)

    def _restocking_part(self):
        """Return which part of the price is kept because nothing was wrong with the goods."""
        if not self.return_id.reason_id.is_no_reason:
            return 0.0
        return self.sale_line_id._return_terms()['restocking_percent'] / 100

    def _scrap(self):
        """Take damaged goods out of the merchant's stock again, where they were put into it."""
        moves = self.return_id.picking_id.move_ids.filtered(
            lambda move: move.state == 'done' and move.sale_line_id == self.sale_line_id
        )
        if not moves or not self.quantity_accepted:
            return
        move = moves[0]
        self.env['stock.scrap'].create({
            'product_id': self.product_id.id,
            'scrap_qty': self.quantity_accepted,
            'product_uom_id': self.product_uom_id.id,
            'location_id': move.location_dest_id.id,
            'owner_id': move.merchant_id.partner_id.id,
            'picking_id': move.picking_id.id,
            'origin': self.return_id.name,
            'company_id': move.company_id.id,
        }).do_scrap()


class MarketplaceReturn(models.Model):
    """The merchant looks at what came back, and what follows: stock, refund or exchange."""

    _inherit = 'marketplace.return'

    date_received = fields.Datetime(string="Received on", readonly=True, copy=False)
    date_inspected = fields.Datetime(string="Inspected on", readonly=True, copy=False)
    deduction = fields.Monetary(
        readonly=True, copy=False, help="What the merchant keeps back, with a reason."
    )
    deduction_reason = fields.Text(string="Result of the Inspection", readonly=True, copy=False)
    amount_refunded = fields.Monetary(
        string="Refunded", readonly=True, copy=False, help="What the credit notes come to."
    )

    # === PORTAL METHODS === #

    def portal_inspect(self, results=None, deduction=None, reason=None, files=None):
        """Say as the merchant what came back: the shopper is refunded for it, or gets new goods.

        Without results everything is accepted. What isn't accepted, and a deduction, need a
        reason; if nothing is accepted, the return is rejected.

        :param dict results: quantity, condition and remark per id of the return line
        :param deduction: what to keep back of the refund, for goods that lost in value
        :param str reason: the shopper reads it
        :param files: photos of what came back, as of :meth:`_read_files`; the shopper sees them
        :raise FieldErrors: everything that is wrong
        """
        request_sudo = self._portal_merchant()
        reader = FormReader(self.env, {'deduction': deduction, 'reason': reason})
        lines = request_sudo._read_results(reader, results)
        request_sudo._read_deduction(reader, lines)
        documents = request_sudo._read_files(files)
        clean = reader.check()
        if request_sudo.state != 'received':
            request_sudo._move_to('received')
        request_sudo._attach(documents)
        request_sudo._inspect(lines, clean.get('deduction') or 0.0, clean.get('reason'))

    def portal_refund_instead(self):
        """Refund goods as the merchant that were to be exchanged, but can't be sent again."""
        request_sudo = self._portal_merchant()
        if request_sudo.kind != 'exchange' or not request_sudo.date_inspected:
            raise UserError(self.env._("Only inspected goods of an exchange can be refunded."))
        request_sudo._move_to('refunded')

    # === FORMS === #

    def _read_results(self, reader, results):
        """Return the values per return line; mistakes are noted at ``results``."""
        results = results if isinstance(results, dict) else {}
        known = {str(line.id): line for line in self.line_ids}
        if not {str(line_id) for line_id in results} <= known.keys():
            reader.fail('results', self.env._("Please choose from the goods of this return."))
        given = {str(line_id): values for line_id, values in results.items()}
        return {
            line: self._read_result(reader, line, given.get(line_id))
            for line_id, line in known.items()
        }

    def _read_result(self, reader, line, values):
        line_reader = FormReader(self.env, values if isinstance(values, dict) else {
            'quantity': line.quantity, 'condition': 'as_new',
        })  # fmt: skip
        line_reader.number('quantity', self.env._("Accepted"), maximum=line.quantity)
        line_reader.choice('condition', self.env._("Condition"), dict(CONDITIONS))
        line_reader.text('remark', self.env._("Remark"), required=False)
        for message in line_reader.errors.values():
            reader.fail('results', f"{line.product_id.display_name}: {message}")
        clean = line_reader.clean
        return {
            'quantity_accepted': clean.get('quantity', line.quantity),
            'condition': clean.get('condition'),
            'remark': clean.get('remark'),
        }

    def _read_deduction(self, reader, lines):
        """Read what is kept back, at most all; it needs a reason, as what is not accepted does."""
        reader.number(
            'deduction', self.env._("Deduction"), maximum=self._amount_of(lines), required=False
        )
        short = any(
            line.product_uom_id.compare(values['quantity_accepted'], line.quantity) < 0
            for line, values in lines.items()
        )
        reader.text(
            'reason', self.env._("Reason"), limit=TEXT_MAX_LENGTH, multiline=True,
            required=bool(short or reader.clean.get('deduction')),
        )

    # === BUSINESS METHODS === #

    def _merchant_files(self):
        """Return the evidence that the merchant's people gave; the rest is the shopper's."""
        self.ensure_one()
        shopper = self.partner_id.commercial_partner_id
        return self.attachment_ids.filtered(
            lambda file: file.create_uid.partner_id.commercial_partner_id != shopper
        )

    def _inspect(self, lines=None, deduction=0.0, reason=None):
        """Note what came back and let everything follow from it.

        :param dict lines: values per return line; everything is accepted without them
        """
        self.ensure_one()
        if self.date_inspected:
            raise UserError(self.env._("%s was inspected already.", self.name))
        for line in self.line_ids:
            line.write((lines or {}).get(line) or {
                'quantity_accepted': line.quantity, 'condition': 'as_new',
            })  # fmt: skip
        self.write({
            'date_inspected': fields.Datetime.now(),
            'deduction': self.currency_id.round(deduction),
            'deduction_reason': reason,
        })
        self.env['marketplace.audit.log']._log(self, 'change', reason=reason, after={
            'accepted': sum(self.line_ids.mapped('quantity_accepted')), 'deduction': deduction,
        })  # fmt: skip
        self._put_back()
        if not any(self.line_ids.mapped('quantity_accepted')):
            self._move_to('rejected', reason=reason, system=True)
        elif self.kind == 'exchange':
            self.replacement_picking_id = self._create_replacement_picking()
            self.deadline = self._deadline_in(days=self.company_id.marketplace_confirm_days)
        else:
            self._move_to('refunded', system=True)

    def _amount_of(self, lines):
        """Return what is left to refund for the accepted goods of these lines."""
        accepted = {line: values['quantity_accepted'] for line, values in lines.items()}
        left = self.order_id._refundable_by_line()
        asked = sum(line._share() * line.sale_line_id.marketplace_amount for line in accepted)
        kept = sum(
            line._refundable_part(quantity, left) * line.sale_line_id.marketplace_amount
            for line, quantity in accepted.items()
        )
        return self.currency_id.round(self.amount * kept / asked) if asked else 0.0

    def _refund_ratios(self):
        """Return which part of each sale order line is refunded, from 0 to 1.

        Of what is left to refund, less a restocking fee where the policy has one and nothing is
        wrong with the goods, less the deduction; with the freight where the reason says so, as far
        as goods came back.
        """
        accepted = self._accepted_quantities()
        kept = self._kept_part(accepted)
        left = self.order_id._refundable_by_line()
        ratios = {
            line.sale_line_id: (
                line._refundable_part(quantity, left) * (kept - line._restocking_part())
            )
            for line, quantity in accepted.items() if quantity
        }
        if self.reason_id.is_freight_refunded:
            order = self.order_id
            value = sum(ratio * line.marketplace_amount for line, ratio in ratios.items())
            share = value / order.amount_goods if order.amount_goods else 0.0
            ratios.update(dict.fromkeys(order.line_ids.filtered('is_delivery'), share))
        return ratios

    def _accepted_quantities(self):
        """Return how much of each line is refunded: {return line: quantity}."""
        # Whoever decides for the shopper after all doesn't follow the merchant's inspection.
        follows = self.date_inspected and not self.date_escalated
        return {
            line: line.quantity_accepted if follows else line.quantity for line in self.line_ids
        }

    def _settle_lines(self):
        """Note on each line what is settled by the refund that comes now."""
        left = self.order_id._refundable_by_line()
        for line, quantity in self._accepted_quantities().items():
            if line.sale_line_id in left:
                line._settle(quantity, left)

    def _kept_part(self, accepted):
        """Return which part of what is left to refund for the goods is not deducted."""
        if not self.deduction or self.date_escalated:
            return 1.0
        left = self._amount_of({
            line: {'quantity_accepted': quantity} for line, quantity in accepted.items()
        })
        return 1.0 - self.deduction / left if left else 0.0

    # === GOODS === #

    def _put_back(self):
        """Take the accepted goods into the merchant's stock; what is damaged is scrapped."""
        picking = self.picking_id
        accepted = {line.sale_line_id: line.quantity_accepted for line in self.line_ids}
        if picking and picking.state not in ('done', 'cancel'):
            if not picking._marketplace_send(accepted, keep_rest=False):
                picking.action_cancel()
        for line in self.line_ids.filtered(lambda line: line.condition == 'damaged'):
            line._scrap()

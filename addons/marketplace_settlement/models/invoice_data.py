# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import models
from odoo.tools import float_repr


class AccountMove(models.Model):
    """What an e-invoice needs of a shopper's invoice or of a merchant's fee invoice."""

    _inherit = 'account.move'

    # === BUSINESS METHODS === #

    def _marketplace_kind(self):
        """Return what the document is to the marketplace: 'shopper', 'fee' or False."""
        self.ensure_one()
        if self.move_type not in ('out_invoice', 'out_refund'):
            return False
        if self.marketplace_statement_id:
            return 'fee'
        return 'shopper' if self.sudo().line_ids.merchant_id else False

    def _marketplace_invoice_data(self):
        """Return all that an e-invoice says, in plain values; amounts are texts, as printed.

        Of goods whose merchant is liable for the VAT, ``issuer`` is the merchant: the tax in the
        price is the merchant's to declare, and stands in ``tax_in_price`` only.
        """
        self.ensure_one()
        lines = self.invoice_line_ids.filtered(lambda line: line.display_type == 'product')
        return {
            'kind': self._marketplace_kind(),
            'type': 'credit_note' if self.move_type == 'out_refund' else 'invoice',
            'number': self.name,
            'date': self.invoice_date.isoformat(),
            'due_date': (self.invoice_date_due or self.invoice_date).isoformat(),
            'currency': self.currency_id.name,
            'reverses': self.reversed_entry_id.name or '',
            'order': self.invoice_origin or '',
            'reason': self.ref or '',
            'seller': self._marketplace_party(self.company_id.partner_id),
            'buyer': self._marketplace_party(self.partner_id),
            'lines': [
                line._marketplace_line_data(number) for number, line in enumerate(lines, start=1)
            ],
            'taxes': self._marketplace_taxes(),
            'untaxed': self._marketplace_text(self.amount_untaxed),
            'tax': self._marketplace_text(self.amount_tax),
            'total': self._marketplace_text(self.amount_total),
        }

    def _marketplace_party(self, partner):
        """Return whom an invoice names; of a merchant its licence number where it has no VAT."""
        commercial = partner.commercial_partner_id
        return {
            'name': partner.display_name if partner == commercial else commercial.name or '',
            'contact': partner.name or '',
            'tax_number': partner.vat or commercial.vat or '',
            'street': " ".join(filter(None, (partner.street, partner.street2))),
            'city': partner.city or '',
            'zip': partner.zip or '',
            'state': partner.state_id.name or '',
            'country': partner.country_id.code or '',
            'email': partner.email or '',
        }

    def _marketplace_taxes(self):
        """Return rate, base and amount of each tax of the document."""
        items = self.line_ids.filtered('tax_line_id')
        return [
            {
                'name': tax.name,
                'rate': float_repr(tax.amount, 4),
                'base': self._marketplace_text(abs(sum(
                    self.line_ids.filtered(lambda line, tax=tax: tax in line.tax_ids).mapped(
                        'amount_currency'
                    )
                ))),
                'amount': self._marketplace_text(abs(sum(lines.mapped('amount_currency')))),
            }
            for tax, lines in items.grouped('tax_line_id').items()
        ]  # fmt: skip

    def _marketplace_text(self, amount):
        return float_repr(amount, self.currency_id.decimal_places)


class AccountMoveLine(models.Model):
    _inherit = 'account.move.line'

    def _marketplace_line_data(self, number):
        self.ensure_one()
        move = self.move_id
        merchant_sudo = self.sudo().merchant_id
        sold = self.sudo().sale_line_ids[:1]
        by_merchant = bool(merchant_sudo) and sold.marketplace_vat_liability != 'platform'
        taxes = sold.tax_ids if by_merchant else self.tax_ids
        return {
            'number': number,
            'issuer': 'merchant' if by_merchant else 'platform',
            'merchant': merchant_sudo.code or '',
            'merchant_name': merchant_sudo.name or '',
            'merchant_tax_number': (
                merchant_sudo.partner_id.vat or merchant_sudo.licence_number or ''
            ),
            'code': self.product_id.default_code or '',
            'name': (self.name or '').strip(),
            'quantity': float_repr(self.quantity, 4),
            'unit': self.product_uom_id.name or '',
            'unit_price': float_repr(self.price_unit, 6),
            'tax_names': ", ".join(taxes.mapped('name')),
            'tax_rates': ", ".join(float_repr(tax.amount, 4) for tax in taxes),
            'untaxed': move._marketplace_text(self.price_subtotal),
            'tax': move._marketplace_text(self.price_total - self.price_subtotal),
            'tax_in_price': move._marketplace_text(self._marketplace_tax_in_price(sold, taxes))
            if by_merchant else move._marketplace_text(0.0),
            'total': move._marketplace_text(self.price_total),
        }  # fmt: skip

    def _marketplace_tax_in_price(self, sold, taxes):
        """Return the tax that the merchant owes of this line's part of what was sold."""
        details = taxes._get_tax_details(
            self.price_total, 1.0, precision_rounding=self.currency_id.rounding,
            rounding_method='round_per_line', product=sold.product_id,
            special_mode='total_included',
        )  # fmt: skip
        return details['total_included'] - details['total_excluded']

# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

"""What merchants are owed, reckoned in whole cents and plain Python.

It knows nothing of the addon: no record, no currency, no helper is shared. Both are compared after
every step of the money's life.
"""

from dataclasses import dataclass

COMMISSION_PERCENT = 8


def half_up(numerator, denominator):
    """Return a positive quotient, rounded to the nearest whole, halves up."""
    return (2 * numerator + denominator) // (2 * denominator)


@dataclass
class Line:
    """What was sold of one thing."""

    amount: int
    quantity: int
    commission: int
    refunded: int = 0
    refunds: int = 0
    given_back: int = 0

    def refund(self, units):
        """Take back some of the units; return what the shopper and the merchant get back."""
        left = self.amount - self.refunded
        part = half_up(self.amount * units, self.quantity)
        # Each refund may be half a cent off: the last one takes what is left.
        if units == self.quantity or abs(left - part) < (self.refunds + 1.1) / 2:
            part = left
        part = min(part, left)
        if not part:
            return 0, 0
        self.refunded += part
        self.refunds += 1
        before = self.given_back
        self.given_back = half_up(self.commission * self.refunded, self.amount)
        return part, self.given_back - before


@dataclass(eq=False)
class Part:
    """One merchant's part of an order."""

    merchant: int
    freight: int
    lines: list
    state: str = 'paid'
    is_held: bool = False

    def refundable(self):
        return self.freight + sum(line.amount - line.refunded for line in self.lines)


@dataclass(eq=False)
class Entry:
    """A signed movement, and in which bucket it lies."""

    merchant: int
    amount: int
    bucket: str
    is_cleared: bool = True
    part: Part | None = None
    statement: int | None = None


class Oracle:
    """The money of all merchants; every method is one thing that happens to it."""

    def __init__(self):
        self.parts = []
        self.entries = []
        self.statements = 0

    # === WHAT HAPPENS === #

    def sell(self, merchant, freight, goods):
        """Sell (price, quantity) pairs that the shopper pays at once."""
        lines = [
            Line(price * quantity, quantity, half_up(price * quantity * COMMISSION_PERCENT, 100))
            for price, quantity in goods
        ]  # fmt: skip
        part = Part(merchant, freight, lines)
        self.parts.append(part)
        for line in lines:
            self._book(part, line.amount, -line.commission, 'pending')
        self._book(part, freight, 0, 'pending')
        return part

    def refund(self, part, position, units):
        """Refund units of a line; return what the shopper gets."""
        amount, given_back = part.lines[position].refund(units)
        self._take_back(part, [(amount, given_back)])
        return amount

    def cancel(self, part):
        """Refund all that is left of a part that was not shipped."""
        part.state = 'cancelled'
        refunds = [line.refund(line.quantity) for line in part.lines]
        self._take_back(part, [*refunds, (part.freight, 0)])
        part.freight = 0

    def complete(self, part):
        part.state = 'completed'
        self._mature()

    def hold(self, part):
        part.is_held = True
        available = self._of(part, 'available')
        if sum(entry.amount for entry in available) > 0:
            for entry in available:
                entry.bucket = 'held'

    def release(self, part):
        part.is_held = False
        for entry in self._of(part, 'held'):
            entry.bucket = 'available'
        self._mature()

    def book(self, merchant, amount):
        """Book what no order explains, a penalty or an adjustment: it counts at once."""
        self.entries.append(Entry(merchant, amount, 'available', is_cleared=False))

    def draw_up(self, merchant):
        """Claim what is available; return the net amount, or None if nothing is to be paid."""
        net = self._sum(merchant, 'available')
        if net <= 0:
            return None
        self._claim(merchant)
        return net

    def due(self, merchant):
        """Return what a payout would come to: what waits for it, less what is owed since."""
        waiting = self._sum(merchant, 'in_transit')
        return waiting and waiting + min(self._sum(merchant, 'available'), 0)

    def offset(self, merchant):
        """Let a debt reduce what waits for a payout, if that covers it."""
        if self._sum(merchant, 'available') < 0 and self._sum(merchant, 'in_transit'):
            if self.due(merchant) >= 0:
                self._claim(merchant)
            if not self._sum(merchant, 'in_transit'):
                self.pay(merchant)

    def pay(self, merchant):
        """Pay what waits; return what was paid."""
        paid = self._all(merchant, 'in_transit')
        for entry in paid:
            entry.bucket = 'paid'
        return paid

    def give_back(self, paid):
        """The bank sends back what was paid: it waits again."""
        for entry in paid:
            entry.bucket = 'in_transit'

    def reverse(self, merchant, number):
        """Undo a statement that waits for a payout; return whether that is possible.

        Not where the payout of its entries was made, a later debt was taken out of what it pays,
        or an order in it is held.
        """
        own = [entry for entry in self.entries if entry.statement == number]
        if (
            any(e.bucket != 'in_transit' or (e.part and e.part.is_held) for e in own)
            or sum(entry.amount for entry in own) > self._sum(merchant, 'in_transit')
        ):
            return False
        for entry in own:
            entry.bucket, entry.statement = 'available', None
        return True

    # === WHAT FOLLOWS === #

    def wallet(self, merchant):
        """Return the columns of a wallet."""
        sums = {
            bucket: sum(entry.amount for entry in self._all(merchant, bucket))
            for bucket in ('pending', 'available', 'held', 'in_transit', 'paid')
        }
        return {
            **sums, 'available': max(sums['available'], 0), 'debt': min(sums['available'], 0)
        }  # fmt: skip

    def clearing(self):
        """Return what was sold and not refunded, and is in no statement."""
        return sum(e.amount for e in self.entries if e.is_cleared and not e.statement)

    def payable(self):
        return sum(entry.amount for entry in self.entries if entry.bucket == 'in_transit')

    # === HOW === #

    def _sum(self, merchant, bucket):
        return sum(entry.amount for entry in self._all(merchant, bucket))

    def _claim(self, merchant):
        self.statements += 1
        for entry in self._all(merchant, 'available'):
            entry.bucket, entry.statement = 'in_transit', self.statements

    def _book(self, part, amount, commission, bucket):
        self.entries.append(Entry(part.merchant, amount, bucket, part=part))
        self.entries.append(Entry(part.merchant, commission, bucket, False, part))

    def _take_back(self, part, refunds):
        """Let refunds follow the order's money; what that does not cover counts at once."""
        change = sum(given_back - amount for amount, given_back in refunds)
        own = [entry for entry in self.entries if entry.part is part]
        held = sum(entry.amount for entry in self._of(part, 'held'))
        if all(entry.bucket == 'pending' for entry in own):
            bucket = 'pending'
        elif any(entry.bucket == 'held' for entry in own) and held + change >= 0:
            bucket = 'held'
        else:
            bucket = 'available'
        for amount, given_back in refunds:
            self._book(part, -amount, given_back, bucket)

    def _mature(self):
        for part in self.parts:
            settled = part.state == 'completed' or (
                part.state == 'cancelled' and not part.refundable()
            )
            if settled and not part.is_held:
                for entry in self._of(part, 'pending'):
                    entry.bucket = 'available'

    def _of(self, part, bucket):
        return [e for e in self.entries if e.part is part and e.bucket == bucket]

    def _all(self, merchant, bucket):
        return [e for e in self.entries if e.merchant == merchant and e.bucket == bucket]

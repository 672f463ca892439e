# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

import base64
import io

from PIL import Image

from odoo import Command
from odoo.tests import new_test_user

from odoo.addons.marketplace_settlement.tests.orders_common import OrdersCommon


class ComplaintCommon(OrdersCommon):
    """A shipped and invoiced parcel of merchant A, its two sides, and the staff between them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.owner_a = cls.merchant_a.member_ids.filtered('role_owner').user_id
        cls.owner_b = cls.merchant_b.member_ids.filtered('role_owner').user_id
        cls.service_a = cls._member(cls.merchant_a, 'service')
        cls.members = cls.owner_a + cls.clerk_a + cls.service_a
        cls.risk_officer = cls._conduct_staff('marketplace_risk.group_risk_officer')
        cls.arbitrator = cls._conduct_staff('marketplace_risk.group_arbitrator')
        cls.colleague = cls._conduct_staff('marketplace_risk.group_arbitrator')
        cls.auditor = cls._conduct_staff('marketplace_merchant.group_auditor')
        cls.order = cls._parcel()

    # === FACTORIES === #

    @classmethod
    def _conduct_staff(cls, group):
        number = cls.env['res.users'].search_count([])
        return new_test_user(cls.env, f'risk_staff_{number}', groups=group)

    @classmethod
    def _parcel(cls):
        """Return merchant A's part of a new order, invoiced and shipped."""
        part = cls._shipped()
        part.sale_order_id._create_invoices().action_post()
        return part

    # === FACTORIES === #

    @classmethod
    def _photo(cls, filename='crack.jpg', color='red'):
        """Return a small photo as the portal sends it."""
        output = io.BytesIO()
        Image.new('RGB', (40, 30), color).save(output, format='JPEG')
        return {'filename': filename, 'content': base64.b64encode(output.getvalue()).decode()}

    @classmethod
    def _file(cls, filename, content):
        return {'filename': filename, 'content': base64.b64encode(content).decode()}

    @classmethod
    def _complain(cls, order=None, user=None, **values):
        """Complain as the shopper; return the complaint as superuser."""
        values = {
            'kind': 'quality',
            'subject': "The bowl is cracked",
            'description': "It arrived with a crack. I want my money back.",
            **values,
        }
        order = (order or cls.order).with_user(user or cls.shopper)
        return order.portal_complain(**values).with_user(cls.env.user)

    @classmethod
    def _in_arbitration(cls, **values):
        complaint = cls._complain(**values)
        complaint.with_user(cls.service_a).portal_reply("It was whole when we sent it.")
        complaint.with_user(cls.shopper).portal_escalate()
        return complaint

    @classmethod
    def _plan(cls, complaint, amount=30.0, user=None):
        """Take the complaint and plan a refund as the arbitrator."""
        complaint = complaint.with_user(user or cls.arbitrator)
        complaint.action_take()
        remedy = {'kind': 'refund', 'amount': amount} if amount else {'kind': 'nothing'}
        complaint.write({
            'decision': "The photo shows the crack; the packaging was too thin.",
            'remedy_ids': [Command.create(remedy)],
        })
        return complaint

    @classmethod
    def _decided(cls, amount=30.0):
        complaint = cls._plan(cls._in_arbitration(), amount)
        complaint.action_decide()
        return complaint

    # === ASSERTIONS === #

    def _mails(self, complaint):
        """Return the mails that wait to be sent about the complaint, oldest first."""
        return self.env['mail.mail'].search(
            [('model', '=', complaint._name), ('res_id', '=', complaint.id)], order='id'
        )

# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from lxml import html

from odoo import fields

from odoo.addons.marketplace_settlement.tests.money_common import MoneyCommon

from .storefront_common import StorefrontCommon


class MerchantCommon(MoneyCommon, StorefrontCommon):
    """Merchant A with one member per role, and what they see and do on their pages."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # The officer of the money tests is another one.
        cls.store_officer = cls.env['res.users'].search([('login', '=', 'store_officer')])
        cls.service_a = cls._member(cls.merchant_a, 'service')
        cls.owner_a = cls.merchant_a.member_ids.filtered('role_owner').user_id
        cls.owner_b = cls.merchant_b.member_ids.filtered('role_owner').user_id
        cls.members_a = {
            'owner': cls.owner_a,
            'catalogue': cls.catalogue_a,
            'orders': cls.clerk_a,
            'finance': cls.finance_a,
            'service': cls.service_a,
        }

    # === FACTORIES === #

    @classmethod
    def _sent_statement(cls):
        """Return merchant A's statement of one completed order, sent to it."""
        cls._complete(cls._paid())
        statement = cls.env['marketplace.statement']._generate(
            fields.Date.context_today(cls.merchant_a), cls.merchant_a
        )
        statement.with_user(cls.maker).action_send()
        return statement

    @classmethod
    def _complaint(cls):
        part = cls._shipped()
        complaint = part.with_user(cls.shopper).portal_complain(
            'quality', "The bowl is cracked", "It arrived with a crack.", [cls._evidence()]
        )
        return complaint.with_user(cls.env.user)

    @classmethod
    def _evidence(cls):
        return {'filename': "crack.png", 'content': cls._image().decode()}

    @classmethod
    def _return(cls, kind='return_refund'):
        part = cls._shipped()
        return_id = part.with_user(cls.shopper).portal_request_return(
            kind, "Too small for me", {part._goods_lines().id: 1}
        )
        return cls.env['marketplace.return'].browse(return_id)

    # === PAGES === #

    def _html(self, path, user):
        """Return the parsed page as the user sees it."""
        return html.fromstring(self._page(path, user.login))

    def _send(self, path, values, user, files=None):
        """Send a form as the user; return the parsed page that the browser shows then."""
        response = self._post(path, values, user.login, files)
        self.assertEqual(response.status_code, 200, response.url)
        self.last_url = response.url
        return html.fromstring(response.text)

    def _text(self, page, css_class):
        """Return the text of the first element of that class, or an empty one."""
        nodes = page.xpath(f'//*[contains(concat(" ", @class, " "), " {css_class} ")]')
        return " ".join(nodes[0].text_content().split()) if nodes else ""

    def _mistake(self, page, name):
        """Return what is said to be wrong at a field."""
        nodes = page.xpath(f'//*[@data-field="{name}"]')
        return " ".join(nodes[0].text_content().split()) if nodes else ""

    def _value(self, page, name):
        """Return what a field of the form holds."""
        node = page.xpath(f'//*[@name="{name}"]')[0]
        if node.tag == 'textarea':
            return node.text_content()
        if node.tag == 'select':
            return next(iter(node.xpath('option[@selected]/@value')), '')
        return node.get('value', '')

    def _png(self, filename='photo.png'):
        return (filename, self._picture())

# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import models

from odoo.addons.marketplace_merchant.models.requirement_rule import CAPABILITIES

from ..const import RETURN_TODO

# Buckets whose entries stand under the tab of another name.
BUCKET_TABS = {'held_for_cases': 'held', 'debt': 'available'}


class MarketplaceMerchant(models.Model):
    _inherit = 'marketplace.merchant'

    # === BUSINESS METHODS === #

    def _portal_todo(self):
        """Return what waits for the acting member in the portal, by the roles the member has.

        :return: one card per task: key, page (of the menu), label, url, icon and count
        :rtype: list[dict]
        """
        self.ensure_one()
        return [
            {
                'key': key,
                'page': page,
                'label': label,
                'url': f'/my/merchant/{path}',
                'icon': icon,
                'count': self._portal_count(model_name, domain),
            }
            for role, page, key, label, path, icon, model_name, domain in self._portal_tasks()
            if self._is_member(role)
        ] + self._portal_deposit_task()

    def _portal_tasks(self):
        """Return the kinds of tasks: role, page, key, label, path, icon, model and domain."""
        _ = self.env._
        return [
            ('orders', 'orders', 'accept', _("Orders to accept"), 'orders?tab=to_accept',
             'fa-shopping-basket', 'marketplace.order', [('state', '=', 'to_accept')]),
            ('orders', 'orders', 'ship', _("Orders to ship"), 'orders?tab=to_ship',
             'fa-truck', 'marketplace.order', [('state', '=', 'to_ship')]),
            ('orders', 'returns', 'return', _("Returns to handle"), 'returns?tab=todo',
             'fa-undo', 'marketplace.return', RETURN_TODO),
            ('catalogue', 'products', 'listing', _("Products to correct"), 'products?tab=rejected',
             'fa-cube', 'product.template', [('listing_state', '=', 'rejected')]),
            ('catalogue', 'products', 'low_stock', _("Products running out"),
             'products?tab=low_stock', 'fa-battery-quarter', 'product.template',
             [('is_low_stock', '=', True)]),
            ('service', 'complaints', 'complaint', _("Complaints to answer"), 'complaints?tab=todo',
             'fa-comments-o', 'marketplace.complaint', [('state', '=', 'merchant_response')]),
            ('finance', 'statements', 'statement', _("Statements to confirm"),
             'statements?tab=sent', 'fa-file-text-o', 'marketplace.statement',
             [('state', '=', 'sent')]),
        ]  # fmt: skip

    def _portal_count(self, model_name, domain):
        """Count this merchant's documents; sudo, as the member's role is already proven."""
        return (
            self.env[model_name].sudo().search_count([('merchant_id', '=', self.id), *domain])
        )

    def _portal_deposit_task(self):
        if not self._is_member('finance') or self.currency_id.is_zero(self._deposit_missing()):
            return []
        return [
            {
                'key': 'deposit',
                'page': 'deposit',
                'label': self.env._("Deposit to pay"),
                'url': '/my/merchant/deposit',
                'icon': 'fa-shield',
                'count': 1,
            }
        ]

    def _portal_balances(self):
        """Return the merchant's money by where it stands, for members with the finance role.

        :return: one dict per currency: currency, and buckets with label, help and amount
        :rtype: list[dict]
        """
        self.ensure_one()
        if not self._is_member('finance'):
            return []
        # A wallet is opened by the first amount that can be spent; before, all is pending.
        wallets = self.sudo().wallet_ids or self.env['marketplace.wallet'].sudo().new(
            {
                'merchant_id': self.id,
                'company_id': self.company_id.id,
                'currency_id': self.currency_id.id,
            }
        )
        return [
            {'currency': wallet.currency_id, 'buckets': self._portal_buckets(wallet)}
            for wallet in wallets
        ]

    def _portal_buckets(self, wallet):
        _ = self.env._
        buckets = [
            ('pending', _("Pending"), _("Orders on their way or still in the return period.")),
            ('available', _("Available"), _("Goes into your next statement.")),
            ('held_for_cases', _("Held"), _(
                "Due, but waits for the end of a complaint or a check."
            )),
            ('reserve', _("Reserve"), _("Kept of earlier statements; released on its day.")),
            ('in_transit', _("In transit"), _("In a statement, on its way to your bank.")),
            ('paid', _("Paid"), _("Paid out to you so far.")),
            ('debt', _("Owed by you"), _("Refunds after payout; deducted from next statements.")),
        ]
        return [
            {
                'key': key,
                'label': label,
                'help': text,
                'amount': wallet[key],
                'url': f'/my/merchant/balance?tab={BUCKET_TABS.get(key, key)}',
            }
            for key, label, text in buckets
            # A debt or a reserve of zero is no news.
            if key not in ('debt', 'reserve') or not wallet.currency_id.is_zero(wallet[key])
        ]

    def _portal_papers(self):
        """Return the documents that concern the merchant, for its owners.

        :return: ``documents``: kind and versions of each
        :rtype: dict
        """
        self.ensure_one()
        merchant_sudo = self.sudo()
        requirements = merchant_sudo._portal_requirements()
        versions = merchant_sudo.qualification_ids.filtered(lambda doc: doc.state != 'superseded')
        return {
            'documents': [
                {'type': kind, 'versions': versions.filtered(lambda doc, k=kind: doc.type_id == k)}
                for kind in requirements.qualification_type_id | versions.type_id
            ],
        }

    def _portal_requirements(self):
        profile = self._requirement_profile()
        requirements = self.env['marketplace.requirement'].sudo()
        for capability, _label in CAPABILITIES:
            requirements |= requirements._for_capability(capability, profile)
        return requirements

    def _portal_deposit_payment(self, tx_id):
        """Return the payment of the deposit that has not come to anything, or not yet.

        :param str tx_id: id of the payment that was tried just now; a failed one is said once
        :return: the `payment.transaction`, mostly empty
        """
        payments_sudo = self.env['payment.transaction'].sudo().search([
            ('deposit_merchant_id', '=', self.id),
            ('state', 'in', ('pending', 'authorized', 'cancel', 'error')),
        ], order='id desc')  # fmt: skip
        waiting = payments_sudo.filtered(lambda tx: tx.state in ('pending', 'authorized'))
        return waiting[:1] or payments_sudo.filtered(lambda tx: str(tx.id) == tx_id)

    def _get_portal_path(self):
        return f'/my/merchant?merchant={self.id}'

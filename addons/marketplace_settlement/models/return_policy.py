# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models, tools
from odoo.exceptions import UserError

DAYS_MAXIMUM = 365
TERMS = ('categ_id', 'company_id', 'days', 'is_no_reason', 'freight_by', 'restocking_percent')


class MarketplaceReturnPolicy(models.Model):
    """How goods of a category may be returned.

    The policy is frozen on the order line when the goods are sold: shoppers keep the terms that
    they bought under. What lines refer to is therefore archived and replaced, never changed.
    """

    _name = 'marketplace.return.policy'
    _description = "Return Policy"
    _order = 'categ_id, id'
    _rec_name = 'categ_id'

    categ_id = fields.Many2one(
        comodel_name='product.category', string="Category", required=True, index=True,
        ondelete='restrict', help="The policy holds for its categories below as well.",
    )  # fmt: skip
    company_id = fields.Many2one(comodel_name='res.company', ondelete='cascade')
    days = fields.Integer(
        string="Return Window (days)", default=7, required=True,
        help="How long after receipt shoppers may ask to return these goods. 0: not at all.",
    )  # fmt: skip
    is_no_reason = fields.Boolean(
        string="No Reason Needed", default=True,
        help="Shoppers may return the goods because they changed their mind.",
    )
    freight_by = fields.Selection(
        selection=[('shopper', "The shopper"), ('merchant', "The merchant")],
        string="Sending Back is Paid by", required=True, default='shopper',
        help="If nothing is wrong with the goods. What is wrong, the merchant pays for.",
    )  # fmt: skip
    restocking_percent = fields.Float(
        string="Restocking Fee (%)", digits=(5, 2),
        help="Kept from the refund when goods come back without a reason.",
    )  # fmt: skip
    active = fields.Boolean(default=True)

    _categ_uniq = models.UniqueIndex(
        '(categ_id, COALESCE(company_id, 0)) WHERE active',
        "This category has a return policy already. Archive that one first.",
    )
    _terms_sane = models.Constraint(
        f'CHECK (days BETWEEN 0 AND {DAYS_MAXIMUM} AND restocking_percent BETWEEN 0 AND 100)',
        "The return window is at most a year, the restocking fee between 0 and 100 %.",
    )

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        # The unique index has to see which policies were archived a moment ago.
        self.flush_model(['active'])
        policies = super().create(vals_list)
        self.env.registry.clear_cache()
        return policies

    def write(self, vals):
        if any(name in TERMS for name in vals) and self.env['sale.order.line'].sudo().search_count(
            [('marketplace_return_policy_id', 'in', self.ids)], limit=1
        ):
            raise UserError(self.env._(
                "Goods were sold under this policy, so its terms stay as they are. Archive it and"
                " make a new one."
            ))
        result = super().write(vals)
        self.env.registry.clear_cache()
        return result

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result

    # === BUSINESS METHODS === #

    @api.model
    def _find(self, category, company):
        """Return the policy of the nearest category above; empty where the company's terms hold."""
        policies = self._by_category(company.id)
        path = (category.parent_path or '').split('/')
        for categ_id in reversed([int(part) for part in path if part]):
            if categ_id in policies:
                return self.sudo().browse(policies[categ_id])
        return self.sudo().browse()

    @api.model
    @tools.ormcache('company_id')
    def _by_category(self, company_id):
        """Return the id of the policy by that of its category; a company's own goes first."""
        policies = self.sudo().search([('company_id', 'in', (False, company_id))])
        return {
            policy.categ_id.id: policy.id
            for policy in policies.sorted(lambda policy: bool(policy.company_id))
        }

    def _terms(self, company):
        """Return the terms: of this policy, or if it is empty, of the company.

        :return: days, is_no_reason, freight_by, restocking_percent
        :rtype: dict
        """
        if self:
            return {name: self[name] for name in TERMS[2:]}
        return {
            'days': company.sudo().marketplace_return_days,
            'is_no_reason': True,
            'freight_by': 'shopper',
            'restocking_percent': 0.0,
        }

    @api.model
    def _sentences(self, terms):
        """Return terms as shoppers read them.

        :param dict terms: as of :meth:`_terms`
        :rtype: list[str]
        """
        if not terms['days']:
            return [self.env._("These goods cannot be returned.")]
        if not terms['is_no_reason']:
            return [self.env._(
                "Returns within %s days of receipt if something is wrong with the goods.",
                terms['days'],
            )]
        sentences = [self.env._(
            "Returns within %s days of receipt, no reason needed.", terms['days']
        )]
        if terms['freight_by'] == 'merchant':
            sentences.append(self.env._("The merchant pays for sending the goods back."))
        else:
            sentences.append(self.env._(
                "You pay for sending the goods back, unless something is wrong with them."
            ))
        if terms['restocking_percent']:
            sentences.append(self.env._(
                "%s %% of the price is kept if nothing is wrong with them.",
                f"{terms['restocking_percent']:g}",
            ))
        return sentences


class MarketplaceReturnReason(models.Model):
    """Why goods come back, and what follows from it."""

    _name = 'marketplace.return.reason'
    _description = "Reason of Return"
    _order = 'sequence, id'

    code = fields.Char(required=True)
    name = fields.Char(required=True, translate=True, help="As shoppers read it.")
    sequence = fields.Integer(default=10)
    fault = fields.Selection(
        selection=[
            ('merchant', "The merchant"), ('shopper', "The shopper"), ('carrier', "The carrier"),
        ],
        string="Whose Matter", required=True, default='merchant',
        help="Unless it is the shopper's, the merchant pays for sending the goods back.",
    )  # fmt: skip
    needs_evidence = fields.Boolean(
        string="Photos Needed", help="Shoppers have to add at least one photo."
    )
    is_freight_refunded = fields.Boolean(
        string="Freight Refunded", help="What the shopper paid for sending comes back as well."
    )
    is_no_reason = fields.Boolean(
        string="Change of Mind",
        help="Needs no explanation; only where the return policy allows it.",
    )
    active = fields.Boolean(default=True)

    _code_uniq = models.Constraint('UNIQUE (code)', "Another reason has this code.")


class SaleOrderLine(models.Model):
    _inherit = 'sale.order.line'

    marketplace_return_policy_id = fields.Many2one(
        comodel_name='marketplace.return.policy', string="Return Policy", readonly=True,
        copy=False, index='btree_not_null', ondelete='restrict',
        groups='marketplace_merchant.group_staff',
        help="As it was when the goods were sold; empty: the terms of the company.",
    )  # fmt: skip
    marketplace_return_days = fields.Integer(
        string="Return Window (days)", readonly=True, copy=False,
        groups='marketplace_merchant.group_staff', help="As it was when the goods were sold.",
    )  # fmt: skip

    def _prepare_marketplace_freeze(self, amount):
        values = super()._prepare_marketplace_freeze(amount)
        policy = self.env['marketplace.return.policy']._find(
            self.product_id.categ_id, self.company_id
        )
        return dict(
            values,
            marketplace_return_policy_id=policy.id,
            marketplace_return_days=policy._terms(self.company_id)['days'],
        )

    def _return_terms(self):
        """Return the terms under which this line was sold; see `_terms` of the policy."""
        line = self.sudo()
        terms = line.marketplace_return_policy_id._terms(line.company_id)
        return dict(terms, days=line.marketplace_return_days)


class ProductTemplate(models.Model):
    _inherit = 'product.template'

    def _return_sentences(self):
        """Return how these goods of a merchant can be returned, as shoppers read it.

        :rtype: list[str]
        """
        self.ensure_one()
        company = self.sudo().merchant_id.company_id or self.env.company
        policy = self.env['marketplace.return.policy']._find(self.sudo().categ_id, company)
        return policy._sentences(policy._terms(company))


class ResCompany(models.Model):
    _inherit = 'res.company'

    marketplace_inspect_days = fields.Integer(
        string="Days to Inspect Returned Goods", default=3,
        help="Goods that the merchant has back and says nothing about count as accepted.",
    )
    marketplace_return_freight_max = fields.Monetary(
        string="Freight of a Return", default=30.0,
        help="What shoppers get back at most for sending goods back, where the merchant pays.",
    )  # fmt: skip

    _marketplace_inspect_days_positive = models.Constraint(
        'CHECK (marketplace_inspect_days > 0)',
        "Merchants need at least one day to inspect what comes back.",
    )
    _marketplace_return_freight_max_sane = models.Constraint(
        'CHECK (marketplace_return_freight_max >= 0)',
        "What is paid back for sending goods back cannot be less than nothing.",
    )


class ResConfigSettings(models.TransientModel):
    _inherit = 'res.config.settings'

    marketplace_inspect_days = fields.Integer(
        related='company_id.marketplace_inspect_days', readonly=False
    )
    marketplace_return_freight_max = fields.Monetary(
        related='company_id.marketplace_return_freight_max', readonly=False,
        currency_field='currency_id',
    )  # fmt: skip

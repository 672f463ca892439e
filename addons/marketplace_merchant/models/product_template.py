# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from ..tools.elevate import elevate
from .state_mixin import Move

OFFICER = 'marketplace_merchant.group_onboarding_officer'
MANAGER = 'marketplace_merchant.group_merchant_manager'

# What shoppers read and see: once it was approved, a change of it waits for approval.
REVIEWED_FIELDS = ('name', 'description_sale', 'categ_id', 'brand_id', 'image_1920')


class ProductTemplate(models.Model):
    """Goods of a merchant are *listings*: what is on sale was approved by the platform.

    Goods without a merchant are the platform's own, have no listing state and behave as ever.
    """

    _name = 'product.template'
    _inherit = ['product.template', 'marketplace.state.mixin']

    _state_field = 'listing_state'
    _state_moves = (
        Move('draft', 'in_review', by=('member_catalogue',)),
        Move('rejected', 'in_review', by=('member_catalogue',)),
        Move('in_review', 'draft', by=('member_catalogue',)),
        Move('in_review', 'live', by=(OFFICER, 'system')),
        Move('in_review', 'rejected', by=(OFFICER,), reason=True),
        Move('live', 'paused', by=('member_catalogue',)),
        Move('paused', 'live', by=('member_catalogue',)),
        Move('live', 'taken_down', by=(OFFICER, 'system'), reason=True),
        Move('paused', 'taken_down', by=(OFFICER, 'system'), reason=True),
        Move('taken_down', 'live', by=(MANAGER,), reason=True),
    )
    _reason_actions = ('action_reject_listing', 'action_take_down', 'action_put_back')

    merchant_id = fields.Many2one(
        comodel_name='marketplace.merchant',
        index='btree_not_null',
        ondelete='restrict',
        help="Whose goods these are; empty for the platform's own. Can't be changed afterwards.",
    )
    listing_state = fields.Selection(
        selection=[
            ('draft', "Draft"),
            ('in_review', "In review"),
            ('live', "On sale"),
            ('rejected', "Rejected"),
            ('paused', "Paused by merchant"),
            ('taken_down', "Taken down"),
        ],
        string="Listing",
        readonly=True,
        copy=False,
        index='btree_not_null',
        tracking=True,
    )
    listing_remark = fields.Text(
        string="Remark to the Merchant",
        readonly=True,
        copy=False,
        help="Why the listing was rejected or taken down.",
    )
    listing_reason_id = fields.Many2one(
        comodel_name='marketplace.listing.reason', string="Reason Code", readonly=True, copy=False,
        index='btree_not_null', ondelete='restrict',
    )
    listing_submitted_on = fields.Datetime(string="Submitted", readonly=True, copy=False)
    listing_reviewer_id = fields.Many2one(
        comodel_name='res.users', string="Reviewer", readonly=True, copy=False,
        groups='marketplace_merchant.group_staff',
    )
    listing_change_ids = fields.One2many(
        comodel_name='marketplace.listing.change', inverse_name='product_tmpl_id',
        string="Changes of the Listing", groups='marketplace_merchant.group_staff',
    )
    is_sellable = fields.Boolean(
        string="On Sale",
        compute='_compute_is_sellable',
        store=True,
        help="The platform's own goods, and approved goods of merchants that are selling.",
    )
    block_ids = fields.One2many(
        comodel_name='marketplace.listing.block', inverse_name='product_tmpl_id',
        string="Why Off Sale", readonly=True, groups='marketplace_merchant.group_staff',
    )
    # Written together with the blocks, for many goods at once.
    is_blocked = fields.Boolean(
        string="Blocked", readonly=True, copy=False,
        help="Approved, but off sale until the reason is settled.",
    )
    # Follows `is_sellable` for goods of merchants. Odoo's own screens, searches and record rules
    # ask for `sale_ok`, so goods that may not be sold disappear from all of them.
    sale_ok = fields.Boolean(compute='_compute_sale_ok', store=True, readonly=False)

    _listing_state_merchant = models.Constraint(
        'CHECK ((merchant_id IS NULL) = (listing_state IS NULL))',
        "Goods of a merchant, and only those, have a listing state.",
    )
    _listing_sku_uniq = models.UniqueIndex(
        "(merchant_id, default_code)"
        " WHERE merchant_id IS NOT NULL AND active AND default_code <> ''",
        "Goods of this merchant have this SKU already. Each of them needs its own.",
    )

    # === SETUP === #

    def init(self):
        """Leave half of each page of the table free.

        Goods leave the shop and come back by the thousand. PostgreSQL finds room for the changed
        row beside the old one then, and has none of the two dozen indexes to write.
        """
        super().init()
        self.env.cr.execute("ALTER TABLE product_template SET (fillfactor = 50)")

    # === COMPUTE METHODS === #

    @api.depends('merchant_id.is_selling', 'listing_state', 'is_blocked')
    def _compute_is_sellable(self):
        for template in self:
            merchant = template.sudo().merchant_id
            template.is_sellable = not merchant or (
                template.listing_state == 'live'
                and merchant.is_selling
                and not template.is_blocked
            )

    @api.depends('is_sellable')
    def _compute_sale_ok(self):
        for template in self:
            if template.merchant_id:
                template.sale_ok = template.is_sellable

    # === CONSTRAINT METHODS === #

    @api.constrains('merchant_id', 'categ_id')
    def _check_listing_category(self):
        for template in self.filtered('merchant_id'):
            scope = template.sudo().merchant_id.category_ids
            if template.categ_id.sudo() - template.categ_id.sudo()._marketplace_within(scope):
                raise ValidationError(self.env._(
                    "%(merchant)s may not sell goods of the category “%(category)s”. Choose a"
                    " category of the merchant's business scope.",
                    merchant=template.merchant_id.sudo().display_name,
                    category=template.categ_id.sudo().display_name,
                ))

    @api.constrains('merchant_id', 'list_price')
    def _check_listing_price(self):
        for template in self.filtered('merchant_id'):
            if template.currency_id.compare_amounts(template.list_price, 0) <= 0:
                raise ValidationError(self.env._(
                    "The price of “%s” must be more than zero.", template.name,
                ))

    @api.constrains('merchant_id', 'type')
    def _check_listing_type(self):
        if any(template.type != 'consu' for template in self.filtered('merchant_id')):
            raise ValidationError(self.env._(
                "Merchants sell goods: services and combinations can't belong to a merchant."
            ))

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            # Creating a variant sends the default of goods without a merchant.
            if not vals.get('listing_state'):
                vals.pop('listing_state', None)
            # Computed, yet what a caller sends for it would be stored.
            vals['is_sellable'] = not self._state_start(vals)
            vals.pop('is_blocked', None)
            if not vals['is_sellable']:
                vals['sale_ok'] = False
        return super().create(vals_list)

    def write(self, vals):
        if 'merchant_id' in vals and any(
            template.merchant_id.id != (vals['merchant_id'] or False) for template in self
        ):
            raise UserError(self.env._(
                "The merchant of goods can't be changed. Create the goods anew for the other one."
            ))
        if {'is_sellable', 'is_blocked'} & vals.keys() or (
            vals.get('sale_ok') and not all(self.mapped('is_sellable'))
        ):
            raise UserError(self.env._(
                "Goods of a merchant are on sale when the listing is approved and the merchant is"
                " active."
            ))
        return super().write(vals)

    def _mail_get_operation_for_mail_message_operation(self, message_operation):
        """Officers write notes about listings, though they do not edit them."""
        operations = super()._mail_get_operation_for_mail_message_operation(message_operation)
        if message_operation == 'create' and self.env.user.has_group(OFFICER):
            operations.update(dict.fromkeys(self.filtered('merchant_id'), 'read'))
        return operations

    # === STATE === #

    @api.model
    def _state_start(self, vals):
        merchant_id = vals.get('merchant_id', self.env.context.get('default_merchant_id'))
        return self._state_initial if merchant_id else False

    def _state_entered(self, target, reason):
        super()._state_entered(target, reason)
        listings_sudo = self.sudo()
        listings_sudo.write({
            'listing_remark': reason if target in ('rejected', 'taken_down') else False,
            'listing_reason_id': False,
        })
        if target == 'in_review':
            listings_sudo.write({
                'listing_submitted_on': fields.Datetime.now(),
                'listing_reviewer_id': False,
            })
        if target == 'taken_down':
            listings_sudo.listing_change_ids._supersede()

    def _decide_listing(self, target, mail_template, reason=None, listing_reason_id=None):
        """Take a decision of the platform's staff and tell the merchants.

        :param str reason: why, in the officer's words; needs none beside a reason code
        :param int listing_reason_id: the reason code, if one fits
        """
        # Merchants resume what they paused, which leads to the same state as an approval.
        self._check_listing_officer()
        code = self.env['marketplace.listing.reason']._offered(target, listing_reason_id)
        self.sudo()._move_to(target, reason=code._with_remark(reason))
        decision = {'listing_reviewer_id': self.env.uid}
        if code:
            decision.update(listing_reason_id=code.id, listing_remark=reason)
        self.sudo().write(decision)
        self.env['mail.template']._marketplace_send(mail_template, self.sudo())

    def _check_listing_officer(self):
        if not self.env.user.has_group(OFFICER):
            raise AccessError(self.env._("Only onboarding officers review listings."))

    # === ACTION METHODS === #

    def action_take_listing(self):
        """Put one's name on listings in the queue, so that no two people review the same."""
        self._check_listing_officer()
        self.sudo().filtered(
            lambda listing: listing.listing_state == 'in_review'
        ).listing_reviewer_id = self.env.user

    def action_approve_listing(self):
        """Put submitted goods on sale."""
        self._check_listing_seen()
        self._decide_listing('live', 'marketplace_merchant.mail_template_listing_approved')

    def action_reject_listing(self, reason=None, listing_reason_id=None):
        """Send submitted goods back to the merchant, who may correct and submit them again."""
        self._decide_listing(
            'rejected', 'marketplace_merchant.mail_template_listing_rejected',
            reason, listing_reason_id,
        )

    def action_take_down(self, reason=None, listing_reason_id=None):
        """Take goods out of the shop; the merchant can't put them back."""
        self._decide_listing(
            'taken_down', 'marketplace_merchant.mail_template_listing_taken_down',
            reason, listing_reason_id,
        )

    def action_put_back(self, reason):
        """Put goods on sale again that were taken down."""
        self._decide_listing('live', 'marketplace_merchant.mail_template_listing_approved', reason)

    # === PORTAL METHODS === #

    def portal_update_listing(self, values):
        """Change goods: at once what needs no review, the rest when it is approved.

        :param dict values: any of the values of :meth:`MarketplaceMerchant.portal_create_listing`
        :return: the change that waits for approval, if any
        :raise FieldErrors: with a message for each wrong value
        """
        listing_sudo = self._portal_listing()
        values = listing_sudo.merchant_id._read_listing(values, listing_sudo)
        listing_sudo.merchant_id._check_sku_free(values, listing_sudo)
        return listing_sudo._update_listing(values).with_env(self.env)

    def portal_set_price(self, price):
        """Change the price at once: a price needs no review."""
        return self.portal_update_listing({'list_price': price})

    def portal_submit_listing(self):
        """Ask the platform to review goods and put them on sale."""
        self._portal_listing()._submit_listing()

    def portal_withdraw_listing(self):
        """Take goods back out of the review, to change them."""
        self._portal_listing()._move_to('draft')

    def portal_pause(self):
        """Take goods off sale for a while."""
        self._portal_listing()._move_to('paused')

    def portal_resume(self):
        """Put paused goods on sale again."""
        self._portal_listing()._move_to('live')

    def portal_archive(self):
        """Remove goods that are not on sale from the merchant's catalogue."""
        listing_sudo = self._portal_listing()
        if listing_sudo.listing_state not in ('draft', 'rejected', 'paused'):
            raise UserError(self.env._(
                "Only goods that are not on sale can be removed. Pause them first."
            ))
        listing_sudo.listing_change_ids._supersede()
        listing_sudo.active = False

    # === BUSINESS METHODS === #

    def _portal_listing(self):
        """Return the goods with full rights, once the caller is known to keep this catalogue.

        :raise AccessError: the same for goods of others, removed and non-existing goods
        """
        self.ensure_one()
        listing_sudo = elevate(self).exists().filtered('active')
        listing_sudo.merchant_id._check_member('catalogue')
        return listing_sudo

    def _update_listing(self, values):
        """Take over checked values of one listing: see :meth:`portal_update_listing`.

        :param dict values: as returned by :meth:`MarketplaceMerchant._read_listing`
        :return: the change that waits for approval, if any
        """
        reviewed = {name: values[name] for name in REVIEWED_FIELDS if name in values}
        if self._differs(reviewed):
            self._check_content_may_change()
        waits = self._was_approved()
        self.write({
            name: value for name, value in values.items() if not (waits and name in reviewed)
        })
        changes = self.env['marketplace.listing.change']
        if waits and reviewed:
            changes = changes._propose(self, reviewed)
            changes._start_review()
        return changes.filtered(lambda change: change.state == 'pending')

    def _submit_listing(self):
        """Hand in one listing for review, if everything is there that a review needs."""
        self._check_listing_complete()
        self._move_to('in_review')

    def _listing_content(self):
        """Return the texts that shoppers read."""
        self.ensure_one()
        return {
            'name': self.name,
            'description_sale': self.description_sale,
            'categ_id': self.categ_id.id,
            'brand_id': self.brand_id.id,
        }

    def _differs(self, reviewed):
        """Whether these values are not just what a form shows and sends back unchanged."""
        return not reviewed.items() <= self._listing_content().items()

    def _check_listing_seen(self):
        """Raise if goods were submitted anew since the reviewer's page was opened.

        The merchant may have withdrawn and changed them in between. The page tells in the context
        which submission it shows.
        """
        seen = self.env.context.get('listing_seen')
        if seen and any(
            fields.Datetime.to_string(listing.listing_submitted_on) != seen for listing in self
        ):
            raise UserError(self.env._(
                "The merchant has changed these goods since you opened them. Reload the page and"
                " look again."
            ))

    def _was_approved(self):
        """Whether shoppers know the content of the listing, so that changes of it are reviewed."""
        return self.listing_state in ('live', 'paused')

    def _check_content_may_change(self):
        self.ensure_one()
        if self.listing_state == 'in_review':
            raise UserError(self.env._(
                "“%s” is being reviewed. Wait for the decision, or withdraw it from the review"
                " first.", self.name,
            ))
        if self.listing_state == 'taken_down':
            raise UserError(self.env._(
                "“%s” was taken down by the marketplace and can't be changed.", self.name,
            ))

    def _check_listing_complete(self):
        """Raise unless everything is there that a review needs; says all that is missing."""
        self.ensure_one()
        missing = [
            gap['message'] for gap in self.merchant_id._blocking('list')
            if gap['requirement'].kind != 'document'
        ]
        missing += self._missing_document_messages().get(self, [])
        if not self.categ_id:
            missing.append(self.env._("Choose a category."))
        if not self.image_1920:
            missing.append(self.env._("Add a picture."))
        if missing:
            raise UserError("\n".join([
                self.env._("“%s” can't be submitted yet:", self.name), *missing,
            ]))

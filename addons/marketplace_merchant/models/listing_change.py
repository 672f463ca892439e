# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.exceptions import UserError

from .product_template import OFFICER, REVIEWED_FIELDS
from .state_mixin import Move


class MarketplaceListingChange(models.Model):
    """What a merchant wants to change on goods that were approved already.

    The approved version stays in the shop until the change is approved, and if it is rejected.
    """

    _name = 'marketplace.listing.change'
    _description = "Listing Change"
    _inherit = ['marketplace.state.mixin', 'marketplace.listing.screen.mixin']
    _order = 'id desc'

    _state_initial = 'pending'
    _state_moves = (
        Move('pending', 'approved', by=(OFFICER, 'system')),
        Move('pending', 'rejected', by=(OFFICER,), reason=True),
        Move('pending', 'superseded', by=('system',)),
    )
    _reason_actions = ('action_reject',)

    product_tmpl_id = fields.Many2one(
        comodel_name='product.template', string="Goods", required=True, readonly=True, index=True,
        ondelete='cascade',
    )
    merchant_id = fields.Many2one(related='product_tmpl_id.merchant_id', store=True, index=True)
    state = fields.Selection(
        selection=[
            ('pending', "To review"),
            ('approved', "Approved"),
            ('rejected', "Rejected"),
            ('superseded', "Replaced by a newer change"),
        ],
        required=True,
        readonly=True,
        copy=False,
        index=True,
    )
    lang = fields.Char(
        string="Language", readonly=True, help="The language whose texts the merchant changes."
    )
    name = fields.Char(required=True, readonly=True)
    description_sale = fields.Text(string="Description", readonly=True)
    categ_id = fields.Many2one(
        comodel_name='product.category', string="Category", readonly=True, ondelete='restrict'
    )
    brand_id = fields.Many2one(
        comodel_name='marketplace.brand', readonly=True, ondelete='restrict'
    )
    image_1920 = fields.Image(
        string="Picture", max_width=1920, max_height=1920, readonly=True,
        help="Empty when the picture stays.",
    )
    current_name = fields.Char(string="Name Now", compute='_compute_current')
    current_description_sale = fields.Text(string="Description Now", compute='_compute_current')
    current_categ_id = fields.Many2one(
        related='product_tmpl_id.categ_id', string="Category Now"
    )
    current_brand_id = fields.Many2one(related='product_tmpl_id.brand_id', string="Brand Now")
    current_image_1920 = fields.Image(related='product_tmpl_id.image_1920', string="Picture Now")
    summary = fields.Char(string="What Changes", compute='_compute_summary')
    reason = fields.Text(
        string="Remark to the Merchant", readonly=True, help="Why the change was rejected."
    )
    listing_reason_id = fields.Many2one(
        comodel_name='marketplace.listing.reason', string="Reason Code", readonly=True,
        index='btree_not_null', ondelete='restrict',
    )
    reviewer_id = fields.Many2one(
        comodel_name='res.users', readonly=True, groups='marketplace_merchant.group_staff'
    )
    proposed_on = fields.Datetime(
        string="Proposed", readonly=True, help="When the merchant last added to the change."
    )
    decided_on = fields.Datetime(readonly=True)

    _pending_uniq = models.UniqueIndex(
        "(product_tmpl_id) WHERE state = 'pending'", "Goods have one pending change at most."
    )

    # === COMPUTE METHODS === #

    @api.depends('product_tmpl_id.name', 'product_tmpl_id.description_sale', 'lang')
    def _compute_current(self):
        for change in self:
            product = change.product_tmpl_id.with_context(lang=change.lang)
            change.current_name = product.name
            change.current_description_sale = product.description_sale

    @api.depends(
        'current_name', 'current_description_sale', 'current_categ_id', 'current_brand_id',
        'image_1920',
    )
    @api.depends_context('lang')
    def _compute_summary(self):
        for change in self:
            change.summary = ", ".join(
                self._fields[name]._description_string(self.env)
                for name in change._changed_fields()
            )

    # === STATE === #

    def _state_entered(self, target, reason):
        super()._state_entered(target, reason)
        self.sudo().write({
            'reason': reason,
            'reviewer_id': self.env.uid if target != 'superseded' else False,
            'decided_on': fields.Datetime.now(),
        })
        # The database allows one pending change: give up the place before it is taken.
        self.flush_recordset(['state'])

    def _start_review(self):
        """Let the machine decide what it may; the rest waits for a person."""
        for change in self:
            listing = change.product_tmpl_id
            findings = change._screen_words()
            mode = self.env['marketplace.listing.policy']._mode(
                change.categ_id | listing.categ_id, change._fields_to_review()
            )
            change.review_cause = listing._find_review_cause(findings, mode)
            change.proposed_on = fields.Datetime.now()
            if change.review_cause == 'sample':
                listing.review_cause = 'sample'
            if not change.review_cause:
                change._move_to('approved', system=True)
                change.reviewer_id = False
                change._apply()

    # === ACTION METHODS === #

    def action_take(self):
        """Put one's name on changes in the queue, so that no two people review the same."""
        self.product_tmpl_id._check_listing_officer()
        self.sudo().filtered(lambda change: change.state == 'pending').reviewer_id = self.env.user

    def action_approve(self):
        """Show shoppers the changed version, and tell the merchants."""
        self._check_seen()
        self._decide('approved', 'marketplace_merchant.mail_template_listing_change_approved')
        for change_sudo in self.sudo():
            change_sudo._accept_words()
            change_sudo._apply()
            change_sudo.product_tmpl_id.review_cause = False

    def action_reject(self, reason=None, listing_reason_id=None):
        """Keep the approved version, and tell the merchants why."""
        self._decide(
            'rejected', 'marketplace_merchant.mail_template_listing_change_rejected',
            reason, listing_reason_id,
        )
        self.sudo().product_tmpl_id.review_cause = 'again'

    # === BUSINESS METHODS === #

    @api.model
    def _propose(self, listing, values):
        """Let ``values`` of an approved listing wait for approval.

        They are added to those that wait already; a proposal equal to what shoppers see is none.

        :param listing: the goods
        :param dict values: some of ``REVIEWED_FIELDS``
        :return: the pending change, if anything differs
        """
        pending = listing.listing_change_ids.filtered(lambda change: change.state == 'pending')
        current = listing._listing_content()
        proposed = current | pending._listing_content() | values
        listing.listing_change_ids._supersede()
        if proposed == current:
            return self
        return self.create(
            dict(proposed, product_tmpl_id=listing.id, lang=self.env.lang)
        )

    def _listing_content(self):
        """Return the proposed values; the picture only if it changes."""
        return {
            name: self[name].id if self._fields[name].type == 'many2one' else self[name]
            for name in REVIEWED_FIELDS
            if self and (name != 'image_1920' or self.image_1920)
        }

    def _supersede(self):
        """Give up pending changes: a newer one replaces them, or the goods left the shop."""
        self.filtered(lambda change: change.state == 'pending')._move_to('superseded', system=True)

    def _decide(self, target, mail_template, reason=None, listing_reason_id=None):
        code = self.env['marketplace.listing.reason']._offered(target, listing_reason_id)
        self.sudo()._move_to(target, reason=code._with_remark(reason))
        if code:
            self.sudo().write({'listing_reason_id': code.id, 'reason': reason})
        self.env['mail.template']._marketplace_send(mail_template, self.sudo())

    def _check_seen(self):
        """Raise if the merchant added to a change since the reviewer's page was opened.

        The page tells in the context which state of the change it shows.
        """
        seen = self.env.context.get('change_seen')
        if seen and any(fields.Datetime.to_string(change.proposed_on) != seen for change in self):
            raise UserError(self.env._(
                "The merchant has added to this change since you opened it. Reload the page and"
                " look again."
            ))

    def _changed_fields(self):
        """Return which of the reviewed fields the change would change."""
        self.ensure_one()
        change = self.with_context(bin_size=True)
        return [
            name for name in REVIEWED_FIELDS
            if change[name] != change[f'current_{name}']
            and (name != 'image_1920' or change.image_1920)
        ]

    def _fields_to_review(self):
        return self._changed_fields()

    # === SCREEN === #

    def _screen_texts(self):
        """Return the texts that differ; all of them when other words matter in the category."""
        self.ensure_one()
        changed = self._changed_fields()
        return {
            (name, self.lang or self.env.lang or 'en_US'): self[name]
            for name in ('name', 'description_sale')
            if self[name] and (name in changed or 'categ_id' in changed)
        }

    def _screen_category(self):
        return self.categ_id

    def _apply(self):
        self.ensure_one()
        self.product_tmpl_id.with_context(lang=self.lang).write(self._listing_content())

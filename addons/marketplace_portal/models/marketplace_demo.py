# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

import base64
import json
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Command
from odoo.tools import file_open

IMAGE_PATH = 'marketplace_portal/static/demo/img'
STORY_PATH = 'marketplace_portal/demo/story.json'
CHINESE = 'zh_CN'
PERMIT_DAYS = 400


class MarketplaceDemo(models.AbstractModel):
    """Tells the demo marketplace's story: who sells, what was bought, and what came of it.

    Everything is done by its person, through the same methods as from the screen. Called while the
    demo data is loaded, never from outside.
    """

    _name = 'marketplace.demo'
    _description = "Demo Marketplace"

    # === CHAPTERS: WHO SELLS === #

    @api.model
    def _tell_merchants(self):
        """Four merchants apply, are approved, pay their deposits and open their shops."""
        story = self._story()
        for data in story['merchants']:
            owner = self._user(data['key'])
            application = self._fill_application(owner, data)
            application.portal_submit()
            self._approve_application(application, data['tier'])
            merchant = application.sudo().merchant_id
            self._name_record(merchant, f"merchant_{data['key']}")
            self._equip_merchant(merchant, owner, data)
            merchant.date_activated = fields.Date.today() - timedelta(days=data['days'])
        clerk = story['clerk']
        owner = self._user(clerk['merchant'])
        merchant = self._merchant(clerk['merchant']).with_user(owner)
        merchant.portal_invite({name: clerk[name] for name in ('name', 'email', 'roles')})

    @api.model
    def _tell_applications(self):
        """Six more people apply, and get as far as their stories say."""
        for data in self._story()['applications']:
            application = self._fill_application(
                self._user(data['login']), self._prepare_applicant(data)
            )
            getattr(self, f"_leave_application_{data['state']}")(application, data)

    # === CHAPTERS: WHAT THEY SELL === #

    @api.model
    def _tell_catalogue(self):
        """The merchants list their goods; an officer approves them."""
        story = self._story()
        for position, data in enumerate(story['goods']):
            listing = self._create_listing(data, data['key'])
            listing.portal_submit_listing()
            self._approve_listing(listing)
            public_category = self._ref(f"public_category_{data['category']}")
            listing.sudo().write({
                'public_categ_ids': [Command.set(public_category.ids)],
                'website_sequence': self._display_order(position, len(story['goods'])),
            })
        self._tell_listings_under_way(story)

    def _tell_listings_under_way(self, story):
        """A listing in each of the states in which it is not on sale, and a change that waits."""
        listings = story['listings']
        goods = {data['key']: data for data in story['goods']}
        officer = self._user('officer')
        for state in ('draft', 'in_review', 'rejected', 'paused'):
            like = goods[listings[state]['like']]
            listing = self._create_listing(dict(like, **listings[state]), f'listing_{state}')
            if state != 'draft':
                listing.portal_submit_listing()
            if state == 'rejected':
                code = self.env.ref('marketplace_merchant.listing_reason_words')
                listing.with_user(officer).action_reject_listing(
                    listings[state]['reason'], code.id
                )
            elif state == 'paused':
                self._approve_listing(listing)
                listing.portal_pause()
        change = listings['change']
        owner = self._user(goods[change['of']]['merchant'])
        self._ref(f"product_{change['of']}").with_user(owner).portal_update_listing(
            {'name': change['name'], 'description_sale': change['text']}
        )

    # === APPLICATIONS === #

    def _fill_application(self, user, data):
        """Let a user fill in an application, without handing it in.

        :param dict data: company, contact and shop, as in the story
        """
        application = self.env['marketplace.merchant.application'].with_user(user).portal_start()
        country = str(self.env.ref('base.cn').id)
        application.portal_save('company', dict(data['company'], country_id=country))
        application.portal_save('contact', data['contact'])
        shop = dict(data['shop'])
        categories = [self._category(key) for key in shop.pop('categories')]
        application.portal_save('shop', {
            **shop, 'category_ids': [str(category.id) for category in categories],
        })
        self._add_papers(application, data['company']['licence_number'])
        return application

    def _add_papers(self, application, number):
        """Hand in what is asked for: documents and agreements."""
        options = application._portal_form_options()
        until = fields.Date.to_string(fields.Date.today() + timedelta(days=PERMIT_DAYS))
        for kind in options['document_types']:
            application.portal_upload(
                kind.id,
                f'{kind.name}.jpg',
                self._image('licence'),
                number=number if kind.needs_number else None,
                valid_until=until if kind.needs_expiry else None,
            )
        for agreement in options['agreements']:
            application.portal_accept_agreement(agreement.id)

    def _prepare_applicant(self, data):
        """Return the short story of an applicant in the form of a merchant's."""
        return {
            'company': {
                'company_name': data['company'],
                'entity_type': 'company',
                'licence_number': data['licence'],
                'legal_representative': data['name'],
                'street': '人民路1号',
                'city': data['city'],
            },
            'contact': {
                'contact_name': data['name'],
                'phone': data['phone'],
                'email': f"{data['login']}@example.com",
            },
            'shop': {'shop_name': data['shop'], 'categories': data['categories']},
        }

    def _start_review(self, application):
        officer_application = application.with_user(self._user('officer'))
        officer_application.action_start_review()
        officer_application.action_accept_passed()
        return officer_application

    def _approve_application(self, application, tier_code):
        """Two officers approve: one reviews and recommends, the other decides."""
        reviewed = self._start_review(application)
        reviewed.tier_id = self.env['marketplace.tier'].search([('code', '=', tier_code)])
        reviewed.check_ids.filtered(lambda check: check.decision == 'none').action_accept()
        reviewed.action_recommend()
        application.with_user(self._user('officer2')).action_approve()

    def _leave_application_draft(self, application, data):
        """It is not handed in yet."""

    def _leave_application_submitted(self, application, data):
        application.portal_submit()

    def _leave_application_in_review(self, application, data):
        application.portal_submit()
        self._start_review(application)

    def _leave_application_info_required(self, application, data):
        application.portal_submit()
        reviewed = self._start_review(application)
        reviewed.check_ids.filtered(lambda check: check.code == 'document').action_ask(
            data['remark']
        )
        reviewed.action_request_info()

    def _leave_application_rejected(self, application, data):
        application.portal_submit()
        self._start_review(application).action_reject(data['remark'])

    def _leave_application_withdrawn(self, application, data):
        application.portal_submit()
        application.portal_withdraw()

    # === MERCHANTS === #

    def _equip_merchant(self, merchant, owner, data):
        """Give a new merchant its bank account, deposit, shop page and freight."""
        as_owner = merchant.with_user(owner).sudo(False)
        account = as_owner.portal_set_bank_account(*data['bank'])
        account.with_user(self._user('manager')).action_verify()
        as_owner.portal_update_shop({
            'name': merchant.shop_id.name,
            'tagline': data['tagline'],
            'description': merchant.shop_id.description,
            'logo': self._image(f"logo_{data['key']}"),
        })
        self.env['marketplace.freight.template'].with_user(self._user('manager')).create(
            dict(data['freight'], merchant_id=merchant.id)
        )
        self._pay(
            merchant.deposit_missing,
            owner.partner_id,
            reference=merchant._deposit_reference(),
            deposit_merchant_id=merchant.id,
        )

    # === CATALOGUE === #

    def _create_listing(self, data, name):
        """Let the merchant's owner draft a listing in both languages, with stock.

        :return: the draft, as its owner
        """
        owner = self._user(data['merchant'])
        merchant = self._merchant(data['merchant']).with_user(owner)
        listing = merchant.portal_create_listing({
            'name': data['name'][0],
            'description_sale': data['text'][0],
            'list_price': data['price'],
            'categ_id': self._category(data['category']).id,
            'image': {
                'filename': 'picture.jpg',
                'content': self._image(data.get('like', data['key'])),
            },
        })
        if self._speaks_chinese():
            listing.with_context(lang=CHINESE).portal_update_listing(
                {'name': data['name'][1], 'description_sale': data['text'][1]}
            )
        listing.portal_set_stock(data['stock'])
        self._name_record(listing, f'product_{name}')
        return listing

    def _approve_listing(self, listing):
        """Let an officer approve what the machine has not put on sale by itself."""
        if listing.listing_state == 'in_review':
            listing.with_user(self._user('officer')).action_approve_listing()

    def _display_order(self, position, count):
        """Mix the merchants on the shop's first pages, in front of other demo goods."""
        return 500 + (position * 7) % count

    # === TOOLS === #

    def _story(self):
        with file_open(STORY_PATH, 'rb') as story:
            return json.load(story)

    def _image(self, name):
        with file_open(f'{IMAGE_PATH}/{name}.jpg', 'rb') as image:
            return base64.b64encode(image.read()).decode()

    def _ref(self, name):
        return self.env.ref(f'marketplace_portal.{name}')

    def _user(self, login):
        return self._ref(f'user_{login}')

    def _merchant(self, key):
        return self._ref(f'merchant_{key}')

    def _category(self, key):
        return self.env.ref(f'marketplace_merchant.category_{key}', raise_if_not_found=False) or (
            self._ref(f'category_{key}')
        )

    def _name_record(self, record, name):
        """Give a record of the story an external id, so that others can refer to it."""
        self.env['ir.model.data']._update_xmlids([
            {'xml_id': f'marketplace_portal.{name}', 'record': record, 'noupdate': True}
        ])

    def _speaks_chinese(self):
        return CHINESE in dict(self.env['res.lang'].get_installed())

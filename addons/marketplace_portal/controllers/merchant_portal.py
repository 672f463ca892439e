# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

import base64
from collections import Counter
from functools import partial

from werkzeug.exceptions import Forbidden, HTTPException, NotFound

from odoo.exceptions import AccessError, MissingError, UserError
from odoo.fields import Domain
from odoo.http import content_disposition, request, route

from odoo.addons.portal.controllers.portal import CustomerPortal
from odoo.addons.portal.controllers.portal import pager as portal_pager

from ..const import STATE_COLORS

# Session keys: the merchant chosen in the switcher, the message for the next page.
MERCHANT_SESSION_KEY = 'marketplace_merchant_id'
NOTICE_SESSION_KEY = 'marketplace_notice'

# What all pages have in common: they are for people who are logged in, not for search engines.
portal_route = partial(route, type='http', auth='user', website=True, sitemap=False)

# A product's nine pictures of at most 5 MB each, and the form around them.
MAX_UPLOAD_LENGTH = 50 * 1024 * 1024


class MerchantPortal(CustomerPortal):
    """What the merchant's pages share: who acts for whom, forms, lists, files.

    The pages only translate between the browser and the ``portal_*`` methods of the models, which
    check the member's role, the state and every value again.
    """

    _merchant_items_per_page = 20

    # === ACCESS === #

    def _merchant_current(self):
        """Return the sudoed merchant chosen in the switcher, else the first one; may be empty.

        The session only remembers a choice: it is looked up among the memberships each time.
        """
        merchants = request.env.user._marketplace_merchants()
        chosen_id = request.session.get(MERCHANT_SESSION_KEY)
        return merchants.filtered(lambda merchant: merchant.id == chosen_id) or merchants[:1]

    def _merchant_for(self, role=None):
        """Return the current merchant, sudoed, for which the user has ``role``.

        :raise Forbidden: when the user serves no merchant
        :raise HTTPException: with a page that says so, when the user's role does not open it
        """
        merchant_sudo = self._merchant_current()
        if not merchant_sudo:
            raise Forbidden(request.env._("This page is for merchants and their teams."))
        if not merchant_sudo._is_member(role):
            raise self._merchant_closed(merchant_sudo)
        return merchant_sudo

    def _merchant_closed(self, merchant_sudo):
        """Return the answer to a member whose role does not open a page: what to do about it."""
        values = self._merchant_values(merchant_sudo, 'closed', [(request.env._("No access"), '')])
        response = request.render('marketplace_portal.merchant_closed', values, status=403)
        response.flatten()
        return HTTPException(response=response)

    def _merchant_record(self, model_name, record_id, role):
        """Return the sudoed record if it is of a merchant that the user serves in that role.

        A link may lead to another merchant of the same person: the switcher follows.

        :raise NotFound: without telling a foreign record from a missing one
        """
        merchants_sudo = request.env.user._marketplace_merchants(role)
        record = request.env[model_name].search(
            [('id', '=', record_id), ('merchant_id', 'in', merchants_sudo.ids)], limit=1
        )
        if not record:
            # Whether the record is foreign or missing: the log tells who tries numbers out.
            request.env['marketplace.audit.log']._log_denied(
                model_name, record_id, request.httprequest.path,
                request.env._("Not a document of the user's merchants"),
            )  # fmt: skip
            raise self._merchant_not_found()
        record_sudo = record.sudo()
        request.session[MERCHANT_SESSION_KEY] = record_sudo.merchant_id.id
        return record_sudo

    def _merchant_not_found(self):
        """Return the answer to whatever is foreign, missing or not on the page."""
        return NotFound()

    # === VALUES === #

    def _merchant_values(self, merchant_sudo, page, trail=(), **values):
        """Return the rendering values of a page under the merchant's menu.

        :param str page: key of the menu entry
        :param trail: (label, url) pairs for the breadcrumbs below the merchant's home
        """
        todo = merchant_sudo._portal_todo()
        return {
            **self._prepare_portal_layout_values(),
            'merchant': merchant_sudo,
            'merchants': request.env.user._marketplace_merchants(),
            'merchant_menu': self._merchant_menu(merchant_sudo, todo),
            'todo': todo,
            'merchant_page': page,
            'merchant_trail': trail,
            'additional_title': trail[-1][0] if trail else merchant_sudo.shop_id.name,
            'page_name': f'merchant_{page}',
            'notice': request.session.pop(NOTICE_SESSION_KEY, None),
            'errors': {},
            'state_colors': STATE_COLORS,
            **values,
        }

    def _merchant_menu(self, merchant_sudo, todo):
        """Return the menu's groups with the entries that the user's roles open.

        :return: dicts with the ``label`` of the group and its ``entries``, each with what waits
        :rtype: list[dict]
        """
        _ = request.env._
        waiting = Counter()
        for card in todo:
            waiting[card['page']] += card['count']
        groups = [
            ('', [
                ('home', _("Home"), '', 'fa-home', None),
            ]),
            (_("Selling"), [
                ('orders', _("Orders"), '/orders', 'fa-shopping-basket', 'orders'),
                ('returns', _("Returns"), '/returns', 'fa-undo', 'orders'),
                ('shipping', _("Shipping"), '/shipping', 'fa-truck', 'orders'),
                ('products', _("Products"), '/products', 'fa-cube', 'catalogue'),
                ('complaints', _("Complaints"), '/complaints', 'fa-comments-o', 'service'),
            ]),
            (_("Money"), [
                ('balance', _("Balance"), '/balance', 'fa-balance-scale', 'finance'),
                ('statements', _("Statements"), '/statements', 'fa-file-text-o', 'finance'),
                ('payouts', _("Payouts"), '/payouts', 'fa-money', 'finance'),
                ('forecast', _("Expected payouts"), '/forecast', 'fa-calendar', 'finance'),
                ('fees', _("Fees"), '/fees', 'fa-percent', 'finance'),
                ('deposit', _("Deposit"), '/deposit', 'fa-shield', 'finance'),
                ('services', _("Services"), '/services', 'fa-bullhorn', 'finance'),
                ('bank', _("Bank account"), '/bank', 'fa-university', 'finance'),
            ]),
            (_("Shop"), [
                ('shop', _("My shop"), '/shop', 'fa-shopping-bag', 'catalogue'),
                ('tier', _("Tier"), '/tier', 'fa-line-chart', 'finance'),
                ('requirements', _("Requirements"), '/requirements', 'fa-check-square-o', None),
                ('closure', _("Close for a while"), '/closure', 'fa-coffee', 'owner'),
            ]),
            (_("Business"), [
                ('company', _("Company"), '/company', 'fa-building-o', 'owner'),
                ('documents', _("Documents"), '/documents', 'fa-id-card-o', 'owner'),
                ('insurance', _("Insurance"), '/insurance', 'fa-umbrella', 'owner'),
                ('team', _("Team"), '/team', 'fa-users', 'owner'),
                ('exit', _("Leaving"), '/exit', 'fa-sign-out', 'owner'),
            ]),
        ]  # fmt: skip
        menu = [
            {
                'label': group,
                'entries': [
                    {
                        'key': key,
                        'label': label,
                        'url': f'/my/merchant{path}',
                        'icon': icon,
                        'count': waiting[key],
                    }
                    for key, label, path, icon, role in entries
                    if merchant_sudo._is_member(role)
                ],
            }
            for group, entries in groups
        ]
        return [group for group in menu if group['entries']]

    # === LISTS === #

    def _merchant_list_page(
        self, page_name, label, path, merchant_sudo, model_name, *, values=None, **listing
    ):
        """Return one of the merchant's list pages.

        :param str page_name: key of the menu entry, and of the template after ``merchant_``
        :param dict values: what the page shows besides the list
        :param listing: as of `_merchant_list`
        """
        values = self._merchant_values(
            merchant_sudo,
            page_name,
            [(label, path)],
            **self._merchant_list(model_name, merchant_sudo, path, **listing),
            **(values or {}),
        )
        return request.render(f'marketplace_portal.merchant_{page_name}', values)

    def _merchant_list(self, model_name, merchant_sudo, path, *, tabs, page, tab, search, fields):
        """Return the values of a list page: the records of one tab, searched and paged.

        :param dict tabs: key → (label, domain); the first one is the default
        :param fields: names of the fields in which the search text is looked for
        """
        tab = tab if tab in tabs else next(iter(tabs))
        # A null byte can be sent, but PostgreSQL has no text with one.
        search = (search or '').replace('\0', '').strip()
        own = Domain('merchant_id', '=', merchant_sudo.id)
        domain = own & Domain(tabs[tab][1])
        if search:
            domain &= Domain.OR([(name, 'ilike', search)] for name in fields)
        model = request.env[model_name]
        pager = portal_pager(
            url=path,
            url_args={'tab': tab, 'search': search},
            total=model.search_count(domain),
            page=page,
            step=self._merchant_items_per_page,
        )
        records = model.search(
            domain, limit=self._merchant_items_per_page, offset=max(pager['offset'], 0)
        )
        return {
            'records': records.sudo(),
            'pager': pager,
            'tabs': [
                {'key': key, 'label': label, 'count': model.search_count(own & Domain(tab_domain))}
                for key, (label, tab_domain) in tabs.items()
            ],
            'tab': tab,
            'search': search,
            'list_url': path,
        }

    # === FORMS === #

    def _merchant_submit(self, action):
        """Call ``action`` so that a refusal leaves nothing half-saved.

        :return: empty if done, else ``{'message': text, 'fields': {name: text}}``
        :rtype: dict
        """
        try:
            with request.env.cr.savepoint():
                action()
        except MissingError as error:
            raise self._merchant_not_found() from error
        except AccessError:
            raise
        except UserError as error:
            fields = getattr(error, 'field_errors', {})
            return {'message': error.args[0], 'fields': fields}
        return {}

    def _merchant_notify(self, message, kind='success'):
        """Show ``message`` at the top of the next page."""
        request.session[NOTICE_SESSION_KEY] = {'message': message, 'kind': kind}

    def _merchant_done(self, path, message):
        self._merchant_notify(message)
        return request.redirect(path)

    def _form_quantities(self, post):
        """Return the quantity typed for each order line, by its id; what is no number stays text.

        The model tells the person what is wrong with it.
        """
        quantities = {}
        for name, value in post.items():
            prefix, _separator, line_id = name.partition('quantity_')
            if not prefix and line_id.isdigit() and value.strip():
                quantities[int(line_id)] = self._number(value)
        return quantities

    def _number(self, text):
        try:
            return float(text)
        except ValueError:
            return text

    # === FILES === #

    def _merchant_uploads(self, name):
        """Return the files chosen in the form field ``name`` as the models expect them.

        :rtype: list[dict]
        """
        return [
            {'filename': upload.filename, 'content': base64.b64encode(upload.read()).decode()}
            for upload in request.httprequest.files.getlist(name)
            if upload.filename
        ]

    def _merchant_pdf(self, report_xmlid, record_sudo):
        """Return the printed report of a record to which the user's access is already proven."""
        pdf, _format = (
            request.env['ir.actions.report']
            .sudo()
            ._render_qweb_pdf(report_xmlid, record_sudo.ids)
        )
        filename = f"{record_sudo.display_name.replace('/', '-')}.pdf"
        return self._merchant_file(filename, pdf, 'application/pdf')

    def _merchant_file(self, filename, content, mimetype):
        """Let the browser save a file that was made for the user."""
        return request.make_response(
            content,
            headers=[
                ('Content-Type', mimetype),
                ('Content-Length', len(content)),
                ('Content-Disposition', content_disposition(filename)),
            ],
        )

    def _merchant_attachment(self, attachments_sudo, attachment_id):
        """Stream one of the attachments of a record of the user's, for download only.

        :raise NotFound: when it is none of them
        """
        attachment_sudo = attachments_sudo.filtered(lambda file: file.id == attachment_id)
        if not attachment_sudo:
            raise self._merchant_not_found()
        stream = request.env['ir.binary'].sudo()._get_stream_from(attachment_sudo)
        return stream.get_response(as_attachment=True)

    # === HOME === #

    @route()
    def home(self, **kwargs):
        response = super().home(**kwargs)
        response.qcontext['marketplace_merchants'] = request.env.user._marketplace_merchants()
        return response

    @portal_route('/my/merchant')
    def merchant_home(self, merchant=None, **kwargs):
        """Show what waits for the member.

        :param str merchant: id of the merchant to act for from now on, chosen in the switcher
        """
        merchants_sudo = request.env.user._marketplace_merchants()
        if chosen := merchants_sudo.filtered(lambda served: str(served.id) == merchant):
            request.session[MERCHANT_SESSION_KEY] = chosen.id
        merchant_sudo = self._merchant_current()
        if not merchant_sudo:
            return request.redirect('/my/merchant/apply')
        values = self._merchant_values(
            merchant_sudo,
            'home',
            balances=merchant_sudo._portal_balances(),
            missing=merchant_sudo._portal_missing(),
        )
        return request.render('marketplace_portal.merchant_home', values)

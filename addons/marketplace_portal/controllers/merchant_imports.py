# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

import base64

from odoo.fields import Domain
from odoo.http import request, route

from .merchant_portal import MerchantPortal, portal_route
from .merchant_products import PRODUCT_PATH

IMPORT_PATH = '/my/merchant/imports'
# A sheet and an archive of pictures, and the form around them.
MAX_IMPORT_LENGTH = 112 * 1024 * 1024


class MerchantImports(MerchantPortal):
    """The merchant's catalogue as sheets: templates, exports, imports with their progress."""

    # === LIST === #

    def _merchant_imports_tabs(self):
        _ = request.env._
        return {
            'all': (_("All"), []),
            'previewed': (_("To be started"), [('state', '=', 'previewed')]),
            'running': (_("Running"), [('state', '=', 'running')]),
            'errors': (_("With errors"), Domain('error_count', '>', 0)),
        }

    @portal_route([IMPORT_PATH, f'{IMPORT_PATH}/page/<int:page>'])
    def merchant_imports(self, page=1, tab=None, search=None, **kwargs):
        merchant_sudo = self._merchant_for('catalogue')
        listing = self._merchant_list(
            'marketplace.listing.import',
            merchant_sudo,
            IMPORT_PATH,
            tabs=self._merchant_imports_tabs(),
            page=page,
            tab=tab,
            search=search,
            fields=('name', 'row_ids.sku'),
        )
        values = self._merchant_import_values(merchant_sudo, **listing)
        return request.render('marketplace_portal.merchant_imports', values)

    def _merchant_import_values(self, merchant_sudo, trail=(), **values):
        _ = request.env._
        trail = [(_("Products"), PRODUCT_PATH), (_("Imports"), IMPORT_PATH), *trail]
        return self._merchant_values(merchant_sudo, 'products', trail, **values)

    # === UPLOAD === #

    @portal_route(
        f'{IMPORT_PATH}/new', methods=['GET', 'POST'], max_content_length=MAX_IMPORT_LENGTH,
    )  # fmt: skip
    def merchant_import_new(self, **post):
        merchant_sudo = self._merchant_for('catalogue')
        errors = {}
        if request.httprequest.method == 'POST':
            read = []
            errors = self._merchant_submit(
                lambda: read.append(self._merchant_import_read(merchant_sudo))
            )
            if not errors:
                return request.redirect(f'{IMPORT_PATH}/{read[0].id}')
        values = self._merchant_import_values(
            merchant_sudo,
            [(request.env._("Import a sheet"), '')],
            columns=request.env['marketplace.listing.import'].sudo()._columns(),
            errors=errors,
        )
        return request.render('marketplace_portal.merchant_import_new', values)

    def _merchant_import_read(self, merchant_sudo):
        sheets, archives = self._merchant_uploads('file'), self._merchant_uploads('archive')
        return merchant_sudo.sudo(False).portal_import_listings(
            sheets[0] if sheets else None, archives[0] if archives else None
        )

    # === ONE IMPORT === #

    @portal_route(
        [f'{IMPORT_PATH}/<int:import_id>', f'{IMPORT_PATH}/<int:import_id>/page/<int:page>'],
        methods=['GET', 'POST'],
    )
    def merchant_import(self, import_id, page=1, tab=None, search=None, action=None, **post):
        import_sudo = self._merchant_record('marketplace.listing.import', import_id, 'catalogue')
        errors = {}
        if request.httprequest.method == 'POST':
            errors = self._merchant_submit(
                lambda: self._merchant_import_act(import_sudo.sudo(False), action, post)
            )
            if not errors:
                return request.redirect(f'{IMPORT_PATH}/{import_id}')
        listing = self._merchant_list(
            'marketplace.listing.import.row',
            import_sudo.merchant_id,
            f'{IMPORT_PATH}/{import_id}',
            tabs=self._merchant_import_tabs(import_sudo),
            page=page,
            tab=tab,
            search=search,
            fields=('sku', 'name', 'message'),
        )
        values = self._merchant_import_values(
            import_sudo.merchant_id,
            [(import_sudo.name, '')],
            listing_import=import_sudo,
            errors=errors,
            **listing,
        )
        return request.render('marketplace_portal.merchant_import', values)

    def _merchant_import_act(self, listing_import, action, post):
        """Do what the pressed button says."""
        if action == 'start':
            listing_import.portal_start(submit=bool(post.get('submit')))
        elif action == 'cancel':
            listing_import.portal_cancel()
        else:
            raise self._merchant_not_found()

    def _merchant_import_tabs(self, import_sudo):
        labels = dict(import_sudo.row_ids._fields['outcome']._description_selection(request.env))
        counters = import_sudo._outcome_counters()
        own = ('import_id', '=', import_sudo.id)
        return {
            'all': (request.env._("All rows"), [own]),
            **{
                key: (labels[key], [own, ('outcome', '=', key)])
                for key in ('error', 'new', 'change', 'wait', 'same') if import_sudo[counters[key]]
            },
        }

    @route(
        f'{IMPORT_PATH}/<int:import_id>/progress',
        type='jsonrpc',
        auth='user',
        website=True,
        sitemap=False,
        readonly=True,
    )
    def merchant_import_progress(self, import_id):
        """Return how far the import is, for the page that shows it live."""
        listing_import = self._merchant_own_import(import_id)
        names = ['state', 'progress', 'done_count', 'row_count', 'error_count']
        return listing_import.read(names)[0]

    def _merchant_own_import(self, import_id):
        """Return the import as the user, without changing which merchant the pages act for."""
        merchants_sudo = request.env.user._marketplace_merchants('catalogue')
        listing_import = request.env['marketplace.listing.import'].search(
            [('id', '=', import_id), ('merchant_id', 'in', merchants_sudo.ids)]
        )
        if not listing_import:
            raise self._merchant_not_found()
        return listing_import

    # === FILES === #

    @portal_route(f'{IMPORT_PATH}/<int:import_id>/errors')
    def merchant_import_errors(self, import_id, **kwargs):
        import_sudo = self._merchant_record('marketplace.listing.import', import_id, 'catalogue')
        if not import_sudo.error_count:
            raise self._merchant_not_found()
        return self._merchant_sheet(import_sudo.sudo(False).portal_error_file())

    @portal_route(f'{IMPORT_PATH}/template/<any(xlsx, csv):file_format>')
    def merchant_import_template(self, file_format, **kwargs):
        merchant = self._merchant_for('catalogue').sudo(False)
        return self._merchant_sheet(merchant.portal_listing_template(file_format))

    @portal_route(f'{PRODUCT_PATH}/export/<any(xlsx, csv):file_format>')
    def merchant_products_export(self, file_format, **kwargs):
        merchant = self._merchant_for('catalogue').sudo(False)
        return self._merchant_sheet(merchant.portal_export_listings(file_format))

    def _merchant_sheet(self, file):
        """Let the browser save a file that a model made."""
        content = base64.b64decode(file['content'])
        return self._merchant_file(file['filename'], content, file['mimetype'])

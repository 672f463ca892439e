# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

import base64
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools.archive import PictureArchive
from ..tools.elevate import elevate_member
from .state_mixin import Move

ROWS_KEPT = timedelta(days=90)


class MarketplaceListingImport(models.Model):
    """A sheet with goods of one merchant: read, shown to the merchant, and then taken over.

    The SKU says which of the merchant's goods a row is about, so that the same sheet can come
    twice. A row is taken over by the same rules as the form of a single listing.
    """

    _name = 'marketplace.listing.import'
    _description = "Listing Import"
    _inherit = ['marketplace.state.mixin']
    _order = 'id desc'

    _state_moves = (
        Move('draft', 'previewed', by=('member_catalogue',)),
        Move('previewed', 'running', by=('member_catalogue',)),
        Move('failed', 'running', by=('member_catalogue',)),
        Move('running', 'done', by=('system',)),
        Move('running', 'failed', by=('system',), reason=True),
        Move('previewed', 'cancelled', by=('member_catalogue', 'system')),
        Move('running', 'cancelled', by=('member_catalogue',)),
        Move('failed', 'cancelled', by=('member_catalogue', 'system')),
    )

    merchant_id = fields.Many2one(
        comodel_name='marketplace.merchant', required=True, readonly=True, index=True,
        ondelete='cascade',
    )
    user_id = fields.Many2one(
        comodel_name='res.users', string="Imported by", required=True, readonly=True,
        ondelete='restrict', help="The member of the team in whose name the goods change.",
    )
    lang = fields.Char(
        string="Language", readonly=True, help="The language of the texts in the sheet."
    )
    name = fields.Char(string="File", required=True, readonly=True)
    file = fields.Binary(string="Sheet", attachment=True, readonly=True)
    file_format = fields.Selection(
        selection=[('xlsx', "Excel"), ('csv', "CSV")], string="Format", readonly=True
    )
    archive_name = fields.Char(string="Name of the Archive", readonly=True)
    archive = fields.Binary(string="Pictures", attachment=True, readonly=True)
    state = fields.Selection(
        selection=[
            ('draft', "New"),
            ('previewed', "To be started"),
            ('running', "Running"),
            ('done', "Done"),
            ('failed', "Stopped"),
            ('cancelled', "Cancelled"),
        ],
        required=True,
        readonly=True,
        copy=False,
        index=True,
    )
    submit = fields.Boolean(
        string="Send for Review", readonly=True,
        help="New goods that are complete are sent for review at once.",
    )
    started_on = fields.Datetime(string="Started", readonly=True)
    ended_on = fields.Datetime(string="Ended", readonly=True)
    remark = fields.Text(readonly=True, help="What the merchant should know about the whole file.")
    row_ids = fields.One2many(
        comodel_name='marketplace.listing.import.row', inverse_name='import_id', string="Rows"
    )
    row_count = fields.Integer(string="Rows in All", readonly=True)
    done_count = fields.Integer(string="Rows Done", readonly=True)
    new_count = fields.Integer(string="New", readonly=True)
    change_count = fields.Integer(string="Changed", readonly=True)
    wait_count = fields.Integer(string="Waiting for Review", readonly=True)
    same_count = fields.Integer(string="Unchanged", readonly=True)
    error_count = fields.Integer(string="Errors", readonly=True)
    progress = fields.Float(compute='_compute_progress')

    _running_idx = models.Index("(merchant_id, started_on, id) WHERE state = 'running'")

    # === COMPUTE METHODS === #

    @api.depends('row_count', 'done_count', 'state')
    def _compute_progress(self):
        for record in self:
            share = record.done_count / record.row_count if record.row_count else 0.0
            record.progress = 100.0 if record.state == 'done' else 100.0 * share

    # === STATE === #

    def _state_entered(self, target, reason):
        super()._state_entered(target, reason)
        imports_sudo = self.sudo()
        if target == 'running':
            imports_sudo.write({
                'started_on': fields.Datetime.now(), 'ended_on': False, 'remark': False,
            })
        elif target in ('done', 'failed', 'cancelled'):
            imports_sudo.write({'ended_on': fields.Datetime.now(), 'remark': reason or False})
        if target in ('done', 'cancelled'):
            imports_sudo.archive = False

    # === PORTAL METHODS === #

    def portal_start(self, submit=False):
        """Take the rows over, in the background; a second call changes nothing.

        :param bool submit: send new goods that are complete for review
        """
        import_sudo = self._portal_import()
        if import_sudo.state in ('running', 'done'):
            return
        if import_sudo.done_count == import_sudo.row_count:
            raise UserError(self.env._("There is nothing to import: every row has an error."))
        import_sudo._move_to('running')
        import_sudo.write({'user_id': self.env.uid, 'submit': submit})
        self.env.ref('marketplace_merchant.ir_cron_listing_import').sudo()._trigger()

    def portal_cancel(self):
        """Take no further row over; what was done stays."""
        import_sudo = self._portal_import()
        if import_sudo.state != 'cancelled':
            import_sudo._move_to('cancelled')

    def portal_error_file(self):
        """Return the rows with errors as a sheet, to be corrected and uploaded again.

        :return: ``filename``, ``mimetype`` and base64 ``content``
        :rtype: dict
        """
        return self._portal_import()._error_file()

    # === BUSINESS METHODS === #

    def _portal_import(self):
        """Return the import with full rights, once the caller is known to keep this catalogue.

        :raise AccessError: the same for imports of others and non-existing ones
        """
        return elevate_member(self, 'catalogue')

    def _get_portal_path(self):
        """Return where the merchant sees the import; the pages are another addon's."""
        return self.merchant_id._get_portal_path()

    def _count(self):
        """Bring the figures in line with the rows, for all imports with one query."""
        figures = {record: dict.fromkeys(self._outcome_counters().values(), 0) for record in self}
        for values in figures.values():
            values.update(row_count=0, done_count=0)
        self.env['marketplace.listing.import.row'].flush_model()
        groups = self.env['marketplace.listing.import.row']._read_group(
            [('import_id', 'in', self.ids)], ['import_id', 'outcome', 'is_done'], ['__count']
        )
        for record, outcome, is_done, count in groups:
            values = figures[record]
            values['row_count'] += count
            values['done_count'] += count if is_done else 0
            values[self._outcome_counters()[outcome]] += count
        for record, values in figures.items():
            record.write(values)

    @api.model
    def _outcome_counters(self):
        return {name: f'{name}_count' for name in ('new', 'change', 'wait', 'same', 'error')}

    def _pictures(self):
        """Return the pictures that came with the sheet."""
        archive = self.with_context(bin_size=False).archive
        return PictureArchive(self.env, self.archive_name, archive and base64.b64decode(archive))

    # === CRON === #

    @api.autovacuum
    def _gc_rows(self):
        """Forget the rows of old imports; the figures stay."""
        old = self.search([
            ('write_date', '<', fields.Datetime.now() - ROWS_KEPT),
            ('state', '!=', 'running'),
            ('row_ids', '!=', False),
        ], limit=100)
        old.filtered(lambda record: record.state in ('previewed', 'failed'))._move_to(
            'cancelled', system=True
        )
        old.row_ids.unlink()
        return len(old), len(old) == 100

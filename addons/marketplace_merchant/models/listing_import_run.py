# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

import base64
import logging
from collections import namedtuple

from odoo import api, models
from odoo.exceptions import ConcurrencyError, UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from ..tools.archive import entry_name
from ..tools.elevate import elevate
from ..tools.field_errors import FieldErrors
from ..tools.form_reader import FormReader
from .listing_review import TEXT_FIELDS
from .product_template import REVIEWED_FIELDS

_logger = logging.getLogger(__name__)

RETRIED = (*PG_CONCURRENCY_EXCEPTIONS_TO_RETRY, ConcurrencyError)

# Rows that are committed together; pictures take memory and time.
BATCH_ROWS = 50
BATCH_ROWS_WITH_PICTURES = 20
# Files of an archive that are named when no row asks for them
UNUSED_SHOWN = 10
# Columns that the form of a listing reads as they are
FORM_COLUMNS = ('name', 'description_sale', 'list_price', 'weight', 'barcode')
# Values whose column has another name
VALUES = {'image': 'image_1920'}

# What one row asks for
# :param row: the row of the import
# :param listing: the goods with its SKU; none when they are new
# :param dict values: what differs, as `_read_listing` returns it
# :param dict extras: what differs and is not a value of the goods' own record, as (old, new)
Plan = namedtuple('Plan', 'row listing values extras')


class MarketplaceListingImport(models.Model):
    """What becomes of the rows: the preview, and the run that repeats it and acts.

    A row is settled in the same transaction in which its goods change. So whatever stops a run,
    and however often it is started, each row is taken over once.
    """

    _inherit = 'marketplace.listing.import'

    # === CRON === #

    @api.model
    def _cron_run(self):
        """Take over the rows of running imports, one batch of each merchant in turn."""
        cron = self.env['ir.cron']
        cron._commit_progress(remaining=self._remaining())
        moving = True
        while moving:
            moving = False
            for listing_import in self._next_imports():
                rows = listing_import._run_batch_safely()
                moving |= bool(rows)
                if not cron._commit_progress(rows):
                    return

    @api.model
    def _remaining(self):
        return self.env['marketplace.listing.import.row'].search_count([
            ('import_id.state', '=', 'running'), ('is_done', '=', False),
        ])

    @api.model
    def _next_imports(self):
        """Return the running imports whose turn it is.

        Those of one merchant follow each other: both may be about the same goods.
        """
        running = self.search([('state', '=', 'running')], order='started_on, id')
        return self.browse(
            imports[0].id for imports in running.grouped('merchant_id').values()
        )

    def _run_batch_safely(self):
        """Run a batch; what stops it stops this import, not those of others.

        :return: how many rows were settled
        """
        try:
            with self.env.cr.savepoint():
                return self._run_batch()
        except RETRIED:
            # Somebody changed the same goods at that moment: the batch comes again.
            self.env.cr.rollback()
            return 0
        except UserError as error:
            reason = str(error)
        except Exception:
            _logger.exception("Import of listings %s stopped", self.id)
            reason = self.with_context(lang=self.lang).env._(
                "Something went wrong on our side. Please start it again."
            )
        self._move_to('failed', reason=reason, system=True)
        return 0

    # === BUSINESS METHODS === #

    def _run_batch(self):
        """Take over the next rows, in the name of the member who started the import.

        :return: how many rows were settled
        """
        self.ensure_one()
        locked = self.try_lock_for_update().filtered_domain([('state', '=', 'running')])
        if not locked:
            return 0
        as_member = locked._as_member()
        as_member.merchant_id._check_member('catalogue')
        rows = as_member._next_rows()
        as_member._apply(as_member._read_rows(rows, as_member._scope(rows)))
        as_member._count()
        if locked.done_count == locked.row_count:
            locked._finish()
        return len(rows)

    def _as_member(self):
        """Return the import with full rights, acting for the member as the portal would."""
        return elevate(
            self.with_user(self.user_id).with_context(lang=self.lang)
        ).with_company(self.merchant_id.company_id).with_context(
            # What changes stands in the audit log, and not in a message about each of the goods.
            tracking_disable=True,
            mail_create_nosubscribe=True,
        )

    def _next_rows(self):
        return self.env['marketplace.listing.import.row'].search(
            [('import_id', '=', self.id), ('is_done', '=', False)],
            limit=BATCH_ROWS_WITH_PICTURES if self.archive_name else BATCH_ROWS,
        )

    def _finish(self):
        self._move_to('done', system=True)
        self.env['mail.template']._marketplace_send(
            'marketplace_merchant.mail_template_listing_import_done', self
        )

    # === READING === #

    def _preview(self):
        """Find out what each row would do, and settle those that can't be taken over."""
        self._settle_repeated(self.row_ids)
        rows = self.row_ids.filtered(lambda row: not row.is_done)
        # Pictures are heavy and are compared when their turn comes.
        as_texts = self.with_context(bin_size=True)
        scope = as_texts._scope(rows)
        for plan in as_texts._read_rows(rows, scope, with_pictures=False):
            plan.row.write({'outcome': self._outcome(plan), 'message': self._describe(plan)})
        self._tell_unused(scope['pictures'].unused())
        self._count()

    def _tell_unused(self, names):
        """Say which files of the archive no row asks for: mostly a name is misspelt."""
        if not names:
            return
        more = len(names) - UNUSED_SHOWN
        self.remark = "\n".join(filter(None, [
            self.remark,
            self.env._(
                "Files of the archive that belong to no row, and are left out: %s",
                ", ".join(names[:UNUSED_SHOWN]) + (f" … (+{more})" if more > 0 else ""),
            ),
        ]))

    def _settle_repeated(self, rows):
        """Refuse rows without a SKU, and all but the first row with the same one."""
        seen = {}
        for row in rows:
            if not row.sku:
                row._settle('error', self.env._(
                    "Please fill in the SKU: by it the row finds your goods again.",
                ))
            elif row.sku in seen:
                row._settle('error', self.env._(
                    "Row %(number)s has the same SKU “%(sku)s”.", number=seen[row.sku], sku=row.sku,
                ))
            else:
                seen[row.sku] = row.number

    def _read_rows(self, rows, scope, with_pictures=True):
        """Return a plan for each of the rows that can be taken over; settle the others as errors.

        :param dict scope: what is looked up once for them
        :param bool with_pictures: unpack the pictures, too
        """
        scope = dict(scope, with_pictures=with_pictures)
        plans = []
        for row in rows:
            try:
                plans.append(self._read_row(row, scope))
            except UserError as error:
                row._settle('error', str(error))
        return plans

    def _scope(self, rows):
        """Return what is looked up once for many rows."""
        choices = self.merchant_id._listing_choices()
        return {
            'catalogue': self._catalogue(rows.mapped('sku')),
            'choices': choices,
            'names': {name: _by_name(records) for name, records in choices.items()},
            'pictures': self._pictures(),
        }

    def _catalogue(self, skus):
        """Return the merchant's own goods by their SKU."""
        return self.env['product.template'].search([
            ('merchant_id', '=', self.merchant_id.id), ('default_code', 'in', skus),
        ]).grouped('default_code')

    def _read_row(self, row, scope):
        """Return the plan of a row.

        :raise UserError: with everything that is wrong in it
        """
        listing = scope['catalogue'].get(row.sku, self.env['product.template'])
        cells = {name: text for name, text in row.cells.items() if text}
        values, forecast, extras, mistakes = {}, {}, {}, []
        for target, read in (
            (values, self._read_values),
            (values if scope['with_pictures'] else forecast, self._read_picture),
            (extras, self._read_extras),
        ):
            try:
                target.update(read(row, cells, listing, scope))
            except UserError as error:
                mistakes.append(str(error))
        if mistakes:
            raise UserError("\n".join(mistakes))
        values = (listing._listing_news(values) if listing else values) | forecast
        if listing and len(_at_once(values)) < len(values):
            listing._check_content_may_change()
            if listing._was_approved() and (refusal := self._refused_words(listing, values)):
                raise UserError(refusal)
        return Plan(row, listing, values, extras)

    def _refused_words(self, listing, values):
        """Return why the machine would not let these texts be handed in; False if it would."""
        # Other words may be forbidden in another category.
        stays = listing._listing_content() if listing and 'categ_id' in values else {}
        content = stays | values
        category = listing.categ_id.browse(content.get('categ_id')) or listing.categ_id
        return listing._refused_words({
            (name, self.env.lang or 'en_US'): content[name]
            for name in TEXT_FIELDS if content.get(name)
        }, category)

    def _read_values(self, row, cells, listing, scope):
        """Read what the form of a listing reads, by its rules."""
        values = {name: cells[name] for name in FORM_COLUMNS if name in cells}
        if not listing:
            values['default_code'] = row.sku
        for name, ids in scope['names'].items():
            if name in cells:
                values[name] = ids.get(cells[name].casefold(), '0')
        try:
            return self.merchant_id._read_listing(values, listing, scope['choices'])
        except FieldErrors as error:
            raise FieldErrors({
                name: self._unknown_message(name, cells[name], scope['choices'][name])
                if name in scope['names'] else text
                for name, text in error.field_errors.items()
            }) from error

    def _unknown_message(self, name, text, choices):
        if name == 'categ_id':
            return self.env._(
                "“%(text)s” is none of your categories. Yours are: %(categories)s.",
                text=text, categories=", ".join(choices.mapped('display_name')),
            )
        return self.env._("“%s” is none of the brands that we know.", text)

    def _read_picture(self, row, cells, listing, scope):
        """Read the picture that belongs to the row; before the run only whether it is there."""
        entry = scope['pictures'].find(row.sku, cells.get('image'))
        if not entry:
            return {}
        if not scope['with_pictures']:
            return {'image_1920': True}
        content = base64.b64encode(scope['pictures'].unpack(entry)).decode()
        reader = FormReader(
            self.env, {'image': {'filename': entry_name(entry), 'content': content}}
        )
        self.merchant_id._read_picture(reader)
        return reader.check()

    def _read_extras(self, row, cells, listing, scope):
        """Hook: read cells that are not values of the goods' own record.

        :return: what differs from what is stored, as (old, new) by column; see
            :meth:`_apply_extras`
        :raise UserError: with everything that is wrong
        """
        return {}

    # === ACTING === #

    def _apply(self, plans):
        """Do what the rows ask for: all at once, and if that fails, one half after the other."""
        if not plans:
            return
        try:
            with self.env.cr.savepoint():
                self._apply_together(plans)
        except RETRIED:
            raise
        except Exception as error:
            if len(plans) > 1:
                middle = len(plans) // 2
                self._apply(plans[:middle])
                self._apply(plans[middle:])
                return
            if not isinstance(error, UserError):
                _logger.exception("Row %s of an import of listings failed", plans[0].row.id)
                error = self.env._("Something went wrong on our side. Please send it again.")
            plans[0].row._settle('error', str(error))

    def _apply_together(self, plans):
        fresh = [plan for plan in plans if not plan.listing]
        listings = self.merchant_id._create_listings([plan.values for plan in fresh])
        done = [
            plan._replace(listing=listing) for plan, listing in zip(fresh, listings, strict=True)
        ]
        known = [plan for plan in plans if plan.listing]
        self._log_changes(known)
        for plan in known:
            # Told before it is changed: it names what was there.
            message = self._describe(plan)
            waits = plan.values and plan.listing._update_listing(plan.values)
            plan.row._settle('wait' if waits else self._outcome_at_once(plan), message)
        self._apply_extras(done + known)
        for plan in done:
            plan.row._settle('new', self._hand_in(plan.listing) if self.submit else False)
        for plan in done + known:
            plan.row.product_tmpl_id = plan.listing

    def _apply_extras(self, plans):
        """Hook: store the extras of the plans."""

    def _hand_in(self, listing):
        """Send new goods for review.

        :return: why they stay a draft, if they do
        """
        try:
            with self.env.cr.savepoint():
                listing._submit_listing()
        except UserError as error:
            return str(error)
        return False

    def _log_changes(self, plans):
        """Note in the audit log what changes at once."""
        changed = [
            (
                plan.listing,
                {name: _told(plan.listing, name, plan.listing[name]) for name in values},
                {name: _told(plan.listing, name, value) for name, value in values.items()},
            )
            for plan in plans if (values := _at_once(plan.values))
        ]
        self.env['marketplace.audit.log']._log(
            self.env['product.template'].union(*(listing for listing, _old, _new in changed)),
            'change',
            reason=self.name,
            before=[old for _listing, old, _new in changed],
            after=[new for _listing, _old, new in changed],
        )

    # === TELLING === #

    def _outcome(self, plan):
        if not plan.listing:
            return 'new'
        if plan.listing._was_approved() and len(_at_once(plan.values)) < len(plan.values):
            return 'wait'
        return self._outcome_at_once(plan)

    def _outcome_at_once(self, plan):
        return 'change' if plan.values or plan.extras else 'same'

    def _describe(self, plan):
        """Return in words what changes on goods that are there already, or keeps new ones back."""
        if not plan.listing:
            return self._refused_words(plan.listing, plan.values)
        columns = self._columns()
        waiting = plan.values.keys() - _at_once(plan.values).keys()
        return ", ".join([
            *(
                column.label for name, column in columns.items()
                if VALUES.get(name, name) in waiting
            ),
            *(
                f"{columns[name].label}: {_text(old)} → {_text(new)}"
                for name, old, new in self._changes_at_once(plan)
            ),
        ])

    def _changes_at_once(self, plan):
        """Return what needs no review, as (column, old value, new value)."""
        return [
            *(
                (name, *(_told(plan.listing, name, value) for value in (plan.listing[name], new)))
                for name, new in _at_once(plan.values).items()
            ),
            *((name, old, new) for name, (old, new) in plan.extras.items()),
        ]


def _at_once(values):
    """Return those of the values of a listing that need no review."""
    return {name: value for name, value in values.items() if name not in REVIEWED_FIELDS}


def _by_name(records):
    """Return the id of each record, as text, by its full name, and by its own if that is one's."""
    own = records.grouped(lambda record: record.name.casefold())
    return {
        **{name: str(namesakes.id) for name, namesakes in own.items() if len(namesakes) == 1},
        **{record.display_name.casefold(): str(record.id) for record in records},
    }


def _told(listing, name, value):
    """Return a value of a listing as it is told to people: records by their name."""
    field = listing._fields[name]
    if field.type != 'many2one':
        return value
    return listing[name].browse(field.convert_to_cache(value, listing)).display_name


def _text(value):
    """Return a value as a person writes it."""
    return format(value, '.10g') if isinstance(value, float) else str(value or '–')

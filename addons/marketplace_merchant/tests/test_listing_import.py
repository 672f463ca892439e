# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from datetime import timedelta
from functools import partial
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.marketplace_merchant.models import listing_import_run, merchant_listing_sheet
from odoo.addons.marketplace_merchant.tools.field_errors import FieldErrors

from .import_common import (
    CSV,
    XLSX,
    ImportCommon,
    make_archive,
    make_file,
    make_picture,
    make_sheet,
)


class PowerCut(BaseException):
    """What stops a process without asking it."""


@tagged('post_install', '-at_install')
class TestListingImport(ImportCommon):

    # === PREVIEW === #

    def test_a_preview_tells_what_would_happen_and_changes_nothing(self):
        live = self._live(default_code="K-1")
        draft = self._draft(default_code="K-2", name="Knife 2")
        listing_import = self._import(
            self._knife(1, name="Sharper knife", price="45"),
            self._knife(2, price="45"),
            self._knife(2),
            self._knife(3),
            self._knife(4, price="a lot", category="Weapons"),
            self._knife(5, sku=""),
        )
        self.assertEqual(
            self._outcomes(listing_import), ['wait', 'change', 'error', 'new', 'error', 'error']
        )
        self.assertEqual(self._message(listing_import, 2), "Name, Price: 49.9 → 45")
        self.assertEqual(self._message(listing_import, 3), "Price: 49.9 → 45")
        self.assertIn("Row 3 has the same SKU", self._message(listing_import, 4))
        mistakes = self._message(listing_import, 6)
        self.assertIn("“Weapons” is none of your categories. Yours are: ", mistakes)
        self.assertIn(self.subcategory.display_name, mistakes)
        self.assertIn("Price should be a number", mistakes)
        self.assertIn("SKU", self._message(listing_import, 7))
        self.assertRecordValues(listing_import, [{
            'state': 'previewed', 'row_count': 6, 'done_count': 3, 'new_count': 1,
            'change_count': 1, 'wait_count': 1, 'same_count': 0, 'error_count': 3,
            'file_format': CSV, 'user_id': self.clerk.id,
        }])
        self.assertEqual((live | draft).mapped('list_price'), [49.9, 49.9])
        self.assertFalse(live.sudo().listing_change_ids)
        self.assertFalse(self._goods("K-3", "K-4"))

    def test_headers_in_any_language_and_order(self):
        self.env['res.lang']._activate_lang('zh_CN')
        headers = self.env['marketplace.listing.import']._known_headers()
        for header, name in (("sku", 'default_code'), ("list_price", 'list_price')):
            self.assertEqual(headers[header], name)
        listing_import = self._import(
            ("12", "Spoon", "S-1"), header=("PRICE", " name ", "ＳＫＵ"), file_format=XLSX
        )
        self.assertRecordValues(listing_import.sudo().row_ids, [{
            'sku': "S-1", 'name': "Spoon", 'outcome': 'new', 'number': 2,
        }])

    def test_a_sheet_without_our_columns_is_refused(self):
        for header, message in (
            (("Name", "Price"), "“SKU”"), (("SKU", "Name", "sku"), "two columns"),
        ):
            with self.assertRaisesRegex(FieldErrors, message) as caught:
                self._import(("A", "B", "1"), header=header)
            self.assertIn('file', caught.exception.field_errors)
        with self.assertRaisesRegex(FieldErrors, "no rows"):
            self._import()

    def test_unknown_columns_are_named_and_left_out(self):
        header = ("SKU", "Name", "Price", "Hue")
        listing_import = self._import(("A", "Bowl", "5", "red"), header=header)
        self.assertIn("Hue", listing_import.remark)
        self.assertEqual(self._outcomes(listing_import), ['new'])

    def test_files_that_are_none_are_refused_at_their_field(self):
        merchant = self.merchant.with_user(self.clerk)
        good = self._sheet(self._knife())
        for field, arguments, message in (
            ('file', [None], ""),
            ('file', [{'filename': "x.csv"}], ""),
            ('file', [{'filename': "x.csv", 'content': "%%%"}], ""),
            ('file', [{'filename': "x.csv", 'content': 5}], ""),
            ('file', [make_file(b'\x00', "x.csv")], "“x.csv” can't be read as a sheet"),
            ('file', [make_file(b'%PDF-1.7', "x.xlsx")], "“x.xlsx” is a file of the type PDF"),
            ('archive', [good, make_file(b'Rar!', "x.rar")], "“x.rar” is a file of the type RAR"),
            ('archive', [good, make_file(b'no', "../a\u202e.rar")], "“a.rar” is not a ZIP file"),
            ('archive', [good, make_archive({'../x.png': b'1'})], "leads out"),
        ):
            with self.assertRaises(FieldErrors, msg=arguments) as caught:
                merchant.portal_import_listings(*arguments)
            self.assertIn(message, caught.exception.field_errors[field])
        with patch.object(merchant_listing_sheet, 'FILE_MAX_BYTES', -1024 * 1024), \
             self.assertRaisesRegex(FieldErrors, "larger than"):
            merchant.portal_import_listings(good)
        self.assertFalse(self.env['marketplace.listing.import'].search(
            [('merchant_id', '=', self.merchant.id)]
        ))

    def test_previews_do_not_pile_up(self):
        with patch.object(merchant_listing_sheet, 'OPEN_IMPORTS_MAX', 1):
            first = self._import(self._knife())
            with self.assertRaisesRegex(UserError, "Start or cancel"):
                self._import(self._knife())
            first.portal_cancel()
            self._import(self._knife())

    # === RUN === #

    def test_categories_and_brands_go_by_their_names(self):
        brand = self.env['marketplace.brand'].create({'name': "Zwilling"})
        draft = self._draft(default_code="K-4")
        header = (*self.HEADER, "Brand")
        listing_import = self._done(
            (*self._knife(1, category="knives"), "zwilling"),
            (*self._knife(2, category="kitchen"), ""),
            (*self._knife(3, category=str(self.subcategory.id)), "Nobody"),
            (*self._knife(4, name="", category="", price=""), "Zwilling"),
            header=header,
        )
        self.assertEqual(self._outcomes(listing_import), ['new', 'new', 'error', 'change'])
        self.assertIn("“Nobody” is none of the brands", self._message(listing_import, 4))
        self.assertIn(f"“{self.subcategory.id}” is none of your", self._message(listing_import, 4))
        self.assertEqual(self._goods("K-1", "K-2", "K-4").mapped('brand_id'), brand)
        self.assertEqual(
            self._goods("K-1", "K-2").categ_id, self.subcategory | self.category
        )
        self.assertEqual(draft.brand_id, brand)
        exported = self._cells(self.merchant.with_user(self.clerk).portal_export_listings(CSV))
        self.assertIn("Zwilling", exported[1])

    def test_new_goods_are_drafted_and_known_ones_changed(self):
        draft = self._draft(default_code="K-2", name="Knife 2")
        listing_import = self._done(
            self._knife(1), self._knife(2, price="45"), self._knife(3, price=""),
        )
        self.assertEqual(self._outcomes(listing_import), ['new', 'change', 'error'])
        new = self._goods("K-1")
        self.assertRecordValues(new, [{
            'name': "Knife 1", 'list_price': 49.9, 'categ_id': self.subcategory.id,
            'listing_state': 'draft', 'type': 'consu', 'create_uid': self.clerk.id,
        }])
        self.assertEqual(draft.list_price, 45)
        self.assertRecordValues(listing_import, [{
            'state': 'done', 'done_count': 3, 'progress': 100, 'new_count': 1, 'error_count': 1,
        }])
        self.assertEqual(
            listing_import.sudo().row_ids.sorted('number').mapped('product_tmpl_id'), new | draft
        )

    def test_the_audit_log_tells_what_changed_at_once_and_by_whom(self):
        live = self._live(default_code="K-1", name="Knife 1")
        self._done(self._knife(1, price="45"))
        entry = self.env['marketplace.audit.log'].search([
            ('model_name', '=', 'product.template'), ('res_id', '=', live.id),
            ('action', '=', 'change'),
        ], limit=1)
        self.assertEqual(
            (entry.user_id, entry.before, entry.after, entry.reason),
            (self.clerk, {'list_price': 49.9}, {'list_price': 45.0}, "goods.csv"),
        )

    def test_edits_of_live_goods_wait_and_prices_do_not(self):
        live = self._live(default_code="K-1", name="Knife 1")
        listing_import = self._done(self._knife(1, name="Sharper knife", price="45"))
        self.assertEqual(self._outcomes(listing_import), ['wait'])
        self.assertEqual((live.name, live.list_price), ("Knife 1", 45))
        change = live.sudo().listing_change_ids
        self.assertRecordValues(change, [{'state': 'pending', 'name': "Sharper knife"}])
        change.with_user(self.officer).action_approve()
        self.assertEqual(live.name, "Sharper knife")

    def test_the_same_sheet_again_changes_nothing(self):
        live = self._live(default_code="K-1", name="Knife 1")
        rows = [self._knife(1, name="Sharper knife"), self._knife(2)]
        self._done(*rows)
        waiting = live.sudo().listing_change_ids
        again = self._done(*rows)
        self.assertEqual(self._outcomes(again), ['same', 'same'])
        self.assertEqual(live.sudo().listing_change_ids, waiting)
        self.assertEqual(waiting.state, 'pending')
        self.assertEqual(len(self._goods("K-2")), 1)

    def test_empty_cells_leave_what_is_there(self):
        draft = self._draft(default_code="K-1")
        self._done(("K-1", "", "", "30"))
        self.assertEqual((draft.name, draft.list_price), ("Chef's knife", 30))
        self.assertEqual(draft.categ_id, self.subcategory)

    def test_goods_in_review_or_taken_down_keep_their_texts_but_not_their_price(self):
        in_review = self._submitted(default_code="K-1", name="Knife 1")
        taken_down = self._live(default_code="K-2", name="Knife 2")
        taken_down.with_user(self.officer).action_take_down(reason="Recall")
        listing_import = self._import(
            self._knife(1, name="Other"), self._knife(2, name="Other"),
        )
        self.assertEqual(self._outcomes(listing_import), ['error', 'error'])
        self.assertIn("being reviewed", self._message(listing_import, 2))
        self.assertIn("taken down", self._message(listing_import, 3))
        self._done(self._knife(1, price="30"), self._knife(2, price="30"))
        self.assertEqual((in_review | taken_down).mapped('list_price'), [30, 30])

    def test_complete_new_goods_are_sent_for_review_when_asked(self):
        archive = make_archive({'K-1.png': make_picture()})
        listing_import = self._done(self._knife(1), self._knife(2), archive=archive, submit=True)
        self.assertEqual(self._outcomes(listing_import), ['new', 'new'])
        self.assertEqual(
            self._goods("K-1", "K-2").mapped('listing_state'), ['in_review', 'draft']
        )
        self.assertIn("Add a picture", self._message(listing_import, 3))

    def test_forbidden_words_are_told_before_the_run(self):
        self.env['marketplace.forbidden.term'].create({
            'name': "quuxly",
            'group_id': self.env.ref('marketplace_merchant.forbidden_group_superlative').id,
            'severity': 'block',
            'category_ids': self.subcategory.ids,
        })
        live = self._live(default_code="K-1", name="Knife 1")
        self._live(default_code="K-2", name="Quuxly 2", categ_id=self.category.id)
        listing_import = self._import(
            self._knife(1, name="Quuxly knife"), self._knife(2, name=""), self._knife(3),
            self._knife(4, name="Quuxly too"),
        )
        self.assertEqual(self._outcomes(listing_import), ['error', 'error', 'new', 'new'])
        for number, words in ((2, "“Quuxly” (Name)"), (3, "“Quuxly” (Name)"), (5, "“Quuxly”")):
            self.assertIn(words, self._message(listing_import, number))
        self.assertFalse(self._message(listing_import, 4))
        listing_import.portal_start(submit=True)
        self._run(listing_import)
        self.assertEqual(live.name, "Knife 1")
        self.assertEqual(self._goods("K-4").listing_state, 'draft')

    def test_the_goods_of_another_merchant_are_never_touched(self):
        rivals = self._live(self.rival_owner, default_code="K-1", name="Rival's knife")
        listing_import = self._done(self._knife(1))
        self.assertEqual(self._outcomes(listing_import), ['new'])
        self.assertEqual(rivals.name, "Rival's knife")
        self.assertFalse(rivals.sudo().listing_change_ids)
        self.assertEqual(self._goods("K-1").merchant_id, self.merchant)

    def test_removed_goods_do_not_keep_their_sku(self):
        draft = self._draft(default_code="K-1")
        draft.portal_archive()
        self._done(self._knife(1))
        self.assertEqual(len(self._goods("K-1")), 1)
        self.assertNotEqual(self._goods("K-1"), draft)

    # === PICTURES === #

    def test_pictures_come_by_sku_or_by_name(self):
        archive = make_archive({
            'K-1.png': make_picture(color='red'), 'all/blue.PNG': make_picture(color='blue'),
        })
        header = ("SKU", "Name", "Price", "Picture")
        listing_import = self._done(
            ("K-1", "Knife", "5", ""), ("K-2", "Knife", "5", "Blue.png"),
            ("K-3", "Knife", "5", "green.png"), ("K-4", "Knife", "5", ""),
            header=header, archive=archive,
        )
        self.assertEqual(self._outcomes(listing_import), ['new', 'new', 'error', 'new'])
        with_picture = self._goods("K-1", "K-2", "K-4").filtered('image_1920')
        self.assertEqual(with_picture.mapped('default_code'), ["K-1", "K-2"])
        self.assertFalse(listing_import.sudo().archive)

    def test_a_bad_picture_is_the_error_of_its_row(self):
        archive = make_archive({'K-1.png': b'<svg/>', 'K-2.png': make_picture()})
        listing_import = self._import(self._knife(1), self._knife(2), archive=archive)
        # The preview looks whether the pictures are there, not into them.
        self.assertEqual(self._outcomes(listing_import), ['new', 'new'])
        listing_import.portal_start()
        self._run(listing_import)
        self.assertEqual(self._outcomes(listing_import), ['error', 'new'])
        self.assertIn("“K-1.png” in the archive is not a picture", self._message(listing_import))
        self.assertFalse(self._goods("K-1"))

    def test_files_of_the_archive_that_no_row_asks_for_are_named(self):
        archive = make_archive({'K-1.png': make_picture(), 'K-l2.png': make_picture()})
        self.assertIn("left out: K-l2.png", self._import(self._knife(1), archive=archive).remark)
        archive = make_archive({'K-1.png': make_picture()})
        self.assertFalse(self._import(self._knife(1), archive=archive).remark)

    def test_a_new_picture_of_live_goods_waits_and_the_same_one_does_not(self):
        live = self._live(default_code="K-1", name="Knife 1")
        before = live.image_1920
        archive = make_archive({'K-1.jpg': make_picture((2400, 60), 'blue', 'JPEG')})
        listing_import = self._done(self._knife(1), archive=archive)
        self.assertEqual(self._outcomes(listing_import), ['wait'])
        self.assertEqual(live.image_1920, before)
        again = self._done(self._knife(1), archive=archive)
        self.assertEqual(self._outcomes(again), ['same'])
        live.sudo().listing_change_ids.with_user(self.officer).action_approve()
        self.assertNotEqual(live.image_1920, before)
        self.assertEqual(self._outcomes(self._done(self._knife(1), archive=archive)), ['same'])

    # === ONCE, WHATEVER HAPPENS === #

    def test_started_twice_is_done_once(self):
        listing_import = self._import(self._knife(1))
        for _click in range(2):
            listing_import.portal_start()
        self._run(listing_import)
        listing_import.portal_start()
        self.assertFalse(listing_import.sudo()._run_batch())
        self.assertEqual(listing_import.state, 'done')
        self.assertEqual(len(self._goods("K-1")), 1)

    def test_a_run_that_is_cut_off_goes_on_where_it_was(self):
        self.patch(listing_import_run, 'BATCH_ROWS', 2)
        listing_import = self._started(*(self._knife(number) for number in range(5)))
        import_sudo = listing_import.with_user(self.env.user).sudo()
        import_sudo._run_batch()
        with self.assertRaises(PowerCut), self.env.cr.savepoint(), \
             patch.object(type(import_sudo), '_count', side_effect=PowerCut):
            import_sudo._run_batch()
        self.env.invalidate_all()
        self.assertEqual(len(self._goods(*(f"K-{number}" for number in range(5)))), 2)
        self._run(listing_import)
        self.assertEqual(self._outcomes(listing_import), ['new'] * 5)
        self.assertEqual(len(self._goods(*(f"K-{number}" for number in range(5)))), 5)

    def test_one_bad_row_does_not_stop_the_others(self):
        Template = type(self.env['product.template'])
        create = Template.create

        def fail_for_two(records, vals_list):
            if any(vals.get('default_code') == "K-2" for vals in vals_list):
                raise ValueError("a bug")
            return create(records, vals_list)

        listing_import = self._started(self._knife(1), self._knife(2), self._knife(3))
        with patch.object(Template, 'create', fail_for_two), \
             self.assertLogs('odoo.addons.marketplace_merchant.models.listing_import_run', 'ERROR'):
            self._run(listing_import)
        self.assertEqual(self._outcomes(listing_import), ['new', 'error', 'new'])
        self.assertIn("went wrong on our side", self._message(listing_import, 3))
        self.assertEqual(self._goods("K-1", "K-2", "K-3").mapped('default_code'), ["K-1", "K-3"])

    def test_imports_of_one_merchant_follow_each_other(self):
        first = self._started(self._knife(1, price="10"))
        second = self._started(self._knife(1, price="20"))
        rivals = self._started(self._knife(1), user=self.rival_owner)
        imports = first | second | rivals
        first.sudo().started_on = fields.Datetime.now() - timedelta(seconds=1)
        self.assertEqual(
            imports.sudo()._next_imports().filtered(lambda run: run.id in imports.ids).ids,
            [first.id, rivals.id],
        )
        with self.enter_registry_test_mode():
            self.env.ref('marketplace_merchant.ir_cron_listing_import').method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(set(imports.sudo().mapped('state')), {'done'})
        self.assertEqual(self._outcomes(second), ['change'])
        self.assertEqual(self._goods("K-1").list_price, 20)

    def test_cancelled_imports_go_no_further(self):
        self.patch(listing_import_run, 'BATCH_ROWS', 2)
        listing_import = self._started(*(self._knife(number) for number in range(5)))
        listing_import.with_user(self.env.user).sudo()._run_batch()
        for _click in range(2):
            listing_import.portal_cancel()
        self._run(listing_import)
        self.assertRecordValues(listing_import, [{'state': 'cancelled', 'done_count': 2}])
        with self.assertRaises(UserError):
            listing_import.portal_start()

    def test_who_left_the_team_imports_nothing_more(self):
        listing_import = self._started(self._knife(1))
        self.merchant.member_ids.filtered(lambda member: member.user_id == self.clerk).unlink()
        self.assertEqual(listing_import.sudo()._run_batch_safely(), 0)
        self.assertEqual(listing_import.sudo().state, 'failed')
        self.assertFalse(self._goods("K-1"))
        # Somebody else of the team may go on.
        listing_import.with_user(self.owner).portal_start()
        self._run(listing_import)
        self.assertEqual(self._goods("K-1").create_uid, self.owner)

    def test_a_suspended_merchant_imports_nothing(self):
        listing_import = self._started(self._knife(1))
        self.merchant.with_user(self.manager).action_suspend("Under investigation")
        listing_import.sudo()._run_batch_safely()
        self.assertEqual(listing_import.sudo().state, 'failed')
        self.assertIn("suspended", listing_import.sudo().remark)

    @mute_logger('odoo.addons.marketplace_merchant.models.listing_import_run')
    def test_an_import_that_fails_does_not_keep_others_waiting(self):
        broken = self._started(self._knife(1), archive=make_archive({'x.png': make_picture()}))
        broken.sudo().archive = b'bm8gemlw'
        rivals = self._started(self._knife(1), user=self.rival_owner)
        with self.enter_registry_test_mode():
            self.env.ref('marketplace_merchant.ir_cron_listing_import').method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual((broken | rivals).sudo().mapped('state'), ['failed', 'done'])

    def test_an_import_without_good_rows_can_not_be_started(self):
        listing_import = self._import(self._knife(1, price="free"))
        with self.assertRaisesRegex(UserError, "every row has an error"):
            listing_import.portal_start()

    def test_the_member_is_told_when_it_is_done(self):
        listing_import = self._done(self._knife(1), self._knife(2, price="free"))
        mail = self._mails_about(listing_import.sudo())
        self.assertEqual(mail.recipient_ids, self.clerk.partner_id)
        self.assertIn("goods.csv", mail.subject)

    def test_rows_are_looked_up_together(self):
        """What is left is two queries of Odoo's own whenever goods are written."""
        def queries(count, offset):
            listing_import = self._import(*(self._knife(offset + n) for n in range(count)))
            listing_import.portal_start()
            self._run(listing_import)
            again = self._import(*(self._knife(offset + n, price="60") for n in range(count)))
            again.portal_start()
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            self._run(again)
            return self.env.cr.sql_log_count - before

        queries(2, 100)
        few, many = queries(5, 200), queries(40, 300)
        self.assertLessEqual(many, few + 35 * 2)

    # === SKU === #

    def test_a_sku_is_unique_within_a_merchant(self):
        self._draft(default_code="K-1")
        other = self._draft(default_code="K-2")
        with self.assertRaisesRegex(FieldErrors, "has this SKU already"):
            self._draft(default_code="K-1")
        with self.assertRaisesRegex(FieldErrors, "has this SKU already"):
            other.portal_update_listing({'default_code': "K-1"})
        other.portal_update_listing({'default_code': "K-2", 'list_price': 5})
        self._draft(self.rival_owner, default_code="K-1")

    def test_goods_without_a_sku_get_one(self):
        first, second = self._draft(), self._draft()
        self.assertTrue(first.default_code.startswith(self.merchant.code))
        self.assertNotEqual(first.default_code, second.default_code)

    # === FILES === #

    def test_what_is_exported_can_be_imported_and_changes_nothing(self):
        self._live(default_code="007", name="=Knife", weight="0.25", barcode="6901234567892")
        live = self._live(default_code="K-1", name="Knife, 1")
        live.with_user(self.clerk).portal_update_listing({'name': "+Sharper"})
        self._draft(self.rival_owner, default_code="K-9")
        merchant = self.merchant.with_user(self.clerk)
        for file_format in (CSV, XLSX):
            file = merchant.portal_export_listings(file_format)
            listing_import = merchant.portal_import_listings(file)
            self.assertEqual(self._outcomes(listing_import), ['same', 'same'], file_format)
            self.assertEqual(
                listing_import.sudo().row_ids.sorted('number').mapped('sku'), ["007", "K-1"]
            )
            self.assertFalse(listing_import.remark)
        entry = self.env['marketplace.audit.log'].search([
            ('model_name', '=', 'marketplace.merchant'), ('res_id', '=', self.merchant.id),
            ('action', '=', 'export'),
        ])
        self.assertEqual(entry.user_id, self.clerk)
        self.assertEqual(entry[:1].after, {'goods': 2})

    def test_rows_with_errors_come_back_and_can_be_corrected(self):
        for file_format in (CSV, XLSX):
            listing_import = self._done(
                self._knife(1), self._knife(2, name="=2", price="free"), file_format=file_format
            )
            header, *rows = self._cells(listing_import.portal_error_file())
            self.assertEqual(header[-1], "Error")
            self.assertEqual(len(rows), 1)
            self.assertIn("Price should be a number", rows[0][-1])
            rows[0][header.index("Price")] = "12"
            corrected = self.merchant.with_user(self.clerk).portal_import_listings(
                make_sheet([header, *rows], file_format)
            )
            self.assertEqual(self._outcomes(corrected), ['new'])
            self.assertEqual(corrected.sudo().row_ids.name, "=2")
        with self.assertRaisesRegex(UserError, "no rows with errors"):
            self._import(self._knife(1)).portal_error_file()

    def test_the_template_has_the_columns_and_the_categories(self):
        for file_format in (CSV, XLSX):
            file = self.merchant.with_user(self.clerk).portal_listing_template(file_format)
            self.assertEqual(self._cells(file)[0][:2], ["SKU", "Name"])

    # === WHO MAY === #

    def test_only_who_keeps_the_catalogue_imports_and_exports(self):
        listing_import = self._import(self._knife(1, price="free"), self._knife(2))
        outsider = new_test_user(self.env, 'import_outsider', groups='base.group_portal')
        for user in (
            self.orders_clerk, self.finance_clerk, self.rival_owner, outsider, self.officer,
        ):
            merchant = self.merchant.with_user(user)
            for call in (
                partial(merchant.portal_import_listings, self._sheet(self._knife())),
                merchant.portal_export_listings,
                merchant.portal_listing_template,
                listing_import.with_user(user).portal_start,
                listing_import.with_user(user).portal_cancel,
                listing_import.with_user(user).portal_error_file,
            ):
                with self.assertRaises(AccessError):
                    call()
        self.assertEqual(listing_import.state, 'previewed')

    def test_members_see_the_imports_of_their_merchant_only(self):
        listing_import = self._import(self._knife(1))
        rows = listing_import.sudo().row_ids
        for user, sees in (
            (self.clerk, True), (self.owner, True), (self.orders_clerk, False),
            (self.rival_owner, False), (self.officer, True), (self.auditor, True),
        ):
            self.assertEqual(listing_import.with_user(user).has_access('read'), sees, user.login)
            self.assertEqual(rows.with_user(user).has_access('read'), sees, user.login)

    def test_nobody_writes_imports_by_hand(self):
        listing_import = self._import(self._knife(1))
        for user in (self.clerk, self.owner, self.manager, self.officer):
            for record in (listing_import, listing_import.sudo().row_ids):
                with self.assertRaises(AccessError):
                    record.with_user(user).write({'merchant_id': self.rival.id})
                with self.assertRaises(AccessError):
                    record.with_user(user).unlink()
        with self.assertRaises(UserError):
            listing_import.sudo().state = 'done'

    # === LATER === #

    def test_old_rows_are_forgotten_and_the_figures_stay(self):
        done = self._done(self._knife(1)).sudo()
        waiting = self._import(self._knife(2)).sudo()
        running = self._started(self._knife(3)).sudo()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE marketplace_listing_import SET write_date = write_date - interval '91 days'"
        )
        self.env.invalidate_all()
        self.env['marketplace.listing.import']._gc_rows()
        self.assertFalse((done | waiting).row_ids)
        self.assertRecordValues(done | waiting | running, [
            {'state': 'done', 'new_count': 1}, {'state': 'cancelled', 'new_count': 1},
            {'state': 'running', 'new_count': 1},
        ])
        self.assertTrue(running.row_ids)

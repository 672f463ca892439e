# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo.tests import tagged

from .merchant_common import MerchantCommon


@tagged('post_install', '-at_install')
class TestMerchantComplaints(MerchantCommon):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.complaint = cls._complaint()
        cls.path = f'/my/merchant/complaints/{cls.complaint.id}'

    def test_answer_with_proof(self):
        page = self._page(self.path, self.service_a.login)
        self.assertIn("It arrived with a crack.", page)
        body = "It was whole when we packed it.\n<script>alert(1)</script>"
        page = self._send(self.path, {'body': body}, self.service_a, [('files', self._png())])
        message = self.complaint.message_line_ids.sorted('id')[-1]
        self.assertEqual(message.party, 'merchant')
        self.assertEqual(message.author_id, self.service_a.partner_id)
        self.assertEqual(len(message.attachment_ids), 1)
        self.assertEqual(self.complaint.state, 'negotiation')
        texts = [node.text_content() for node in page.find_class('o_thread_body')]
        self.assertIn("<script>alert(1)</script>", texts[-1])
        page = self._page(self.path, self.owner_a.login)
        self.assertIn(f'/file/{message.attachment_ids.id}', page)

    def test_mistakes_keep_the_text(self):
        page = self._send(self.path, {'body': "  "}, self.service_a)
        self.assertTrue(self._mistake(page, 'body'))
        files = [('files', ("proof.exe", b"MZ..."))]
        page = self._send(self.path, {'body': "See the file."}, self.service_a, files)
        self.assertIn("proof.exe", self._mistake(page, 'files'))
        self.assertEqual(self._value(page, 'body').strip(), "See the file.")
        self.assertEqual(self.complaint.state, 'merchant_response')

    def test_evidence_is_downloaded_by_the_members_concerned_only(self):
        file = self.complaint.message_line_ids.attachment_ids
        path = f'{self.path}/file/{file.id}'
        self.authenticate(self.service_a.login, self.service_a.login)
        response = self.url_open(path)
        self.assertEqual(response.content, file.raw)
        self.assertIn('attachment', response.headers['Content-Disposition'])
        for user in (self.clerk_a, self.owner_b, self.stranger):
            self.assertEqual(self._status(path, user.login), 404, user.login)

    def test_no_other_file_can_be_had_through_a_complaint(self):
        other = self.env['ir.attachment'].create({'name': "secret.txt", 'raw': b"secret"})
        foreign = self._part(self._order({self.vase: 1}), self.merchant_b)
        foreign.with_user(self.clerk_b).portal_accept()
        foreign.with_user(self.clerk_b).portal_ship("SF", "1")
        complaint_b = foreign.with_user(self.shopper).portal_complain(
            'quality', "Broken", "In two pieces.", [self._evidence()]
        )
        evidence_b = complaint_b.sudo().message_line_ids.attachment_ids
        for file in (other, evidence_b):
            path = f'{self.path}/file/{file.id}'
            self.assertEqual(self._status(path, self.service_a.login), 404)

    def test_closed_complaints_take_no_answer(self):
        self.complaint.with_user(self.shopper).portal_withdraw()
        page = self._html(self.path, self.service_a)
        self.assertFalse(page.xpath('//textarea[@name="body"]'))
        page = self._send(self.path, {'body': "One more thing."}, self.service_a)
        self.assertIn("decided or closed", page.text_content())

    def test_list_shows_what_is_to_be_answered(self):
        page = self._page('/my/merchant/complaints?tab=todo', self.service_a.login)
        self.assertIn(self.complaint.name, page)
        self.complaint.with_user(self.service_a).portal_reply("We look into it.")
        page = self._page('/my/merchant/complaints?tab=todo', self.service_a.login)
        self.assertNotIn(self.complaint.name, page)

# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, models


class MailTemplate(models.Model):
    _inherit = 'mail.template'

    # === BUSINESS METHODS === #

    @api.model
    def _marketplace_send(self, xmlid, records, **values):
        """Mail about each record once the transaction is committed.

        Nothing is sent for what is rolled back or tried again, and a mail server that is down
        stops nobody's work: the mail waits in the queue.

        :param str xmlid: the template; an operator may have deleted it, then nothing is sent
        :param values: what the template finds in ``ctx``
        """
        template = self.env.ref(xmlid, raise_if_not_found=False)
        if not template or not records:
            return
        template.sudo().with_context(**values).send_mail_batch(
            records.ids,
            # The platform writes, whosever click it was.
            email_values={'author_id': self.env.company.partner_id.id},
            email_layout_xmlid='mail.mail_notification_light',
        ).send_after_commit()

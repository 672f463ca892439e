# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import api, models


class IrActionsActWindow(models.Model):
    _inherit = 'ir.actions.act_window'

    @api.model
    def _marketplace_list(self, xmlid, domain, **values):
        """Return an action for the records of one document, behind a button on its page.

        The context of the action is left out: the filters that it starts with would hide some.

        :param values: what else differs from the action
        :rtype: dict
        """
        return dict(self._for_xml_id(xmlid), domain=domain, context={}, **values)

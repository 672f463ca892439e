# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo.http import Controller, content_disposition, request, route


class StatementExport(Controller):

    @route(
        '/marketplace/statements/<int:statement_id>/<any(xlsx,csv):file_format>',
        type='http', auth='user', readonly=False,
    )  # fmt: skip
    def statement_export(self, statement_id, file_format):
        """Give the staff a statement as a file; what is foreign or missing is not found."""
        statement = request.env['marketplace.statement'].search([('id', '=', statement_id)])
        if not statement or not request.env.user._is_internal():
            raise request.not_found()
        name, content, mimetype = statement._export(file_format)
        request.env['marketplace.audit.log']._log_event(
            statement._name, name, 'export', res_id=statement.id
        )
        return request.make_response(content, headers=[
            ('Content-Type', mimetype),
            ('Content-Disposition', content_disposition(name)),
        ])  # fmt: skip

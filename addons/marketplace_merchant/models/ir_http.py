# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from werkzeug.exceptions import Forbidden

from odoo import models
from odoo.exceptions import AccessError
from odoo.http import request

REASON_MAX_LENGTH = 1000


class IrHttp(models.AbstractModel):
    _inherit = 'ir.http'

    # === BUSINESS METHODS === #

    @classmethod
    def _handle_error(cls, exception):
        if isinstance(exception, AccessError | Forbidden) and request.session.uid:
            cls._marketplace_log_denied(exception)
        return super()._handle_error(exception)

    @classmethod
    def _marketplace_log_denied(cls, exception):
        """Keep that a person was refused something.

        What the request did before is undone first: its locks must not be in the way.
        """
        model_name, res_id, what = cls._marketplace_requested()
        request.env.cr.rollback()
        env = request.env(user=request.env.uid or request.session.uid)
        env['marketplace.audit.log']._log_denied(
            model_name, res_id, what, cls._marketplace_refusal(exception)
        )

    @classmethod
    def _marketplace_refusal(cls, exception):
        text = exception.args[0] if isinstance(exception, AccessError) else exception.description
        return str(text)[:REASON_MAX_LENGTH]

    @classmethod
    def _marketplace_requested(cls):
        """Return model, id and a name of what the refused request wanted, as far as it says."""
        params = request.params or {}
        path = request.httprequest.path
        model_name = params.get('model') or params.get('__model__')
        if not isinstance(model_name, str) or model_name not in request.env.registry:
            return 'ir.http', 0, path
        method = str(params.get('method') or params.get('__method__') or '')
        ids = params.get('ids') or next(iter(params.get('args') or []), 0)
        res_id = next(iter(ids), 0) if isinstance(ids, list | tuple) else ids
        name = f"{method} {path}" if method and method not in path else path
        return model_name, res_id, name

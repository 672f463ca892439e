# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

import json

from werkzeug.exceptions import NotFound

from odoo.http import Controller, content_disposition, request, route

BODY_MAX_BYTES = 64 * 1024


class PayoutController(Controller):

    # === CALLBACKS === #

    @route(
        '/marketplace/payout/callback/<string:code>', type='http', auth='public',
        methods=['POST'], csrf=False, save_session=False,
    )  # fmt: skip
    def payout_callback(self, code):
        """Take what a gateway tells of a payout; the signature stands for who it is.

        Status 200 says that it is noted, also when it was before. An unknown address and a wrong
        signature are not told apart.
        """
        if (request.httprequest.content_length or 0) > BODY_MAX_BYTES:
            return request.make_json_response({'result': 'too long'}, status=413)
        body = request.httprequest.get_data()
        headers = request.httprequest.headers
        channel = request.env['marketplace.payout.channel'].sudo().search([
            ('callback_code', '=', code), ('kind', '=', 'gateway'),
        ])  # fmt: skip
        if not channel or not channel._callback_signed(
            headers.get('X-Timestamp', ''), headers.get('X-Signature', ''), body
        ):
            return request.make_json_response({'result': 'not signed'}, status=401)
        try:
            message = json.loads(body)
        except (ValueError, RecursionError):
            message = None
        env = channel.with_company(channel.company_id).env
        if not env['marketplace.payout.event']._take(channel, message):
            return request.make_json_response({'result': 'not understood'}, status=400)
        return request.make_json_response({'result': 'noted'})

    # === FILES === #

    @route('/marketplace/payout/file/<int:batch_id>', type='http', auth='user', methods=['GET'])
    def payout_file(self, batch_id):
        """Download the payment file of a batch; each time leaves an audit row."""
        batch = request.env['marketplace.payout.batch'].browse(batch_id).exists()
        if not batch or not batch.has_access('read'):
            raise NotFound()
        name, mimetype, content = batch._read_file()
        return request.make_response(content, headers=[
            ('Content-Type', mimetype),
            ('Content-Disposition', content_disposition(name)),
            ('Cache-Control', 'no-store'),
            ('X-Content-Type-Options', 'nosniff'),
        ])

# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from functools import partial

from odoo.http import request, route

from odoo.addons.marketplace_merchant.models.merchant_application_portal import (
    EDITABLE_STATES,
    STEP_FIELDS,
)

from ..const import STATE_COLORS
from .merchant_portal import MAX_UPLOAD_LENGTH, NOTICE_SESSION_KEY, MerchantPortal, portal_route

APPLY_PATH = '/my/merchant/apply'

FIRST_STEP = next(iter(STEP_FIELDS))


class MerchantApply(MerchantPortal):
    """The way in: what selling here means, and the application step by step."""

    # === LANDING PAGE === #

    @route('/sell', type='http', auth='public', website=True, sitemap=True)
    def marketplace_sell(self, **kwargs):
        values = {
            'tiers': request.env['marketplace.tier'].sudo().search([], order='sequence'),
            'application': self._apply_current(),
            'merchants': request.env.user._marketplace_merchants(),
        }
        return request.render('marketplace_portal.sell', values)

    # === STATUS === #

    @route(
        APPLY_PATH,
        type='http',
        auth='public',
        website=True,
        sitemap=False,
        methods=['GET', 'POST'],
    )
    def merchant_apply(self, action=None, **post):
        """Show where the application stands, or how to start one.

        A visitor signs up first and comes back here.
        """
        if request.env.user._is_public():
            return request.redirect_query(self._apply_door(), {'redirect': APPLY_PATH})
        application_sudo = self._apply_current()
        errors = {}
        if request.httprequest.method == 'POST':
            errors = self._merchant_submit(lambda: self._apply_act(application_sudo, action))
            if not errors:
                path = f'{APPLY_PATH}/{FIRST_STEP}' if action == 'start' else APPLY_PATH
                return request.redirect(path)
        values = self._apply_values(application_sudo, None, errors=errors)
        return request.render('marketplace_portal.merchant_apply', values)

    def _apply_door(self):
        """Return where visitors get an account, or use the one they were invited to have."""
        may_sign_up = request.env['res.users']._get_signup_invitation_scope() == 'b2c'
        return '/web/signup' if may_sign_up else '/web/login'

    def _apply_act(self, application_sudo, action):
        if action == 'start':
            request.env['marketplace.merchant.application'].portal_start()
        elif action == 'withdraw' and application_sudo:
            self._apply_own(application_sudo).portal_withdraw()
        else:
            raise self._merchant_not_found()

    # === STEPS === #

    @portal_route(
        f'{APPLY_PATH}/<string:step>',
        methods=['GET', 'POST'],
        max_content_length=MAX_UPLOAD_LENGTH,
    )
    def merchant_apply_step(self, step, action='next', **post):
        if step not in STEP_FIELDS:
            raise self._merchant_not_found()
        application_sudo = self._apply_current()
        if application_sudo.state not in EDITABLE_STATES:
            return request.redirect(APPLY_PATH)
        if step not in application_sudo._form_fields():
            # The questions of this step concern the applicant no more.
            return request.redirect(f'{APPLY_PATH}/review')
        errors = {}
        if request.httprequest.method == 'POST':
            application = self._apply_own(application_sudo)
            for save in self._apply_saves(application, step, action, post):
                self._apply_merge(errors, self._merchant_submit(save))
            if not errors:
                return request.redirect(self._apply_next_path(application_sudo, step, action))
        values = self._apply_values(application_sudo, step, errors=errors, typed=post)
        if errors:
            values['typed_categories'] = request.httprequest.form.getlist('category_ids')
        return request.render('marketplace_portal.merchant_apply_step', values)

    def _apply_saves(self, application, step, action, post):
        """Return the calls that store what the step's form holds.

        Each is saved by itself: a good document stays although the next one is refused.
        """
        if action.startswith('remove_'):
            return [partial(application.portal_remove_document, action.removeprefix('remove_'))]
        if step == 'review':
            return [application.portal_submit]
        if STEP_FIELDS[step]:
            return [partial(application.portal_save, step, self._apply_typed(step, post))]
        saves = [
            *self._apply_uploads(application, post),
            *self._apply_accepts(application, post),
            *self._apply_answers(application, post),
        ]
        # Who goes on is told what is still missing; who comes back later may leave it open.
        return [*saves, partial(application.portal_save, step, {})] if action == 'next' else saves

    def _apply_typed(self, step, post):
        values = {name: post.get(name, '') for name in STEP_FIELDS[step]}
        if 'category_ids' in values:
            values['category_ids'] = request.httprequest.form.getlist('category_ids')
        return values

    def _apply_uploads(self, application, post):
        """Return a call for each kind of document of which a file was chosen."""
        return [
            partial(
                application.portal_upload,
                type_id,
                upload['filename'],
                upload['content'],
                post.get(f'number_{type_id}', ''),
                post.get(f'valid_until_{type_id}', ''),
            )
            for name in request.httprequest.files
            if name.startswith('document_')
            for type_id in [name.removeprefix('document_')]
            for upload in self._merchant_uploads(name)
        ]

    def _apply_accepts(self, application, post):
        return [
            partial(application.portal_accept_agreement, name.removeprefix('agreement_'))
            for name in post
            if name.startswith('agreement_')
        ]

    def _apply_answers(self, application, post):
        """Return a call for each question that is answered on this page."""
        calls = []
        for requirement in application.sudo()._asked_requirements():
            name = f'requirement_{requirement.id}'
            last = requirement._last_answer(application.sudo())
            if files := self._merchant_uploads(name):
                values = {'file': files[0]}
            elif isinstance(post.get(name), str) and post[name]:
                values = {'answer': post[name]}
            else:
                continue
            ticked = requirement.answer_type == 'confirm' and last.answer
            unchanged = ticked or values.get('answer') == (last.answer or '')
            if last.state not in ('pending', 'accepted') or not unchanged:
                calls.append(partial(application.portal_answer, requirement.id, values))
        return calls

    @staticmethod
    def _apply_merge(errors, refused):
        """Add what was refused to ``errors``; the first message at a field stays."""
        if refused:
            errors.setdefault('message', refused['message'])
            errors['fields'] = {**refused['fields'], **errors.get('fields', {})}

    def _apply_next_path(self, application_sudo, step, action):
        """Return where the pressed button leads: the same step, the next one, or the status."""
        _ = request.env._
        if step == 'review':
            self._merchant_notify(_("Your application is sent. We keep you posted by e-mail."))
            return APPLY_PATH
        if action == 'later':
            self._merchant_notify(_("Saved. Come back whenever you like."))
            return APPLY_PATH
        if action != 'next':
            return f'{APPLY_PATH}/{step}'
        # What was just saved may have brought, or spared, the step with the questions.
        steps = [name for name in STEP_FIELDS if name == step or (
            name in application_sudo._form_fields()
        )]
        return f'{APPLY_PATH}/{steps[steps.index(step) + 1]}'

    # === HELPERS === #

    def _apply_current(self):
        """Return the user's latest application, sudoed; may be empty."""
        return (
            request.env['marketplace.merchant.application']
            .sudo()
            .search(
                [('applicant_id', '=', request.env.uid), ('kind', '=', 'open')],
                order='id desc',
                limit=1,
            )
        )

    def _apply_own(self, application_sudo):
        """Return the application as the user's own, so that the model checks the user's right."""
        return application_sudo.sudo(False)

    def _apply_values(self, application_sudo, step, **values):
        progress = application_sudo._portal_progress() if application_sudo else []
        options = application_sudo._portal_form_options() if application_sudo else {}
        step_fields = application_sudo._form_fields() if application_sudo else STEP_FIELDS
        steps = list(step_fields)
        previous = steps[steps.index(step) - 1] if step and step != FIRST_STEP else None
        return {
            **self._prepare_portal_layout_values(),
            'page_name': 'merchant_apply',
            'merchant_trail': [(request.env._("Sell with us"), APPLY_PATH)],
            'additional_title': request.env._("Sell with us"),
            'application': application_sudo,
            'progress': progress,
            'step': step,
            'step_fields': step_fields,
            'previous_step': previous,
            'next_open_step': next((s['key'] for s in progress if s['state'] != 'done'), 'review'),
            'remarks': {
                name: text for entry in progress for name, text in entry['remarks'].items()
            },
            'notices': application_sudo._portal_notices() if application_sudo else {},
            'timeline': application_sudo._portal_timeline() if application_sudo else [],
            'notice': request.session.pop(NOTICE_SESSION_KEY, None),
            'state_colors': STATE_COLORS,
            'errors': {},
            'typed': {},
            **options,
            **values,
        }

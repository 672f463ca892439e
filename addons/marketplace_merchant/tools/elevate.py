# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo.exceptions import AccessError


def elevate(records):
    """The same records with full rights, still for the acting user.

    For public methods that have checked what the caller may do. Of the caller's context only the
    language stays: a remote caller can send any context, and ``default_<field>`` for instance would
    set fields that the method does not offer.
    """
    context = {'lang': records.env.lang} if records.env.lang else {}
    return records.sudo().with_context(context)  # pylint: disable=context-overridden


def elevate_member(record, role):
    """The record with full rights, once the user is known to act for its merchant in this role.

    :raise AccessError: the same for records of others and those that do not exist
    :raise UserError: when the merchant's state allows only to finish what is open
    """
    record.ensure_one()
    record_sudo = elevate(record).exists()
    record_sudo.merchant_id.with_env(record.env)._check_member(role)
    return record_sudo


def elevate_shopper(record):
    """The record with full rights, once the user is known to be its shopper.

    :raise AccessError: the same for records of others and those that do not exist
    """
    record.ensure_one()
    record_sudo = elevate(record).exists()
    if not record_sudo or not record_sudo._state_actor_shopper():
        raise AccessError(record.env['marketplace.merchant']._no_member_message())
    return record_sudo

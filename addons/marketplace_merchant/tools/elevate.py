# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.


def elevate(records):
    """The same records with full rights, still for the acting user.

    For public methods that have checked what the caller may do. Of the caller's context only the
    language stays: a remote caller can send any context, and ``default_<field>`` for instance would
    set fields that the method does not offer.
    """
    context = {'lang': records.env.lang} if records.env.lang else {}
    return records.sudo().with_context(context)  # pylint: disable=context-overridden

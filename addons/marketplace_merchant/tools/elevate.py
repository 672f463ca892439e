# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.


def elevate(records):
    """The same records with full rights, still for the acting user.

    For public methods that have checked what the caller may do. Of the caller's context only the
    language stays: a remote caller can send any context, and ``default_<field>`` for instance would
    set fields that the method does not offer.
    """
    lang = records.env.lang
    return records.sudo().with_context({'lang': lang} if lang else {})

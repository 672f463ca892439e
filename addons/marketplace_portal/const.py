# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

# Returns in which the merchant has the next move.
RETURN_TODO = [
    '|',
    ('state', 'in', ('requested', 'in_transit')),
    '&',
    ('state', '=', 'received'),
    ('kind', '=', 'exchange'),
]

# Bootstrap colour of the badge of a state, whatever the document; grey for those not named here.
STATE_COLORS = {
    # Somebody has to act
    'to_accept': 'warning',
    'requested': 'warning',
    'in_review': 'warning',
    'sent': 'warning',
    'submitted': 'warning',
    'merchant_response': 'warning',
    'expiring': 'warning',
    'grace': 'warning',
    'previewed': 'warning',
    'wait': 'warning',
    # On its way
    'running': 'info',
    'change': 'info',
    'onboarding': 'info',
    'to_ship': 'info',
    'shipped': 'info',
    'approved': 'info',
    'in_transit': 'info',
    'received': 'info',
    'confirmed': 'info',
    'posted': 'info',
    'pending': 'info',
    'planned': 'info',
    'negotiation': 'info',
    'arbitration': 'info',
    'decided': 'info',
    # Well ended
    'done': 'success',
    'new': 'success',
    'active': 'success',
    'live': 'success',
    'valid': 'success',
    'verified': 'success',
    'delivered': 'success',
    'completed': 'success',
    'refunded': 'success',
    'exchanged': 'success',
    'executed': 'success',
    'paid': 'success',
    # Went wrong
    'error': 'danger',
    'info_required': 'danger',
    'rejected': 'danger',
    'taken_down': 'danger',
    'suspended': 'danger',
    'expelled': 'danger',
    'exiting': 'danger',
    'escalated': 'danger',
    'expired': 'danger',
    'revoked': 'danger',
    'failed': 'danger',
}

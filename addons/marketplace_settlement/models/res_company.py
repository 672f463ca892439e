# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from odoo import fields, models


class ResCompany(models.Model):
    _inherit = 'res.company'

    marketplace_accept_hours = fields.Integer(
        string="Hours to Accept an Order",
        default=48,
        help="A merchant order that nobody accepts within this time is cancelled and refunded.",
    )
    marketplace_ship_hours = fields.Integer(
        string="Hours to Send an Order",
        default=72,
        help="How long after acceptance the goods may take to leave. Merchants may promise less."
        " Who is late is reminded, and the staff sees it.",
    )
    marketplace_confirm_days = fields.Integer(
        string="Days until Receipt is Assumed",
        default=10,
        help="A parcel that the shopper says nothing about counts as received this many days after"
        " it was shipped, or marked as delivered.",
    )
    marketplace_return_days = fields.Integer(
        string="Return Window in Days",
        default=7,
        help="How long after receipt a shopper may ask to return goods. The order is completed"
        " when this time is over.",
    )
    marketplace_return_answer_hours = fields.Integer(
        string="Hours to Answer a Return",
        default=72,
        help="A request for a return that the merchant leaves unanswered is approved.",
    )

    _marketplace_accept_hours_positive = models.Constraint(
        'CHECK (marketplace_accept_hours > 0)',
        "Merchants need at least one hour to accept an order.",
    )
    _marketplace_ship_hours_positive = models.Constraint(
        'CHECK (marketplace_ship_hours > 0)',
        "Merchants need at least one hour to send an order.",
    )
    _marketplace_confirm_days_positive = models.Constraint(
        'CHECK (marketplace_confirm_days > 0)',
        "Receipt can be assumed after one day at the earliest.",
    )
    _marketplace_return_days_positive = models.Constraint(
        'CHECK (marketplace_return_days >= 0)',
        "The return window cannot be negative.",
    )
    _marketplace_return_answer_hours_positive = models.Constraint(
        'CHECK (marketplace_return_answer_hours > 0)',
        "Merchants need at least one hour to answer a return.",
    )

# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from . import controllers
from . import models
from . import wizards


def post_init_hook(env):
    """Give every company that keeps books the accounts of the marketplace."""
    env['res.company']._marketplace_setup_all()

"""scripts/odoo: Odoo's own command line, with our addons and database server."""

import setup
from console import hand_over
from databases import environment
from places import PYTHON

HELP = """\
Usage: scripts/odoo COMMAND…

Odoo's own command line with this checkout's addons, settings and database server:

  scripts/odoo -d mine -i marketplace_merchant --with-demo --stop-after-init
  scripts/odoo -d mine -u marketplace_merchant --stop-after-init
  scripts/odoo shell -d mine
  scripts/odoo -d mine --http-port 8070
  scripts/odoo --help                       what else Odoo can do
"""


def main(arguments):
    if not arguments:
        print(HELP, end="")
        return 0
    with setup.ready():
        return hand_over([PYTHON, "-m", "odoo", *arguments], environment())

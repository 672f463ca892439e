"""Load the demo data of our addons alone, in Odoo's shell: `env` is given.

Odoo's own switch for demo data takes in that of all modules: furniture between the merchants'
goods, and a company whose books are in dollars already.
"""

import os

from odoo.modules.module import Manifest
from odoo.tools.convert import convert_file

for module in os.environ["DEMO_OF"].split(","):
    for filename in Manifest.for_addon(module)["demo"]:
        print(f"Loading demo {module}/{filename}", flush=True)
        convert_file(env, module, filename, {}, mode="init", noupdate=True)  # noqa: F821
env.cr.commit()  # noqa: F821

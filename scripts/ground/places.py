"""Where things are. Nothing outside these folders is written to, system packages apart."""

import os
import uuid
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ADDONS = ROOT / "addons"
CONFIG = ROOT / "config" / "odoo.conf"
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"

# What belongs to this checkout: database cluster, files of the databases, logs.
STATE = ROOT / ".state"
DATA = STATE / "data"
LOGS = STATE / "logs"

# What is the same for every checkout: the copy of Odoo.
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "odoo-marketplace"

# Left to right in dependency order.
ADDON_NAMES = [
    "marketplace_merchant",
    "marketplace_settlement",
    "marketplace_risk",
    "marketplace_portal",
]


def checkout_id():
    """Tells this checkout from others where they could meet: system folders, shared servers.

    Not made from its path, so that a new clone in an old place never meets the old one's data.
    """
    file = STATE / "id"
    if not file.is_file():
        STATE.mkdir(exist_ok=True)
        fresh = file.with_suffix(f".{os.getpid()}")
        fresh.write_text(uuid.uuid4().hex[:8])
        try:
            # Fails if another program was faster: then its id counts.
            os.link(fresh, file)
        except FileExistsError:
            pass
        fresh.unlink()
    return file.read_text()


def addons():
    return [name for name in ADDON_NAMES if (ADDONS / name / "__manifest__.py").is_file()]

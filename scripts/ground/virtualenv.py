"""The Python environment in .venv: Odoo's libraries, ours, and the tools that tests need."""

import hashlib
import shutil
import subprocess
import sys

from console import Progress, need_space, only_one, run, step
from places import LOGS, PYTHON, ROOT, STATE, VENV

REQUIREMENTS = ROOT / "requirements.txt"
TEST_REQUIREMENTS = ROOT / "requirements-test.txt"


def prepare(odoo_folder, with_tests):
    """Make .venv what the requirement files say, and let it import Odoo."""
    files = [REQUIREMENTS, TEST_REQUIREMENTS] if with_tests else [REQUIREMENTS]
    with only_one(STATE / "venv.lock", "installing Python packages"):
        _create()
        for requirements in files:
            _install(requirements)
        _link(odoo_folder)


def _create():
    """A Python that was upgraded or removed leaves an environment that no longer starts."""
    pip = [PYTHON, "-m", "pip", "--version"]
    if PYTHON.exists() and subprocess.run(pip, capture_output=True, check=False).returncode == 0:
        return
    need_space(ROOT, 2, "The Python environment")
    shutil.rmtree(VENV, ignore_errors=True)
    run(
        [sys.executable, "-m", "venv", VENV],
        log=LOGS / "venv.log",
        problem="The Python environment could not be made.",
        remedy="On Debian it needs:  sudo apt-get install python3-venv",
    )


def _install(requirements):
    wanted = hashlib.sha256(requirements.read_bytes()).hexdigest()
    stamp = VENV / f"{requirements.stem}.installed"
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    total = sum(1 for line in requirements.read_text().splitlines() if "==" in line)
    seen = set()
    progress = Progress()

    def watch(line):
        if line.startswith("Collecting "):
            seen.add(line.split()[1])
            progress.show(f"{len(seen)}/{total} {line.split()[1].partition('==')[0]}")

    with step(f"Installing {total} Python packages ({requirements.name})"):
        # The file lists every package with its version, so there is nothing to resolve; and the
        # metadata of Odoo asks for a psycopg2 that would need a compiler.
        run(
            [PYTHON, "-m", "pip", "install", "--no-deps", "-r", requirements],
            log=LOGS / "pip.log",
            watch=watch,
            problem="The Python packages could not be installed.",
            remedy="Check the network, then run this again.",
        )
        progress.close()
    stamp.write_text(wanted)


def _link(odoo_folder):
    """A .pth file makes `import odoo` work, and lets Odoo find the addons that pip installed."""
    site = next((VENV / "lib").glob("python3*/site-packages"))
    path_file = site / "odoo.pth"
    line = f"{odoo_folder}\n"
    if not path_file.is_file() or path_file.read_text() != line:
        path_file.write_text(line)

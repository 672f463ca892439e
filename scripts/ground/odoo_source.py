"""Odoo 19 Community itself, which is no package on PyPI.

In this order: what ODOO_HOME names; the copy of an earlier run; Debian's package; a git clone.
"""

import os
import re
import shutil
import subprocess
from pathlib import Path

from console import Progress, Stop, need_space, only_one, run, say, step
from places import CACHE, LOGS

COPY = CACHE / "odoo-19.0"
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
GIT_URL = "https://github.com/odoo/odoo.git"

# Debian replaces the JavaScript and fonts that Odoo ships by links into these packages. The two
# fonts from the stable suite renamed their files later, which would leave links to nothing.
PACKAGES = [
    "odoo-19/sid",
    "libjs-jquery/sid",
    "libjs-jquery-form/sid",
    "libjs-underscore/sid",
    "fonts-montserrat/sid",
    "fonts-roboto-unhinted/sid",
    "fonts-ocr-b/sid",
    "fonts-font-awesome/bookworm",
    "fonts-inconsolata/bookworm",
]


def find_or_fetch():
    """Return the folder to put on Python's path for `import odoo` to work."""
    if home := os.environ.get("ODOO_HOME"):
        return _checked(Path(home).expanduser().resolve(), "ODOO_HOME")
    if not COPY.is_dir():
        with only_one(CACHE / "lock", "fetching Odoo"):
            if not COPY.is_dir():
                _fetch()
    return _checked(COPY, "The cached copy of Odoo")


def _checked(home, whose):
    for folder in (home / "usr/lib/python3/dist-packages", home):
        release = folder / "odoo" / "release.py"
        if release.is_file():
            if re.search(r"^version_info = \(19, 0,", release.read_text(), re.MULTILINE):
                return folder
            raise Stop(f"{whose} ({home}) is not Odoo 19.0.", "Give it a copy of Odoo 19.0.")
    raise Stop(
        f"{whose} ({home}) holds no copy of Odoo.",
        "Set ODOO_HOME to one, or unset it and remove that folder to have one fetched.",
    )


def _fetch():
    """Build the copy beside its place and move it there whole, so that a copy is complete."""
    need_space(CACHE, 3, "Odoo's source")
    work = CACHE / "odoo-19.0.part"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    tree = _from_debian(work) or _from_git(work)
    tree.rename(COPY)
    shutil.rmtree(work, ignore_errors=True)


def _from_debian(work):
    """Unpack Debian's packages without installing them: the system stays as it is.

    Return nothing where that is not to be had, as on another system or from another mirror.
    """
    if not (shutil.which("apt-get") and shutil.which("dpkg-deb") and KEYRING.is_file()):
        return None
    try:
        packages = _download(work)
    except Stop as stop:
        say(f"  {stop.problem} Trying git instead.")
        return None
    tree = _unpack(packages, work / "tree")
    # One missing file in an asset bundle is enough for every page to answer 500.
    broken = [path for path in tree.rglob("*") if path.is_symlink() and not path.exists()]
    if broken:
        say(f"  Debian's packages do not fit together ({broken[0].name}). Trying git instead.")
        return None
    return tree


def _download(work):
    lists, cache = work / "lists", work / "cache"
    for folder in (lists / "partial", cache / "archives" / "partial"):
        folder.mkdir(parents=True)
    sources = work / "sources.list"
    sources.write_text(
        "".join(f"deb [signed-by={KEYRING}] {_mirror()} {s} main\n" for s in ("sid", "bookworm"))
    )
    # apt's own folders and sources stay untouched; its network settings still count.
    settings = {
        "Dir::Etc::SourceList": sources,
        "Dir::Etc::SourceParts": "/dev/null",
        "Dir::State::Lists": lists,
        "Dir::Cache": cache,
        "Acquire::Languages": "none",
        # The user that apt gives its downloads to may not enter the cache folder.
        "APT::Sandbox::User": "root",
    }
    apt = ["apt-get", *(f"-o{key}={value}" for key, value in settings.items())]
    options = {
        "problem": "Odoo could not be fetched from Debian.",
        "remedy": "Check the network, then run this again.",
        "cwd": cache,
    }
    with step("Fetching Odoo 19 from Debian (140 MB)"):
        run([*apt, "update"], log=LOGS / "odoo-update.log", **options)
        run([*apt, "download", *PACKAGES], log=LOGS / "odoo-download.log", **options)
    return sorted(cache.glob("*.deb"))


def _unpack(packages, tree):
    progress = Progress()
    with step("Unpacking Odoo 19 (1.3 GB)"):
        for number, package in enumerate(packages, 1):
            progress.show(f"{number}/{len(packages)} {package.name.partition('_')[0]}")
            run(
                ["dpkg-deb", "-x", package, tree],
                log=LOGS / "odoo-unpack.log",
                problem=f"{package.name} could not be unpacked.",
                remedy="Run this again to fetch it anew.",
            )
        progress.close()
    return tree


def _mirror():
    """The Debian mirror that this machine uses already, else the official one."""
    targets = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages"],
        capture_output=True,
        text=True,
        check=False,
    )
    mirrors = [uri for uri in targets.stdout.split() if re.search(r"/debian/?$", uri)]
    return mirrors[0] if mirrors else "http://deb.debian.org/debian"


def _from_git(work):
    if not shutil.which("git"):
        raise Stop("Odoo could not be fetched: git is missing.", "Install git, or set ODOO_HOME.")
    tree = work / "git"
    with step("Fetching Odoo 19 by git (500 MB)"):
        run(
            ["git", "clone", "--depth=1", "--branch=19.0", "--progress", GIT_URL, tree],
            log=LOGS / "odoo-clone.log",
            problem="Odoo could not be fetched by git.",
            remedy="Check the network, or set ODOO_HOME to a copy of Odoo 19.0.",
        )
    return tree

"""Programs that come from the system's packages: installed when we may, asked for when not."""

import os
import shutil
import subprocess

from console import Stop, is_root, run, say, step
from places import LOGS

APT_ENVIRONMENT = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}


def need(found, package, why):
    """Make sure `found()` finds its program, which Debian's `package` brings."""
    if program := found():
        return program
    remedy = f"Install it, for example with:  sudo apt-get install {package}"
    if not (is_root() and shutil.which("apt-get")):
        raise Stop(f"{why} needs the system package {package}, which is missing.", remedy)
    with step(f"Installing the system package {package} ({why})"):
        _install(package, remedy)
    if program := found():
        return program
    raise Stop(f"The package {package} was installed, yet its program was not found.", remedy)


def _install(package, remedy):
    install = ["apt-get", "install", "-y", "--no-install-recommends", package]
    options = {
        "problem": f"The package {package} could not be installed.",
        "remedy": f"Check the network and the package sources. {remedy}.",
        "env": APT_ENVIRONMENT,
    }
    # On a fresh machine the lists of packages are missing or out of date.
    known = subprocess.run([*install, "--simulate"], capture_output=True, check=False)
    if known.returncode:
        run(["apt-get", "update"], log=LOGS / "apt-update.log", **options)
    run(install, log=LOGS / f"apt-{package}.log", **options)


def want(program, package, why):
    """Like `need`, for what most things work without."""
    try:
        need(lambda: shutil.which(program), package, why)
    except Stop as stop:
        say(f"· {stop.problem} Going on without. {stop.remedy}")

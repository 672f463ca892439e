"""Talking to the person at the terminal, and running other programs for them."""

import collections
import contextlib
import fcntl
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path


class Stop(Exception):
    """Something the person has to put right: says what is wrong and what to do about it."""

    def __init__(self, problem, remedy=""):
        super().__init__(problem)
        self.problem = problem
        self.remedy = remedy


def say(text=""):
    print(text, flush=True)


@contextlib.contextmanager
def step(text):
    """Announce a long step, and tell how long it took."""
    started = time.monotonic()
    say(f"· {text} …")
    yield
    say(f"  done in {time.monotonic() - started:.0f} s")


def run(
    command, *, log, watch=None, problem=None, remedy="", stdin=subprocess.DEVNULL, **options
):
    """Run a long command with its output in `log`; `watch(line)` sees each line as it comes.

    When it fails and that is a `problem`, the end of its output is what the person needs to see.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    tail = collections.deque(maxlen=25)
    with log.open("w") as output:
        process = subprocess.Popen(
            [str(part) for part in command],
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            **options,
        )
        try:
            for line in process.stdout:
                output.write(line)
                tail.append(line)
                if watch:
                    watch(line)
        except BaseException:
            process.terminate()
            process.wait()
            raise
    if process.wait() and problem:
        say("".join(f"    {line}" for line in tail).rstrip())
        if "No space left on device" in "".join(tail):
            remedy = "Free some disk space, then run this again."
        raise Stop(problem, f"{remedy} Full log: {log}".strip())


def hand_over(command, environ):
    """Let another program have the terminal, and wait for it.

    Ctrl-C reaches it from the terminal; here it only must not end the waiting.
    """
    process = subprocess.Popen([str(part) for part in command], env=environ)
    previous = {
        signal.SIGINT: signal.signal(signal.SIGINT, lambda *_: None),
        signal.SIGTERM: signal.signal(signal.SIGTERM, lambda *_: process.terminate()),
    }
    try:
        return process.wait()
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


class Progress:
    """A counter on one line of a terminal; on anything else, a line every ten seconds."""

    def __init__(self):
        self.printed = time.monotonic()
        self.open_line = False

    def show(self, text):
        if sys.stdout.isatty():
            width = shutil.get_terminal_size().columns
            print(f"\r  {text}"[: width - 1].ljust(width - 1), end="", flush=True)
            self.open_line = True
        elif time.monotonic() - self.printed > 10:
            say(f"  {text}")
            self.printed = time.monotonic()

    def close(self):
        if self.open_line:
            print(flush=True)


@contextlib.contextmanager
def only_one(path, waiting_for):
    """Hold the lock file `path`, so that two set-ups never build the same thing at once.

    The kernel frees the lock when its holder dies, so none is ever left behind.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"· Waiting for another set-up to finish: {waiting_for} …")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def need_space(folder, gigabytes, what):
    """Say early that the disk is too small, rather than break half-way through."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(folder).free / 1e9
    if free < gigabytes:
        raise Stop(
            f"{what} needs about {gigabytes:g} GB, and {folder} has {free:.1f} GB left.",
            "Free some disk space, then run this again.",
        )


def is_root():
    return os.geteuid() == 0

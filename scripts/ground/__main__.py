"""scripts/run, scripts/test, scripts/odoo and scripts/psql all come in here."""

import errno
import importlib
import signal
import sys

from console import Stop


def main():
    name, *arguments = sys.argv[1:]
    # Whatever the signal, every step gets the time to clean up. SIGINT too, because shells start
    # programs in the background deaf to it.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    try:
        return importlib.import_module(f"command_{name}").main(arguments)
    except Stop as stop:
        complain(stop.problem, stop.remedy)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EPERM, errno.EROFS):
            raise
        complain(
            f"{error.strerror}: {error.filename or ''}",
            "Make room there, or give yourself the right to write, then run this again.",
        )
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return 130
    return 1


def complain(problem, remedy):
    print(f"\n✗ {problem}", file=sys.stderr)
    if remedy:
        print(f"  {remedy}", file=sys.stderr)


sys.exit(main())

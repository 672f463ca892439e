# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

"""Named points at which a test lets the process die, to see that the others carry on.

The money's steps call ``point('payout_sent')`` and the like between one commit and the next. A
point does nothing, unless the environment variable names it: then the process ends as by
``kill -9``, with no chance to tidy up. Of a name that is reached often, ``name:3`` dies the third
time.
"""

import os
import signal

VARIABLE = 'MARKETPLACE_CRASH_POINT'

_reached = {}


def point(name):
    """Die here if a test asked for it."""
    wanted = os.environ.get(VARIABLE)
    if not wanted:
        return
    wanted_name, _separator, times = wanted.partition(':')
    if wanted_name != name:
        return
    _reached[name] = _reached.get(name, 0) + 1
    if _reached[name] == int(times or 1):
        os.kill(os.getpid(), signal.SIGKILL)

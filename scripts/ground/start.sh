#!/usr/bin/env bash
# The one thing that cannot be written in Python: finding a Python that can run the rest.
set -euo pipefail

ground=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
for python in python3 python3.13 python3.12 python3.11; do
    if "$python" -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then
        exec "$python" -B "$ground" "$@"
    fi
done
echo "No Python 3.11, 3.12 or 3.13 with its venv module was found on this machine." >&2
echo "Install one and run this again, for example:  sudo apt-get install python3 python3-venv" >&2
exit 1

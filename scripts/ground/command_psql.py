"""scripts/psql: psql on this checkout's database server."""

import os

import postgres
from console import hand_over


def main(arguments):
    with postgres.server():
        return hand_over(["psql", *(arguments or ["-l"])], dict(os.environ))

"""scripts/run: the demo marketplace on this machine, from nothing."""

import argparse
import contextlib
import http.client
import signal
import socket
import subprocess
import time

import packages
import setup
from console import Stop, only_one, say, step
from databases import DEMO_MODULES, Database, environment
from places import LOGS, PYTHON, ROOT, STATE, addons

LOGINS = ROOT / "scripts" / "logins.txt"
START_SECONDS = 120


def main(arguments):
    options = _parser().parse_args(arguments)
    ports = [options.port, options.gevent_port] if options.production_like else [options.port]
    for port in ports:
        _need_free_port(port)
    with setup.ready():
        packages.want("wkhtmltopdf", "wkhtmltopdf", "Printing documents as PDF")
        with only_one(STATE / f"{options.database}.lock", "preparing the database"):
            _prepare_database(Database(options.database), options.fresh)
        return _serve(options)


def _parser():
    parser = argparse.ArgumentParser(
        prog="scripts/run",
        description="Set up everything that is missing, then serve the demo marketplace.",
    )
    parser.add_argument("--port", type=_port, default=8069, help="serve on this port (8069)")
    parser.add_argument(
        "--database", default="marketplace", help="keep the data in this database (marketplace)"
    )
    parser.add_argument(
        "--fresh", action="store_true", help="throw the database away and make a new one"
    )
    parser.add_argument(
        "--production-like",
        action="store_true",
        help="several worker processes behind a reverse proxy, as in production; the proxy is"
        " yours to start, and sends /websocket to the gevent port",
    )
    parser.add_argument(
        "--gevent-port", type=_port, default=8072, help="port for /websocket (8072), with workers"
    )
    return parser


def _port(text):
    port = int(text)
    if not 1 <= port <= 65535:
        raise argparse.ArgumentTypeError("a port is a number from 1 to 65535")
    return port


def _need_free_port(port):
    with socket.socket() as probe:
        # As Odoo does: a port that was in use a moment ago can be taken again.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError:
            raise Stop(f"Port {port} is reserved.", "Choose one above 1023 with --port.") from None
        except OSError:
            raise Stop(
                f"Port {port} is taken by another program.",
                f"Stop it, or choose another port, such as:  scripts/run --port {port + 1}",
            ) from None


def _prepare_database(database, fresh):
    if fresh or not database.exists():
        database.create([*addons(), *DEMO_MODULES])
    elif not database.stamp():
        raise Stop(
            f"There is a database {database.name} that this checkout did not make.",
            "Choose another name with --database, or replace it with --fresh.",
        )
    elif changed := database.changed_modules():
        database.upgrade(changed)


def _serve(options):
    command = [
        *(PYTHON, "-m", "odoo", "server"),
        f"--database={options.database}",
        f"--db-filter=^{options.database}$",
        f"--http-port={options.port}",
        f"--gevent-port={options.gevent_port}",
    ]
    if options.production_like:
        command += ["--workers=2", "--max-cron-threads=1", "--proxy-mode"]
    log = LOGS / f"{options.database}_server.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w") as output:
        # In a session of its own, the server hears of Ctrl-C from us only, and once.
        process = subprocess.Popen(
            command,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            with step("Starting Odoo"):
                _wait_until_it_answers(process, options.port, log)
            _welcome(options, log)
            process.wait()
            raise Stop("Odoo has stopped by itself.", f"See {log}")
        except KeyboardInterrupt:
            say("\n· Stopping …")
            return 0
        finally:
            _stop(process)


def _wait_until_it_answers(process, port, log):
    """The pages too, so that what is printed as open is."""
    for path in ("/web/health", "/", "/web/login"):
        patience = time.monotonic() + START_SECONDS
        while not _answers(port, path):
            if process.poll() is not None or time.monotonic() > patience:
                tail = "\n".join(log.read_text(errors="replace").splitlines()[-15:])
                raise Stop(f"Odoo does not answer:\n{tail}", f"Full log: {log}")
            time.sleep(0.3)


def _answers(port, path):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=START_SECONDS)
    with contextlib.closing(connection), contextlib.suppress(OSError, http.client.HTTPException):
        connection.request("GET", path)
        return connection.getresponse().status < 500


def _welcome(options, log):
    say()
    say(f"  The marketplace is open:  http://localhost:{options.port}")
    if options.production_like:
        say(f"  Live updates need a proxy that sends /websocket to port {options.gevent_port}.")
    say()
    lines = LOGINS.read_text().splitlines()
    rows = [line.split("|") for line in lines if line.strip() and not line.startswith("#")]
    for who, login, password, page in [[cell.strip() for cell in row] for row in rows]:
        say(f"  {who:<28} {login} / {password}".ljust(68) + page)
    say()
    say(f"  Addons: {', '.join(addons())}. Log: {log}")
    say("  Ctrl-C stops everything that this started.")


def _stop(process):
    """Ask twice, politely first: the second signal makes Odoo drop what it is doing."""
    for _attempt in range(2):
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired, KeyboardInterrupt):
                process.wait(10)
    if process.poll() is None:
        process.kill()
        process.wait()

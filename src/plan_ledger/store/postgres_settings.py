"""How every connection to PostgreSQL is set up, and what is refused because an acknowledged change could be lost."""

from __future__ import annotations

from typing import Any

from plan_ledger.store import errors
from plan_ledger.store.postgres_sql import Connection
from plan_ledger.store.transaction import Rows

WAIT_SECONDS = 30
"""How long a writer waits for the others."""
WRITER_IDLE_SECONDS = 60
"""A writer that stops in the middle of a write holds everybody up; the server ends it."""
READER_IDLE_SECONDS = 900
"""A reader that stops keeps old rows from being cleaned away."""
STATEMENT_SECONDS = 600

_CHECKED = {"fsync": "on", "full_page_writes": "on", "server_encoding": "UTF8"}
_DURABLE = frozenset({"on", "remote_apply"})


def configure(connection: Connection, schema: str, *, read_only: bool) -> None:
    """Set up a new connection in one round trip, and read back what durability depends on.

    Raises:
        NotDurable: A setting without which an acknowledged change could be lost can't be had.
    """
    idle = READER_IDLE_SECONDS if read_only else WRITER_IDLE_SECONDS
    # Every question starts from an index, so that it costs what its answer costs: whatever the planner thinks of tables
    # that it has or has not looked at, it must not read them whole.
    plans = "SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; SET enable_material = off"
    if read_only:
        # A plan that is kept was made when the tables were small; a reader's queries are worth a plan each.
        plans += "; SET plan_cache_mode = force_custom_plan"
    # Whatever the server, the database or the role says: a commit is on the disk, and with a synchronous standby on
    # its disk too, before it is acknowledged. Only remote_apply promises more and is left.
    script = f"""
        SET search_path = "{schema}", pg_temp;
        SET client_min_messages = warning;
        SET jit = off;
        SET lock_timeout = '{WAIT_SECONDS}s';
        SET statement_timeout = '{STATEMENT_SECONDS}s';
        SET idle_in_transaction_session_timeout = '{idle}s';
        SET cursor_tuple_fraction = 1;
        {plans};
        SET default_transaction_read_only = {"on" if read_only else "off"};
        SELECT set_config('synchronous_commit', 'on', false)
            WHERE current_setting('synchronous_commit') <> 'remote_apply';
        SELECT current_setting('synchronous_commit'), current_setting('fsync'),
            current_setting('full_page_writes'), current_setting('server_encoding')
    """
    cursor = connection.execute(script.encode())
    while cursor.nextset():
        pass
    row = cursor.fetchone()
    assert row is not None
    found = dict(zip(("synchronous_commit", *_CHECKED), row, strict=True))
    if found["synchronous_commit"] not in _DURABLE:
        raise errors.NotDurable("synchronous_commit=on", found["synchronous_commit"])
    for name, wanted in _CHECKED.items():
        if found[name] != wanted:
            raise errors.NotDurable(f"{name}={wanted}", found[name])


_SHOWN = (
    "synchronous_commit",
    "fsync",
    "full_page_writes",
    "synchronous_standby_names",
    "data_checksums",
    "server_encoding",
)


def shown(rows: Rows, schema: str) -> dict[str, Any]:
    """What the server says of itself and of the role that is used; for people and for checks."""
    names = ", ".join(f"current_setting('{name}', true)" for name in _SHOWN)
    row = rows.one(
        f"SELECT current_setting('server_version'), {names}, pg_is_in_recovery(), current_user::text,"
        " (SELECT rolsuper FROM pg_roles WHERE rolname = current_user),"
        " (SELECT pg_get_userbyid(relowner)::text FROM pg_class WHERE oid = to_regclass('events')),"
        " has_table_privilege('events', 'UPDATE') OR has_table_privilege('events', 'DELETE')"
        " OR has_table_privilege('events', 'TRUNCATE'), (SELECT max(number) FROM plan_ledger_format)"
    )
    assert row is not None
    version, *settings, standby, role, superuser, owner, may_change, migration = row
    return {
        "postgresql": version,
        **dict(zip(_SHOWN, settings, strict=True)),
        "in_recovery": standby,
        "schema": schema,
        "role": role,
        "superuser": superuser,
        "owner": owner,
        "may_change_the_log": may_change,
        "migration": migration,
    }

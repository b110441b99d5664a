"""A ledger made from a dump, and only kept where everything in it holds."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from attrs import define

from plan_ledger.errors import PlanLedgerError
from plan_ledger.index.rebuild import rebuild
from plan_ledger.integrity import transfer
from plan_ledger.integrity.verify import verify
from plan_ledger.store.application import LedgerStore, random_salts
from plan_ledger.store.opening import is_taken, open_backend


@define(eq=False, slots=False)
class LedgerExists(PlanLedgerError):
    """A dump is only loaded into a new ledger."""

    code: ClassVar[str] = "ledger_exists"
    ja: ClassVar[str] = "「{name}」はもうあります。別の名前にしてください。"
    en: ClassVar[str] = "{name!r} exists already; choose another name."

    name: str


@define(eq=False, slots=False)
class DumpRefused(PlanLedgerError):
    """What the dump holds does not verify."""

    code: ClassVar[str] = "dump_refused"
    ja: ClassVar[str] = "書き出しファイルの内容が合わないため、台帳を作りませんでした：{findings}"
    en: ClassVar[str] = "The dump does not verify; no ledger was made: {findings}"

    findings: str


def load(dump: Path, target: str) -> None:
    """Make the ledger ``target`` from a dump; what does not verify is taken away again."""
    if is_taken(target):
        raise LedgerExists(target)
    with dump.open(encoding="utf-8", newline="\n") as lines:
        uuid, created_at = transfer.read_head(next(lines, ""))
        datastore = open_backend(target)
        complete = False
        try:
            if not datastore.prepare(uuid, created_at):
                raise LedgerExists(datastore.name)
            store = LedgerStore(datastore, salts=random_salts())
            with store.writing() as tx:
                rebuild(tx, store.sealer, transfer.load_lines(tx, lines))
            datastore.settle()
            found = verify(store)
            if not found:
                raise DumpRefused("\n".join(str(finding) for finding in found.findings[:5]))
            complete = True
        finally:
            if complete:
                datastore.close()
            else:
                datastore.discard()

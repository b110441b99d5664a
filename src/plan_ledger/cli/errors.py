"""What can go wrong between the command line and its files."""

from __future__ import annotations

from typing import ClassVar

from attrs import define

from plan_ledger.errors import PlanLedgerError


@define(eq=False, slots=False)
class FileFault(PlanLedgerError):
    """The operating system does not give a file, or does not take it."""

    code: ClassVar[str] = "file_fault"
    ja: ClassVar[str] = "「{name}」を読み書きできません（{detail}）。場所・権限・空き容量を確かめてください。"
    en: ClassVar[str] = "{name!r} can't be read or written ({detail}); check the path, the permission, the room left."

    name: str
    detail: str


@define(eq=False, slots=False)
class SchemaFileRefused(PlanLedgerError):
    """The file of a schema is no schema."""

    code: ClassVar[str] = "schema_file_refused"
    ja: ClassVar[str] = "様式のファイルを読めません（{where}）：{detail}"
    en: ClassVar[str] = "The schema's file can't be read ({where}): {detail}"

    where: str
    detail: str

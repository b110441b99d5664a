"""What a document of ours carries about itself, read when it comes back: which table it was, and whose rows.

Nothing of it is taken on trust: whoever reads it compares digest and ids with the ledger (``ledger.returning``).
"""

from __future__ import annotations

import re
from uuid import UUID

from attrs import define, frozen

from plan_ledger.errors import Place
from plan_ledger.sheets.grid import Document
from plan_ledger.sheets.problems import SheetProblem
from plan_ledger.sheets.suspicions import SheetWarning
from plan_ledger.values.coordinates import Pair

FORMAT = "1"
_PREFIX = "plan_ledger."
_NUMBER = re.compile(r"[0-9]{1,18}")
_ID = re.compile(r"[0-9a-f]{32}")
_ROW = re.compile(r"row ([0-9]{1,9})")


@define(eq=False, slots=False)
class CarriedUnreadable(SheetWarning):
    """The document says that it is ours, but not of which table: it is read as one made by hand."""

    code = "carried_unreadable"
    ja = (
        "この文書が台帳のどの表かを示す情報（{name}）が読めないため、手作りの表として扱います。"
        "配付した時点を --base（base=）で示してください。"
    )
    en = (
        "What the document carries about the table it was ({name}) can't be read; it is taken as one made by hand. "
        "Name the moment at which it was handed out (--base, base=)."
    )

    name: str


@define(eq=False, slots=False)
class OtherLedger(SheetProblem):
    """A document that was handed out from another ledger, or from a copy that went its own way."""

    code = "other_ledger"
    ja = (
        "この文書は、この台帳から出した「{name}」ではありません（台帳の識別番号、照合値、行の識別番号のどれかが合いません）。"
        "台帳とファイルを確かめてください。承知のうえで比べるなら、基準の時点を --base（base=）で示してください。"
    )
    en = (
        "This document is not {name!r} as it was handed out from this ledger (the ledger's id, its digest or its row "
        "ids differ). "
        "Check ledger and file; to compare it all the same, name the moment to start from (--base, base=)."
    )

    name: str


@define(eq=False, slots=False)
class OtherPlanReturned(SheetProblem):
    """A document that was handed out from this ledger, but of another plan."""

    code = "other_plan_returned"
    ja = (
        "この文書は、この台帳の別の計画の「{name}」です。計画を確かめてください（--plan）。"
        "承知のうえで比べるなら、基準の時点を --base（base=）で示してください。"
    )
    en = (
        "This document is {name!r}, of another plan of this ledger. Check the plan (--plan); to compare it all the "
        "same, name the moment to start from (--base, base=)."
    )

    name: str


@define(eq=False, slots=False)
class OtherLedgerAccepted(SheetWarning):
    """The same, where somebody said what to compare with."""

    code = "other_ledger_accepted"
    ja = "この文書は、この台帳から出した「{name}」ではありません。行は識別番号でなく名称で照合しました。"
    en = "This document is not {name!r} as handed out from this ledger. Rows were matched by name, not by id."

    name: str


@define(eq=False, slots=False)
class EarlierEdition(SheetWarning):
    """The document was made from a table that is not the one handed out last."""

    code = "earlier_edition"
    ja = (
        "この文書は「{found}」をもとにしています。最後に配ったのは「{latest}」です。"
        "前の表が誤って返されたのでないか、確かめてください（その後に台帳で変わった欄は、元に戻しません）。"
    )
    en = (
        "This document is based on {found!r}; the last one handed out is {latest!r}. Check that it was not returned "
        "by mistake (what changed in the ledger since is not reverted)."
    )

    found: str
    latest: str


@define(eq=False, slots=False)
class DifferentBases(SheetProblem):
    """Documents of one proposal were made from different tables."""

    code = "different_bases"
    ja = (
        "この文書は「{found}」、{other}は「{first}」をもとにしています。"
        "別々に取り込むか、基準を --base（base=）で示してください。"
    )
    en = "This document is based on {found!r}, {other} on {first!r}. Import them apart, or name one base (--base)."

    found: str
    other: str
    first: str


@frozen
class Carried:
    """What the document says it was made from.

    ``ledger`` and ``plan_id`` are None in a table that came from no ledger. ``rows`` holds, for each row of the table
    as it was written, the item's id on each level (None where the row stops above it); nothing where only the document
    properties survived.
    """

    plan: str
    fiscal_year: int
    meeting: str | None
    edition: int | None
    position: int
    pair: Pair
    digest: str
    style: str
    ledger: UUID | None = None
    plan_id: UUID | None = None
    rows: tuple[tuple[UUID | None, ...], ...] = ()

    @property
    def name(self) -> str:
        """For people: ``第2回PT 第1版``, or the position."""
        return edition_name(self.meeting, self.edition) if self.meeting else f"記録番号{self.position}時点の表"


def edition_name(meeting: str, edition: int | None) -> str:
    """``第2回PT 第1版``."""
    return f"{meeting} 第{edition}版" if edition else meeting


def read_carried(document: Document) -> Carried | None:
    """What a document carries; None for one that is none of ours.

    Raises:
        CarriedUnreadable: It is ours, but something is missing or damaged, or of a later format.
    """
    told = document.properties
    # The properties of the document survive a copy of the sheet, the hidden rows one of the file: either will do.
    said = {name: told.get(f"{_PREFIX}{name}") or told.get(name, "") for name in _NAMES}
    if not (f"{_PREFIX}format" in told or ("format" in told and "digest" in told)):
        return None
    place = Place(file=document.name)
    if said["format"] != FORMAT:
        raise CarriedUnreadable("format", place=place)
    for name in _NAMES:
        form = _ID if name in _IDS else _NUMBER
        wrong = not said[name] if name in _TEXTS else not form.fullmatch(said[name])
        if wrong and not (name in _OPTIONAL and not said[name]):
            raise CarriedUnreadable(name, place=place)
    return Carried(
        said["plan"],
        int(said["fiscal_year"]),
        said["meeting"] or None,
        int(said["edition"]) if said["edition"] else None,
        int(said["position"]),
        Pair(int(said["effective"]), int(said["known"])),
        said["digest"],
        said["style"],
        UUID(said["ledger"]) if said["ledger"] else None,
        UUID(said["plan_id"]) if said["plan_id"] else None,
        _rows(document, place),
    )


def short_rows(document: Document) -> frozenset[int]:
    """The rows that we wrote for items with nothing below them, by their numbers in the document as it was written."""
    return frozenset(
        int(named[1])
        for name, ids in document.properties.items()
        if (named := _ROW.fullmatch(name)) and not ids.rpartition("\t")[2]
    )


_TEXTS = frozenset({"format", "plan", "meeting", "digest", "style"})
_IDS = frozenset({"ledger", "plan_id"})
_OPTIONAL = frozenset({"meeting", "edition", "style"}) | _IDS
_NAMES = (
    "format",
    "ledger",
    "plan_id",
    "plan",
    "fiscal_year",
    "meeting",
    "edition",
    "position",
    "effective",
    "known",
    "digest",
    "style",
)


def _rows(document: Document, place: Place) -> tuple[tuple[UUID | None, ...], ...]:
    found = {int(named[1]): ids for name, ids in document.properties.items() if (named := _ROW.fullmatch(name))}
    try:
        return tuple(
            tuple(UUID(each) if each else None for each in ids.split("\t")) for _, ids in sorted(found.items())
        )
    except ValueError:
        raise CarriedUnreadable("row", place=place) from None

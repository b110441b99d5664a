"""What a field's text means, by the field's kind: read whenever it is asked for, never stored."""

from __future__ import annotations

from typing import Any

from attrs import frozen

from plan_ledger.errors import NotationError
from plan_ledger.values.schema import FieldKind, FieldSpec


@frozen
class Text:
    """Free text: its value is the text."""

    text: str


@frozen
class Choice:
    """One of the field's choices."""

    text: str


@frozen
class Unparsed:
    """A text that can't be read as its kind says; the reason and where. It is kept, and counts for nothing."""

    text: str
    kind: FieldKind
    reason: str
    position: int


_NOTATIONS = {
    FieldKind.MONEY: "budget",
    FieldKind.PERIOD: "period",
    FieldKind.SCHEDULE: "schedule_line",
    FieldKind.NUMBER: "number",
    FieldKind.TARGET: "kpi",
}


def read_value(spec: FieldSpec, text: str, *, fiscal_year: int) -> Any:
    """The value that a field's text stands for; a fiscal year of the field's own wins over the plan's.

    Returns:
        ``Text`` or ``Choice`` for those kinds, None for a blank text of any other; a value of
        ``plan_ledger.values.notation`` where the text can be read; :class:`Unparsed` where it can't.
    """
    if spec.kind is FieldKind.TEXT:
        return Text(text)
    if spec.kind is FieldKind.CHOICE:
        return Choice(text)
    if not text.strip():
        return None
    from plan_ledger.values import notation

    year = fiscal_year if spec.fiscal_year is None else spec.fiscal_year
    try:
        return notation.parse(_NOTATIONS[spec.kind], text, fiscal_year=year, unit=spec.unit)
    except NotationError as error:
        return Unparsed(text, spec.kind, error.reason, error.position)

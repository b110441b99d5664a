"""The event types. WARNING: names, versions and field names below are the storage format.

Never rename or remove one; a changed meaning is a new version with an upcaster (``registry.py``) and a frozen
payload in the tests. Every item event is one *fact* about one register: the item's existence, its place, or one of
its fields. ``effective`` is the fact's effective coordinate where it differs from the recorded position (corrections
and tables entered late); ``corrects`` names the meeting whose table was wrong.

The text of a change is not part of the payload: the payload holds a salted commitment to it (``store/mapper.py``),
the text itself stands once in the table of texts, so that a resident's name typed by mistake can be redacted.
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal, Self
from uuid import UUID

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PlainSerializer,
    SerializerFunctionWrapHandler,
    StringConstraints,
    model_serializer,
    model_validator,
)

HexId = Annotated[UUID, PlainSerializer(lambda uuid: uuid.hex, return_type=str)]
Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
FieldKindName = Literal["text", "money", "period", "schedule", "number", "target", "choice"]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=False)


class Event(_Frozen):
    """What was decided. ``originator_*`` are the envelope that the event store needs; they are not in the payload."""

    TYPE: ClassVar[str] = ""
    VERSION: ClassVar[int] = 1

    originator_id: UUID = Field(exclude=True)
    originator_version: int = Field(default=0, exclude=True)


class Source(_Frozen):
    """Where a value was taken from: a cell of the batch's document, or free words (``9月補正予算書 p.12``)."""

    sheet: str | None = None
    cell: str | None = None
    note: str | None = None


# --- the ledger's own stream ------------------------------------------------------------------------------------


class ActorProfiled(Event):
    """A person's or section's particulars, committed to, not told; they stand in the erasable profiles table."""

    TYPE: ClassVar[str] = "actor.profiled"

    actor: HexId
    revision: int = Field(ge=1)
    commitment: str


class ActorErased(Event):
    """An actor's particulars, all revisions of them, were destroyed; who, why and when stand in the batch's header."""

    TYPE: ClassVar[str] = "actor.erased"

    actor: HexId


# --- a plan's stream --------------------------------------------------------------------------------------------


class PlanOpened(Event):
    TYPE: ClassVar[str] = "plan.opened"

    title: str
    fiscal_year: int
    zone: str = "Asia/Tokyo"


class FieldDefinition(_Frozen):
    key: Key
    label: str
    kind: FieldKindName = "text"
    letter: str | None = None
    note: str | None = None
    aliases: tuple[str, ...] = ()
    unit: str | None = None
    choices: tuple[str, ...] = ()
    retired: bool = False
    fiscal_year: int | None = Field(default=None, ge=1868, le=2200)

    @model_serializer(mode="wrap")
    def _as_before(self, serialize: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Without ``fiscal_year`` where there is none: payload and index row stay as they were before it came."""
        data: dict[str, Any] = serialize(self)
        if self.fiscal_year is None:
            data.pop("fiscal_year", None)
        return data


class LevelDefinition(_Frozen):
    key: Key
    label: str
    title: Key = "title"
    fields: tuple[FieldDefinition, ...]


class SchemaDeclared(Event):
    """The whole schema of a plan; a later revision replaces an earlier one from its position on."""

    TYPE: ClassVar[str] = "schema.declared"

    revision: int = Field(ge=1)
    levels: tuple[LevelDefinition, ...]


class PolicyRule(_Frozen):
    """What must be said with everything, with changes of one field, with corrections or with reissues."""

    on: Literal["everything", "field", "correction", "reissue"]
    field: Key | None = None
    needs: tuple[Literal["reason", "source", "approval"], ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _names_a_field(self) -> Self:
        if (self.field is not None) != (self.on == "field"):
            raise ValueError("a rule about a field, and no other, names one")
        return self


class PoliciesDeclared(Event):
    """All policies of a plan; a later declaration replaces an earlier one from its position on."""

    TYPE: ClassVar[str] = "plan.policies-declared"

    rules: tuple[PolicyRule, ...]


class EditionRef(_Frozen):
    meeting: HexId
    edition: int


class _Edition(Event):
    """What was handed out, fixed for ever: two coordinates, the red base, the schema revision, digest, marks version.

    ``effective`` and ``known`` are recorded positions shifted as coordinates (see ``values/coordinates.py``).
    """

    meeting: HexId
    edition: int = Field(ge=1)
    effective: int
    known: int
    red_since: EditionRef | None = None
    schema_revision: int
    digest: str
    marks_version: int


class MeetingHeld(_Edition):
    """A meeting was held; this is its first edition. Dates are ISO dates in the plan's zone."""

    TYPE: ClassVar[str] = "meeting.held"

    name: str
    body: str | None = None
    number: int | None = None
    scope: HexId | None = None
    held_on: str | None = None
    as_of_on: str | None = None
    baseline: bool = False


class MeetingReissued(_Edition):
    """A replacement (差し替え) was handed out."""

    TYPE: ClassVar[str] = "meeting.reissued"


class MeetingRenamed(Event):
    TYPE: ClassVar[str] = "meeting.renamed"

    meeting: HexId
    name: str
    body: str | None = None
    number: int | None = None
    held_on: str | None = None
    as_of_on: str | None = None


class MeetingAnnulled(Event):
    """A meeting was held by mistake: its name is free again, its coordinates stay on record."""

    TYPE: ClassVar[str] = "meeting.annulled"

    meeting: HexId


class TextRedacted(Event):
    """The text recorded at ``position``, in this field of this item, was destroyed; who and why: the batch's header."""

    TYPE: ClassVar[str] = "text.redacted"

    position: int = Field(ge=1)
    item: HexId
    field: Key


# --- an item's stream -------------------------------------------------------------------------------------------


class ItemEvent(Event):
    """One fact about one register of one item."""

    effective: int | None = None
    corrects: HexId | None = None
    source: Source | None = None


class ItemAdded(ItemEvent):
    """The item exists from here on. Its place and its fields are facts of their own in the same batch."""

    TYPE: ClassVar[str] = "item.added"

    plan: HexId
    level: Key
    continues: tuple[HexId, ...] | None = None


class ItemPlaced(ItemEvent):
    """The item stands under this parent at this rank: its first place, a move, or a new order."""

    TYPE: ClassVar[str] = "item.placed"

    parent: HexId | None = None
    rank: str


class ItemWithdrawn(ItemEvent):
    TYPE: ClassVar[str] = "item.withdrawn"


class ItemRestored(ItemEvent):
    TYPE: ClassVar[str] = "item.restored"


class FieldChanged(ItemEvent):
    """A field holds this text from here on; None: it was emptied. Stored as a commitment to the text."""

    TYPE: ClassVar[str] = "item.field-changed"

    field: Key
    text: str | None = None
    redacted: bool = Field(default=False, exclude=True)


_validated = FieldChanged.__pydantic_validator__.validate_python


def field_changed(item: UUID, field: str, text: str | None, source: Source | None = None) -> FieldChanged:
    """An ordinary change of a field, validated like any other, without a call of ``__init__`` in between: nearly all
    events of an import are this."""
    said: dict[str, Any] = {"originator_id": item, "field": field, "text": text}
    if source is not None:
        said["source"] = source
    event: FieldChanged = _validated(said)
    return event

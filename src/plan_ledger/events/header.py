"""The header of a batch: who, for whom, with whose approval, why, from which document. WARNING: storage format."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer

HexId = Annotated[UUID, PlainSerializer(lambda uuid: uuid.hex, return_type=str)]


class ActorRef(BaseModel):
    """An actor's opaque id and the revision of the profile that was true then."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: HexId
    revision: int = 1


class BatchHeader(BaseModel):
    """Everything that a batch's events have in common. Stored and hashed once a batch, as bytes.

    ``clock`` is the raw clock in microseconds where it ran behind the recorded time; ``undoes`` is the batch whose
    effect this one takes back.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    actor: ActorRef
    on_behalf_of: ActorRef | None = None
    approver: ActorRef | None = None
    approval: str | None = None
    assurance: Literal["declared", "authenticated"] = "declared"
    reason: str | None = None
    document: str | None = None
    document_sha256: str | None = Field(default=None, pattern=r"^[0-9a-f]{64}$")
    undoes: int | None = None
    clock: int | None = None

    def to_bytes(self) -> bytes:
        """Canonical UTF-8 JSON, fields in the order above, defaults left out."""
        return self.__pydantic_serializer__.to_json(self, exclude_defaults=True)

    @classmethod
    def from_bytes(cls, data: bytes) -> BatchHeader:
        return cls.model_validate_json(data)

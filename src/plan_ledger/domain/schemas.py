"""A plan's schema as an event and back, and which revisions of it may be."""

from __future__ import annotations

from uuid import UUID

from pydantic import ValidationError

from plan_ledger.domain.errors import SchemaRefused
from plan_ledger.events import SchemaDeclared
from plan_ledger.events.model import FieldDefinition, LevelDefinition
from plan_ledger.values.schema import FieldKind, FieldSpec, LevelSpec, Schema
from plan_ledger.values.texts import clean_text


def declared(plan: UUID, schema: Schema, revision: int) -> SchemaDeclared:
    """The event that states a schema.

    Raises:
        SchemaRefused, TextRefused: A key or a label can't be recorded.
    """
    try:
        levels = tuple(_definition(level) for level in schema.levels)
        return SchemaDeclared(originator_id=plan, revision=revision, levels=levels)
    except ValidationError as error:
        where = error.errors()[0]
        raise SchemaRefused(f"{where['input']!r}: {where['msg']}") from error


def _definition(level: LevelSpec) -> LevelDefinition:
    return LevelDefinition(
        key=level.key,
        label=clean_text(level.label),
        title=level.title,
        fields=tuple(
            FieldDefinition(
                key=spec.key,
                label=clean_text(spec.label),
                kind=spec.kind.value,
                letter=_clean(spec.letter),
                note=_clean(spec.note),
                aliases=tuple(clean_text(alias) for alias in spec.aliases),
                unit=_clean(spec.unit),
                choices=tuple(clean_text(choice) for choice in spec.choices),
                retired=spec.retired,
                fiscal_year=spec.fiscal_year,
            )
            for spec in level.fields
        ),
    )


def _clean(text: str | None) -> str | None:
    return None if text is None else clean_text(text)


def schema_of(event: SchemaDeclared) -> Schema:
    """The schema that an event states."""
    return Schema(
        tuple(
            LevelSpec(
                level.key,
                level.label,
                tuple(
                    FieldSpec(
                        spec.key,
                        spec.label,
                        FieldKind(spec.kind),
                        spec.letter,
                        spec.note,
                        spec.aliases,
                        spec.unit,
                        spec.choices,
                        spec.retired,
                        spec.fiscal_year,
                    )
                    for spec in level.fields
                ),
                level.title,
            )
            for level in event.levels
        ),
        event.revision,
    )


def check_revision(old: Schema, new: Schema) -> None:
    """Refuse a revision that would take away what is recorded.

    Raises:
        SchemaRefused: The levels or a title change, or a field is missing.
    """
    if [level.key for level in old.levels] != [level.key for level in new.levels]:
        raise SchemaRefused("levels")
    for before, after in zip(old.levels, new.levels, strict=True):
        if before.title != after.title:
            raise SchemaRefused(f"{before.key}: title")
        for spec in before.fields:
            if after.field(spec.key) is None:
                raise SchemaRefused(f"{before.key}.{spec.key}: retire it instead of removing it")

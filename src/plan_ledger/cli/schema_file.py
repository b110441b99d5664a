"""A schema from a JSON file: ``{"levels": [{"key", "label", "title", "fields": [{"key", "label", "kind", …}]}]}``."""

from __future__ import annotations

from typing import Any

from attrs import asdict
from pydantic import BaseModel, ConfigDict, ValidationError

from plan_ledger.cli.errors import SchemaFileRefused
from plan_ledger.cli.texts import read_file
from plan_ledger.errors import Place, raise_problems
from plan_ledger.events.model import LevelDefinition
from plan_ledger.values.schema import FieldKind, FieldSpec, LevelSpec, Schema


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    levels: tuple[LevelDefinition, ...]


def read_schema(name: str) -> Schema:
    """The schema that a file describes.

    Raises:
        FileFault: It can't be opened.
        SchemaFileRefused: It is no JSON, or no schema; every place is named.
    """
    place = Place(file=name)
    try:
        file = _File.model_validate_json(read_file(name))
    except ValidationError as error:
        raise_problems(
            SchemaFileRefused("$" + "".join(_step(each) for each in problem["loc"]), problem["msg"], place=place)
            for problem in error.errors()
        )
        raise
    try:
        return Schema(tuple(_level(level) for level in file.levels))
    except ValueError as error:
        raise SchemaFileRefused("$.levels", str(error), place=place) from error


def _step(step: str | int) -> str:
    return f"[{step}]" if isinstance(step, int) else f".{step}"


def _level(level: LevelDefinition) -> LevelSpec:
    fields = tuple(
        FieldSpec(
            each.key,
            each.label,
            FieldKind(each.kind),
            each.letter,
            each.note,
            each.aliases,
            each.unit,
            each.choices,
            each.retired,
            each.fiscal_year,
        )
        for each in level.fields
    )
    spec = LevelSpec(level.key, level.label, fields, level.title)
    spec.title_field  # noqa: B018  # raises where the title's field is missing
    return spec


def schema_dict(schema: Schema) -> dict[str, Any]:
    """The schema as :func:`read_schema` reads it; what is not said is left out."""
    return {
        "levels": [
            {
                "key": level.key,
                "label": level.label,
                "title": level.title,
                "fields": [
                    {
                        name: value
                        for name, value in asdict(spec).items()
                        if name in ("key", "label", "kind") or value not in (None, (), False)
                    }
                    for spec in level.fields
                ],
            }
            for level in schema.levels
        ]
    }

"""Levels and fields by the names that people use: key, label, alias."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from difflib import get_close_matches
from typing import ClassVar

from plan_ledger.errors import Place, Unknown
from plan_ledger.values.schema import FieldSpec, LevelSpec, Schema
from plan_ledger.values.texts import folded_name


class UnknownField(Unknown):
    """The level has no such field."""

    code: ClassVar[str] = "unknown_field"
    ja: ClassVar[str] = "「{name}」という欄がありません。{hint}"
    en: ClassVar[str] = "There is no field {name!r}. {hint}"


class UnknownLevel(Unknown):
    """The schema has no such level."""

    code: ClassVar[str] = "unknown_level"
    ja: ClassVar[str] = "「{name}」という階層がありません。{hint}"
    en: ClassVar[str] = "There is no level {name!r}. {hint}"


def find_level(schema: Schema, name: str) -> LevelSpec:
    """A level by key or label.

    Raises:
        UnknownLevel: With the names there are.
    """
    wanted = folded_name(name)
    for level in schema.levels:
        if wanted in (level.key, folded_name(level.label)):
            return level
    raise UnknownLevel(name, tuple(level.key for level in schema.levels))


def find_field(level: LevelSpec, name: str) -> FieldSpec:
    """A live field by key, label or alias.

    Raises:
        UnknownField: With the nearest names.
    """
    direct = level.field(name)
    if direct is not None and not direct.retired:
        return direct
    wanted = folded_name(name)
    names: dict[str, FieldSpec] = {}
    for spec in level.live_fields:
        for each in (spec.key, spec.label, spec.header, *spec.aliases):
            names.setdefault(folded_name(each), spec)
    if wanted in names:
        return names[wanted]
    near = get_close_matches(wanted, names, n=3, cutoff=0.4) or [spec.key for spec in level.live_fields]
    suggestions = tuple(dict.fromkeys(names[each].label if each in names else each for each in near))
    raise UnknownField(name, suggestions, place=Place(item=level.label))


def ever_field(schemas: Sequence[Schema], level: str, name: str) -> FieldSpec:
    """A field of a level by key, label or alias, in the first of several schemas that has it; retired ones last.

    Raises:
        UnknownField: None has it; with the nearest names of the first.
    """
    refused: UnknownField | None = None
    for schema in schemas:
        try:
            return find_field(find_level(schema, level), name)
        except UnknownField as error:
            refused = refused or error
    wanted = folded_name(name)
    for schema in schemas:
        for spec in find_level(schema, level).fields:
            if wanted in map(folded_name, (spec.key, spec.label, *spec.aliases)):
                return spec
    assert refused is not None
    raise refused


def own_field(schema: Schema, level: str, name: str) -> str | None:
    """The key of a level's field by key, label or alias; None where only other levels have such a field.

    Raises:
        UnknownField: No level has one.
    """
    keys = {each.key: spec for each in schema.levels if (spec := each.field(name)) is not None and not spec.retired}
    if keys:
        return name if level in keys else None
    try:
        return find_field(find_level(schema, level), name).key
    except UnknownField:
        field_keys(schema, name)
        return None


def field_keys(schema: Schema, name: str) -> set[str]:
    """The keys under which the levels have a field of this name.

    Raises:
        UnknownField: No level has one.
    """
    found: set[str] = set()
    for level in schema.levels:
        with suppress(UnknownField):
            found.add(find_field(level, name).key)
    return found or {field_key(schema, name)}


def field_key(schema: Schema, name: str) -> str:
    """The key of the field of this name on the lowest level that has one.

    Raises:
        UnknownField: No level has one; with the nearest names of the lowest.
    """
    error: UnknownField | None = None
    for level in reversed(schema.levels):
        try:
            return find_field(level, name).key
        except UnknownField as unknown:
            error = error or unknown
    assert error is not None
    raise error

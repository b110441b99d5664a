"""Schemas: a plan's levels and each level's fields, with the labels under which sheets show them."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import ClassVar, Protocol, TypeVar

from attrs import Factory, define, evolve, field, frozen

from plan_ledger.errors import PlanLedgerError

EXISTENCE, PLACE, FIRST_FIELD = 0, 1, 2
"""Register numbers within an item: whether it exists, where it stands, then its fields."""


@define(eq=False, slots=False)
class SchemaInvalid(PlanLedgerError):
    """A schema contradicts itself."""

    code: ClassVar[str] = "schema_invalid"
    ja: ClassVar[str] = "様式の定義が正しくありません：{detail}"
    en: ClassVar[str] = "The schema is invalid: {detail}"

    detail: str


class FieldKind(StrEnum):
    """What a field holds. The text is what is recorded; the kind says how it is read."""

    TEXT = "text"
    MONEY = "money"
    PERIOD = "period"
    SCHEDULE = "schedule"
    NUMBER = "number"
    TARGET = "target"
    CHOICE = "choice"


class _Keyed(Protocol):
    @property
    def key(self) -> str: ...


_Spec = TypeVar("_Spec", bound=_Keyed)


def _by_key(specs: tuple[_Spec, ...]) -> dict[str, _Spec]:
    return {spec.key: spec for spec in specs}


@frozen
class FieldSpec:
    """A field of a level. ``key`` is permanent; ``label`` is what sheets and people call it.

    ``letter`` and ``note`` are printed around the label in a header (``D.予算額``); ``aliases`` are other labels
    under which sheets show it; ``unit`` is the unit of a bare number (``千円``); ``fiscal_year`` is the year that its
    dates without a year belong to, where that is not the plan's (a column of last year's figures).
    """

    key: str
    label: str
    kind: FieldKind = FieldKind.TEXT
    letter: str | None = None
    note: str | None = None
    aliases: tuple[str, ...] = ()
    unit: str | None = None
    choices: tuple[str, ...] = ()
    retired: bool = False
    fiscal_year: int | None = None

    @property
    def header(self) -> str:
        """The label as a handout prints it: letter, label, note."""
        label = f"{self.letter}.{self.label}" if self.letter else self.label
        return f"{label} {self.note}" if self.note else label


@frozen
class LevelSpec:
    """A level of the tree. Its ``title`` field names an item; it is always the level's first column."""

    key: str
    label: str
    fields: tuple[FieldSpec, ...]
    title: str = "title"
    _by_key: dict[str, FieldSpec] = field(
        init=False, eq=False, repr=False, default=Factory(lambda self: _by_key(self.fields), takes_self=True)
    )

    def field(self, key: str) -> FieldSpec | None:
        return self._by_key.get(key)

    @property
    def live_fields(self) -> tuple[FieldSpec, ...]:
        return tuple(spec for spec in self.fields if not spec.retired)

    @property
    def title_field(self) -> FieldSpec:
        spec = self.field(self.title)
        if spec is None:
            raise SchemaInvalid(f"level {self.key!r} has no title field {self.title!r}")
        return spec


@frozen
class Schema:
    """The levels of a plan from the top down, and which revision of the plan's schema this is."""

    levels: tuple[LevelSpec, ...]
    revision: int = field(default=1, eq=False)
    _by_key: dict[str, LevelSpec] = field(
        init=False, eq=False, repr=False, default=Factory(lambda self: _by_key(self.levels), takes_self=True)
    )

    def __attrs_post_init__(self) -> None:
        if not self.levels:
            raise SchemaInvalid("a schema has at least one level")
        if len({level.key for level in self.levels}) != len(self.levels):
            raise SchemaInvalid("two levels of a schema share a key")
        for level in self.levels:
            if len({spec.key for spec in level.fields}) != len(level.fields):
                raise SchemaInvalid(f"two fields of level {level.key!r} share a key")
            if level.title_field.retired:
                raise SchemaInvalid(f"the title of level {level.key!r} can't be retired")

    def level(self, key: str) -> LevelSpec | None:
        return self._by_key.get(key)

    def depth(self, key: str) -> int:
        """0 for the top level."""
        return next(depth for depth, level in enumerate(self.levels) if level.key == key)

    def above(self, key: str) -> LevelSpec | None:
        """The level whose items are the parents of this level's; None for the top."""
        depth = self.depth(key)
        return self.levels[depth - 1] if depth else None

    def columns(self) -> Iterator[tuple[LevelSpec, FieldSpec]]:
        """The columns of the table, left to right: every level's title and other live fields."""
        for level in self.levels:
            yield level, level.title_field
            for spec in level.live_fields:
                if spec.key != level.title:
                    yield level, spec

    def with_revision(self, revision: int) -> Schema:
        return evolve(self, revision=revision)


def default_schema(fiscal_year: int) -> Schema:
    """The built-in schema: strategy → KPI → measure → project, as prefectural action plans print it.

    The header of the measures names the fiscal year by the era of its last calendar day (``R5``, ``H30``).
    """
    from plan_ledger.values.notation.eras import era_of

    era = era_of(fiscal_year)
    text, target = FieldKind.TEXT, FieldKind.TARGET
    return Schema(
        (
            LevelSpec("strategy", "戦略", (FieldSpec("title", "戦略名", aliases=("戦略",)),)),
            LevelSpec("kpi", "KPI", (FieldSpec("title", "KPI", target, aliases=("重要業績評価指標", "目標")),)),
            LevelSpec(
                "measure",
                "施策",
                (
                    FieldSpec(
                        "title",
                        "KPI向上のための施策",
                        text,
                        letter="A",
                        note=f"(={era.letter}{fiscal_year - era.base}アクションプランに 掲げる施策)",
                        aliases=("施策", "施策名"),
                    ),
                ),
            ),
            LevelSpec(
                "project",
                "事業",
                (
                    FieldSpec("title", "事業名", text, letter="B", aliases=("事業",)),
                    FieldSpec("overview", "概要", text, letter="C", aliases=("事業概要",)),
                    FieldSpec("budget", "予算額", FieldKind.MONEY, letter="D", aliases=("予算",), unit="千円"),
                    FieldSpec("period", "期間", FieldKind.PERIOD, letter="E", aliases=("事業期間", "実施期間")),
                    FieldSpec(
                        "progress",
                        "進捗状況やスケジュール",
                        FieldKind.SCHEDULE,
                        letter="F",
                        aliases=("進捗状況", "スケジュール", "進捗"),
                    ),
                    FieldSpec("analysis", "現状分析", text, letter="G", aliases=("分析",)),
                ),
            ),
        )
    )

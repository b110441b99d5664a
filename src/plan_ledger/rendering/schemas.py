"""A plan's schema as a list: levels from the top down, each with its fields."""

from __future__ import annotations

from plan_ledger.queries.schema_changes import KIND_WORDS
from plan_ledger.rendering.listing import Head, Listing, Section, plain
from plan_ledger.values.schema import Schema

_HEADS = (
    Head("階層", 1),
    Head("欄", 2),
    Head("英語名", 1, 10),
    Head("種類", 0.6, 6),
    Head("単位・選択肢", 1.2),
    Head("別の見出し", 1.5),
    Head("状態", 0.5, 6),
)


def schema_listing(plan: str, schema: Schema) -> Listing:
    """Every field, the retired ones too."""
    rows = tuple(
        tuple(
            plain(each)
            for each in (
                f"{level.label}（{level.key}）" if spec.key == level.title else None,
                spec.header,
                spec.key,
                KIND_WORDS[spec.kind],
                spec.unit or "、".join(spec.choices) or None,
                "、".join(spec.aliases) or None,
                "廃止" if spec.retired else None,
            )
        )
        for level in schema.levels
        for spec in (level.title_field, *(each for each in level.fields if each.key != level.title))
    )
    return Listing(f"{plan}　様式", (f"第{schema.revision}版",), (Section(_HEADS, rows),))

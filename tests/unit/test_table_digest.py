"""The digest of a table is the same from texts by keys, from texts in UTF-8 by place, and kept ready in parts."""

from __future__ import annotations

from hypothesis import given, strategies as st

from plan_ledger.values.digest import Frame, Parts, digest_of_table
from plan_ledger.values.schema import FieldSpec, LevelSpec, Schema

KEYS = ["title", "budget", "note"]
OTHERS = st.sampled_from(KEYS[1:])


@given(st.data())
def test_frames_and_parts_give_the_digest_of_the_table(data: st.DataObject) -> None:
    levels = tuple(
        LevelSpec(
            f"level{number}",
            "段",
            (
                FieldSpec("title", "名称"),
                *(FieldSpec(key, key, retired=data.draw(st.booleans())) for key in data.draw(st.sets(OTHERS))),
            ),
        )
        for number in range(data.draw(st.integers(1, 3)))
    )
    schema = Schema(levels)
    texts = st.dictionaries(st.sampled_from([*KEYS, "unknown"]), st.text(max_size=3))
    table = data.draw(st.lists(st.tuples(st.sampled_from([level.key for level in levels]), texts), max_size=8))
    table *= data.draw(st.sampled_from([1, 1, 60]))
    fields = {level.key: [spec.key for spec in level.live_fields] for level in levels}
    cells = [own.get(key, "").encode() for level, own in table for key in fields[level]]
    frame = Frame("計画", 2023, schema, (level for level, _ in table))
    expected = digest_of_table("計画", 2023, schema, table)
    assert frame.digest(cells) == expected
    parts = Parts("計画", 2023, schema, (level for level, _ in table))
    for number in data.draw(st.permutations(range(len(table)))):
        level, own = table[number]
        for key in own.keys() & parts.offsets[level].keys():
            parts.pieces[parts.starts[number] + parts.offsets[level][key]] = own[key]
    assert parts.hexdigest() == expected

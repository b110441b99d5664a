"""Makes edited cells whose right marks are known, because the edit itself is the answer.

Every row is ``{kind, old, new, added}``: ``added`` lists the ``[start, end)`` stretches of ``new`` that the edit put
there. The two halves (``tune`` and ``report``) share sentence frames but neither nouns nor replacement words.
"""

from __future__ import annotations

import json
import random
import re
import sys
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

from marks_vocabulary import CLAUSES, MODS, NOUNS, PARENS, SENTENCES, SUFFIXES, SWAPS, TAILS, VERBS, WHO

Row = dict[str, object]
Edit = tuple[str, list[list[int]]]


class Maker:
    """Cells and edits of one half, all from one seed."""

    def __init__(self, half: str, seed: int) -> None:
        self.rnd = random.Random(f"{seed}/{half}")
        self.nouns, self.swaps = NOUNS[half], SWAPS[half]

    def date(self) -> str:
        return f"R{self.rnd.randint(4, 7)}.{self.rnd.randint(1, 12)}"

    def span(self) -> str:
        r = self.rnd.random()
        first = self.date()
        if r < 0.4:
            return first
        if r < 0.6:
            return first + "~"
        return first + "~" + (self.date() if r < 0.8 else str(self.rnd.randint(1, 12)))

    def verb(self) -> str:
        return self.rnd.choice([s for pair in self.swaps for s in pair[:1]] if self.rnd.random() < 0.5 else VERBS)

    def amount(self) -> str:
        return f"{self.rnd.randint(1, 99) * self.rnd.choice((10, 50, 137, 1000)):,}"

    def day(self) -> str:
        return f"{self.rnd.randint(1, 12)}/{self.rnd.randint(1, 28)}"

    def fact(self) -> str:
        n, a, r = self.rnd.choice(self.nouns), self.amount(), self.rnd
        return r.choice(
            (
                f"{n}の利用者数は{r.randint(20, 900)}人(前年同期比{r.randint(1, 40)}.{r.randint(0, 9)}%増)",
                f"{n}の{self.verb()}率は{r.randint(10, 99)}.{r.randint(0, 9)}%",
                f"{n}に係る経費として{a}千円を計上",
                f"{n}を{r.randint(2, 40)}か所で{self.verb()}" + f"({self.day()}までに{r.randint(2, 9)}回)",
                f"目標{a}件に対し実績は{self.amount()}件",
                f"{r.randint(4, 12)}月に{n}の{self.verb()}を予定",
                f"令和{r.randint(4, 7)}年{r.randint(1, 12)}月から{n}を{self.verb()}",
            )
        )

    def phrase(self) -> str:
        n, m, r = self.rnd.choice(self.nouns), self.rnd.choice(self.nouns), self.rnd
        return r.choice(
            (
                f"{n}の{self.verb()}",
                f"{r.choice(WHO)}向け{n}を{self.verb()}",
                f"{n}{self.verb()}事業の公募",
                f"{n}と{m}の連携を{self.verb()}",
                f"{r.choice(WHO)}による{n}の{self.verb()}",
                f"{n}に関する説明会を{self.verb()}",
                f"{n}の{self.verb()}に向けた{r.choice(WHO)}との調整",
                self.fact(),
            )
        )

    def sentence(self) -> str:
        head = f"{self.rnd.choice(self.nouns)}を{self.verb()}する{self.rnd.choice(TAILS)}"
        if self.rnd.random() < 0.3:
            head = f"{self.rnd.choice(WHO)}と連携し、{head}"
        return self.rnd.choice((head, head, self.fact())) + "。"

    def cell(self) -> tuple[str, str]:
        r = self.rnd
        kind = r.choices(("schedule", "bullets", "prose", "budget", "period", "title"), (34, 26, 24, 6, 5, 5))[0]
        gap = r.choice((" ", "\n", "\n"))
        if kind == "schedule":
            return kind, gap.join(f"{self.span()} {self.phrase()}" for _ in range(r.randint(2, 7)))
        if kind == "bullets":
            dot = r.choice(("", "。"))
            return kind, gap.join(f"・{self.sentence()[:-1]}{dot}" for _ in range(r.randint(2, 5)))
        if kind == "prose":
            return kind, "".join(self.sentence() for _ in range(r.randint(1, 4)))
        if kind == "budget":
            return kind, self.amount()
        if kind == "period":
            return kind, f"R5.{r.randint(4, 9)}~{r.choice(('R6.3', 'R7.3', 'R5.12', '9', '12'))}"
        return kind, f"{r.choice(self.nouns)}{r.choice(('推進', '整備', '支援', '強化'))}事業"


SEEDS = {"tune": 20230830, "report": 20240730}


def swap(text: str, at: int, to: int, by: str) -> Edit:
    return text[:at] + by + text[to:], [[at, at + len(by)]] if by else []


def e_number(m: Maker, kind: str, text: str) -> Edit | None:
    found = [
        x
        for x in re.finditer(r"\d{1,3}(?:,\d{3})+|\d+(?:\.\d+)?", text)
        if not re.search(r"[R/~.令和\d]$", text[: x.start()]) and not re.match(r"[/.月年]", text[x.end() :])
    ]
    if not found:
        return None
    x = m.rnd.choice(found)
    while True:
        if "," in x[0] or m.rnd.random() < 0.1:
            by = m.amount()
        elif "." in x[0]:
            by = f"{m.rnd.randint(1, 99)}.{m.rnd.randint(0, 9)}"
        else:
            by = str(max(1, int(x[0]) + m.rnd.randint(-5, 12)))
        if by != x[0]:
            return swap(text, x.start(), x.end(), by)


def e_date(m: Maker, kind: str, text: str) -> Edit | None:
    found = list(
        re.finditer(r"R\d+\.\d+|令和\d+年\d+月|(?<!年)(?<!\d)\d{1,2}月|\d{1,2}/\d{1,2}|(?<=~)\d{1,2}(?=[ \n]|$)", text)
    )
    if not found:
        return None
    x = m.rnd.choice(found)
    while True:
        month = m.rnd.randint(1, 12)
        if x[0].startswith("R"):
            by = m.date()
        elif x[0].startswith("令"):
            by = f"令和{m.rnd.randint(4, 7)}年{month}月"
        elif x[0].endswith("月"):
            by = f"{month}月"
        elif "/" in x[0]:
            by = f"{month}/{m.rnd.randint(1, 28)}"
        else:
            by = str(month)
        if by != x[0]:
            return swap(text, x.start(), x.end(), by)


def e_word(m: Maker, kind: str, text: str) -> Edit | None:
    found = [(x, b if a == x[0] else a) for a, b in m.swaps for x in re.finditer(f"{a}|{b}", text)]
    if not found:
        return None
    x, by = m.rnd.choice(found)
    return swap(text, x.start(), x.end(), by)


def e_noun(m: Maker, kind: str, text: str) -> Edit | None:
    found = [x for a in m.nouns for x in re.finditer(a, text)]
    if not found:
        return None
    x = m.rnd.choice(found)
    by = m.rnd.choice([n for n in m.nouns if n != x[0]])
    return swap(text, x.start(), x.end(), by)


def _entries(text: str) -> list[tuple[int, int]]:
    starts = [x.end() for x in re.finditer(r"^|[ \n](?=・|R\d)|(?<=\n)", text)]
    starts = sorted(set(starts))
    return list(zip(starts, [*starts[1:], len(text)], strict=True))


def e_phrase(m: Maker, kind: str, text: str) -> Edit | None:
    if kind != "schedule":
        return None
    a, b = m.rnd.choice(_entries(text))
    body = text[a:b].rstrip()
    if " " not in body:
        return None
    at = a + body.index(" ") + 1
    by = m.phrase()
    return swap(text, at, a + len(body), by) if text[at : a + len(body)] != by else None


def e_insert(m: Maker, kind: str, text: str) -> Edit | None:
    r = m.rnd
    if kind in ("schedule", "bullets"):
        gap = "\n" if "\n" in text else " "
        new = (
            f"{m.span()} {m.phrase()}"
            if kind == "schedule"
            else "・" + m.sentence().rstrip("" if "。" in text else "。")
        )
        at = r.choice(_entries(text))[0]
        return swap(text, at, at, new + gap)
    if kind == "prose":
        at = r.choice([0, *(x.end() for x in re.finditer("。", text[:-1]))])
        return swap(text, at, at, r.choice((m.sentence(), r.choice(SENTENCES))))
    return None


def e_clause(m: Maker, kind: str, text: str) -> Edit | None:
    places = [x.end() for x in re.finditer(r"、|。(?=[^\n ])|(?:^|(?<=[ \n]))・|R\S+ ", text)]
    return swap(text, (at := m.rnd.choice(places)), at, m.rnd.choice(CLAUSES)) if places else None


def e_append(m: Maker, kind: str, text: str) -> Edit | None:
    gap = "\n" if "\n" in text else " "
    if kind == "schedule":
        return swap(text, len(text), len(text), f"{gap}{m.span()} {m.phrase()}")
    if kind == "bullets":
        return swap(text, len(text), len(text), f"{gap}・{m.sentence().rstrip('' if '。' in text else '。')}")
    if kind == "prose":
        return swap(text, len(text), len(text), m.rnd.choice((m.sentence(), m.rnd.choice(SENTENCES))))
    return swap(text, len(text), len(text), m.rnd.choice(PARENS))


def e_tail(m: Maker, kind: str, text: str) -> Edit | None:
    if kind not in ("schedule", "bullets", "title") or "。" in text:
        return None
    a, b = m.rnd.choice(_entries(text))
    at = a + len(text[a:b].rstrip())
    return swap(text, at, at, m.rnd.choice((*PARENS, *SUFFIXES)))


def e_modify(m: Maker, kind: str, text: str) -> Edit | None:
    found = [x.start() for a in m.nouns for x in re.finditer(a, text)]
    return swap(text, (at := m.rnd.choice(found)), at, m.rnd.choice(MODS)) if found else None


def e_delete_entry(m: Maker, kind: str, text: str) -> Edit | None:
    if kind == "prose":
        stops = [0, *(x.end() for x in re.finditer("。", text))]
        parts = list(pairwise(stops))
    else:
        parts = _entries(text)
    if len(parts) < 2:
        return None
    a, b = m.rnd.choice(parts)
    return swap(text, a, b, "") if b < len(text) or kind == "prose" else swap(text, a - 1, b, "")


def e_delete_word(m: Maker, kind: str, text: str) -> Edit | None:
    found = list(re.finditer(r"\([^()]*\)|(?<=、)[^、。\n ]+、|[^、。・\n ]{2,10}と連携し、|を予定", text))
    return swap(text, (x := m.rnd.choice(found)).start(), x.end(), "") if found else None


EDITS: tuple[tuple[str, int, Callable[[Maker, str, str], Edit | None]], ...] = (
    ("number", 18, e_number),
    ("date", 16, e_date),
    ("word", 18, e_word),
    ("noun", 6, e_noun),
    ("phrase", 5, e_phrase),
    ("insert", 10, e_insert),
    ("clause", 10, e_clause),
    ("append", 10, e_append),
    ("tail", 6, e_tail),
    ("modify", 5, e_modify),
    ("delete entry", 6, e_delete_entry),
    ("delete word", 5, e_delete_word),
)


def rows(half: str, count: int, seed: int) -> Iterator[Row]:
    """``count`` edited cells of one half; three in ten carry two edits, one in ten three."""
    m = Maker(half, seed)
    made = 0
    while made < count:
        kind, old = m.cell()
        new, mask, names = old, [False] * len(old), []
        for _ in range(m.rnd.choices((1, 2, 3), (6, 3, 1))[0]):
            name, _weight, edit = m.rnd.choices(EDITS, [e[1] for e in EDITS])[0]
            done = edit(m, kind, new)
            if done is None:
                continue
            start, gone, came = _place(new, done)
            if any(mask[start : start + gone]):  # an edit of an edit has no one right answer
                continue
            mask = mask[:start] + [True] * came + mask[start + gone :]
            new = done[0]
            names.append(name)
        if not names or new == old:
            continue
        made += 1
        yield {"kind": "+".join(names), "old": old, "new": new, "added": _stretches(mask)}


def _place(text: str, edit: Edit) -> tuple[int, int, int]:
    """Where the edit is, how many signs it took away and how many it brought."""
    after, spans = edit
    if spans:
        [[start, end]] = spans
    else:
        start = end = next((i for i, (x, y) in enumerate(zip(text, after, strict=False)) if x != y), len(after))
    return start, len(text) - len(after) + end - start, end - start


def _stretches(mask: list[bool]) -> list[list[int]]:
    found: list[list[int]] = []
    for i, on in enumerate(mask):
        if on and found and found[-1][1] == i:
            found[-1][1] = i + 1
        elif on:
            found.append([i, i + 1])
    return found


if __name__ == "__main__":
    target = Path(sys.argv[1])
    for half, seed in SEEDS.items():
        with (target / f"marks_{half}.jsonl").open("w", encoding="utf-8") as out:
            for row in rows(half, 400, seed):
                out.write(json.dumps(row, ensure_ascii=False) + "\n")

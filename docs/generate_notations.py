"""Writes the reference pages of every form understood, in English and Japanese, from ``notation_forms.json``.

Run ``python docs/generate_notations.py`` after changing the table; a test fails while the pages are not up to date.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from plan_ledger.values.notation import HINTS, NotationWarning, Reason

HERE = Path(__file__).parent
FORMS = HERE / "notation_forms.json"
PAGES = {"en": HERE / "reference" / "notations.md", "ja": HERE / "reference" / "notations.ja.md"}

KINDS = {
    "date": ("Dates (`date`)", "日付（`date`）"),
    "period": ("Periods (`period`)", "期間（`period`）"),
    "fiscal_year": ("Fiscal years (`fiscal_year`)", "年度（`fiscal_year`）"),
    "budget": ("Amounts (`budget`)", "金額（`budget`）"),
    "number": ("Numbers (`number`)", "数値（`number`）"),
    "kpi": ("Targets (`kpi`)", "目標（`kpi`）"),
    "schedule_line": ("Schedules (`schedule_line`)", "スケジュール（`schedule_line`）"),
    "meeting": ("Meetings (`meeting`)", "会議名（`meeting`）"),
    "cell": ("Labels and notes (`cell`)", "見出し・注記（`cell`）"),
}
INTRO = {
    "en": """# Notations

Every form below is read as shown; the same table is the test of the parser. The text itself is always kept to the
letter. What can't be read, or could be read in two ways, is refused with a reason; a value with a warning is right
under the reading that the warning names.

`plan-ledger parse KIND TEXT [--fiscal-year YEAR] [--unit 千円]` prints the reading. A line break is shown as ⏎, a tab
as ⇥.
""",
    "ja": """# 表記の一覧

下の表記は、表のとおりに読み取ります（読み取りの試験も同じ表で行います）。元の文字は一字も変えずに残します。
読めないもの、二通りに読めるものは、理由を示して読みません。注意の付いた値は、その注意に書いた読み方によるものです。

`plan-ledger parse 種類 文字列 [--fiscal-year 年度] [--unit 千円]` で読み取りの結果を表示します。⏎は改行、⇥はタブです。
""",
}
WORDS = {
    "en": {"text": "text", "reading": "reading", "given": "Given", "warnings": "Warnings", "reasons": "Refusals"},
    "ja": {"text": "表記", "reading": "読み取り", "given": "前提", "warnings": "注意", "reasons": "読まない理由"},
}
WARNINGS_JA = {
    NotationWarning.YEAR_INFERRED: "年が書かれていないため、表の年度（4月から翌年3月）から補いました。",
    NotationWarning.ERA_INHERITED: "元号が書かれていないため、資料の元号によりました。",
    NotationWarning.ERA_OVERFLOW: "その元号は終わっています（平成32年は2020年）。",
    NotationWarning.ERA_BEFORE_START: "その元号はまだ始まっていません（H1.1.7）。",
    NotationWarning.YEAR_ROLLOVER: "終わりを、同じ年度の中の翌年としました（R5.10~3）。",
    NotationWarning.AMBIGUOUS_YEAR: "年か年度かが書かれていません（R5）。計画の表の書き方により年度としました。",
    NotationWarning.FUZZY_END: "終わりの年月が言葉で書かれ、定まりません。",
    NotationWarning.WEEKDAY_MISMATCH: "曜日がその日のものではありません。",
    NotationWarning.DURATION_MISMATCH: "かっこ内の長さが期間と合いません。",
    NotationWarning.BRACKETED_AMOUNT: "金額がかっこに入っています。合計には入れません。",
    NotationWarning.PARTS_MISMATCH: "内訳の合計が全体と合いません。",
    NotationWarning.UNIT_MISMATCH: "基準値と目標値の単位が違います。どちらも値としません。",
    NotationWarning.ENTRY_BEFORE_PERIOD: "事業の期間より前に始まる行があります。",
    NotationWarning.ENTRY_AFTER_PERIOD: "事業の期間より後に始まる行があります。",
    NotationWarning.UNREADABLE_WHEN: "日付のようで日付でないもので始まる行があります。日付のない行としました。",
}
WARNINGS_EN = {
    NotationWarning.YEAR_INFERRED: "The text names no year; it comes from the table's fiscal year (April to March).",
    NotationWarning.ERA_INHERITED: "The text names no era; it comes from the document.",
    NotationWarning.ERA_OVERFLOW: "The era had ended by then (平成32年 is 2020).",
    NotationWarning.ERA_BEFORE_START: "The era had not begun yet (H1.1.7).",
    NotationWarning.YEAR_ROLLOVER: "The end is in the next calendar year, within the same fiscal year (R5.10~3).",
    NotationWarning.AMBIGUOUS_YEAR: "A bare year (R5); read as a fiscal year, as plan tables mean it.",
    NotationWarning.FUZZY_END: "The end is named in words that fix no year or month.",
    NotationWarning.WEEKDAY_MISMATCH: "The weekday in brackets is not that day's.",
    NotationWarning.DURATION_MISMATCH: "The duration in brackets is not the period's.",
    NotationWarning.BRACKETED_AMOUNT: "The amount stands in brackets; it is not added to a total.",
    NotationWarning.PARTS_MISMATCH: "The parts do not add up to the whole.",
    NotationWarning.UNIT_MISMATCH: "Baseline and target are in different units; neither is taken.",
    NotationWarning.ENTRY_BEFORE_PERIOD: "A dated entry begins before the project's period.",
    NotationWarning.ENTRY_AFTER_PERIOD: "A dated entry begins after the project's period.",
    NotationWarning.UNREADABLE_WHEN: "An entry begins like a date that can't be; it is kept as undated text.",
}


def _code(text: str) -> str:
    shown = text.replace("\n", "⏎").replace("\t", "⇥").replace("|", "\\|")
    return f"`{shown}`" if shown else "(blank)"


def render(lang: str) -> str:
    """The whole page in ``lang`` ("en" or "ja")."""
    groups: list[dict[str, Any]] = json.loads(FORMS.read_text(encoding="utf-8"))
    words = WORDS[lang]
    lines = [INTRO[lang]]
    for kind, titles in KINDS.items():
        lines.append(f"## {titles[lang == 'ja']}\n")
        for group in groups:
            if group["kind"] != kind:
                continue
            lines.append(f"### {group[lang]}\n")
            if group["context"]:
                given = ", ".join(f"`{key}={value}`" for key, value in group["context"].items())
                lines.append(f"{words['given']}: {given}\n")
            lines.append(f"| {words['text']} | {words['reading']} |\n|---|---|")
            lines.extend(
                f"| {_code(form['text'])} | {_code(json.dumps(form['reading'], ensure_ascii=False))} |"
                for form in group["forms"]
            )
            lines.append("")
    lines.append(f"## {words['warnings']}\n")
    told = WARNINGS_JA if lang == "ja" else WARNINGS_EN
    lines.extend(f"- `{warning.value}`: {told[warning]}" for warning in NotationWarning)
    lines.append(f"\n## {words['reasons']}\n")
    lines.extend(f"- `{reason.value}`" + (f": {HINTS[reason]}" if lang == "ja" else "") for reason in Reason)
    return "\n".join(lines) + "\n"


def main() -> None:
    for lang, path in PAGES.items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(render(lang), encoding="utf-8")


if __name__ == "__main__":
    main()

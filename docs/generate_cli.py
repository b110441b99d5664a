"""Writes the reference page of the command line from the commands' own help.

Run ``python docs/generate_cli.py`` after changing a command; a test fails while the page is not up to date.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from plan_ledger.cli.app import app

PAGE = Path(__file__).parent / "reference" / "cli.md"
WIDTH = 100

INTRO = """# Command line / コマンド

Made from the commands' own help (`plan-ledger COMMAND --help`). Messages are in Japanese; `PLAN_LEDGER_LANG=en` makes
errors English.

| exit status | meaning | 意味 |
|---|---|---|
| 0 | done | 終了 |
| 1 | refused or not found; of `verify`, something is wrong; of `parse`, unreadable | 断られた・読めない・異常 |
| 2 | wrong usage; nothing was done | 使い方の誤り |
| 130 | ended by Ctrl-C | 中断 |
| 141 | the reader of standard output went away (`\\| head`) | 出力先が閉じた |

- `--ledger` (`-l`) and `--plan` are accepted before and after the command. `PLAN_LEDGER` stands for `--ledger`. Who
  records is never taken from the environment: `--actor` is said each time.
- Exit status 1 comes with one message per problem on standard error, each with its place; with `--json` also
  `{"error": {"code", "message", "place", …}}` on standard output (several: `{"error": {"problems": […]}}`).
- Standard output holds the answer and nothing else: receipts, tables, JSON. Remarks, warnings and progress go to
  standard error. Output is UTF-8 with LF on every system; csv written with `-o` begins with a byte order mark.
- A file written with `-o` is complete, or as it was before. Without `--format` its extension says the format.
- A table is as wide as the terminal, or as `COLUMNS` says; where neither is known, 160 columns. Colours only on a
  terminal, and not where `NO_COLOR` is set: there, added text is set as `{+added+}`, removed text as `[-removed-]`.

## Receipts / 受付

A command that records prints a line with the positions (記録番号), or with `--json`:

| key | meaning |
|---|---|
| `batch`, `first`, `last` | the batch's name, its first and last position; null where nothing had to be recorded |
| `recorded_at` | when, ISO 8601 |
| `id` | the item, plan or meeting that it is about |
| `meeting`, `edition`, `digest`, `red_since`, `effective`, `known`, … | of `hold`, `reissue` and `baseline`: what was fixed |
| `as_of`, `reaches`, `reaches_now` | of `correct`: the edition corrected, the later ones that it reaches as known today, and whether it reaches the present |
"""  # noqa: E501 - rows of a table can't be broken


def page() -> str:
    """The whole page."""
    return "\n".join([INTRO, *_section("plan-ledger", app, None)])


def _section(title: str, command: click.Command, parent: click.Context | None) -> Iterator[str]:
    name = title.removeprefix("plan-ledger ")
    with command.make_context(name, [], parent, resilient_parsing=True, terminal_width=WIDTH) as context:
        yield f"## {title}\n"
        yield f"```text\n{command.get_help(context)}\n```\n"
        if isinstance(command, click.Group):
            for each in command.list_commands(context):
                yield from _section(f"plan-ledger {each}", command.commands[each], context)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")

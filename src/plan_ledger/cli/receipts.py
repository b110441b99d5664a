"""What a command that records prints: a short receipt for people, or the same as JSON."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import click

from plan_ledger.cli.output import say, to_json
from plan_ledger.cli.state import State
from plan_ledger.ledger import Receipt

NOTHING = "変更はありません。何も記録していません。"


def receipt_line(receipt: Receipt, state: State, zone: str) -> str:
    """``記録番号 26～28（2023-08-30 13:05:00　入力者 …）`` in the plan's zone."""
    if receipt.first is None or receipt.recorded_at is None:
        return NOTHING
    numbers = str(receipt.first) if receipt.first == receipt.last else f"{receipt.first}～{receipt.last}"
    time = receipt.recorded_at.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M:%S")
    return f"記録番号 {numbers}（{time}　入力者 {state.who.actor}）"


def give(receipt: Receipt, state: State, zone: str, done: str, **more: Any) -> None:
    """Print the receipt; ``done`` says in a word or two what was done, ``more`` goes into the JSON."""
    if state.json:
        say(to_json({**receipt.to_dict(), **more}))
    elif receipt:
        say(f"{done}：{receipt_line(receipt, state, zone)}")
    else:
        say(NOTHING)


def note(text: str) -> None:
    """A line for people beside the answer: on standard error."""
    click.echo(text, err=True)

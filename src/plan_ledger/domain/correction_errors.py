"""What can be wrong with a correction or with a table entered afterwards. Nothing is written when one is raised."""

from __future__ import annotations

from typing import ClassVar

from attrs import define

from plan_ledger.domain.errors import CommandRefused


@define(eq=False, slots=False)
class NotInTable(CommandRefused):
    """The item is not on that meeting's table, as known today: correct its existence first."""

    code: ClassVar[str] = "not_in_table"
    ja: ClassVar[str] = (
        "「{title}」は「{meeting}」の表にありません。"
        "あったはずの行なら、先に行そのものを訂正してください（correct_existence、--was-there）。"
    )
    en: ClassVar[str] = (
        "{title!r} is not on the table of {meeting!r}; if it belongs there, correct its existence first"
        " (correct_existence, --was-there)."
    )

    title: str
    meeting: str


@define(eq=False, slots=False)
class NothingToCorrect(CommandRefused):
    """The table, as known today, says so already."""

    code: ClassVar[str] = "nothing_to_correct"
    ja: ClassVar[str] = "「{meeting}」の表は、今わかっている限り、既にそのとおりです。会議と内容を確かめてください。"
    en: ClassVar[str] = "As known today, the table of {meeting!r} says so already; check the meeting and the text."

    meeting: str


@define(eq=False, slots=False)
class NotAMeeting(CommandRefused):
    """Only what was handed out at a meeting can be corrected."""

    code: ClassVar[str] = "not_a_meeting"
    ja: ClassVar[str] = (
        "訂正する表は会議名で指定してください（指定されたのは「{moment}」）。いまの内容を変えるなら change です。"
    )
    en: ClassVar[str] = "Name the meeting whose table was wrong, not {moment!r}; to change what holds now, use change."

    moment: str


@define(eq=False, slots=False)
class MeetingsOutOfOrder(CommandRefused):
    """A table can't come after one meeting and before an earlier one."""

    code: ClassVar[str] = "meetings_out_of_order"
    ja: ClassVar[str] = "「{after}」は「{before}」より前の会議ではないので、その間には入れられません。"
    en: ClassVar[str] = "{after!r} is not before {before!r}; nothing can be placed between them."

    after: str
    before: str


@define(eq=False, slots=False)
class RenameUndecided(CommandRefused):
    """A row may be a known item under another name; nobody decided whether it is."""

    code: ClassVar[str] = "rename_undecided"
    ja: ClassVar[str] = (
        "「{known}」と同じ行かもしれません。同じ行なら accept_renames（--accept-renames）、"
        "別の行なら accept_renames=False（--no-renames）を指定してください。"
    )
    en: ClassVar[str] = (
        "This may be {known!r} under another name; say accept_renames=True (--accept-renames) if it is,"
        " accept_renames=False (--no-renames) if it is not."
    )

    known: str


@define(eq=False, slots=False)
class NoRows(CommandRefused):
    """A table without a single row is no handout."""

    code: ClassVar[str] = "no_rows"
    ja: ClassVar[str] = "表に行がありません。会議で配った表の全体を指定してください。"
    en: ClassVar[str] = "The table has no rows; give the whole table as it was handed out."

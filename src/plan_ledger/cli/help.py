"""Help and usage messages in the office's language, wrapped by how wide Japanese letters are shown."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import click

from plan_ledger.cli.commands import LISTED
from plan_ledger.errors import language

# A run of Latin letters stays together; a Japanese letter takes the brackets before and the marks behind it along.
_PIECES = re.compile(r"\s+|[（「『【]*(?:[!-~]+|[^\s（「『【])[、。）」』】・：；？！ー]*|.")

# A line of the source that ends and a line that begins with a Japanese letter belong together without a space.
_JOINT = re.compile(r"(?<=[^\x00-\x7f])\n *(?=[^\x00-\x7f])|(?<=[、。])\n *")


def width_of(text: str) -> int:
    """How many columns the text takes on a terminal."""
    from rich.cells import cell_len

    return cell_len(text)


def wrap(text: str, width: int) -> Iterator[str]:
    """Lines of at most ``width`` columns; breaks at spaces and between Japanese letters."""
    line, taken = "", 0
    for piece in _PIECES.findall(" ".join(text.split())):
        wide = width_of(piece)
        if line and taken + wide > width:
            yield line.rstrip()
            line, taken = "", 0
        if line or not piece.isspace():
            line, taken = line + piece, taken + wide
    if line:
        yield line.rstrip()


class Formatter(click.HelpFormatter):
    """click's layout with widths counted in columns instead of letters."""

    def write_text(self, text: str) -> None:
        indent = " " * self.current_indent
        paragraphs = text.split("\n\n")
        for number, paragraph in enumerate(paragraphs):
            if number:
                self.write("\n")
            if paragraph.startswith("\b\n"):
                lines: Sequence[str] = paragraph.splitlines()[1:]
            else:
                lines = list(wrap(_JOINT.sub("", paragraph), self.width - self.current_indent))
            for line in lines:
                self.write(f"{indent}{line}\n")

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        indent = " " * self.current_indent
        rows = list(rows)
        first = min(max((width_of(name) for name, _ in rows), default=0), col_max) + col_spacing
        for name, text in rows:
            lines = list(wrap(text, max(self.width - self.current_indent - first, 20))) or [""]
            if width_of(name) <= first - col_spacing:
                self.write(f"{indent}{name}{' ' * (first - width_of(name))}{lines.pop(0)}".rstrip() + "\n")
            else:
                self.write(f"{indent}{name}\n")
            for line in lines:
                self.write(f"{indent}{' ' * first}{line}".rstrip() + "\n")


class JapaneseContext(click.Context):
    formatter_class = Formatter


class JapaneseHelp(click.Command):
    """Headings in Japanese, for commands and for the group."""

    context_class = JapaneseContext

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = "この説明を表示します。"
        return option

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write_usage(ctx.command_path, " ".join(self.collect_usage_pieces(ctx)), "使い方: ")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        options = [param for param in self.get_params(ctx) if isinstance(param, click.Option)]
        rows = [row for option in options if (row := option.get_help_record(ctx)) is not None]
        if rows:
            with formatter.section("オプション"):
                formatter.write_dl([(name, _in_words(text)) for name, text in rows])
        if isinstance(self, click.Group):
            commands = [(name, _short_help(self, name)) for name in self.list_commands(ctx)]
            with formatter.section("コマンド"):
                formatter.write_dl(commands)


def _short_help(group: click.Group, name: str) -> str:
    return LISTED[name][1] if name in LISTED else group.commands[name].get_short_help_str(200)


def _in_words(text: str) -> str:
    text = re.sub(r" *\[[^\[\]]*required\]", " ［必須］", text)
    text = re.sub(r" *\[[^\[\]]*x>=[^\[\]]*\]", "", text)
    return re.sub(r"\[env var: (\w+)\]", r"［環境変数 \1］", text)


class Order(JapaneseHelp):
    """One command."""


def order(name: str, short_help: str, **attributes: Any) -> Callable[[Callable[..., Any]], Order]:
    """The decorator of a command; its docstring is its help."""
    return click.command(name, cls=Order, short_help=short_help, **attributes)


def _wanted(param: click.Parameter | None, message: str) -> str:
    match param.type if param is not None else None:
        case click.Choice(choices=choices):
            return f"{'、'.join(str(each) for each in choices)} のどれかにしてください。"
        case click.IntRange(min=low, max=high):
            most = "" if high is None else f"{high} まで"
            return f"{low} から{most}の整数にしてください。"
        case click.types.IntParamType():
            return "整数にしてください。"
        case _:
            return message


def usage_message(error: click.ClickException) -> str:
    """What is wrong with the call, and where its help is."""
    text = error.format_message() if language() == "en" else _in_japanese(error)
    if isinstance(error, click.UsageError) and error.ctx is not None:
        more = "See" if language() == "en" else "くわしくは"
        return f"{text}\n{more}: {error.ctx.command_path} --help"
    return text


def _in_japanese(error: click.ClickException) -> str:
    match error:
        case click.MissingParameter(param=param):
            what = param.get_error_hint(error.ctx) if param is not None and error.ctx is not None else ""
            if param is not None and "--actor" in param.opts:
                return "入力者を --actor で指定してください。入力者のない記録はできません。"
            return f"{what} を指定してください。"
        case click.NoSuchOption(option_name=name, possibilities=near):
            hint = f"（近いもの：{'、'.join(sorted(near))}）" if near else ""
            return f"{name} というオプションはありません。{hint}"
        case click.BadOptionUsage(option_name=name):
            return f"{name} の使い方が正しくありません：{error.message}"
        case click.BadParameter(param=param):
            what = param.get_error_hint(error.ctx) if param is not None and error.ctx is not None else ""
            return f"{what} の値が正しくありません：{_wanted(param, error.message)}"
        case _:
            return error.format_message()

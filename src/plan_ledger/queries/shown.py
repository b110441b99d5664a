"""What every result can do: JSON by itself, and through registered renderers HTML, Markdown, Excel and Word.

Results import no renderer. ``plan_ledger.rendering`` fills :data:`RENDERERS` when it is imported; whoever wires the
parts together puts that import into :data:`LOADERS`, so that it happens when it is first needed.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

from attrs import define

from plan_ledger.errors import MissingExtra, PlanLedgerError
from plan_ledger.values.made import Weak

RENDERERS: dict[str, Callable[..., str | bytes]] = {}
"""Format → function of a result and options."""

HTML: dict[str, Callable[..., str]] = {}
"""Result class name → function to an HTML fragment, for notebooks."""

LOADERS: list[Callable[[], object]] = []
"""Called when a renderer is asked for and there is none yet."""


@define(eq=False, slots=False)
class MissingRenderer(PlanLedgerError):
    """No renderer for the format is there: ``plan_ledger.rendering`` was not imported, or knows no such format."""

    code: ClassVar[str] = "missing_renderer"
    ja: ClassVar[str] = "形式「{format}」の書き出しが使えません。import plan_ledger.rendering を加えてください。"
    en: ClassVar[str] = "Nothing writes {format!r} here. Import plan_ledger.rendering first."

    format: str


@define(eq=False, slots=False)
class FileNotWritten(PlanLedgerError):
    """The file system does not take the file."""

    code: ClassVar[str] = "file_not_written"
    ja: ClassVar[str] = (
        "「{path}」に書き込めません（{reason}）。ほかのソフトで開いていないか、権限があるか確かめてください。"
    )
    en: ClassVar[str] = "Can't write {path!r} ({reason}). Is it open elsewhere? Check the folder and the permission."

    path: str
    reason: str


class Shown(Weak):
    """Base of results."""

    __slots__ = ()

    def to_dict(self) -> dict[str, Any]:
        raise TypeError(f"{type(self).__name__} has no dictionary form")

    def to_json(self, *, indent: int | None = 2) -> str:
        """The same as ``to_dict``, as JSON text. Japanese stays readable."""
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=indent)

    def to_html(self, **options: Any) -> str:
        """One self-contained page. Options: see ``plan_ledger.rendering.render``."""
        return str(self._rendered("html", options))

    def to_markdown(self, **options: Any) -> str:
        return str(self._rendered("md", options))

    def to_xlsx(self, path: str | Path, **options: Any) -> Path:
        """Write an Excel file and return its path.

        Raises:
            MissingExtra: The extra ``sheets`` is not installed.
            FileNotWritten: For instance because the file is open in Excel.
        """
        return self._written(Path(path), "xlsx", options)

    def to_docx(self, path: str | Path, **options: Any) -> Path:
        """Write a Word file and return its path. Raises as ``to_xlsx``."""
        return self._written(Path(path), "docx", options)

    def _rendered(self, format: str, options: dict[str, Any]) -> str | bytes:
        if format not in RENDERERS:
            for load in LOADERS:
                load()
        if format not in RENDERERS:
            raise MissingRenderer(format)
        return RENDERERS[format](self, **options)

    def _written(self, path: Path, format: str, options: dict[str, Any]) -> Path:
        content = self._rendered(format, options)
        try:
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        except OSError as error:
            raise FileNotWritten(str(path), error.strerror or type(error).__name__) from error
        return path

    def _repr_html_(self) -> str | None:
        """For notebooks; None, and so the plain ``repr``, where the renderers are not there."""
        name = type(self).__name__
        if name not in HTML:
            for load in LOADERS:
                load()
        try:
            return HTML[name](self) if name in HTML else None
        except MissingExtra:
            return None

"""Writes the reference page of errors from the error classes.

Run ``python docs/generate_errors.py`` after adding or changing an error; a test fails while the page is not up to date.
"""

from __future__ import annotations

import inspect
import pkgutil
from collections import Counter
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import plan_ledger
from plan_ledger.errors import PlanLedgerError
from plan_ledger.sheets.suspicions import SheetWarning

PAGE = Path(__file__).parent / "reference" / "errors.md"

INTRO = """# Errors

Made from the error classes. Everything that a user can cause is a `plan_ledger.PlanLedgerError`; nothing was recorded
when one is raised. `code` is stable and for programs, the messages are for people and may improve. `{…}` stands for an
attribute of the error; `to_dict()` has those that are plain, `code`, `message` and `place` (`file`, `sheet`, `cell`,
`item`, `field`). A place stands before the message: `観光課.xlsx「様式1」D7（○○事業・予算額）：…`. Several at once are
one `problems`; `error.problems()` gives the single ones of any error. A *warning* refuses nothing: it stands in a
proposal's `warnings`.

"""

PACKAGES = {
    "errors": "Everywhere",
    "values": "Reading values and schemas",
    "events": "Stored events",
    "domain": "Decisions",
    "store": "The database",
    "index": "The index",
    "integrity": "Dump and load",
    "queries": "Asking",
    "rendering": "Writing out",
    "sheets": "Sheets",
    "ledger": "The front door",
    "cli": "The command line",
}


def page() -> str:
    """The whole page."""
    return INTRO + "\n".join(_sections()) + "\n"


def error_classes() -> list[type[PlanLedgerError]]:
    """Every error that can be raised: those with a message of their own, in order of code."""
    for module in pkgutil.walk_packages(plan_ledger.__path__, "plan_ledger."):
        if not module.name.endswith("__main__"):
            import_module(module.name)
    found: set[type[PlanLedgerError]] = set()
    border: list[type[PlanLedgerError]] = [PlanLedgerError]
    while border:
        cls = border.pop()
        border += cls.__subclasses__()
        if "ja" in vars(cls) and cls is not PlanLedgerError and cls.__module__.startswith("plan_ledger."):
            found.add(cls)
    # attrs makes some classes twice; the one that its module holds counts
    found = {cls for cls in found if getattr(inspect.getmodule(cls), cls.__name__, None) is cls}
    return sorted(found, key=lambda cls: (cls.code, cls.__module__))


def _sections() -> Iterator[str]:
    classes = error_classes()
    for package, heading in PACKAGES.items():
        own = [cls for cls in classes if cls.__module__.split(".")[1] == package]
        if not own:
            continue
        yield f"## {heading}\n"
        yield "| code | raised when | message |"
        yield "|---|---|---|"
        for cls in own:
            told = (inspect.getdoc(cls) or "").split("\n\n")[0].replace("``", "`")
            warning = "*Warning.* " if issubclass(cls, SheetWarning) else ""
            yield f"| `{cls.code}` | {warning}{_cell(told)} | {_cell(cls.ja)}<br>{_cell(cls.en)} |"
        yield ""


def _cell(text: str) -> str:
    escaped = text.replace("|", "\\|").replace("<", "&lt;")
    return "<br>".join(" ".join(line.split()) for line in escaped.split("\n") if line.strip()) if escaped else "–"


def repeated_codes() -> list[str]:
    """Codes that more than one class has: programs could not tell them apart."""
    return [code for code, times in Counter(cls.code for cls in error_classes()).items() if times > 1]


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8", newline="\n")

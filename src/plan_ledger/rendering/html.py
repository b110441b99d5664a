"""HTML: one self-contained page without script, printed on A3 landscape; or a fragment for a notebook."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from importlib.resources import files
from itertools import pairwise
from typing import Any, Final

from plan_ledger.rendering.errors import need
from plan_ledger.rendering.listing import Listing
from plan_ledger.rendering.pages import paginated
from plan_ledger.rendering.table import SIGN_WIDTH, Row, Table
from plan_ledger.rendering.texts import visible

_ROOM_POINTS: Final = 768.0
"""Height of A3 landscape within the margins of the page rules."""

_LINE_POINTS: Final = 14.0
_TITLE_POINTS: Final = 28.0
_CSS_UNSAFE = re.compile(r"""["\\<>&'\x00-\x1f\x7f]""")


def page(sheet: Table | Listing) -> str:
    """The whole page. No text of the plan reaches the page but escaped; the policy allows its one style sheet only."""
    style = _style(sheet, "", printed=True)
    title = sheet.title_line if isinstance(sheet, Table) else sheet.title
    rendered: str = _template("page.html.j2").render(
        title=visible(title),
        style=_markup(style),
        style_hash=b64encode(sha256(style.encode()).digest()).decode(),
        properties=_properties(sheet),
        body=_markup(_body(sheet, "", printed=True)),
    )
    return rendered


def document(sheet: Table | Listing, title: str, body: str, rules: str) -> str:
    """A page around a body of another kind: paper and widths as of a sheet, ``rules`` behind our style sheet."""
    style = _style(sheet, "", printed=True) + rules
    return filled(
        "page.html.j2",
        title=visible(title),
        style=_markup(style),
        style_hash=b64encode(sha256(style.encode()).digest()).decode(),
        properties=(),
        body=_markup(body),
    )


def filled(name: str, **content: Any) -> str:
    """One of our templates with its content, escaped."""
    return str(_template(name).render(**content)).strip() + "\n"


def fragment(sheet: Table | Listing) -> str:
    """Style and table alone, to stand in somebody else's page."""
    # Column widths are this table's own: two fragments on one page must not share them.
    scope = "t" + sha256(_body(sheet, "").encode()).hexdigest()[:12]
    return f"<style>{_style(sheet, f'.{scope} ', printed=False)}</style>\n{_body(sheet, scope)}"


def _body(sheet: Table | Listing, scope: str, *, printed: bool = False) -> str:
    if isinstance(sheet, Table):
        pages = list(_pages(sheet)) if printed else [sheet.rows]
        body: str = _template("table.html.j2").render(table=sheet, pages=pages, scope=scope)
    else:
        body = _template("listing.html.j2").render(listing=sheet, scope=scope)
    return body.strip()


def _pages(table: Table) -> Iterator[tuple[Row, ...]]:
    """The rows of each printed page, labels that go on from the page before standing again."""
    lines = max(len(table.notes), bool(table.unit_note))
    above = max(_TITLE_POINTS, _LINE_POINTS * (len(table.look.stamp) + 1)) + _LINE_POINTS * lines
    pages = paginated(table, room=_ROOM_POINTS, above=above)
    for begin, end in pairwise((0, *pages.starts, len(table.rows))):
        yield pages.table.rows[begin:end]


def _properties(sheet: Table | Listing) -> list[tuple[str, str]]:
    if isinstance(sheet, Listing):
        return []
    foot = sheet.footer
    found = [
        ("ledger", foot.ledger.hex if foot.ledger else ""),
        ("plan-id", foot.plan_id.hex if foot.plan_id else ""),
        ("plan", visible(sheet.plan)),
        ("fiscal-year", str(sheet.fiscal_year)),
        ("meeting", visible(foot.meeting or "")),
        ("edition", str(foot.edition or "")),
        ("position", str(foot.position)),
        ("digest", foot.digest),
    ]
    return [(f"plan-ledger-{name}", content) for name, content in found if content]


def _style(sheet: Table | Listing, scope: str, *, printed: bool) -> str:
    sign = [SIGN_WIDTH] if isinstance(sheet, Table) and sheet.sign_column else []
    if isinstance(sheet, Table):
        rules = _columns(f"{scope}.c", [*(column.width for column in sheet.columns), *sign])
    else:
        rules = "".join(
            _columns(f"{scope}.s{at}c", [head.weight for head in section.heads])
            for at, section in enumerate(sheet.sections, 1)
        )
    page_rules = _page_rules(sheet) if printed else ""
    line = "underline" if sheet.look.underlined else "none"
    return "\n" + _css().replace("@RED@", f"#{sheet.look.red}").replace("@LINE@", line) + rules + page_rules


def _columns(prefix: str, widths: list[float]) -> str:
    total = sum(widths)
    return "".join(f"{prefix}{at} {{ width: {width / total:.3%}; }}\n" for at, width in enumerate(widths, 1))


def _page_rules(sheet: Table | Listing) -> str:
    """Paper, and the footer on every sheet of it where the browser can."""
    if isinstance(sheet, Table):
        left, right = sheet.footer.left, sheet.footer.right
    else:
        left, right = sheet.title, ""
    font = 'font: 8pt "BIZ UDPGothic", "MS Gothic", "Noto Sans CJK JP", sans-serif;'
    return (
        "body { margin: 12px; }\n@media print { body { margin: 0; } }\n"
        "@page { size: A3 landscape; margin: 12mm 10mm 14mm;\n"
        f"  @bottom-left {{ content: {_css_string(left)}; {font} }}\n"
        f'  @bottom-center {{ content: counter(page) " / " counter(pages); {font} }}\n'
        f"  @bottom-right {{ content: {_css_string(right)}; {font} }}\n}}\n"
    )


def _css_string(text: str) -> str:
    """A CSS string literal that can end neither itself nor the style element."""
    return '"' + _CSS_UNSAFE.sub(lambda found: f"\\{ord(found[0]):06x}", visible(text)) + '"'


@cache
def _css() -> str:
    return files("plan_ledger.rendering").joinpath("templates", "style.css").read_text(encoding="utf-8")


@cache
def _environment() -> Any:
    jinja2 = need("jinja2")
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("plan_ledger.rendering"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters["visible"] = visible
    return environment


def _template(name: str) -> Any:
    return _environment().get_template(name)


def _markup(text: str) -> Any:
    """Text that is already HTML: made by our own templates, or a style sheet without text of the plan."""
    return need("markupsafe").Markup(text)

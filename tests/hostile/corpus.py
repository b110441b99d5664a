"""Documents made to harm a reader, each with the code it must be refused with (None: it must be read)."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Iterator

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
RELS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
SHEET_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
WORD_TYPES = "application/vnd.openxmlformats-officedocument.wordprocessingml"
LAUGHS = (
    '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;">]>'
)
FILES = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'

Parts = dict[str, bytes]
Case = tuple[str, bytes, str | None]

HEADER = "".join(
    f'<c r="{column}1" t="inlineStr"><is><t>{label}</t></is></c>'
    for column, label in zip("ABCD", ("戦略名", "事業名", "予算額", "進捗"), strict=True)
)


def package(parts: Parts, *, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", compression) as archive:
        for name, data in parts.items():
            archive.writestr(zipfile.ZipInfo(name, (2023, 8, 30, 0, 0, 0)), data, compression)
    return made.getvalue()


def sheet(rows: str, after: str = "") -> bytes:
    return (
        f'<worksheet xmlns="{MAIN}" xmlns:r="{RELS}"><sheetData><row r="1">{HEADER}</row>{rows}</sheetData>{after}'
        "</worksheet>"
    ).encode()


def row(number: int, cells: str) -> str:
    return f'<row r="{number}">{cells}</row>'


def xlsx(content: bytes, **more: bytes) -> Parts:
    """A workbook of one sheet; ``more`` are strings, styles or workbook."""
    workbook = '<sheets><sheet name="様式1" sheetId="1" r:id="rId1"/></sheets>'
    parts = {
        "[Content_Types].xml": (
            f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{SHEET_TYPES}.sheet.main+xml"/></Types>'
        ).encode(),
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{RELS}">{workbook}</workbook>'.encode(),
        "xl/_rels/workbook.xml.rels": (
            f'<Relationships xmlns="{PACKAGE}/relationships">'
            f'<Relationship Id="rId1" Type="{RELS}/worksheet" Target="worksheets/sheet1.xml"/>'
            f'<Relationship Id="rId2" Type="{RELS}/sharedStrings" Target="sharedStrings.xml"/>'
            f'<Relationship Id="rId3" Type="{RELS}/styles" Target="styles.xml"/></Relationships>'
        ).encode(),
        "xl/worksheets/sheet1.xml": content,
    }
    names = {"strings": "xl/sharedStrings.xml", "styles": "xl/styles.xml", "workbook": "xl/workbook.xml"}
    return parts | {names[name]: data for name, data in more.items()}


def strings(items: str) -> bytes:
    return f'<sst xmlns="{MAIN}">{items}</sst>'.encode()


def styles(formats: str = "", fonts: str = "<font/>", xfs: str = '<xf numFmtId="0" fontId="0"/>') -> bytes:
    return (
        f'<styleSheet xmlns="{MAIN}"><numFmts>{formats}</numFmts><fonts>{fonts}</fonts><fills><fill/></fills>'
        f"<borders><border/></borders><cellXfs>{xfs}</cellXfs></styleSheet>"
    ).encode()


def docx(body: str, **more: str) -> Parts:
    """A document; ``more`` is the content of its styles."""
    rels = "".join(f'<Relationship Id="rId1" Type="{RELS}/{name}" Target="{name}.xml"/>' for name in more)
    parts = {
        "[Content_Types].xml": (
            f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/>'
            f'<Override PartName="/word/document.xml" ContentType="{WORD_TYPES}.document.main+xml"/></Types>'
        ).encode(),
        "word/document.xml": f'<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>'.encode(),
        "word/_rels/document.xml.rels": (
            f'<Relationships xmlns="{PACKAGE}/relationships">{rels}</Relationships>'
        ).encode(),
    }
    for name, content in more.items():
        parts[f"word/{name}.xml"] = f'<w:{name} xmlns:w="{WORD}">{content}</w:{name}>'.encode()
    return parts


def cell(text: str, properties: str = "") -> str:
    return f"<w:tc>{properties}<w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:tc>"


def table(rows: str) -> str:
    header = "".join(cell(label) for label in ("戦略名", "事業名", "予算額", "進捗"))
    return f"<w:tbl><w:tr>{header}</w:tr>{rows}</w:tbl>"


def good_xlsx() -> Parts:
    """A small workbook with everything that the reader looks at; the seed of the mutations."""
    shared = strings(
        "<si><t>甲</t><rPh sb='0' eb='1'><t>コウ</t></rPh></si><si><r><t>前</t></r><r><rPr><color rgb='FFFF0000'/>"
        "<u/></rPr><t xml:space='preserve'> 追加_x000D_\n</t></r></si>"
    )
    looks = styles(
        '<numFmt numFmtId="164" formatCode="#,##0;[Red]▲#,##0"/><numFmt numFmtId="165" formatCode="[$-411]ge.m.d;@"/>',
        '<font/><font><strike/><color theme="5"/></font>',
        '<xf numFmtId="0" fontId="0"/><xf numFmtId="164" fontId="1"/><xf numFmtId="165" fontId="0"/>',
    )
    body = row(2, '<c r="A2" t="s"><v>0</v></c><c r="B2" t="s"><v>1</v></c><c r="C2" s="1"><v>4450</v></c>')
    body += row(3, '<c r="B3" t="s"><v>0</v></c><c r="C3" s="2"><v>45056</v></c><c r="D3"><f>1+1</f><v>2</v></c>')
    merges = '<mergeCells count="1"><mergeCell ref="A2:A3"/></mergeCells>'
    return xlsx(sheet(body, merges), strings=shared, styles=looks)


def good_docx() -> Parts:
    red = '<w:rPr><w:color w:val="FF0000"/><w:u w:val="single"/></w:rPr>'
    merged = "<w:tcPr><w:vMerge w:val='restart'/></w:tcPr>"
    rows = f"<w:tr>{cell('甲', merged)}{cell('乙')}{cell('4,450')}{cell('x')}</w:tr>"
    wide, below = "<w:tcPr><w:gridSpan w:val='2'/></w:tcPr>", "<w:tcPr><w:vMerge/></w:tcPr>"
    rows += f"<w:tr>{cell('', below)}{cell('丙', wide)}"
    rows += (
        f"<w:tc><w:p><w:r>{red}<w:t>赤</w:t></w:r><w:ins w:id='1'><w:r><w:t>ins</w:t></w:r></w:ins></w:p></w:tc></w:tr>"
    )
    style = '<w:style w:styleId="a"><w:basedOn w:val="a"/><w:rPr><w:strike/></w:rPr></w:style>'
    return docx(f"<w:p><w:r><w:t>題名</w:t></w:r></w:p>{table(rows)}", styles=style)


def good_text() -> bytes:
    return '題名\n\n戦略名\t事業名\t予算額\n"甲\n乙"\t"丙"\t4,450\n丁\t戊\t1\n'.encode()


def cases() -> Iterator[Case]:
    """The corpus: name of the file, bytes, code of the refusal."""
    yield from _zips()
    yield from _sheets()
    yield from _values()
    yield from _words()
    yield from _texts()


def _zips() -> Iterator[Case]:
    good = good_xlsx()
    data = package(good)
    yield "empty.xlsx", b"", None
    yield "head.xlsx", b"PK\x03\x04", "damaged_document"
    for cut in (30, len(data) // 2, len(data) - 30):
        yield f"truncated-{cut}.xlsx", data[:cut], "damaged_document"
    yield "plain.zip", package({"a.txt": b"a"}), "unsupported_format"
    yield "many.xlsx", package(good | {f"xl/{n}": b"" for n in range(5_000)}), "limit_exceeded"
    yield "twice.xlsx", package(good | {"xl/Workbook.xml": good["xl/workbook.xml"]}), "damaged_document"
    flagged = data.replace(b"PK\x01\x02\x14\x03\x14\x00\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01\x00")
    yield "zip-password.xlsx", flagged, "encrypted_document"
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
    yield "password.xlsx", ole + "EncryptedPackage".encode("utf-16-le"), "encrypted_document"
    yield "old.xls", ole + "Workbook".encode("utf-16-le"), "unsupported_format"
    yield "old.xlsx", ole[:8], "unsupported_format"
    yield "old.doc", ole + "WordDocument".encode("utf-16-le"), "unsupported_format"
    for kind in ("spreadsheet", "text"):
        mimetype = f"application/vnd.oasis.opendocument.{kind}".encode()
        yield f"open.{kind}", package({"mimetype": mimetype}), "unsupported_format"
    types = good["[Content_Types].xml"]
    binary = types.replace(b"spreadsheetml.sheet.main+xml", b"ms-excel.sheet.binary.macroEnabled.main")
    yield "binary.xlsb", package(good | {"[Content_Types].xml": binary}), "unsupported_format"
    for part in [name for name in good if name.endswith((".xml", ".rels"))]:
        for number, prolog in enumerate((LAUGHS, FILES)):
            yield f"entities-{number}.xlsx", package(good | {part: prolog.encode() + good[part]}), "forbidden_markup"
    first = good["xl/worksheets/sheet1.xml"]
    declared = b'<?xml version="1.0" encoding="UTF-7"?>' + first
    yield "utf-7.xlsx", package(good | {"xl/worksheets/sheet1.xml": declared}), "forbidden_markup"
    wide = first.decode().encode("utf-16")
    yield "utf-16.xlsx", package(good | {"xl/worksheets/sheet1.xml": wide}), "forbidden_markup"
    missing = {name: data for name, data in good.items() if name != "xl/worksheets/sheet1.xml"}
    yield "missing.xlsx", package(missing), "damaged_document"
    away = good["xl/_rels/workbook.xml.rels"].replace(b"worksheets/sheet1.xml", b"../../../etc/passwd")
    yield "away.xlsx", package(good | {"xl/_rels/workbook.xml.rels": away}), "damaged_document"
    itself = good["xl/_rels/workbook.xml.rels"].replace(b"worksheets/sheet1.xml", b"workbook.xml")
    yield "itself.xlsx", package(good | {"xl/_rels/workbook.xml.rels": itself}), None
    strict = good["xl/workbook.xml"].replace(MAIN.encode(), b"http://purl.oclc.org/ooxml/spreadsheetml/main")
    yield "strict.xlsx", package(good | {"xl/workbook.xml": strict}), "unsupported_format"


def _sheets() -> Iterator[Case]:
    filler = row(2, "<c><v>1</v></c>" * 100)
    yield "bomb.xlsx", package(xlsx(sheet(filler * 50_000))), "limit_exceeded"
    text = strings(f"<si><t>{'あ' * 20_000_000}</t></si>")
    yield "long-string.xlsx", package(xlsx(sheet(""), strings=text)), "limit_exceeded"
    # stored, so that no ratio gives them away
    flat = zipfile.ZIP_STORED
    yield "cells.xlsx", package(xlsx(sheet(filler * 25_000)), compression=flat), "limit_exceeded"
    yield "empty-cells.xlsx", package(xlsx(sheet(row(2, "<c/>" * 7_000_000))), compression=flat), "limit_exceeded"
    yield "rows.xlsx", package(xlsx(sheet("<row ht='9'/>" * 2_000_000)), compression=flat), "limit_exceeded"
    other = "<x/>" * 7_000_000
    yield "elements.xlsx", package(xlsx(sheet("", other)), compression=flat), "limit_exceeded"
    yield "deep.xlsx", package(xlsx(sheet("", "<x>" * 200_000 + "</x>" * 200_000)), compression=flat), "limit_exceeded"
    yield "deep-row.xlsx", package(xlsx(sheet("<row>" * 90 + "</row>" * 90))), "damaged_document"
    yield (
        "columns.xlsx",
        package(xlsx(sheet("", "<cols>" + "<col min='1' max='9'/>" * 100_000 + "</cols>"))),
        "limit_exceeded",
    )
    yield "far-cell.xlsx", package(xlsx(sheet(row(2, '<c r="XFD1048576"><v>1</v></c>')))), "limit_exceeded"
    yield "far-row.xlsx", package(xlsx(sheet(row(1048576, '<c r="A1048576"><v>1</v></c>')))), "limit_exceeded"
    yield "far-blank.xlsx", package(xlsx(sheet(row(2, '<c r="XFD1048576" s="0"/>')))), None
    merges = '<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'
    yield "huge-merge.xlsx", package(xlsx(sheet("", merges))), "limit_exceeded"
    merges = "<mergeCells>" + '<mergeCell ref="A1:B1"/>' * 100_000 + "</mergeCells>"
    yield "many-merges.xlsx", package(xlsx(sheet("", merges)), compression=flat), "limit_exceeded"
    for ref in ("A0:B1", "A1:B", "XFE1:ZZZZ2", "1:2", ""):
        merges = f'<mergeCells><mergeCell ref="{ref}"/></mergeCells>'
        yield f"merge-{ref}.xlsx", package(xlsx(sheet("", merges))), "damaged_document"
    overlapping = '<mergeCells><mergeCell ref="A1:D9"/><mergeCell ref="B2:E10"/><mergeCell ref="A1:D9"/></mergeCells>'
    yield "overlapping-merges.xlsx", package(xlsx(sheet("", overlapping))), None
    links = '<hyperlinks><hyperlink ref="A1:XFD1048576" r:id="rId9"/></hyperlinks>'
    yield "hyperlink.xlsx", package(xlsx(sheet("", links))), None
    yield "hyperlink-inside.xlsx", package(xlsx(sheet(row(2, f"<c r='A2'>{links}</c>")))), "damaged_document"
    yield "foreign-cell.xlsx", package(xlsx(sheet(row(2, '<x r="XFD1048576"/>')))), "damaged_document"
    entry = '<sheet name="a" sheetId="1" r:id="rId1"/>'
    many = f'<workbook xmlns="{MAIN}" xmlns:r="{RELS}"><sheets>{entry * 1_000}</sheets></workbook>'
    yield "sheets.xlsx", package(xlsx(sheet(""), workbook=many.encode())), "limit_exceeded"
    named = (
        f'<workbook xmlns="{MAIN}" xmlns:r="{RELS}"><sheets>{entry.replace("a", "[*]:/?" * 99, 1)}</sheets></workbook>'
    )
    yield (
        "sheet-name.xlsx",
        package(xlsx(sheet(""), workbook=named.replace("n[*]", "na[*]").encode())),
        "damaged_document",
    )
    fonts = "<font><b/><sz val='11'/></font>" * 150_000
    yield "fonts.xlsx", package(xlsx(sheet(""), styles=styles(fonts=fonts)), compression=flat), "limit_exceeded"
    xfs = '<xf numFmtId="0" fontId="0"><alignment/></xf>' * 64_000
    yield "formats.xlsx", package(xlsx(sheet(""), styles=styles(xfs=xfs)), compression=flat), None
    runs = "<si>" + "<r><t>a</t></r>" * 400_000 + "</si>"
    yield "runs.xlsx", package(xlsx(sheet(""), strings=strings(runs)), compression=flat), "limit_exceeded"


def _values() -> Iterator[Case]:
    def value(content: str, attributes: str = "") -> bytes:
        return package(xlsx(sheet(row(2, f'<c r="A2" {attributes}>{content}</c>')), styles=styles()))

    for number, wrong in enumerate(("x", "nan", "9" * 5_000, "０x")):
        yield f"number-{number}.xlsx", value(f"<v>{wrong}</v>"), "damaged_document"
    for number, odd in enumerate(("1e999", "-1E+300", "1e-300", "9" * 400, "１２")):
        yield f"odd-number-{number}.xlsx", value(f"<v>{odd}</v>"), None
    yield "string-index.xlsx", value("<v>7</v>", 't="s"'), "damaged_document"
    yield "style-index.xlsx", value("<v>7</v>", 's="7"'), "damaged_document"
    yield "surrogate.xlsx", value("<is><t>_xD800_</t></is>", 't="inlineStr"'), None
    for number, code in enumerate(
        ("yyyy/m/d", "[h]:mm", "0" * 30_000, "#,##0" * 50, "[$" * 100, '"' * 99, "0.0E+0", ",,,,0", "ggge", "\\")
    ):
        attribute = code.replace('"', "&quot;")
        looks = styles(f'<numFmt numFmtId="170" formatCode="{attribute}"/>', xfs='<xf numFmtId="170" fontId="0"/>')
        for serial in ("45056.5", "1e300", "-5", "0", "2958466"):
            content = sheet(row(2, f'<c r="A2" s="0"><v>{serial}</v></c>'))
            yield f"format-{number}-{serial}.xlsx", package(xlsx(content, styles=looks)), None
    # as much as the caps let through, each cell with something to report
    formulas = "".join(
        row(n, "".join(f"<c r='{c}{n}' s='0'><f>1</f><v>45056</v></c>" for c in "ABCD")) for n in range(2, 24_500)
    )
    looks = styles(fonts="<font><strike/><color rgb='FFFF0000'/></font>", xfs='<xf numFmtId="14" fontId="0"/>')
    yield "full-of-doubts.xlsx", package(xlsx(sheet(formulas), styles=looks), compression=zipfile.ZIP_STORED), None
    item = "<si><r><t>前</t></r><r><rPr><color rgb='FFFF0000'/></rPr><t>赤</t></r></si>"
    rich = "".join(
        row(n, "".join(f"<c r='{c}{n}' t='s'><v>{n * 2}</v></c>" for c in "ABCDE")) for n in range(2, 12_400)
    )
    many = xlsx(sheet(rich), strings=strings(item * 24_900), styles=styles())
    yield "full-of-ink.xlsx", package(many, compression=zipfile.ZIP_STORED), None


def _words() -> Iterator[Case]:
    flat = zipfile.ZIP_STORED
    for number, span in enumerate(("999999999", "400")):
        spanned = f'<w:tcPr><w:gridSpan w:val="{span}"/></w:tcPr>'
        yield f"span-{number}.docx", package(docx(table(f"<w:tr>{cell('a', spanned)}</w:tr>"))), "limit_exceeded"
    for number, span in enumerate(("-1", "x", "", "9" * 5_000)):
        spanned = f'<w:tcPr><w:gridSpan w:val="{span}"/></w:tcPr>'
        yield f"odd-span-{number}.docx", package(docx(table(f"<w:tr>{cell('a', spanned)}</w:tr>"))), "damaged_document"
    before = "<w:tr><w:trPr><w:gridBefore w:val='999999'/></w:trPr>" + cell("a") + "</w:tr>"
    yield "before.docx", package(docx(table(before))), "limit_exceeded"
    yield "rows.docx", package(docx(table("<w:tr/>" * 300_000)), compression=flat), "limit_exceeded"
    wide = f"<w:tr>{cell('') * 250}</w:tr>" * 450
    yield "cells.docx", package(docx(table(wide)), compression=flat), "limit_exceeded"
    yield "tables.docx", package(docx(table("") * 200)), "limit_exceeded"
    yield "paragraphs.docx", package(docx("<w:p/>" * 900_000 + table("")), compression=flat), "limit_exceeded"
    runs = "<w:r><w:rPr><w:color w:val='FF0000'/></w:rPr><w:t>a</w:t></w:r>" * 150_000
    yield "runs.docx", package(docx(table(f"<w:tr><w:tc><w:p>{runs}</w:p></w:tc></w:tr>")), compression=flat), None
    deep = "<w:sdt><w:sdtContent>" * 45 + "<w:p/>" + "</w:sdtContent></w:sdt>" * 45
    yield "deep.docx", package(docx(deep + table(""))), None
    deeper = "<w:tbl><w:tr><w:tc>" * 50 + "<w:p/>" + "</w:tc></w:tr></w:tbl>" * 50
    yield "deeper.docx", package(docx(deeper)), "limit_exceeded"
    yield "elements.docx", package(docx("<w:p/>" * 1_500_000), compression=flat), "limit_exceeded"
    yield (
        "text.docx",
        package(docx(table(f"<w:tr>{cell('あ' * 11_000_000)}</w:tr>")), compression=flat),
        "damaged_document",
    )
    symbol = "<w:tr><w:tc><w:p><w:r><w:sym w:char='zzzz'/></w:r></w:p></w:tc></w:tr>"
    yield "symbol.docx", package(docx(table(symbol))), "damaged_document"
    chain = "".join(
        f'<w:style w:styleId="s{n}"><w:basedOn w:val="s{n + 1}"/><w:rPr><w:b/></w:rPr></w:style>' for n in range(20_000)
    )
    yield "styles.docx", package(docx(table(""), styles=chain), compression=flat), None
    good = good_docx()
    for part in [name for name in good if name.endswith((".xml", ".rels"))]:
        yield "entities.docx", package(good | {part: LAUGHS.encode() + good[part]}), "forbidden_markup"


def _texts() -> Iterator[Case]:
    most = 32 * 2**20
    yield "tabs.tsv", b"\t" * most, "limit_exceeded"
    yield "lines.tsv", b"\n" * most, "limit_exceeded"
    yield "quotes.tsv", b'"' * (most - 1), None
    yield "quoted.csv", b'"a",' * (most // 8), "limit_exceeded"
    yield "open-quotes.tsv", b'"""x\t' * 250 + b"\n" + b'"a\t\n' * 25_000, "limit_exceeded"
    yield "open-quotes.csv", b"a,b,c\n" + b'"a\n' * 29_000, None
    yield "one-cell.csv", b"a" * most, None
    yield "japanese.tsv", "あ".encode() * (most // 3), None
    yield "nul.tsv", bytes(most), None
    yield "controls.tsv", b"a\tb\tc\n" + b"\x01\t\x02\t\x03\n" * 29_000, None
    yield "over.tsv", b"a" * (most + 1), "limit_exceeded"
    yield "odd-utf-16.tsv", b"\xff\xfea", "undecodable_text"
    yield "utf-32.tsv", b"\xff\xfe\0\0" + "あ".encode("utf-32-le"), "undecodable_text"
    yield "binary.tsv", random.Random(4).randbytes(100_000), "undecodable_text"
    yield "picture.xlsx", b"\x89PNG\r\n\x1a\n" + bytes(100), "unsupported_format"


def mutations(count: int, seed: int) -> Iterator[tuple[str, bytes]]:
    """Good files with bytes changed, cut, doubled or swapped: in the zip, and inside its parts."""
    random_ = random.Random(seed)
    goods: list[tuple[str, Parts]] = [("m.xlsx", good_xlsx()), ("m.docx", good_docx())]
    for number in range(count):
        if number % 10 == 9:
            yield "m.tsv", mutated(good_text(), random_)
            continue
        name, parts = goods[number % 2]
        if number % 4 < 2:
            yield name, mutated(package(parts), random_)
            continue
        part = random_.choice(list(parts))
        yield name, package(parts | {part: mutated(parts[part], random_)})


def mutated(data: bytes, random_: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(random_.randint(1, 4)):
        at = random_.randrange(len(changed) + 1)
        length = random_.choice((1, 1, 2, 8, 40))
        change = random_.randrange(4)
        if change == 0:
            new = random_.randbytes(length)
        elif change == 1:
            new = b""
        elif change == 2:
            new = bytes(changed[at : at + length]) * 2
        else:
            new = random_.choice((b"999999999", b"-1", b"<", b">", b"&", b'"', b"A1", b"XFD1", b"\xff", b"/>"))
        changed[at : at + length] = new
    return bytes(changed)

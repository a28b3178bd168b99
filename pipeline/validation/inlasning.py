"""`inlasning.html`: what reading understood of each file, and what it did not.

Files and sheets, the form that was recognised, the header row, columns read and unread with the
nearest question of the form, rows, and the cells to mend. Headers are quoted, values never."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from pipeline.forms.codebook import Codebook
from pipeline.intake.headers import normal
from pipeline.intake.messages import OUTDATED
from pipeline.intake.refused import Stopped
from pipeline.validation.marked import FOLDER
from pipeline.validation.page_parts import Column, Line, link, paragraph, table, way_back
from pipeline.validation.page_style import page
from pipeline.validation.places import lines, pieces
from pipeline.validation.records import Finding, ValidationSummary, read_summary
from pipeline.validation.summary import Group, group_findings, plural, spaced

PAGE = "inlasning.html"
LINK = (PAGE, "Inläsning", "Vad som lästes ur varje fil, vad som inte lästes, cell för cell.")
KINDS = {
    "xlsx": "Excel", "csv": "Textfil", "kolada": "Kolada", "dokument": "Dokument",
}  # fmt: skip
NEAR = 0.6  # how alike a header is that is suggested
SHOWN = 60  # cells or runs of cells listed for a reason
Source = Mapping[str, Any]


def write_inlasning(
    processed: Path,
    path: Path,
    books: Mapping[str, Codebook],
    place: str = "",
    back: str = "",
    font_face: str = "",
) -> None:
    """Write the page. `processed`: PROCESSED/<year>. `back`: address of the front page. Equal
    content gives equal bytes."""
    sources: dict[str, Source] = json.loads((processed / "kallor.json").read_text("utf-8"))
    summary = read_summary(processed)
    title = f"Inläsning {summary.year}" + (f" – {place}" if place else "")
    trail = way_back(link(back, "Till framsidan")) if back else ""
    path.write_bytes(page(title, _body(sources, summary, books), trail, font_face))


def stopped_page(
    stopped: Stopped, year: int, place: str, copies: Mapping[str, str], font_face: str = ""
) -> bytes:
    """The page of a year that could not be read. `copies`: a file's stem → its marked copy."""
    title = f"Inläsning {year}" + (f" – {place}" if place else "")
    files = sorted({r.file for r in stopped.refused})
    said = (
        f"{plural(len(files), 'fil', 'filer')} går inte att läsa, och då görs inga tal för {year}: "
        "ett tal utan en av filerna vore fel utan att det syns. Det som gjordes senast ligger "
        "kvar. Rätta filerna och kör igen."
    )
    parts = [
        f"<h1>Inläsning {year}: stoppad</h1>", paragraph(said, "ingress"),
        "<h2>Filer och blad att rätta</h2>",
    ]  # fmt: skip
    for file in files:
        parts.append(f"<h3>{escape(file)}</h3>")
        for r in (r for r in stopped.refused if r.file == file):
            parts += [paragraph(line) for line in r.message.splitlines()]
        if copy := copies.get(Path(file).stem):
            parts.append(paragraph(
                f"Rubrikraden är markerad och kommenterad i kopian {copy} i mappen {FOLDER} intill."
            ))  # fmt: skip
    parts.append("<h2>Filer och blad som går att läsa</h2>")
    columns = [Column("Fil och blad"), Column("Formulär"), Column("Rader", "tal")]
    lines_ = [
        Line(escape(_source(source)), [escape(form), spaced(rows)])
        for source, (form, rows) in sorted(stopped.understood.items())
    ]
    parts.append(table("Filer och blad som går att läsa", columns, lines_, said=True)
                 if lines_ else paragraph("Inga."))  # fmt: skip
    if stopped.passed:
        parts.append("<h2>Filer och blad som inte läses</h2>")
        columns = [Column("Fil och blad"), Column("Varför")]
        lines_ = [Line(escape(_source(n)), [escape(w)]) for n, w in sorted(stopped.passed.items())]
        parts.append(table("Filer och blad som inte läses", columns, lines_, said=True))
    return page(title, "\n".join(parts), "", font_face)


def _source(source: str) -> str:
    return source.replace("!", ", blad ", 1)


def outdated(processed: Path) -> list[str]:
    """The sources that were filled in on a form of an older codebook."""
    sources = json.loads((processed / "kallor.json").read_text("utf-8"))
    return sorted(name for name, s in sources.items() if OUTDATED in s["note"])


def nearest(header: str, book: Codebook, taken: Iterable[str]) -> str:
    """The question of a form that an unread header is most like, of those without a column."""
    used = set(taken)
    titles = {normal(t): f.title for f in book.fields if f.name not in used
              for t in (f.title, f.name, *f.aliases)}  # fmt: skip
    close = difflib.get_close_matches(normal(header), titles, n=1, cutoff=NEAR)
    return titles[close[0]] if close else ""


def _body(
    sources: Mapping[str, Source], summary: ValidationSummary, books: Mapping[str, Codebook]
) -> str:
    read = {n: s for n, s in sources.items() if s["table"]}
    passed = {n: s for n, s in sources.items() if not s["table"]}
    files = len({s["file"] for s in read.values()})
    said = f"{plural(files, 'fil är läst', 'filer är lästa')} med " + plural(
        sum(s["rows"] for s in read.values()), "rad", "rader"
    )
    todo = [f for f in summary.findings if f.att_gora]
    parts = [
        f"<h1>Inläsning {summary.year}</h1>",
        paragraph(f"{said}. {plural(len(todo), 'cell', 'celler')} är att rätta.", "ingress"),
        "<h2>Filer och blad som är lästa</h2>",
        _files(read, books),
        "<h2>Att se över i filerna</h2>",
        *(_remarks(read, books) or [paragraph("Ingenting: alla kolumner är lästa.")]),
        "<h2>Filer och blad som inte är lästa</h2>",
        _not_read(passed) if passed else paragraph("Alla filer och blad är lästa."),
        "<h2>Celler att rätta</h2>",
        *_cells(summary, todo),
        "<h2>Så är kolumnerna lästa</h2>",
        *(_columns(name, s, books) for name, s in sorted(read.items())),
    ]
    return "\n".join(p for p in parts if p)


def _files(read: Mapping[str, Source], books: Mapping[str, Codebook]) -> str:
    columns = [Column("Fil och blad"), Column("Slag"), Column("Formulär")]
    columns += [Column(t, "tal") for t in ("Rubrikrad", "Rader", "Lästa kolumner", "Ej lästa")]
    listed = []
    for name, s in sorted(read.items()):
        cells = [
            escape(KINDS.get(str(s["kind"]), str(s["kind"]))),
            escape(books[s["table"]].title if s["table"] in books else s["table"]),
            str(s["header_row"] or "–"),
            spaced(s["rows"]),
            spaced(sum(1 for letters in s["columns"].values() for x in letters if x)),
            spaced(len(s["unread"])),
        ]
        listed.append(Line(escape(_place(name, s)), cells))
    return table("Filer och blad som är lästa", columns, listed, said=True)


def _remarks(read: Mapping[str, Source], books: Mapping[str, Codebook]) -> list[str]:
    """What reading says of a source, and its unread columns with what may have been meant."""
    made = []
    for name, s in sorted(read.items()):
        book = books.get(s["table"])
        said = [escape(s["note"])] if s["note"] else []
        for header in s["unread"]:
            near = nearest(header, book, s["columns"]) if book else ""
            meant = f" Menade du ”{escape(near)}”?" if near else ""
            said.append(f"Kolumnen ”{escape(header)}” är inte läst.{meant}")
        if said:
            items = "".join(f"<li>{text}</li>" for text in said)
            made.append(f"<h3>{escape(_place(name, s))}</h3>\n<ul>{items}</ul>")
    return made


def _not_read(passed: Mapping[str, Source]) -> str:
    listed = [Line(escape(_place(n, s)), [escape(s["note"])]) for n, s in sorted(passed.items())]
    columns = [Column("Fil och blad"), Column("Varför")]
    return table("Filer och blad som inte är lästa", columns, listed, said=True)


def _cells(summary: ValidationSummary, todo: Sequence[Finding]) -> list[str]:
    if not todo:
        return [paragraph("Inga: alla uppgifter klarade kontrollerna.")]
    parts = [
        paragraph(
            f"I mappen {FOLDER} bland årets tabeller ligger en kopia av varje fil med cellerna "
            "markerade och kommenterade, att skicka till den som fyllt i den. Kopian innehåller "
            "samma uppgifter som originalet: hantera den därefter."
        )
    ]
    file = ""
    for group in group_findings(todo):
        if group.file != file:
            file = group.file
            parts.append(f"<h3>{escape(file)}</h3>")
        items = "".join(
            f"<li>{_where(cells)}: {escape(reason)}</li>" for reason, cells in _reasons(group)
        )
        parts.append(
            f"<p><strong>{escape(group.column)}</strong>. Gör så här: {escape(group.todo)}</p>"
            f"<ul>{items}</ul>"
        )
    return parts


def _reasons(group: Group) -> Iterator[tuple[str, list[Finding]]]:
    """The cells of a group by what is wrong with each, in the cells' order."""
    found: dict[str, list[Finding]] = {}
    for f in group.findings:
        found.setdefault(f.orsak or group.reason, []).append(f)
    yield from found.items()


def _where(findings: Sequence[Finding]) -> str:
    found = pieces(findings)
    said = "; ".join(
        escape(f"blad {sheet}, {cells}" if sheet else cells)
        for (_, sheet), cells in lines(found[:SHOWN]).items()
    )
    left = sum(p.count for p in found[SHOWN:])
    return said + (f" och {plural(left, 'cell', 'celler')} till" if left else "")


def _columns(name: str, s: Source, books: Mapping[str, Codebook]) -> str:
    book = books.get(s["table"])
    if book is None:
        return ""
    listed = []
    for field in book.fields:
        letters = [x for x in s["columns"].get(field.name, ()) if x]
        where = f"{letters[0]}–{letters[-1]}" if len(letters) > 2 else ", ".join(letters)
        listed.append(Line(escape(field.title), [where or "finns inte i filen"]))
    columns = [Column(book.title), Column("Kolumn")]
    caption = f"Frågor och kolumner, {_place(name, s)}"
    return (
        f"<details><summary>{escape(_place(name, s))}</summary>\n"
        f"{table(caption, columns, listed, said=True)}\n</details>"
    )


def _place(name: str, s: Source) -> str:
    return f"{s['file']}, blad {s['sheet']}" if s["sheet"] else str(s["file"] or name)

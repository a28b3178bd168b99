"""What people have written, held against the year's numbers: every name is one, and no number is
typed by hand. All faults of all files are told at once, as soon as the numbers are known."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from pipeline.analys import Analys, analyses
from pipeline.errors import IntakeError, PredicateError
from pipeline.facts import named
from pipeline.facts.fact import Fact
from pipeline.facts.named import MergedAwayError, Names, UnknownNameError, parse
from pipeline.publish.untraced.allowed import Allowed, blanks
from pipeline.publish.untraced.allowed import vocabulary as compiled
from pipeline.publish.untraced.permitted import Permit
from pipeline.publish.untraced.tokens import flat, numbers, numeric
from pipeline.report.named import FIELD
from pipeline.report.swedish import show
from pipeline.run.vocabulary import vocabulary
from pipeline.workspace import Workspace

SUGGESTED = 4  # names that a typed number is told to be
SPECS = ("", ".0%", "n", "numerator", "denominator")
_ITEM = re.compile(r"^\s*\d+[.)]\s")  # a numbered list's own numbers
_OPEN = re.compile(r"\{\{|\}\}")
_PUBLIC = "publik"


def check_analyses(workspace: Workspace, year: int) -> None:
    """Raise IntakeError, one message a fault, for names that no chapter shows and numbers typed
    by hand. Both editions' facts have been written down."""
    written = [a for a in analyses(workspace, year) if a.skriven]
    if not written:
        return
    known = {e: _names(workspace, year, e) for e in ("intern", _PUBLIC)}
    typed = Typed(vocabulary(workspace), year, _told(workspace, year))
    wrong = [m for a in written for m in (*_named(a, known), *typed.found(a))]
    if wrong:
        raise IntakeError(wrong)


def _names(workspace: Workspace, year: int, edition: str) -> Names:
    text = named.path(workspace.processed, year, edition).read_text(encoding="utf-8")
    return Names(named.from_json(text), year, edition)


def _lines(each: Analys) -> Iterator[tuple[str, str]]:
    """(place, text) of every line that a reader sees."""
    for number, line in enumerate(each.text.split("\n"), start=each.rad):
        yield f"{each.file}, rad {number}", line
    if each.beslut:
        yield f"{each.file}, beslut", each.beslut


def _named(each: Analys, known: Mapping[str, Names]) -> Iterator[str]:
    for place, line in _lines(each):
        if _OPEN.search(FIELD.sub("", line)):
            yield (
                f"{place}: klamrarna kring ett tals namn går inte ihop.\n"
                "Gör så här: skriv {{namn}} på en och samma rad."
            )
        for match in FIELD.finditer(line):
            yield from _wrong(each, place, match["reference"], match["spec"] or "", known)


def _wrong(each: Analys, place: str, reference: str, spec: str,
           known: Mapping[str, Names]) -> Iterator[str]:  # fmt: skip
    editions = ("intern", _PUBLIC) if each.publik else ("intern",)
    for edition in editions:
        try:
            show(known[edition].find(parse(reference)), spec)
        except MergedAwayError:
            continue  # the sentence says that it is not shown
        except UnknownNameError as error:
            where = " i den publika utgåvan" if edition == _PUBLIC else ""
            yield (
                f"{place}: {{{{{reference}}}}} går inte att visa{where}. {error}\n"
                "Gör så här: rätta namnet; det står vid varje tal i rapportens faktaregister."
            )
            return
        except PredicateError as error:  # a format that does not exist
            yield f"{place}: {{{{{reference}:{spec}}}}} går inte att visa: {error}\n" \
                  "Gör så här: skriv namnet utan kolon, eller :n för underlaget."  # fmt: skip
            return


class Typed:
    """Finds numbers typed by hand, and says what they are called. `told`: the text of a number →
    its names."""

    def __init__(self, allowed: Allowed, year: int, told: Mapping[str, list[str]]) -> None:
        self._permit = Permit(compiled(allowed))
        self._years = allowed.years | {year}
        self._known = told

    def found(self, each: Analys) -> Iterator[str]:
        """A message for each number in a text that is no name, date or year of the report."""
        for place, line in _lines(each):
            text = blanks(_ITEM.sub(_blank, FIELD.sub(_blank, line)))
            covered = bytearray(len(text))
            for start, end in self._permit.spans(text, frozenset(self._years), False):
                covered[start:end] = b"\x01" * (end - start)
            for start, end in numbers(text):
                if any(numeric(text[k]) and not covered[k] for k in range(start, end)):
                    yield self._message(place, text[start:end].strip())

    def _message(self, place: str, token: str) -> str:
        names = self._known.get(flat(token), [])[:SUGGESTED]
        told = " eller ".join(f"{{{{{n}}}}}" for n in names)
        todo = f"skriv {told}" if names else "skriv talets namn inom dubbla klamrar, {{uppfoljda}}"
        said = f"{token} heter {' eller '.join(names)}" if names else "talet har inget namn"
        return (
            f"{place}: ”{token}” är skrivet för hand, och {said}.\n"
            f"Gör så här: {todo}, så att talet går att spåra och ändras med underlaget."
        )


def _blank(match: re.Match[str]) -> str:
    return " " * len(match[0])


def _told(workspace: Workspace, year: int) -> dict[str, list[str]]:
    """The text of every number of the year, without blanks → the names that give it."""
    names = _names(workspace, year, "intern")
    found: dict[str, list[str]] = {}
    for reference, fact in names.of_year():
        for text, part in _texts(fact):
            called = f"{reference}:{part}" if part else reference
            if called not in found.setdefault(flat(text), []):
                found[flat(text)].append(called)
    return {text: sorted(called, key=lambda c: (len(c), c)) for text, called in found.items()}


def _texts(fact: Fact) -> Iterator[tuple[str, str]]:
    if fact.kind in ("word", "constant") or fact.value is None:
        return
    for spec in SPECS if fact.unit == "andel" else ("",):
        yield show(fact, spec).text, spec

"""What each field-level check demands, what is wrong when it fails, and what to do, in Swedish.

The sentences name limits and alternatives from the codebook, never a value from a file.
"""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.forms.codebook import Category, Codebook, Field

IN_CATALOGUE = {  # list → (one answer, several answers): what is demanded, what is wrong
    "enheter": (
        (
            "Enheten ska finnas i kommunens lista.",
            "Enheten finns inte i kommunens lista.",
        ),
        (
            "Alla enheter ska finnas i kommunens lista.",
            "Minst en enhet finns inte i kommunens lista.",
        ),
    ),
    "insatser": (
        (
            "Insatsen ska finnas i kommunens katalog.",
            "Insatsen finns inte i kommunens katalog.",
        ),
        (
            "Alla insatser ska finnas i kommunens katalog.",
            "Minst en insats finns inte i kommunens katalog.",
        ),
    ),
    "verksamheter": (
        (
            "Verksamheten ska finnas i kommunens lista.",
            "Verksamheten finns inte i kommunens lista.",
        ),
        (
            "Alla verksamheter ska finnas i kommunens lista.",
            "Minst en verksamhet finns inte i kommunens lista.",
        ),
    ),
}
SHOWN_ALTERNATIVES = 6


@dataclass(frozen=True, slots=True)
class Words:
    """`krav`: what is demanded. `orsak`: what is wrong. `gor_sa`: what to do about it."""

    krav: str
    orsak: str
    gor_sa: str


def missing(field: Field) -> Words:
    """The cell is empty."""
    if field.severity == "critical":
        todo = "Fyll i uppgiften. Raden räknas inte förrän det är gjort."
    else:
        todo = "Fyll i uppgiften om den är känd. Raden räknas ändå."
    return Words("Uppgiften ska vara ifylld.", "Uppgiften saknas.", todo)


def unreadable(field: Field, catalogue: str = "") -> Words:
    """The cell holds something that cleaning could not make sense of."""
    if catalogue:
        return _not_in_catalogue(field, catalogue)
    if field.type == "list" or (field.categories and not open_number(field)):
        return alternatives(field)
    if field.type == "date":
        return Words(
            "Datumet ska gå att läsa.",
            "Datumet går inte att läsa.",
            "Skriv år, månad och dag med siffror, till exempel 2025-03-14.",
        )
    if field.type in ("integer", "number"):
        what = "Ett heltal ska stå i cellen." if field.type == "integer" else "Ett tal ska stå här."
        todo = f"Skriv bara talet, utan text och enhet{_or_missing(field)}."
        return Words(what, "Talet går inte att läsa.", todo)
    if field.type == "boolean":
        return Words(
            "Svaret ska vara ja eller nej.",
            "Svaret är varken ja eller nej.",
            "Skriv Ja eller Nej, eller lämna cellen tom.",
        )
    return Words(
        "Uppgiften ska gå att läsa.",
        "Uppgiften går inte att läsa.",
        "Öppna cellen och skriv uppgiften på nytt. Felvärden som #SAKNAS! räknas som oläsliga.",
    )


def own_words(category: Category) -> Words:
    """The answer is somebody's own words, and counts as the category that is for such."""
    return Words(
        "Svar med egna ord räknas som ett alternativ för sig.",
        f"Svaret är skrivet med egna ord och räknas som ”{category.label}”.",
        "Ingenting behöver göras; orden står bland fritextsvaren. Menar många samma sak: lägg till "
        "det som ett alternativ, eller som ett skrivsätt (aliases), i kodboken.",
    )


def open_number(field: Field) -> bool:
    """Whether any number will do, though some words that mean no answer will too."""
    return field.type in ("integer", "number") and not field.substantive


def alternatives(field: Field) -> Words:
    """The answer is none of the form's."""
    scale = scale_of(field)
    if scale:
        return Words(
            f"Svaret ska ligga på skalan {scale}.",
            f"Svaret ligger utanför skalan {scale}.",
            f"Skriv ett tal på skalan {scale}{_or_missing(field)}, eller lämna cellen tom.",
        )
    labels = [f"”{c.label}”" for c in field.categories]
    if 0 < len(labels) <= SHOWN_ALTERNATIVES:
        todo = f"Välj bland formulärets svar: {', '.join(labels)}."
    else:
        todo = "Välj bland formulärets svar, som står i formuläret och i kodboken."
    if field.type == "list":
        return Words(
            "Alla svar ska finnas bland svarsalternativen.",
            "Minst ett av svaren finns inte bland svarsalternativen.",
            todo,
        )
    return Words(
        "Svaret ska finnas bland svarsalternativen.",
        "Svaret finns inte bland svarsalternativen.",
        todo,
    )


def stored(words: Words) -> Words:
    """The same about the value that cleaning made of the cell: the second lock on the door."""
    return Words(
        "Det inlästa värdet ska vara ett av de svar som finns.",
        "Det inlästa värdet är inget av de svar som finns.",
        words.gor_sa,
    )


def limits(book: Codebook, field: Field) -> Words:
    """The number or date lies outside the codebook's limits."""
    low, high = number(field.minimum), number(field.maximum)
    unit = f" {field.unit}" if field.unit else ""
    if field.type == "date":
        noun, before, after = "Datumet", "ligger före", "ligger efter"
        todo = "Kontrollera datumet, särskilt årtalet."
    elif book.kind == "survey" and low and high and not unit:
        return Words(
            f"Svaret ska ligga på skalan {low}–{high}.",
            f"Svaret ligger utanför skalan {low}–{high}.",
            f"Skriv ett tal på skalan {low}–{high}, eller lämna cellen tom.",
        )
    else:
        noun, before, after = "Talet", "är lägre än", "är högre än"
        todo = "Kontrollera talet, eller lämna cellen tom om det inte är känt."
    if low and high:
        return Words(
            f"{noun} ska ligga mellan {low} och {high}{unit}.",
            f"{noun} ligger inte mellan {low} och {high}{unit}.",
            todo,
        )
    side, limit = (before, low) if low else (after, high)
    return Words(
        f"{noun} får inte {_infinitive(side)} {limit}{unit}.",
        f"{noun} {side} {limit}{unit}.",
        todo,
    )


def pattern(field: Field) -> Words:
    """The text does not have the codebook's form."""
    hint = f" {field.description}" if field.description else ""
    return Words(
        "Uppgiften ska ha den form som kodboken anger.",
        "Uppgiften har inte den form som kodboken anger.",
        f"Skriv uppgiften i rätt form.{hint}",
    )


def unique(field: Field) -> Words:
    """The same value stands in several rows."""
    return Words(
        "Varje rad ska ha sin egen uppgift i kolumnen.",
        "Samma uppgift står på flera rader.",
        "Ge varje rad sin egen uppgift, eller ta bort den rad som är fel.",
    )


def scale_of(field: Field) -> str:
    """`1–5` when the answers are whole numbers in an unbroken row, else an empty text."""
    values = [c.value for c in field.substantive]
    whole = sorted(v for v in values if isinstance(v, int) and not isinstance(v, bool))
    if len(whole) < 2 or len(whole) != len(values) or whole[-1] - whole[0] + 1 != len(whole):
        return ""
    return f"{whole[0]}–{whole[-1]}".replace("-", "−")


def number(value: str | float | None) -> str:
    """A limit as a reader writes it: `0.5` → `0,5`, `3.0` → `3`, dates as they are."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return f"{value:.15g}".replace(".", ",").replace("-", "−")


def _not_in_catalogue(field: Field, catalogue: str) -> Words:
    demanded, wrong = IN_CATALOGUE[catalogue][field.type == "list"]
    todo = (
        "Rätta namnet i cellen. Är namnet riktigt: lägg till det som alias "
        f"i [[{catalogue}]] i filen kommun.toml."
    )
    return Words(demanded, wrong, todo)


def _or_missing(field: Field) -> str:
    labels = [f"”{c.label}”" for c in field.categories if c.missing]
    return f" eller {' eller '.join(labels)}" if labels else ""


def _infinitive(side: str) -> str:
    return side.replace("ligger", "ligga").replace("är", "vara")

"""What drafting is unsure of, in the analyst's words: never an answer that somebody wrote."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline.privacy.screen import mask

WIDTH = 79
SHOWN = 10  # in the terminal; all of them stand in the file


@dataclass(frozen=True, slots=True)
class Ask:
    """`where`: file and column, or field; `text`: what was assumed; `todo`: what to change if it
    is wrong. `topic`: what several of the same sort are told as, key of TOPICS."""

    where: str
    text: str
    todo: str = ""
    topic: str = ""


# What is told once, when it holds of more than a few columns.
TOPICS = {
    "antal": "Svaren är små heltal och läses som antal, var kolumn för sig.",
    "kort": "Svaren är korta, men för olika eller för få för att vara säkra alternativ. De läses "
    "som fritext och visas inte.",
    "bakvänd": "Filens siffror går från högt till lågt. Svaren visas i skalans ordning, med filens "
    "siffror som värden.",
}
FEW = 3


def gathered(asks: Iterable[Ask]) -> list[Ask]:
    """The questions, with those of one topic as one where they are many."""
    asks = list(asks)
    made: list[Ask] = []
    done: set[str] = set()
    for ask in asks:
        same = [a for a in asks if a.topic and a.topic == ask.topic]
        if len(same) <= FEW:
            made.append(ask)
        elif ask.topic not in done:
            done.add(ask.topic)
            columns = ", ".join(a.where.rpartition("kolumn ")[2] for a in same)
            file = same[0].where.partition(", kolumn ")[0]
            made.append(Ask(f"{file}, kolumn {columns}", TOPICS[ask.topic], ask.todo))
    return made


def markdown(title: str, said: Iterable[str], asks: Sequence[Ask], path: str) -> str:
    """The file beside the codebook."""
    lines = [f"# Frågor om kodboken ”{title}”", ""]
    if asks:
        lines += [
            f"Kodboken {path} går att använda som den är. Här står vad utkastet har antagit och "
            "inte är säkert på. Svaren ändras i kodboken.",
        ]
    else:
        lines += [f"Kodboken {path} går att använda som den är. Inget är oklart."]
    told = list(said)
    if told:
        lines += ["", "## Så lästes filen", "", *(f"- {mask(s)[0]}" for s in told)]
    if asks:
        lines += ["", "## Att ta ställning till", ""]
        for number, ask in enumerate(asks, start=1):
            lines.append(f"{number}. **{mask(ask.where)[0]}.** {mask(ask.text)[0]}")
            if ask.todo:
                lines.append(f"   *Gör så här:* {mask(ask.todo)[0]}")
    return "\n".join(lines) + "\n"


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, subsequent_indent="   ", break_long_words=False)


def terminal(asks: Sequence[Ask]) -> list[str]:
    """The first of them, as lines."""
    lines: list[str] = []
    for number, ask in enumerate(asks[:SHOWN], start=1):
        lines += _wrapped(f"{number}. {mask(ask.where)[0]}: {mask(ask.text)[0]}")
        if ask.todo:
            lines += _wrapped(f"   Gör så här: {mask(ask.todo)[0]}")
    if len(asks) > SHOWN:
        lines.append(f"… och {len(asks) - SHOWN} till i filen.")
    return lines

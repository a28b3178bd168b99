"""The verbs of `python -m pipeline`, thin. Exit codes: 0 done (rows to mend included), 1 nothing
usable could be built, 2 wrong call, 3 a gate refused."""

from __future__ import annotations

import argparse
import datetime as dt
import os
import sys
import textwrap
from collections.abc import Callable, Sequence

from pipeline import showing
from pipeline.arguments import parser
from pipeline.errors import UppfoljningError, UsageError, in_use
from pipeline.showing import as_json, where
from pipeline.workspace import REPO, Workspace, settings_words

EXAMPLE_YEARS = (2023, 2024, 2025)
WIDTH = 80
DISK = "kontrollera att mappen finns och att disken inte är full, och kör kommandot igen."


def main(argv: Sequence[str] | None = None) -> int:
    """Run a verb; the answer is the exit code. The user meets a message, never a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8")
    given = parser().parse_args(argv)
    code = _done(given)
    _log(given, code)
    return code


def _done(given: argparse.Namespace) -> int:
    try:
        _VERBS[given.called](given)
    except UppfoljningError as error:
        return _refused(given, error)
    except BrokenPipeError:  # the reader has seen enough: `… facts | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except PermissionError as error:
        return _refused(given, in_use(error.filename))
    except OSError as error:
        what = f"{error.filename or 'En fil'} går inte att läsa eller skriva ({error.strerror})."
        return _refused(given, UppfoljningError(f"{what}\nGör så här: {DISK}"))
    except KeyboardInterrupt:
        print("\nAvbrutet. Den senaste färdiga rapporten ligger kvar.", file=sys.stderr)
        return 130
    return 0


def _refused(given: argparse.Namespace, error: UppfoljningError) -> int:
    """Say what went wrong, in the words of the settings that the municipality has."""
    said = settings_words(getattr(given, "raw", None) or REPO)(str(error))
    if sys.stderr.isatty():  # a terminal breaks lines in the middle of words
        said = "\n".join(_filled(line) for line in said.splitlines())
    print(f"\n{said}\n", file=sys.stderr)
    return error.exit_code


def _filled(line: str) -> str:
    indent = " " * (len(line) - len(line.lstrip()))
    return textwrap.fill(
        line, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )


def _log(given: argparse.Namespace, code: int) -> None:
    """A line in the log of builds, for what builds, verifies or destroys."""
    from pipeline.run import log

    if given.called not in log.LOGGED or code == UsageError.exit_code:
        return
    trial = given.called == "gallra" and not given.utfor
    if trial or (given.year is None and not Workspace(given.raw, given.raw, given.raw).years()):
        return
    _, year = where(given)
    try:
        log.note(given.processed, given.called, year, code, getattr(given, "dnr", ""))
    except OSError as error:
        print(f"Byggloggen gick inte att skriva ({error.strerror}).", file=sys.stderr)


def _annual(given: argparse.Namespace) -> None:
    from pipeline.run.execute import kernels_of

    workspace, year = where(given)
    with kernels_of(workspace) as kernels:
        kernels.warm()  # in a process of its own, while this one imports what an edition takes
        from pipeline.run.annual import annual

        made = annual(
            workspace, year, given.date, say=print, disposed=given.efter_gallring,
            anew=given.allt, talkative=given.varfor, kernels=kernels,
        )  # fmt: skip
    if given.profil:
        from pipeline.run import profiling

        written = profiling.write(workspace.processed, year)
        print("\n".join(["", *profiling.table(), "", f"Samma siffror: {written}"]))
    _tell(workspace, year)
    print(f"\nRapporten för {year} är klar:")
    for name in ("arsrapport.html", "arsrapport.pdf", "index.html"):
        print(f"  {made / name}")
    print("Den publika utgåvan, det enda som får lämna huset:")
    print(f"  {made.parent / 'publik' / 'index.html'}")


def _tertial(given: argparse.Namespace) -> None:
    from pipeline.run.tertial import tertial

    if given.tertial is None:
        raise UsageError("Ange vilket tertial som ska sammanställas: T=1, T=2 eller T=3.")
    workspace, year = where(given)
    made = tertial(workspace, year, given.tertial, given.date, say=print)
    print(f"\nSammanställningen är klar, ett underlag per enhet:\n  {made.parent / 'index.html'}")


def _audit(given: argparse.Namespace) -> None:
    from pipeline.run.audit import audit
    from pipeline.run.audit_freeze import freeze

    workspace, year = where(given)
    if given.version:
        frozen = freeze(
            workspace, year, given.besok, given.version, given.beslutad_av, given.date, print
        )
        print(f"Det som ska skickas till verksamheten: {frozen}")
    elif given.beslutad_av:
        raise UsageError("--beslutad-av hör till VERSION=v0 eller VERSION=v1.")
    made = audit(workspace, year, given.besok, given.date, say=print)
    print(f"\nVerksamhetsuppföljningens handlingar är klara:\n  {made / 'index.html'}")


def _fetch(given: argparse.Namespace) -> None:
    from pipeline.run.fetch import asked, fetch

    workspace, year = where(given)
    day = given.date or dt.date.today()
    fetch(workspace, year, day, asked(given.nyckeltal, given.kommuner, given.ar), say=print)


def _validate(given: argparse.Namespace) -> None:
    from pipeline.run.annual import tables

    workspace, year = where(given)
    tables(workspace, year, say=print)
    _tell(workspace, year)


def _forms(given: argparse.Namespace) -> None:
    from pipeline.run.annual import tables
    from pipeline.run.blanketter import forms, visit_forms

    workspace = Workspace(given.raw, given.processed, given.reports)
    year = given.year or next(reversed(workspace.years()), None)
    if year is None:
        raise UsageError("Ange vilket år blanketterna gäller: YEAR=…")
    if given.besok:
        tables(workspace, year, say=print)
        made = visit_forms(workspace, year, given.besok, given.date)
        print(f"\nBlanketterna för besöket {given.besok} är klara:")
        print("\n".join(f"  {path}" for path in made))
        return
    print(f"Blanketterna för {year} skrivs …")
    out = forms(workspace, year, given.date, say=print)
    print(f"\nBlanketterna ligger i\n  {out}")
    print(f"Fyll i och spara dem i\n  {workspace.raw / str(year)}")


def _tell(workspace: Workspace, year: int) -> None:
    from pipeline.validation.inlasning import outdated
    from pipeline.validation.marked import FOLDER
    from pipeline.validation.records import read_summary
    from pipeline.validation.summary import terminal_summary

    folder = workspace.processed / str(year)
    print("\n" + terminal_summary(read_summary(folder), mending_list=str(folder / "att_ratta.csv")))
    for source in outdated(folder):
        print(f"{source}: blanketten är gjord efter en äldre kodbok. Hämta en ny: make forms")
    if (folder / FOLDER).is_dir():
        print(
            f"Kopior av filerna, med cellerna markerade, att skicka tillbaka:\n  {folder / FOLDER}"
        )


def _prove(given: argparse.Namespace) -> None:
    from pipeline.trace.prove.run import prove, refuse, words

    workspace, year = where(given)
    asked = {k: getattr(given, k) for k in ("mutations", "rebuilt", "editions", "seed")}
    chosen = {k: v for k, v in asked.items() if v is not None}
    say = (lambda _: None) if given.json else print
    proof = prove(workspace, year, say, **chosen)
    print(as_json(proof.json()) if given.json else words(proof))
    refuse(proof)


def _verify(given: argparse.Namespace) -> None:
    from pipeline.trace.verify import refuse, verify

    workspace, year = where(given)
    edition = workspace.reports / str(year) / "intern"
    verdict = verify(workspace, year, edition, workspace.processed)
    print(as_json(verdict.json()) if given.json else "\n".join(verdict.lines()))
    refuse(verdict)


def _reproduce(given: argparse.Namespace) -> None:
    from pipeline.run.reproduce import refuse, reproduce

    workspace, year = where(given)
    compared = reproduce(workspace, year, given.date, say=print)
    print("\n".join(compared.lines()))
    refuse(compared)


def _attack(given: argparse.Namespace) -> None:
    from pipeline.run.attack import attack_edition, refuse_leaks

    workspace, year = where(given)
    audit = attack_edition(workspace, year)
    if given.json:
        print(as_json(audit.json()))
    elif audit.passed:
        print("\n".join(audit.lines()))
    refuse_leaks(workspace, year, audit)


def _release(given: argparse.Namespace) -> None:
    from pipeline.run.release import Decision, release

    workspace, year = where(given)
    decision = Decision(given.stage, given.beslutad_av, given.rattelse, given.trots)
    made = release(workspace, year, decision, print, given.date)
    print(f"\nPublicerad och fryst: {made.name}. Det som ska spridas ligger i\n  {made / 'publik'}")
    print(f"Underlaget till nämnden, av samma tal, ligger i\n  {made / 'intern' / 'underlag'}")
    print("Kör make annual innan något mer publiceras: utgåvan binder de kommande.")


def _dispose(given: argparse.Namespace) -> None:
    from pipeline.disposal.choose import Asked
    from pipeline.run import gallra, gallra_plan, gallra_words

    workspace, year = where(given)
    made = gallra.recorded(workspace, year, given.dnr)
    if made is None:
        if not (given.beslutad_av and given.beslutsdatum):
            raise UsageError(
                "Ange vilken roll som beslutade och när: --beslutad-av, --beslutsdatum."
            )
        asked = Asked(given.rader, given.hel_fil, given.allt_fore, given.falt)
        day = given.beslutsdatum.isoformat()
        planned = gallra_plan.plan(workspace, year, given.dnr, given.beslutad_av, day, asked)
        if not given.utfor:
            print("\n".join(gallra_words.planned(planned)))
            return
        made = planned.disposal
    elif not given.utfor:
        print("\n".join(gallra_words.done(made)))
        return
    path = gallra.carry_out(workspace, made, say=print)
    print("\n".join(gallra_words.done(made)))
    gallra.checked(workspace, made, say=print)
    print(f"Protokollet, utan innehåll ur raderna: {path}")


def _draw(given: argparse.Namespace) -> None:
    from pipeline.run import draw_words
    from pipeline.run.annual import tables
    from pipeline.run.draw import Asked, draw_kunder

    workspace, year = where(given)
    tables(workspace, year, say=print)
    asked = Asked(given.besok, given.dragen_av, given.forkasta)
    made = draw_kunder(workspace, year, asked, given.date, say=print)
    print("\n" + "\n".join(draw_words.drawn(made)))


def _draw_check(given: argparse.Namespace) -> None:
    from pipeline.run import draw_words
    from pipeline.run.annual import tables
    from pipeline.run.draw import check_draw

    workspace, year = where(given)
    tables(workspace, year, say=(lambda _: None) if given.json else print)
    made = check_draw(workspace, year, given.besok)
    print(as_json(draw_words.record(made)) if given.json else "\n".join(draw_words.checked(made)))
    draw_words.refuse(made)


def _letters(given: argparse.Namespace) -> None:
    from pipeline.run.annual import tables
    from pipeline.run.letters import make_letters

    workspace, year = where(given)
    tables(workspace, year, say=print)
    made = make_letters(workspace, year, given.besok, given.date, say=print)
    print(f"\nBreven ligger i en mapp för varje besök (brev), som PDF och e-postutkast:\n  {made}")


def _example(given: argparse.Namespace) -> None:
    from pipeline.exempel import ROWS, SEED, make_example

    years = given.year or EXAMPLE_YEARS
    rows = ROWS if given.rows is None else given.rows
    seed = SEED if given.seed is None else given.seed
    make_example(given.raw, years, rows, seed)
    print(f"Exempelkommunens filer för {', '.join(map(str, years))} ligger i {given.raw}.")


def _codebook(given: argparse.Namespace) -> None:
    from pipeline.intake.drafting.asks import terminal
    from pipeline.run.drafting import write_codebook

    made = write_codebook(given.raw, given.file, given.out, given.lagg_till)
    fields = len(made.drafted.doc["fields"])
    print(f"Kodboken har {fields} fält och går att använda som den är:\n  {made.codebook}")
    if made.drafted.asks:
        print(f"\n{len(made.drafted.asks)} frågor till dig, som också står i\n  {made.questions}\n")
        print("\n".join(terminal(made.drafted.asks)))
    else:
        print(f"Så lästes filen: {made.questions}")


def _suites(given: argparse.Namespace) -> None:
    from pipeline.forms.codebook import load_codebooks
    from pipeline.validation.suites import generate_suites
    from pipeline.workspace import Kommun

    for name in generate_suites(load_codebooks(Kommun()), REPO / "expectations"):
        print(f"expectations/{name}")


_VERBS: dict[str, Callable[[argparse.Namespace], None]] = {
    "tertial": _tertial,
    "audit": _audit,
    "letters": _letters,
    "draw": _draw,
    "draw-check": _draw_check,
    "forms": _forms,
    "fetch": _fetch,
    "prove": _prove,
    "verify": _verify,
    "attack": _attack,
    "reproduce": _reproduce,
    "release": _release,
    "status": showing.status,
    "gallra": _dispose,
    "exempel": _example,
    "diff": showing.diff,
    "sample": showing.sample,
    "codebook": _codebook,
    "suites": _suites,
    "annual": _annual,
    "validate": _validate,
    "facts": showing.facts,
    "trace": showing.trace,
    "dependents": showing.dependents,
}

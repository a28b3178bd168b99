"""What is known of survey tools' exports, by rules of our own: which rows are headers, what each
column may be called by all of them, where answers begin and which are none.

`Layout.heads`: 0-based header rows; `names`: of each column its names; `first`: the first row of
answers (0-based); `aside`: 0-based row → why its answer does not count.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pipeline.privacy.columns import personal

if TYPE_CHECKING:
    from pipeline.trace.verify.reading import Cell, Rows

Names = list[list[str]]
UNSENT, TEST, PREVIEW = "ofullstandigt_svar", "testsvar", "forhandsgranskning"
SPAM, REFUSED = "skrapsvar", "underkant_svar"
TOP = 5
_SPACE = re.compile(r"[\s\u00a0\u200b\ufeff]+")


@dataclass(frozen=True, slots=True)
class Layout:
    heads: tuple[int, ...]
    names: Names
    first: int
    aside: Mapping[int, str] = field(default_factory=dict)
    values: Mapping[int, Mapping[str, str]] = field(default_factory=dict)  # mapping files
    form: str = ""


def layout_of(rows: Rows) -> Layout | None:
    """The layout of the tool that wrote the rows; None where no tool is known."""
    every: Sequence[Callable[[Rows], Layout | None]] = (
        _qualtrics, _surveymonkey, _microsoft, _kobo, _redcap, _limesurvey, _google,
    )  # fmt: skip
    for tool in every:
        if (found := tool(rows)) is not None:
            return found
    return None


def stacked(rows: Rows) -> Layout | None:
    """Two rows of texts taken together, where the upper has gaps that the lower fills."""
    for i in range(min(10, len(rows) - 2)):
        pair = rows[i], rows[i + 1]
        at = [{j for j, c in enumerate(r) if c} for r in pair]
        words = all(c is None or c[0] == "s" for r in pair for c in r)
        if min(map(len, at)) < 2 or not words or not at[1] - at[0]:
            continue
        names: Names = []
        group = ""
        for j in range(max(map(len, pair))):
            upper, lower = _say(pair[0], j), _say(pair[1], j)
            group = upper or (group if lower else "")
            both = [f"{group} {lower}", f"{group} [{lower}]", lower]
            names.append(both if lower and group else [upper or lower] if upper or lower else [])
        return Layout((i, i + 1), names, i + 2)
    return None


def _say(row: Sequence[Cell], j: int | None) -> str:
    cell = row[j] if j is not None and j < len(row) else None
    return _SPACE.sub(" ", cell[1]).strip() if cell else ""


def _low(text: str) -> str:
    return text.strip(" :.?*").lower()


def _lows(row: Sequence[Cell]) -> list[str]:
    return [_low(_say(row, j)) for j in range(len(row))]


def _each(row: Sequence[Cell]) -> Names:
    return [[s] if (s := _say(row, j)) else [] for j in range(len(row))]


def _where(row: Sequence[Cell], words: str) -> int | None:
    wanted = words.split("|")
    return next(
        (j for j, (c, w) in enumerate(zip(row, _lows(row), strict=True))
         if c and c[0] == "s" and w in wanted), None
    )  # fmt: skip


def _marked(rows: Rows, first: int, j: int | None, told: Mapping[str, str]) -> dict[int, str]:
    """Rows whose cell in a column has one of the words (apart by `|`) that tell a reason."""
    said = {w: why for words, why in told.items() for w in words.split("|")}
    if j is None:
        return {}
    return {i: said[w] for i in range(first, len(rows)) if (w := _low(_say(rows[i], j))) in said}


def _microsoft(rows: Rows) -> Layout | None:
    start = "start time|starttid|starttidspunkt|startzeit|aloitusaika|heure de début"
    end = (
        "completion time|slutförandetid|tid för slutförande|fullføringstidspunkt|fullføringstid|"
        "fuldførelsestidspunkt|fertigstellungszeit|valmistumisaika|heure de fin"
    )
    for i, row in enumerate(rows[:TOP]):
        a, b = _where(row, start), _where(row, end)
        if a is not None and b is not None and a < b:
            return Layout((i,), _each(row), i + 1)
    return None


def _google(rows: Rows) -> Layout | None:
    stamp = (
        "timestamp|tidstämpel|tidsstämpel|tidsstempel|tidsmerke|zeitstempel|aikaleima|horodateur"
    )
    if not rows or len(rows[0]) < 2 or _low(_say(rows[0], 0)) not in stamp.split("|"):
        return None
    told = [r[0] for r in rows[1:21] if r and r[0]]
    dated = r"\d{1,4}[-/. ]\d{1,2}[-/. ]\d{1,4}\b"
    if any(c and c[0] != "d" and not re.match(dated, c[1].strip()) for c in told):
        return None
    return Layout((0,), _each(rows[0]), 1)


_PERSONS = {"name", "namn", "navn", "first name", "last name", "förnamn", "efternamn", "vorname",
            "nachname", "för- och efternamn"}  # fmt: skip


def _surveymonkey(rows: Rows) -> Layout | None:
    who = (
        "respondent id|respondent-id|respondentid|respondent_id|svarande-id|befragten-id|"
        "teilnehmer-id"
    )
    where = (
        "collector id|collector-id|collectorid|collector_id|insamlar-id|insamlare-id|"
        "innsamler-id|kollektor-id"
    )
    own = (
        f"{who}|{where}|start date|end date|startdate|enddate|startdatum|slutdatum|enddatum|"
        "ip address|ip-adress|ip-adresse|ipaddress|email address|e-postadress|e-mail-adresse|"
        "emailaddress|first name|last name|firstname|lastname|förnamn|efternamn|vorname|nachname|"
        "customdata|custom data|custom data 1|anpassade data|anpassade data 1|date created|"
        "date modified|date_created|date_modified|response status|svarsstatus|antwortstatus"
    ).split("|")
    alone = (
        "response|open-ended response|svar|öppet svar|fritextsvar|svar med fritext|antwort|"
        "antwort mit offenem ende|offene antwort|åpent svar"
    ).split("|")
    partial = (
        "incomplete|partial|partially completed|ofullständigt|ofullständig|delvis|"
        "delvis besvarad|unvollständig"
    )
    for i, row in enumerate(rows[:TOP]):
        person, collector = _where(row, who), _where(row, where)
        if person is None or collector is None:
            continue
        below = rows[i + 1] if i + 1 < len(rows) else []
        two = any(below) and not _say(below, person)
        first = i + 1 + two
        status = _where(row, "response status|svarsstatus|antwortstatus")
        names, question, contact = _each(row), "", False
        if two:
            names = []
            for j in range(max(len(row), len(below))):
                upper, lower = _say(row, j), _say(below, j)
                if _low(upper) in own and upper:
                    names.append([upper])
                    continue
                if upper:
                    question = upper
                    end = next((k for k in range(j + 1, len(below)) if _say(row, k)), len(below))
                    block = {_low(_say(below, k)) for k in range(j, end)}
                    contact = bool(block & _PERSONS)
                if not question or not (upper or lower):
                    names.append([upper or lower] if upper or lower else [])
                elif not lower or lower.lower() in alone:
                    names.append([question])
                else:
                    names.append(
                        [f"{question} [{lower}]"] + [lower] * (contact and personal(lower))
                    )
        aside = _marked(rows, first, status, {partial: UNSENT})
        return Layout(tuple(range(i, first)), names, first, aside)
    return None


_Q_ID = "responseid|response id|_recordid"
_Q_KIND = {"status": "status", "response type": "status", "progress": "progress",
           "finished": "finished", "distributionchannel": "channel",
           "distribution channel": "channel"}  # fmt: skip
_Q_OWN = (
    "responseid|response id|responseset|recordeddate|_recordid|distributionchannel|"
    "externaldatareference|finished|recipientemail|locationlatitude"
).split("|")


def _import(text: str) -> str:
    found = re.match(r"""^\{["']ImportId["']\s*:\s*["']([^"']*)["'].*\}$""", text, re.DOTALL)
    return found[1] if found else ""


def _qualtrics(rows: Rows) -> Layout | None:
    for i in range(min(TOP, len(rows))):
        ids = None
        for k in range(i, min(i + 3, len(rows))):
            said = [s for j in range(len(rows[k])) if (s := _say(rows[k], j))]
            if said and sum(_import(s) != "" for s in said) * 2 >= len(said):
                ids = k
                break
        if ids is None and sum(w in _Q_OWN for w in _lows(rows[i])) < 3:
            continue
        first = ids + 1 if ids is not None else _first_answer(rows, i)
        coded = i > 0 and sum(bool(re.fullmatch(r"V\d+", s[0])) for s in _each(rows[i - 1]) if s)
        top = i - 1 if i and coded >= 3 else i
        return _qualtrics_layout(rows, top, first)
    return None


def _first_answer(rows: Rows, header: int) -> int:
    at = [j for j, w in enumerate(_lows(rows[header])) if w in _Q_ID.split("|")]
    for k in (header + 1, header + 2):
        row = rows[k] if k < len(rows) else []
        if any(re.fullmatch(r"(R|FS|SS|RS)_\w+", _say(row, j)) for j in at):
            return k
        if sum(w in _Q_OWN for w in _lows(row)) < 2:
            return k
    return header + 1


def _qualtrics_layout(rows: Rows, top: int, first: int) -> Layout:
    heads = rows[top:first]
    names: Names = []
    tells: dict[str, int] = {}
    for j in range(max(map(len, heads))):
        every = [_say(r, j) for r in heads]
        for s in every:
            kind = _Q_KIND.get((_import(s) or s).lower())
            if kind:
                tells.setdefault(kind, j)
        said = [s for s in every if s and not _import(s)]
        own = list(dict.fromkeys(said))
        for question in said[1:]:
            sign = " - " if " - " in question else "-"
            stem, dash, option = question.rpartition(sign)
            stem, option = stem.strip(), option.strip()
            if dash and stem and option:
                stem = stem.removesuffix(" - Selected Choice").strip()
                own.append(f"{stem} [{option}]")
                own += [stem] * (option == "Selected Choice")
        names.append(own)
    aside: dict[int, str] = {}
    if "finished" in tells:
        never = "0|false|falsch|falskt|falsk|usann|nej|no"
        aside |= _marked(rows, first, tells["finished"], {never: UNSENT})
    elif "progress" in tells:
        for i in range(first, len(rows)):
            share = _say(rows[i], tells["progress"]).rstrip(" %")
            if share.isdigit() and int(share) < 100:
                aside[i] = UNSENT
    aside |= _marked(rows, first, tells.get("channel"), {"preview": PREVIEW, "test": TEST})
    status = {
        "survey preview|1|preview|offline survey preview|17": PREVIEW,
        "survey test|2|test": TEST, "spam|8|spam survey preview|9": SPAM,
    }  # fmt: skip
    aside |= _marked(rows, first, tells.get("status"), status)
    return Layout(tuple(range(top, first)), names, first, aside)


_LS_OWN = (
    "lastpage|startlanguage|seed|startdate|datestamp|ipaddr|refurl|token|interviewtime|last page|"
    "start language|date started|date last action|response id|sista sida|sista sidan|startspråk|"
    "svars-id|letzte seite|start-sprache|antwort id"
).split("|")
_LS_SENT = (
    "submitdate|date submitted|datum för inskick|datum inskickat|datum inskickad|"
    "inskickningsdatum|datum skickat|datum abgeschickt|dato innsendt"
).split("|")


def _limesurvey(rows: Rows) -> Layout | None:
    both = re.compile(r"([A-Za-z]\w*(\[[^\]]*\])+|[A-Za-z]\w*\d\w*)\.\s+\S.*", re.DOTALL)
    for i, row in enumerate(rows[:TOP]):
        lows = _lows(row)
        texts = [c[1].strip() if c and c[0] == "s" else "" for c in row]
        code = [w.split(". ")[0] for w in lows]
        own = sum(w in _LS_OWN or c in _LS_OWN for w, c in zip(lows, code, strict=True))
        dates = (
            j for j, w in enumerate(lows)
            if w in _LS_SENT or code[j] == "submitdate"
        )  # fmt: skip
        sent = next(dates, None)
        full = sum(bool(both.fullmatch(t)) for t in texts)
        coded = sum("[SQ" in t for t in texts)
        known = own + (sent is not None) >= 2 and (sent is not None or coded or full)
        if not known and coded < 3 and (full < 3 or full * 2 < sum(map(bool, lows))):
            continue
        names = _each(row)
        for own_names in names:
            flat = re.fullmatch(
                r"([A-Za-z]\w*?)_((?:SQ|sq)\d+|other|comment)", own_names[0] if own_names else ""
            )
            own_names += [f"{flat[1]}[{flat[2]}]"] if flat else []
        aside: dict[int, str] = {}
        answers = [k for k in range(i + 1, len(rows)) if any(rows[k])]
        if sent is not None:
            lacking = [k for k in answers if _low(_say(rows[k], sent)) in ("", "n/a", "null")]
            aside = {k: UNSENT for k in lacking} if len(lacking) < len(answers) else {}
        return Layout((i,), names, i + 1, aside)
    return None


def _redcap(rows: Rows) -> Layout | None:
    if not rows:
        return None
    heads = [_say(rows[0], j) for j in range(len(rows[0]))]
    named = [h for h in heads if h]
    states = ("0", "1", "2", "incomplete", "unverified", "complete", "", "na")
    done = [j for j, h in enumerate(heads) if h.endswith("_complete") or h == "Complete?"]
    sure = bool(done) and all(_low(_say(r, j)) in states for r in rows[1:] for j in done)
    own = {
        "redcap_event_name", "redcap_repeat_instrument", "redcap_repeat_instance",
        "redcap_survey_identifier", "redcap_data_access_group",
    }  # fmt: skip
    words = {"event name", "repeat instrument", "repeat instance", "survey identifier",
             "data access group"}  # fmt: skip
    if len(named) < 2:
        return None
    if all(re.fullmatch(r"[a-z][a-z0-9_]*?(___\w+)?", h) for h in named):
        known = sure or bool(own & {*named})
    else:
        known = (sure and "Complete?" in heads) or len(words & {_low(h) for h in heads}) > 1
    if not known:
        return None
    names = [[h] if h else [] for h in heads]
    for found in names:
        box = re.fullmatch(r"([a-z][a-z0-9_]*?)___(\w+)", found[0] if found else "")
        choice = re.fullmatch(r"(.+?)\s*\(choice=(.+)\)", found[0] if found else "", re.DOTALL)
        found += [f"{box[1]}[{box[2]}]"] if box else []
        found += [f"{choice[1]} [{choice[2]}]"] if choice and not box else []
    stamps = [j for j, h in enumerate(heads) if h.endswith("_timestamp") or h == "Survey Timestamp"]
    aside = {
        i: UNSENT for i in range(1, len(rows))
        if {_low(_say(rows[i], j)) for j in stamps} - {"", "na"} == {"[not completed]"}
    }  # fmt: skip
    return Layout((0,), names, 1, aside)


def _kobo(rows: Rows) -> Layout | None:
    if not rows:
        return None
    lows = {*_lows(rows[0])}
    kobo = (
        "_id|_uuid|_submission_time|_validation_status|_index|_submitted_by|__version__|"
        "_xform_id_string|formhub/uuid|meta/instanceid|_notes|_status|_tags|_parent_index|"
        "_submission__uuid"
    )
    odk = (
        "submissiondate|key|meta-instanceid|instanceid|submitterid|submittername|"
        "attachmentspresent|attachmentsexpected|status|reviewstate|deviceid|edits|formversion"
    )
    if len(lows.intersection(kobo.split("|"))) > 1:
        sign = "/"
    elif len(lows.intersection(odk.split("|"))) > 2 and {"key", "submissiondate"} <= lows:
        sign = "-"
    else:
        return None
    names = _each(rows[0])
    for own in names:
        parts = own[0].split(sign) if own else []
        if len(parts) > 1 and f" {sign}" not in own[0] and f"{sign} " not in own[0]:
            group, last = parts[-2].strip(), parts[-1].strip()
            own += [f"{group}[{last}]", f"{group} [{last}]", last]
    refused = "not approved|validation_status_not_approved|inte godkänd|ej godkänd|rejected"
    review = _where(rows[0], "_validation_status|reviewstate")
    return Layout((0,), names, 1, _marked(rows, 1, review, {refused: REFUSED}))

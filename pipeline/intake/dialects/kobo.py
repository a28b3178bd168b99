"""KoboToolbox and ODK: one header row, questions within groups as `grupp/fraga` (ODK Central:
`grupp-fraga`); answers of several choices in one cell with blanks, and a column an option."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.intake.dialects.words import Row, find, text, told, word
from pipeline.intake.raw import Cell, Dialect, Readings

_KOBO = frozenset(
    ("_id", "_uuid", "_submission_time", "_validation_status", "_index", "_submitted_by",
     "__version__", "_xform_id_string", "formhub/uuid", "meta/instanceid", "_notes", "_status",
     "_tags", "_parent_index", "_submission__uuid")
)  # fmt: skip
_ODK = frozenset(
    ("submissiondate", "key", "meta-instanceid", "instanceid", "submitterid", "submittername",
     "attachmentspresent", "attachmentsexpected", "status", "reviewstate", "deviceid", "edits",
     "formversion")
)  # fmt: skip
_ABOUT = frozenset(("start", "end", "today", "username", "deviceid", "phonenumber"))
_REVIEW = frozenset(("_validation_status", "reviewstate"))
_REFUSED = dict.fromkeys(
    ("not approved", "validation_status_not_approved", "inte godkänd", "ej godkänd", "rejected"),
    "underkant_svar",
)


def recognise(rows: Sequence[Row]) -> Dialect | None:
    if not rows:
        return None
    row = rows[0]
    said = [word(c) for c in row]
    kobo, odk = len(_KOBO.intersection(said)), len(_ODK.intersection(said))
    if kobo < 2 and not (odk >= 3 and {"submissiondate", "key"} <= {*said}):
        return None
    own = _KOBO | _ABOUT if kobo >= 2 else _ODK | _ABOUT
    review = find(row, _REVIEW)
    return Dialect(
        "kobo",
        "KoboToolbox" if kobo >= 2 else "ODK",
        (1,),
        tuple(_readings(c, "/" if kobo >= 2 else "-") for c in row),
        2,
        frozenset(j for j, w in enumerate(said) if w in own or w.startswith("_validation")),
        told(rows, 1, review, _REFUSED),
        (review,) if review is not None else (),
    )


def _readings(cell: Cell, sign: str) -> Readings:
    """The header, its last part, and for an option's column `fraga[kod]` and `Fråga [svar]`."""
    own = text(cell)
    if not own:
        return ()
    parts = [p.strip() for p in own.split(sign)]
    # A question may hold the sign between words: only one without blanks around it divides.
    if len(parts) < 2 or f" {sign}" in own or f"{sign} " in own:
        return (own,)
    return own, f"{parts[-2]}[{parts[-1]}]", f"{parts[-2]} [{parts[-1]}]", parts[-1]

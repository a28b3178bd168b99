"""The one exception family. Messages are Swedish, written for the analyst who reads them:
what is wrong, where (file, sheet, cell), what to do."""

from __future__ import annotations

from collections.abc import Sequence


class UppfoljningError(Exception):
    """Something that the user can mend. `exit_code` is what `python -m pipeline` ends with."""

    exit_code = 1


class UsageError(UppfoljningError):
    """The call itself is wrong: an unknown year, a fact that does not exist."""

    exit_code = 2


class GateError(UppfoljningError):
    """A finished edition did not pass a check and does not replace the last good one."""

    exit_code = 3


class IntakeError(UppfoljningError):
    """One or more files could not be understood. Holds one message a file; `cells` are those of
    its sheet that a single message is about (`A3`)."""

    def __init__(self, messages: list[str], cells: Sequence[str] = ()) -> None:
        self.messages = list(messages)
        self.cells = tuple(cells)
        super().__init__("\n\n".join(self.messages))


class InUseError(UppfoljningError):
    """A file or folder that another program has open, or that may not be written."""


def in_use(path: object) -> InUseError:
    """What a refused access to `path` means to a person, as a rule one with Windows and Excel."""
    where = f"{path}: filen eller mappen" if path else "En fil som behövs"
    return InUseError(
        f"{where} går inte att öppna, skriva eller byta ut. Den, eller en fil i den, är troligen "
        "öppen i ett annat program.\n"
        "Gör så här: stäng filen i Excel, Word, PDF-läsaren eller Utforskaren och kör kommandot "
        "igen. Hjälper det inte: kontrollera att du får skriva i mappen."
    )


class ConfigError(UppfoljningError):
    """`kommun.toml` or a codebook says something that cannot be."""


class KeyFileError(UppfoljningError):
    """The file with the municipality's key is missing, another than before, open or damaged."""


class PredicateError(UppfoljningError):
    """A predicate in a chapter or a definition is not in the allowed language."""

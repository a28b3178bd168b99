"""The one exception family. Messages are Swedish, written for the analyst who reads them:
what is wrong, where (file, sheet, cell), what to do."""

from __future__ import annotations


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
    """One or more files could not be understood. Holds one message a file."""

    def __init__(self, messages: list[str]) -> None:
        self.messages = list(messages)
        super().__init__("\n\n".join(self.messages))


class ConfigError(UppfoljningError):
    """`kommun.toml` or a codebook says something that cannot be."""


class KeyFileError(UppfoljningError):
    """The file with the municipality's key is missing, another than before, open or damaged."""


class PredicateError(UppfoljningError):
    """A predicate in a chapter or a definition is not in the allowed language."""

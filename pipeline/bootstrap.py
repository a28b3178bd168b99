"""The way in: `python -m pipeline.bootstrap VERB …` finds a Python that is new enough, makes sure
of an environment with the locked packages, and runs `python -m pipeline VERB …` there.

Standard library only, and this file must parse on Python 3.6: somebody with an old Python shall
meet a sentence that helps, not a SyntaxError. All else lives in `pipeline.environment`.
"""

import os
import shutil
import subprocess
import sys
from typing import Iterator, List

MINIMUM = (3, 11)
KNOWN = ("3.13", "3.12", "3.11")  # versions that the lock is tried on, the newest first

TOO_OLD = """\
Python {have} är för gammal: det här programmet behöver Python {need} eller nyare.

Gör så här:
  1. Installera Python {newest}, från Software Center, python.org eller med conda.
  2. Öppna ett nytt terminalfönster och kör kommandot igen.
     Finns flera Python: skriv vilken, till exempel  make annual PYTHON=python{newest}
"""


def candidates() -> Iterator[List[str]]:
    """Commands that may start a newer Python, the best first."""
    for variable in ("VIRTUAL_ENV", "CONDA_PREFIX"):
        for place in ("bin/python", "Scripts/python.exe", "python.exe"):
            if os.environ.get(variable):
                yield [os.path.join(os.environ[variable], *place.split("/"))]
    for version in KNOWN:
        yield ["py", "-" + version] if os.name == "nt" else ["python" + version]


def is_new_enough(command: List[str]) -> bool:
    """Whether the command starts at all, and starts a Python that will do."""
    if not shutil.which(command[0]):
        return False
    probe = "import sys; sys.exit(sys.version_info < " + repr(MINIMUM) + ")"
    try:
        # A shim of a version manager may stand on PATH without a Python behind it.
        with open(os.devnull, "w") as nothing:
            answer = subprocess.call([*command, "-c", probe], stdout=nothing, stderr=nothing)
        return answer == 0
    except OSError:
        return False


def rerun(command: List[str], argv: List[str]) -> int:
    """Go on in another Python. On POSIX this process becomes it."""
    call = [*command, "-m", "pipeline.bootstrap", *argv]
    if os.name == "posix":
        os.execvp(call[0], call)
    return subprocess.call(call)


def main(argv: List[str]) -> int:
    """Run a verb; the answer is the exit code."""
    if sys.version_info >= MINIMUM:
        from pipeline.environment import commands

        return commands.main(argv)
    for command in candidates():
        if is_new_enough(command):
            return rerun(command, argv)
    if argv[:1] == ["stale"]:
        return 0  # no answer means "build", and building says what is wrong, once
    have, need = (".".join(map(str, v)) for v in (sys.version_info[:2], MINIMUM))
    sys.stderr.write(TOO_OLD.format(have=have, need=need, newest=KNOWN[0]))
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Imports point downward only (docs/architecture.md)."""

import ast
from pathlib import Path

PIPELINE = Path(__file__).parents[1] / "pipeline"
# From the ground up: a room may import those before it.
ROOMS = ["errors", "reads", "markdown", "logotyp", "matt", "kalender", "settings_book",
         "workspace", "crate", "memory", "forms", "privacy", "analys", "audit",
         "intake", "comparators", "disposal", "validation", "facts", "report", "disclosure",
         "trace", "arshjul", "publish", "stale", "run", "exempel", "arguments",
         "showing", "cli"]  # fmt: skip
# Standard library only: runs before there is an environment.
BEFORE_THE_ENVIRONMENT = {"bootstrap", "environment", "stale", "clean"}


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("pipeline"):
            parts = node.module.split(".")
            found |= {parts[1]} if len(parts) > 1 else {a.name for a in node.names}
        elif isinstance(node, ast.Import):
            found |= {a.name.split(".")[1] for a in node.names if a.name.startswith("pipeline.")}
    return found


def room(path: Path) -> str:
    return path.relative_to(PIPELINE).parts[0].removesuffix(".py")


def test_no_room_imports_one_above_it():
    wrong = [
        f"{path.relative_to(PIPELINE)} imports {other}"
        for path in sorted(PIPELINE.rglob("*.py"))
        if room(path) in ROOMS
        for other in imports(path)
        if other in ROOMS and ROOMS.index(other) > ROOMS.index(room(path))
    ]
    assert wrong == []


def test_every_room_is_on_the_list():
    named = {room(p) for p in PIPELINE.rglob("*.py")} - {"__init__", "__main__"}
    assert named <= {*ROOMS, *BEFORE_THE_ENVIRONMENT}


def test_the_environment_is_made_with_the_standard_library_alone():
    import sys

    for path in sorted(PIPELINE.rglob("*.py")):
        if room(path) not in BEFORE_THE_ENVIRONMENT:
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        top = [n for n in tree.body if isinstance(n, ast.Import | ast.ImportFrom)]
        names = {
            (n.module or "") if isinstance(n, ast.ImportFrom) else n.names[0].name for n in top
        }
        outside = {n.split(".")[0] for n in names} - set(sys.stdlib_module_names) - {"pipeline"}
        assert outside == set(), path


def test_nothing_builds_a_grammar_that_nobody_reads():
    """jsonschema would have one built in every process that reads a notebook."""
    import subprocess
    import sys

    told = "import pipeline, nbformat, sys; assert 'jsonschema' in sys.modules; "
    told += "assert not {'rfc3987_syntax.syntax_helpers', 'lark'} & {*sys.modules}"
    assert subprocess.run([sys.executable, "-c", told], cwd=PIPELINE.parent).returncode == 0

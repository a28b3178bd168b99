"""The committed sample is what the generator makes, small, and about no one."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from pipeline.errors import UppfoljningError
from pipeline.exempel import make_example
from pipeline.exempel.phrases import TEST_PERSONNUMMER
from pipeline.workspace import REPO, load_kommun

SAMPLE = REPO / "data" / "raw"
YEARS = (2023, 2024, 2025)
DIGITS = re.compile(r"(?<!\d)(\d{2})?(\d{6})[-+ ]?(\d{4})(?!\d)")


def contents(folder: Path) -> dict[str, bytes | dict[str, bytes]]:
    """File → its bytes; a workbook's members decompressed, for zlib versions differ. What builds
    have recorded since is left out."""
    found: dict[str, bytes | dict[str, bytes]] = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and not path.name.startswith(".") and "/protokoll/" not in name:
            found[name] = members(path) if path.suffix == ".xlsx" else path.read_bytes()
    return found


def members(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def texts(folder: Path) -> str:
    """Everything that is written in the files, as one text."""
    made = []
    for content in contents(folder).values():
        parts = content.values() if isinstance(content, dict) else (content,)
        made += [part.decode("utf-8", errors="replace") for part in parts]
    return "\n".join(made)


def test_sample_is_the_generators_output(tmp_path: Path) -> None:
    make_example(tmp_path, YEARS)
    made, sample = contents(tmp_path), contents(SAMPLE)
    assert list(made) == list(sample)
    assert [name for name in made if made[name] != sample[name]] == []


def test_same_seed_gives_the_same_bytes_in_any_process(tmp_path: Path) -> None:
    call = (
        "import sys; from pathlib import Path; from pipeline.exempel import make_example; "
        "make_example(Path(sys.argv[1]), [2025], rows=60, seed=7)"
    )
    for hash_seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
        command = [sys.executable, "-c", call, str(tmp_path / hash_seed)]
        subprocess.run(command, check=True, cwd=REPO, env=environment)
    files = [p.relative_to(tmp_path / "1") for p in (tmp_path / "1").rglob("*") if p.is_file()]
    assert len(files) == 46
    for file in files:
        assert (tmp_path / "1" / file).read_bytes() == (tmp_path / "2" / file).read_bytes(), file


def test_another_seed_gives_other_rows(tmp_path: Path) -> None:
    make_example(tmp_path / "a", [2025], rows=20, seed=1)
    make_example(tmp_path / "b", [2025], rows=20, seed=2)
    file = Path("2025", "avslut ungdom 2025.csv")
    assert (tmp_path / "a" / file).read_bytes() != (tmp_path / "b" / file).read_bytes()


def test_what_started_in_a_year_does_not_depend_on_the_other_years(tmp_path: Path) -> None:
    make_example(tmp_path, [2025])
    file = Path("2025", "Bakgrund 2025.xlsx")
    assert members(tmp_path / file) == members(SAMPLE / file)


def test_sample_is_small() -> None:
    """The two versions of a visit's report that were sent have a bound of their own."""
    sent = SAMPLE / "2025" / "protokoll" / "verksamhet"
    sizes = {p: p.stat().st_size for p in SAMPLE.rglob("*") if p.is_file()}
    frozen = sum(size for path, size in sizes.items() if path.is_relative_to(sent))
    assert 0 < frozen < 2_200_000
    assert sum(sizes.values()) - frozen < 2_000_000


def test_no_personnummer_but_those_set_aside_for_tests() -> None:
    allowed = {re.sub(r"\D", "", number)[-10:] for number in TEST_PERSONNUMMER}
    found = {
        birth + last
        for _, birth, last in DIGITS.findall(texts(SAMPLE))
        if 1 <= int(birth[2:4]) <= 12 and 1 <= int(birth[4:6]) <= 91 and luhn(birth + last)
    }
    assert found <= allowed
    assert found, "the sample must hold some, or the screening is not tried"


def luhn(digits: str) -> bool:
    doubled = [int(d) * (2 if i % 2 == 0 else 1) for i, d in enumerate(digits)]
    return sum(d // 10 + d % 10 for d in doubled) % 10 == 0


def test_test_personnummer_are_well_formed() -> None:
    assert all(luhn(re.sub(r"\D", "", number)[-10:]) for number in TEST_PERSONNUMMER)


def test_every_address_is_at_a_domain_that_cannot_exist() -> None:
    domains = re.findall(r"[\w.]@(\w[\w.-]*\w)", texts(SAMPLE))
    assert domains and set(domains) == {"exempelkommun.example"}


def test_settings_are_readable() -> None:
    kommun = load_kommun(SAMPLE)
    assert kommun.namn == "Exempelkommun" and len(kommun.enheter) == 4
    assert len(kommun.verksamheter) == 8
    assert kommun.per_datum is not None and kommun.per_datum.year == 2026
    assert len({name.casefold() for o in kommun.enheter for name in (o.label, *o.aliases)}) == sum(
        1 + len(o.aliases) for o in kommun.enheter
    )


def test_somebodys_own_data_are_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "kommun.toml").write_text('namn = "En kommun"\n', encoding="utf-8")
    with pytest.raises(UppfoljningError, match="eget underlag"):
        make_example(tmp_path, [2025], rows=5)
    own = tmp_path / "andra" / "2025"
    own.mkdir(parents=True)
    (own / "enkät.csv").write_text("a;b\n", encoding="utf-8")
    with pytest.raises(UppfoljningError, match="välj en tom mapp"):
        make_example(tmp_path / "andra", [2025], rows=5)

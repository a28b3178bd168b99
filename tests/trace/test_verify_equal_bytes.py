"""The same files give the same bytes, in a folder with another name and with another order of
hashes. Exempelkommun's own edition twice: tests/edition, among the long tests."""

from __future__ import annotations

import pytest

from tests.municipality import prints

from .verified import Edition, build


@pytest.mark.long  # two builds; documents alone: tests/publish/test_edition.py
def test_an_edition_has_equal_bytes_when_it_is_built_again_elsewhere(
    sound: Edition, tmp_path_factory: pytest.TempPathFactory
) -> None:
    again = build(tmp_path_factory.mktemp("en annan mapp å"), seed="4711")
    made = prints(sound.workspace)
    assert len(made) > 200 and made == prints(again.workspace)

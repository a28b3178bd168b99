"""uv is told what pip was told, and nobody is shown an address."""

from pathlib import Path

from pipeline.environment import index

NOWHERE = "https://" + "user:secret@packages.example.org/simple"


def test_the_strongest_source_of_a_setting_wins() -> None:
    lines = [":env:.cert='/env.pem'", "global.cert='/global.pem'", "global.timeout='9'", "junk"]
    assert index.pip_settings(lines) == {"cert": "/env.pem", "timeout": "9"}


def test_pips_settings_become_uvs() -> None:
    settings = index.pip_settings(
        [f"global.index-url='{NOWHERE}'", "global.extra-index-url='\\nfile:///a\\nfile:///b'",
         "install.find-links='/w1 /w2'", "global.cert='/c.pem'"]
    )  # fmt: skip
    made = index.uv_variables(settings)
    assert made["UV_DEFAULT_INDEX"] == NOWHERE
    assert made["UV_INDEX"] == "file:///a file:///b"
    assert made["UV_INDEX_STRATEGY"] == "unsafe-best-match"
    assert made["UV_FIND_LINKS"] == "/w1,/w2"
    assert made["SSL_CERT_FILE"] == "/c.pem"


def test_empty_settings_are_not_handed_on() -> None:
    assert "UV_INDEX" not in index.uv_variables({"extra-index-url": "", "quiet": "1"})


def test_what_somebody_set_for_uv_stands_and_without_pip_the_environment_is_read() -> None:
    env = {"PIP_INDEX_URL": NOWHERE, "PIP_CERT": "/c.pem", "SSL_CERT_FILE": "/mine.pem"}
    made = index.uv_environment(Path("no-such-python"), env)
    assert (made["UV_DEFAULT_INDEX"], made["SSL_CERT_FILE"]) == (NOWHERE, "/mine.pem")


def test_addresses_are_masked_in_what_a_tool_says() -> None:
    said = f"Looking in {NOWHERE}, host='packages.example.org', try packages.example.org"
    masked = index.without_addresses(said)
    assert "example" not in masked
    assert "secret" not in masked


def test_wheels_are_taken_from_the_named_folder_or_the_repositorys_own(tmp_path: Path) -> None:
    assert index.wheels_folder(tmp_path, {}) is None
    (tmp_path / "wheels").mkdir()
    assert index.wheels_folder(tmp_path, {}) is None
    (tmp_path / "wheels/six-1.0-py3-none-any.whl").write_bytes(b"")
    assert index.wheels_folder(tmp_path, {}) == (tmp_path / "wheels").resolve()
    elsewhere = tmp_path / "min mapp"
    assert index.wheels_folder(tmp_path, {"WHEELS": str(elsewhere)}) == elsewhere.resolve()
    assert index.offline_options(None) == []

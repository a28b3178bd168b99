"""Where packages come from: pip's settings handed on to uv, which does not read them; or a folder
of wheels, for a computer without a network. An address is passed on, never shown."""

from __future__ import annotations

import ast
import os
import re
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path

# pip's setting → uv's variable, and what stands between several values in it
UV_NAMES = {
    "index-url": ("UV_DEFAULT_INDEX", " "),
    "extra-index-url": ("UV_INDEX", " "),
    "find-links": ("UV_FIND_LINKS", ","),
    "trusted-host": ("UV_INSECURE_HOST", " "),
    "cert": ("SSL_CERT_FILE", " "),
    "client-cert": ("SSL_CLIENT_CERT", " "),
    "proxy": ("ALL_PROXY", " "),
    "default-timeout": ("UV_HTTP_TIMEOUT", " "),
    "timeout": ("UV_HTTP_TIMEOUT", " "),
}
SOURCES = ("global", "site", "user", "install", ":env:")  # the last wins, as in pip
ADDRESS = re.compile(r"[a-z+]+://\S+|host='[^']*'|\b(?:[\w-]+\.)+(?:org|com|net|io|se|local)\b")


def pip_settings(lines: Iterable[str]) -> dict[str, str]:
    """What `pip config list` prints, the strongest source of each setting."""
    found: dict[str, str] = {}
    parsed = [m.groups() for m in (re.match(r"(.+?)\.([\w-]+)=(.*)$", x) for x in lines) if m]
    for source in SOURCES:
        for where, name, value in parsed:
            if where == source:
                found[name] = _literal(value)
    return found


def uv_variables(settings: Mapping[str, str]) -> dict[str, str]:
    """The same settings in uv's words."""
    made = {"UV_SYSTEM_CERTS": "1", "UV_PYTHON_DOWNLOADS": "never", "UV_NO_PROGRESS": "1"}
    for name, value in settings.items():
        if name in UV_NAMES and value.split():
            variable, between = UV_NAMES[name]
            made[variable] = between.join(value.split())
    if "UV_INDEX" in made:
        # pip looks in every index; what is taken is decided by the lock's hashes in any case.
        made["UV_INDEX_STRATEGY"] = "unsafe-best-match"
    return made


def uv_environment(python: Path, env: Mapping[str, str]) -> dict[str, str]:
    """`env` with pip's settings added for uv. What somebody has set for uv stands."""
    said = _asked(python, env)
    from_environment = [
        f":env:.{k[4:].lower().replace('_', '-')}={v!r}"
        for k, v in env.items()
        if k.startswith("PIP_")
    ]
    lines = from_environment if said is None else said.splitlines()
    return {**uv_variables(pip_settings(lines)), **env}


def offline_options(wheels: Path | None) -> list[str]:
    """For pip and uv alike: nothing but this folder."""
    return ["--no-index", "--find-links", str(wheels)] if wheels else []


def wheels_folder(root: Path, env: Mapping[str, str] = os.environ) -> Path | None:
    """A folder of wheels: WHEELS=…, else `wheels/` in the repository if it is there."""
    named = env.get("WHEELS") or env.get("UPPFOLJNING_WHEELS")
    folder = Path(named) if named else root / "wheels"
    return folder.resolve() if named or any(folder.glob("*.whl")) else None


def without_addresses(text: str) -> str:
    """A tool's words that may be shown: an address can hold a password."""
    return ADDRESS.sub("<adress>", text)


def _asked(python: Path, env: Mapping[str, str]) -> str | None:
    command = [str(python), "-m", "pip", "config", "list"]
    try:
        answer = subprocess.run(
            command, env=dict(env), capture_output=True, encoding="utf-8", errors="replace"
        )
    except OSError:
        return None
    return answer.stdout if answer.returncode == 0 else None


def _literal(value: str) -> str:
    try:
        return str(ast.literal_eval(value))
    except (ValueError, SyntaxError):
        return value

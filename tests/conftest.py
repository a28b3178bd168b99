"""Property tests draw the same cases each run; HYPOTHESIS_PROFILE=nya draws new ones. No test
makes a key in the user's own folder: the key of all of them is a file of the session."""

import os
import tempfile
from pathlib import Path

from hypothesis import settings

_KEYS = tempfile.TemporaryDirectory(prefix="uppfoljning-nyckel-")  # removed when Python ends
_KEY = Path(_KEYS.name) / "nyckel.txt"
_KEY.touch(mode=0o600)
_KEY.write_text("5e" * 32 + "\n", encoding="utf-8")
os.environ["UPPFOLJNING_NYCKEL"] = str(_KEY)

settings.register_profile("samma", derandomize=True, deadline=None)
settings.register_profile("nya", deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "samma"))

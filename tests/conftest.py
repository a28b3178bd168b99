"""Property tests draw the same cases each run; HYPOTHESIS_PROFILE=nya draws new ones."""

import os

from hypothesis import settings

settings.register_profile("samma", derandomize=True, deadline=None)
settings.register_profile("nya", deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "samma"))

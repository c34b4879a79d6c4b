"""How hard properties are tried: short by default, long by `scripts/test --hypothesis-profile=long tests`.

The short ones are the same at every run, so that what fails is due to the change at hand; the long ones are
drawn anew.
"""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("short", max_examples=30, deadline=None, derandomize=True)
settings.register_profile("long", max_examples=3_000, deadline=None)
settings.load_profile("short")

"""The shipped knowledge, read once for all tests of a process: reading it takes half a second."""

from __future__ import annotations

from functools import cache

from appliance.home import Knowledge
from appliance.lookup.knowledge import load_knowledge


@cache
def knowledge() -> Knowledge:
    return load_knowledge()

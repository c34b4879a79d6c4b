"""How the copies to a database of the family's stand: shown here, set up with `tattlebox sink`.

Setting one up writes a first point to it, and this process opens no connection.
"""

from __future__ import annotations

from typing import Final

from appliance.sinks import SINKS
from appliance.store.channels import Channels
from appliance.store.deliveries import standing
from web.desk import desk, page
from web.security import allow
from web.security.house import house
from web.settings.overview import pages

KINDS: Final = {module.KIND: module for module in SINKS}


@pages.get("/sinks")
@allow("manage")
def sinks() -> str:
    """Show every sink, what it was given but its secrets, and how it stands."""
    rows = [row for row in Channels(house().book).all() if row.kind in KINDS]
    stands = {one.name: one for one in standing(house().book.read, desk().clock())}
    return page("settings/sinks.html", rows=rows, stands=stands, kinds=KINDS)

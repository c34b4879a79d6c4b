"""Whether it works: what is seen, who can be reached, archive, clock, space and lists, a sentence each."""

from __future__ import annotations

from typing import Final

from appliance.checks import RECEIVER, health
from web.desk import page
from web.marking import N_
from web.security import allow
from web.security.house import house
from web.settings.overview import pages

NAMES: Final = {
    "packets": N_("Packets"),
    "names": N_("Names"),
    "ipv6": N_("IPv6"),
    "time": N_("Clock"),
    "space": N_("Space"),
    "archive": N_("Archive"),
    "lists": N_("Lists of companies and countries"),
    "store": N_("Record"),
}
"""What each check is called; those of receivers bear the receiver's name."""


@pages.get("/health")
@allow("manage")
def show_health() -> str:
    """Show every check, and what can be done about it."""
    return page(
        "settings/health.html", checks=list(health(house().book.path)), names=NAMES, receiver=RECEIVER
    )

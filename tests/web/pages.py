"""The addresses of every page of the household, for tests that go through all of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from tests.web.conftest import dashboard
from tests.web.household import BOX, CAMERA, DOLL, DOLL_OLD_UPDATE, SPEAKER, TABLET, TV, MemoryReader

PAGES = (
    "/",
    "/devices",
    *(f"/devices/{device}" for device in (BOX, DOLL, TABLET, CAMERA, SPEAKER, TV)),
    f"/devices/{DOLL}?update={DOLL_OLD_UPDATE}",
    "/changes",
    f"/changes?device={DOLL}",
    *(f"/changes/c-00000000000{n}" for n in range(1, 6)),
    "/alerts",
    "/digest",
    "/digest?back=2",
    "/wishes",
    "/log/",
    "/log/?view=names",
    f"/log/?device={DOLL}&clock=utc&column=ts&column=orig&column=end&column=uid",
    "/log/?live=1",
    "/sharing",
    "/support",
    f"/devices/{DOLL}/dossier",
    "/nearby",
    "/export/",
    f"/devices/{DOLL}/declared",
    *(f"/devices/{device}/page" for device in (DOLL, CAMERA, TABLET)),
    "/sharing?days=7",
    "/sharing?table=1",
    f"/sharing?device={DOLL}",
    f"/alerts?device={CAMERA}",
    *(f"/alerts/a-00000000000{n}" for n in range(1, 5)),
)
"""Those that can be drawn of a household in memory."""

PAGES_OF_A_STORE: Final = (
    f"/devices/{DOLL}/dossier/letter",
    "/wifi",
    "/studies/",
    "/settings/",
    "/settings/people",
    "/settings/channels",
    "/settings/sinks",
    "/settings/tokens",
    "/settings/copies",
    "/settings/account",
    "/settings/health",
    "/setup/",
    "/setup/password",
    "/setup/promise",
    "/setup/source",
    "/setup/check",
    "/login/",
    "/certificate/",
)
"""Those that show what a family keeps beside it."""

NO_PAGES: Final = {"static", "icon.favicon", "icon.manifest", "certificate.download", "portal.state"}
"""What browsers load beside pages."""


def page_endpoints() -> set[str]:
    """Return the endpoint of every page, from the map of addresses."""
    return {
        rule.endpoint
        for rule in dashboard(MemoryReader()).url_map.iter_rules()
        if "GET" in (rule.methods or ()) and not rule.rule.startswith("/api/")
    } - NO_PAGES


def endpoints_of(addresses: Iterable[str]) -> set[str]:
    """Return the endpoint of each address."""
    places = dashboard(MemoryReader()).url_map.bind("localhost")
    return {places.match(address.partition("?")[0])[0] for address in addresses}

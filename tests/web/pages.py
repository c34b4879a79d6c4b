"""The addresses of every page of the household, for tests that go through all of them."""

from __future__ import annotations

from tests.web.household import BOX, CAMERA, DOLL, DOLL_OLD_UPDATE, SPEAKER, TABLET, TV

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

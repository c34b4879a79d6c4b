"""The week in one page, as the summary tells it: what was told at once, what is worth knowing."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, request

from appliance.alerts.digest import WEEK_S
from web.desk import desk, page
from web.kept import kept
from web.security import allow
from web.telling import told_in

pages = Blueprint("digest", __name__)

MAX_WEEKS: Final = 520
"""Weeks to look back: ten years."""

LIMIT: Final = 1_000
"""Alerts and changes of one week that are read; a large home has hundreds."""


@pages.get("/digest")
@allow("read")
@kept
def show() -> str:
    """Show the last seven days of the data; `?back=1` the seven before them."""
    here = desk()
    back = min(max(request.args.get("back", 0, type=int), 0), MAX_WEEKS)
    last_ts = here.reader.watch().last_ts or 0.0
    until = last_ts - back * WEEK_S
    since = until - WEEK_S
    told = [alert for alert in here.reader.told() if since < alert.ts <= until]
    changes = [change for change in here.reader.changes(None, since, LIMIT) if change.ts <= until]
    covered = {reference for alert in told for reference in alert.evidence}
    return page(
        "digest.html",
        since=since,
        until=until,
        back=back,
        loud=told_in(here, [alert for alert in told if alert.volume == "push"]),
        calm=told_in(here, [alert for alert in told if alert.volume == "digest"]),
        steady=[change for change in changes if change.kind == "nothing_changed"],
        small=[c for c in changes if c.kind != "nothing_changed" and f"change:{c.id}" not in covered],
        devices={device.device: device for device in here.reader.devices()},
    )

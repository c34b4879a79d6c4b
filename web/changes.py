"""What changed: every fact, whether it was worth an alert or not."""

from __future__ import annotations

from flask import Blueprint, abort, request

from web.chain import of_change
from web.desk import desk, page
from web.kept import kept
from web.security import allow

pages = Blueprint("changes", __name__)


@pages.get("/changes")
@allow("read")
@kept
def index() -> str:
    """Show the changes, newest first; `?device=<id>` only those of one device."""
    reader = desk().reader
    devices = {device.device: device for device in reader.devices()}
    only = devices.get(request.args.get("device", ""))
    changes = reader.changes(only.device if only else None)
    told = {
        reference.removeprefix("change:"): alert
        for alert in reader.told(only.device if only else None)
        for reference in alert.evidence
        if reference.startswith("change:")
    }
    return page("changes.html", changes=changes, devices=devices, only=only, told=told)


@pages.get("/changes/<change>")
@allow("read")
@kept
def show(change: str) -> str:
    """Show one change down to its flows."""
    here = desk()
    found = here.reader.change(change)
    if found is None:
        abort(404)
    return page("change.html", change=found, chain=of_change(here, found))

"""What we told the family, and why."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, abort, request

from web.answers import WISHES, answers, covering
from web.chain import of_alert
from web.desk import desk, page
from web.kept import kept
from web.security import allow
from web.telling import told_in

pages = Blueprint("alerts", __name__)

VOLUMES: Final = ("push", "digest", "log")

LIMIT: Final = 100
"""Alerts listed of each volume; a list is read from its top."""


@pages.get("/alerts")
@allow("read")
@kept
def index() -> str:
    """Show the alerts, newest first; `?device=<id>` only those of one device."""
    reader = desk().reader
    devices = {device.device: device for device in reader.devices()}
    only = devices.get(request.args.get("device", ""))
    here = desk()
    groups = {
        volume: told_in(here, reader.alerts(only.device if only else None, volume, LIMIT))
        for volume in VOLUMES
    }
    standing = answers().standing()
    said = {one.alert: one for one in standing if one.alert is not None}
    hushed = sum(one.act in WISHES for one in standing)
    return page(
        "alerts.html", groups=groups, limit=LIMIT, devices=devices, only=only, said=said, hushed=hushed
    )


@pages.get("/alerts/<identifier>")
@allow("read")
@kept
def show(identifier: str) -> str:
    """Show one alert and the chain of its evidence."""
    here = desk()
    found = here.reader.alert(identifier)
    if found is None:
        abort(404)
    chain = of_alert(here, found)
    (told,) = told_in(here, [found])
    standing = covering(found, answers().standing())
    devices = {chain.device.device: chain.device} if chain.device else {}
    return page("alert.html", alert=told, chain=chain, standing=standing, devices=devices)

"""The map of sharing: toy, company, country; as a drawing, as a list and as a table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple

from flask import Blueprint, request

from appliance.devices.device import DeviceRecord
from appliance.parties.party import PartyRecord
from appliance.store.rollups import Sum
from web.desk import Desk, company, desk, page
from web.kept import kept
from web.language import DAY_S
from web.marking import N_
from web.sankey import Sankey, Stream, sankey
from web.security import allow
from web.visible import shortened
from web.worldmap import world

pages = Blueprint("sharing", __name__)

PERIODS: Final = {7: N_("one week"), 28: N_("four weeks"), 365: N_("one year")}
"""Spans of days that can be chosen; longer ones hide what is new."""

USUAL_PERIOD: Final = 28


MAX_LABEL: Final = 26
"""Characters that fit into a box."""


class Share(NamedTuple):
    """What one device sent to one company: a line of the list and of the table."""

    party: PartyRecord
    stream: Stream


@pages.get("/sharing")
@allow("read")
@kept
def show() -> str:
    """Show who shares with whom; `?days=7` in a week, `?device=<id>` of one device, `?table=1` as table."""
    here = desk()
    devices = {device.device: device for device in here.reader.devices()}
    only = devices.get(request.args.get("device", ""))
    days = request.args.get("days", USUAL_PERIOD, type=int)
    days = days if days in PERIODS else USUAL_PERIOD
    found = shares(here, days, only.device if only else None)
    streams = [share.stream for share in found]
    by_device: dict[str, list[Share]] = defaultdict(list)
    for share in found:
        by_device[share.stream.device].append(share)
    drawing = sankey(streams)
    return page(
        "sharing.html",
        devices=devices,
        only=only,
        days=days,
        periods=PERIODS,
        drawing=drawing,
        labels=_labels(here, drawing, devices),
        world=world(streams),
        by_device=dict(sorted(by_device.items(), key=lambda item: -_sent(item[1]))),
        shares=found,
        table=request.args.get("table") == "1",
    )


def _labels(here: Desk, drawing: Sankey, devices: Mapping[str, DeviceRecord]) -> dict[str, dict[str, str]]:
    """Return what each box is called: made once for all the ribbons that name it."""
    say, others = here.language, drawing.others
    several = say._n("%(num)d smaller company", "%(num)d smaller companies", others) % {"num": others}
    unknown = say._("country unknown")
    texts: dict[str, Callable[[str], str]] = {
        "device": lambda key: devices[key].name if key in devices else key,
        "company": lambda key: key or several,
        "country": lambda key: say.country(key) if key else unknown,
    }
    return {
        side: {node.key: shortened(texts[side](node.key), MAX_LABEL) for node in nodes}
        for side, nodes in drawing.columns.items()
    }


def shares(here: Desk, days: int, only: str | None) -> list[Share]:
    """Return what went to each company on the last UTC days, most first; not what stayed in the home."""
    last_ts = here.reader.watch().last_ts or 0.0
    today = int(last_ts // DAY_S)
    sums = here.reader.day_sums(today - days + 1, today + 1)
    parties = {(party.device, party.domain): party for party in here.reader.parties(only)}
    found: dict[tuple[str, str, str], Share] = {}
    for row in sums:
        party = parties.get((row.device, row.domain))
        if party is not None and party.outcome != "local":
            share = Share(party, _stream(party, row))
            key = (row.device, share.stream.company, party.role)
            found[key] = _joined(found[key], share) if key in found else share
    return sorted(found.values(), key=lambda share: (-share.stream.sent_bytes, share.party.domain))


def _joined(one: Share, other: Share) -> Share:
    """Return a company met under two domains as one, at the country of the larger."""
    large, small = sorted((one, other), key=lambda share: -share.stream.sent_bytes)
    countries = dict.fromkeys((*large.party.server_countries, *small.party.server_countries))
    stream = large.stream._replace(
        sent_bytes=large.stream.sent_bytes + small.stream.sent_bytes,
        contacts=large.stream.contacts + small.stream.contacts,
    )
    return Share(large.party._replace(server_countries=tuple(countries)), stream)


def _stream(party: PartyRecord, row: Sum) -> Stream:
    """Return the sum as it is drawn: at the first probable country of the server, else of the company."""
    countries = (*party.server_countries, party.organisation_country or "")
    return Stream(row.device, company(party), party.role, countries[0], row.bytes_up, row.contacts)


def _sent(found: Sequence[Share]) -> int:
    return sum(share.stream.sent_bytes for share in found)

"""The log for researchers: flows and names with a question, columns, a clock, kept searches, paging, live."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode

from flask import Blueprint, abort, redirect, request, url_for
from werkzeug.wrappers import Response

from appliance.store.looking import END, Key, Question
from appliance.store.searches import MAX_NAME, MAX_QUESTION, Searches
from sensor.records import TYPES
from web.desk import Desk, desk, page
from web.kept import kept
from web.marking import N_
from web.security import allow
from web.security.house import house
from web.visible import visible

pages = Blueprint("log", __name__, url_prefix="/log")

PAGE: Final = 100
"""Rows of one page; the next ones come with a link, or by themselves where scripts run."""

COLUMNS: Final = {
    "ts": N_("When"),
    "device": N_("Device"),
    "server_name": N_("Name"),
    "domain": N_("Domain"),
    "proto": N_("Protocol"),
    "orig": N_("From"),
    "resp": N_("To"),
    "duration_s": N_("Lasted"),
    "orig_wire_bytes": N_("Sent"),
    "resp_wire_bytes": N_("Received"),
    "orig_pkts": N_("Packets sent"),
    "resp_pkts": N_("Packets received"),
    "end": N_("Ended by"),
    "uid": N_("Id of the flow"),
    "community_id": N_("Community id"),
}
"""Columns that can be shown, in this order."""

USUAL: Final = ("ts", "device", "server_name", "resp", "orig_wire_bytes", "resp_wire_bytes", "community_id")

PROTOCOLS: Final = ("tcp", "udp", "icmp", "icmp6")
KINDS: Final = {kind: name for name, kind in TYPES.items()}

LIVE_S: Final = 5
"""How often a live page asks again; a live home commits as often."""


class Asked(NamedTuple):
    """What the address of the page asks."""

    question: Question
    after: Key
    columns: list[str]
    clock: str  # "home" or "utc"
    live: bool
    view: str  # "flows" or "names"

    def address(self, **changes: str) -> str:
        """Return the query string of the same page with other values; empty ones are left out."""
        fields = [(key, value) for key, value in request.args.items(multi=True) if key not in changes]
        fields += [(key, value) for key, value in changes.items() if value]
        return urlencode(fields)


@pages.get("/")
@allow("export")
def show() -> str | bytes:
    """Show the log; see `asked` for what the address may say. `part=rows` gives the rows alone."""
    live = request.args.get("live") == "1" or request.args.get("part") == "rows"
    return _show() if live else _kept()


def _show() -> str:
    here = desk()
    wanted = asked(here)
    devices = {device.device: device for device in here.reader.devices()}
    context: dict[str, Any] = {"asked": wanted, "devices": devices, "columns": COLUMNS, "live_s": LIVE_S}
    if wanted.view == "names":
        found, before = here.reader.names(wanted.question.device, wanted.after[0], PAGE)
        rows = [(one, KINDS.get(type(one.record), ""), _facts(one.record)) for one in found]
        older = None if before is None else _cursor((before, "", 0))
        context.update(rows=rows, older=older, back_to=before)
    else:
        look = here.reader.look(wanted.question, wanted.after, PAGE)
        older = None if look.after is None else _cursor(look.after)
        context.update(rows=look.flows, older=older, back_to=look.back_to)
    if request.args.get("part") == "rows":
        return page("log_rows.html", **context)
    searches = [(visible(one.name), one.question) for one in Searches(house().book).all()]
    return page("log.html", kept=searches, protocols=PROTOCOLS, **context)


_kept: Final = kept(_show)


@pages.post("/searches")
@allow("export")
def keep() -> Response:
    """Keep the question of a page under a name."""
    name = visible(request.form.get("name", "").strip())[:MAX_NAME]
    question = request.form.get("question", "")
    if not name or len(question) > MAX_QUESTION:
        abort(400)
    Searches(house().book).keep(name, question, desk().clock())
    return redirect(f"{url_for('log.show')}?{question}", 303)


@pages.post("/searches/drop")
@allow("export")
def drop() -> Response:
    """Forget a kept search."""
    Searches(house().book).drop(request.form.get("name", ""))
    return redirect(url_for("log.show"), 303)


def asked(here: Desk) -> Asked:
    """Return what the address asks; what makes no sense counts as not asked."""
    text = {name: request.args.get(name, "")[:200] for name in ("device", "domain", "text", "proto")}
    port = request.args.get("port", type=int)
    question = Question(
        text["device"],
        text["domain"].strip().lower(),
        text["text"].strip(),
        text["proto"] if text["proto"] in PROTOCOLS else "",
        port if port is not None and 0 <= port < 65536 else None,
        _moment(here, "since", 0.0),
        _moment(here, "until", math.inf),
    )
    columns = [column for column in COLUMNS if column in request.args.getlist("column")]
    clock = "utc" if request.args.get("clock") == "utc" else "home"
    view = "names" if request.args.get("view") == "names" else "flows"
    live = request.args.get("live") == "1" and "after" not in request.args
    return Asked(question, _key(request.args.get("after", "")), columns or list(USUAL), clock, live, view)


def _moment(here: Desk, name: str, default: float) -> float:
    """Return a field of a form (2026-06-14T21:40, on the clock that was chosen) as a time."""
    text = request.args.get(name, "")
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return default
    if moment.tzinfo is None:
        zone = UTC if request.args.get("clock") == "utc" else here.language.local(0.0).tzinfo
        moment = moment.replace(tzinfo=zone)
    try:
        return moment.timestamp()
    except (OverflowError, ValueError, OSError):
        return default


def _cursor(key: Key) -> str:
    return f"{key[0]!r}~{key[2]}~{key[1]}"


def _key(text: str) -> Key:
    """Return the key that `_cursor` wrote; the end of the log for anything else."""
    ts, _, rest = text.partition("~")
    part, _, uid = rest.partition("~")
    try:
        key = (float(ts), uid[:40], int(part[:9]))
    except ValueError:
        return END
    return END if math.isnan(key[0]) else key


def _facts(record: Any) -> list[tuple[str, str]]:
    """Return the fields of an observation that say something, but its time."""
    fields = [(name, value) for name, value in record._asdict().items() if name != "ts"]
    return [(name, str(value)) for name, value in fields if value not in (None, (), "")]

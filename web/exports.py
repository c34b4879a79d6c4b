"""Taking a copy of the record out: what would leave, column by column, how large, and the file."""

from __future__ import annotations

import json
import subprocess
from typing import Any, Final, NamedTuple

from flask import Blueprint, abort, make_response, request
from werkzeug.wrappers import Response

from appliance.export.dictionary import dictionary
from appliance.export.kinds import BY_NAME, KINDS, Kind
from appliance.export.veil import ADDRESS, AS_IT_IS, DROPPED, NAME, PSEUDONYM, VEILED, fate
from web.desk import desk, page
from web.made import BUSY, MAKE_S, TATTLEBOX, Made, alone, download, said
from web.marking import N_
from web.security import allow
from web.security.house import house

pages = Blueprint("exports", __name__, url_prefix="/export")

FORMATS: Final = {
    "csv": ("text/csv", "csv", N_("CSV: for a spreadsheet")),
    "jsonl": ("application/x-ndjson", "jsonl", N_("JSON lines: for a program")),
    "parquet": ("application/vnd.apache.parquet", "parquet", N_("Parquet: for data tools, the smallest")),
    "zeek": ("text/tab-separated-values", "log", N_("Zeek log: for network tools")),
    "ipfix": ("application/octet-stream", "ipfix", N_("IPFIX: for flow collectors")),
}
"""Format (`appliance.export.EXPORTERS`) -> media type, ending, what it is good for."""

WHAT: Final = {
    "flows": N_("Conversations"),
    "dns": N_("Names asked for"),
    "tls": N_("Handshakes"),
    "dhcp": N_("Addresses lent"),
    "devices": N_("Devices"),
    "parties": N_("Companies"),
    "changes": N_("Changes"),
}

FATES: Final = {
    PSEUDONYM: N_("replaced by a pseudonym"),
    ADDRESS: N_("replaced by another address"),
    NAME: N_("left out where only your home knows it"),
    DROPPED: N_("left out"),
    AS_IT_IS: N_("as it is"),
}

FAILED: Final = N_("It could not be made; nothing was changed. Try again, or with a shorter time.")


class Asked(NamedTuple):
    """What the address of the page asks for; what makes no sense counts as not asked."""

    kind: Kind
    form: str
    device: str  # "": every device
    since: str  # a day, "" for the beginning
    until: str  # the day behind the last, "" for the end
    pseudonyms: bool

    def words(self) -> list[str]:
        """Return it as words of `tattlebox export`."""
        return [
            *("export", self.kind.name, "--format", self.form, "--store", str(house().book.path)),
            *(("--device", self.device) if self.device else ()),
            *(("--from", self.since) if self.since else ()),
            *(("--to", self.until) if self.until else ()),
            *(("--pseudonyms",) if self.pseudonyms else ()),
        ]

    def fields(self) -> dict[str, str]:
        """Return it as the fields of a form."""
        fields = {"kind": self.kind.name, "form": self.form, "device": self.device, "since": self.since}
        return {**fields, "until": self.until, **({"pseudonyms": "1"} if self.pseudonyms else {})}


@pages.get("/")
@allow("export")
def show() -> Response:
    """Ask what is wanted; with `kind`, show what would leave."""
    asked = asked_of(request.args)
    if "kind" not in request.args:
        return _page(asked)
    size, problem = _estimate(asked)
    return _page(asked, size=size, problem=problem, code=code_of(problem) if problem else 200)


@pages.post("/")
@allow("export")
def make() -> Response:
    """Return the file."""
    asked = asked_of(request.form)
    made = file_of(asked)
    if made.size_bytes is None:
        made.close()
        return _page(asked, problem=made.problem or FAILED, code=code_of(made.problem))
    return handed(asked, made)


def file_of(asked: Asked) -> Made:
    """Return the file, made by `tattlebox export`."""
    return Made(house().book.path, "export", lambda out: [*TATTLEBOX, *asked.words(), "--out", str(out)])


def handed(asked: Asked, made: Made) -> Response:
    """Return a file that was made, to be saved."""
    media_type, ending, _ = FORMATS[asked.form]
    return download(made, f"{asked.kind.name}.{ending}", media_type)


def asked_of(fields: Any) -> Asked:
    """Return what a form or an address asks for."""
    kind = BY_NAME.get(fields.get("kind", ""), KINDS[0])
    form = fields.get("form", "")
    device = fields.get("device", "")
    if device and desk().reader.device(device) is None:
        abort(404)
    since, until = _day(fields.get("since", "")), _day(fields.get("until", ""))
    form = form if form in FORMATS else "csv"
    return Asked(kind, form, device, since, until, bool(fields.get("pseudonyms")))


def _day(text: str) -> str:
    return text if len(text) == 10 and text.replace("-", "").isdigit() else ""


def code_of(problem: str) -> int:
    """Return the status of an answer without a file: 400 where `tattlebox export` said why."""
    return {BUSY: 409, FAILED: 503, "": 503}.get(problem, 400)


def _estimate(asked: Asked) -> tuple[dict[str, int] | None, str]:
    """Return rows and bytes, or the sentence that says why there is no such export."""
    command = [*TATTLEBOX, *asked.words(), "--estimate", "--json"]
    with alone() as free:
        if not free:
            return None, BUSY
        try:
            done = subprocess.run(command, check=False, timeout=MAKE_S, capture_output=True, text=True)
        except subprocess.TimeoutExpired:
            return None, FAILED
    return (None, said(done.stderr)) if done.returncode else (json.loads(done.stdout), "")


def _page(
    asked: Asked, *, size: dict[str, int] | None = None, problem: str = "", code: int = 200
) -> Response:
    columns = [] if size is None else dictionary(asked.kind, asked.form)["columns"]
    text = page(
        "exports.html",
        asked=asked,
        what=WHAT,
        formats=FORMATS,
        veiled=[kind.name for kind in VEILED],
        devices=desk().reader.devices(),
        size=size,
        columns=columns,
        fates=FATES,
        fate=fate if asked.pseudonyms else lambda _: AS_IT_IS,
        problem=problem,
    )
    return make_response(text, code)

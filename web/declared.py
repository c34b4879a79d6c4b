"""What a maker declares of a device beside what was seen: table, documents, corrections."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, abort, redirect, request, url_for
from werkzeug.wrappers import Response

from appliance.declared.codes import lines
from appliance.declared.compare import BOTH, DECLARED, DENIED, MENTIONED, SEEN
from appliance.declared.document import EXPIRED, MAX_TEXT, PARTY, STRANGER, TRUSTED, Document
from appliance.declared.mud import MudError
from appliance.declared.table import Table, read_document, table
from appliance.lookup.declared import load_known
from appliance.lookup.scan import MAX_BYTES, ScanError, scan
from appliance.store.declared import Declarations
from web.desk import desk, page
from web.marking import N_
from web.reading import Reader, VisibleReader
from web.security import allow
from web.security.house import house
from web.visible import visible_in

pages = Blueprint("declared", __name__, url_prefix="/devices/<device>/declared")

STANDINGS: Final = {
    DENIED: ("act", N_("Seen, though the notice says no")),
    SEEN: ("changed", N_("Seen and not declared")),
    MENTIONED: ("changed", N_("Seen, and its name is in the text")),
    BOTH: ("quiet", N_("Declared and seen")),
    DECLARED: ("away", N_("Declared and not seen")),
}
"""The mark and the heading of each standing."""

TOPICS: Final = {
    "party": N_("who receives"),
    "country": N_("in which country"),
    "purpose": N_("what for"),
    "network": N_("where it connects to"),
    "period": N_("how long it is kept"),
    "support_end": N_("until when updates come"),
}

SIGNED: Final = {
    TRUSTED: N_("The signature fits this file, and was made by someone you trust:"),
    STRANGER: N_(
        "The signature fits this file, but nobody you told us to trust made it. It says that it is from:"
    ),
    EXPIRED: N_(
        "The signature fits this file, but the certificate of the one you trust was not valid on that day:"
    ),
    None: N_("No signature was given with this file, so nothing tells who wrote it."),
}
"""What was checked of a MUD file's signature, before the signer's name."""

OFFERED: Final = {
    "notice": N_("Privacy notice"),
    "mud": N_("MUD file (RFC 8520)"),
    "label": N_("Label on the product or its box"),
    "passport": N_("Digital product passport, saved as JSON"),
}
"""What a parent can add, and what each is called."""

MAX_BODY: Final = 4 * MAX_TEXT
"""Bytes of a form with a pasted notice: every character may need four."""


@pages.url_value_preprocessor
def make_room(endpoint: str | None, _: dict[str, object] | None) -> None:
    """Let a pasted notice in: its form is read before the view, for the token in it."""
    if endpoint == "declared.scanned":
        request.max_content_length = MAX_BYTES + MAX_BODY // 10
    if endpoint == "declared.add":
        request.max_content_length = request.max_form_memory_size = MAX_BODY


@pages.get("")
@allow("read")
def index(device: str) -> str:
    """Show the table."""
    return _page(device)


@pages.post("")
@allow("family")
def add(device: str) -> Response | tuple[str, int]:
    """Keep a pasted document and what is read in it."""
    _known(device)
    text, kind = request.form.get("text", ""), request.form.get("kind", "notice")
    if kind not in OFFERED:
        abort(400)
    if not text.strip() or len(text) > MAX_TEXT:
        return _page(device, "empty" if not text.strip() else "long"), 400
    source = request.form.get("source", "").strip()[:200] or "pasted"
    try:
        document, claims = read_document(
            Document(0, device, kind, desk().clock(), source, None, "", text), load_known()
        )
    except MudError as error:
        return _page(device, str(error)), 400
    Declarations(house().book).add(document, claims)
    return redirect(url_for("declared.index", device=device), 303)


@pages.post("/scan")
@allow("family")
def scanned(device: str) -> tuple[str, int] | str:
    """Show what the codes in a photograph of the label say, to be looked over; nothing is fetched."""
    file = request.files.get("image")
    try:
        found = lines(scan(file.read(MAX_BYTES + 1) if file else b""))
    except ScanError as error:
        return _page(device, str(error)), 400
    return _page(device, draft=found) if found else (_page(device, "no code"), 400)


@pages.post("/strike/<int:document>/<int:number>")
@allow("family")
def strike(device: str, document: int, number: int) -> Response:
    """Note that the document does not say this, or that it does after all."""
    held = Declarations(house().book)
    found = [c for c in held.claims(device) if (c.document, c.number) == (document, number)]
    if not found:
        abort(404)
    held.strike(document, number, struck=not found[0].struck)
    return redirect(url_for("declared.index", device=device), 303)


@pages.post("/say")
@allow("family")
def said(device: str) -> Response:
    """Keep the name of a party that the parent read and no rule did."""
    held = Declarations(house().book)
    documents = held.documents(device)
    name = request.form.get("name", "").strip()[:200]
    if not documents or not name:
        abort(400)
    held.say(documents[-1], PARTY, name)
    return redirect(url_for("declared.index", device=device), 303)


def table_of(device: str, reader: VisibleReader | Reader) -> Table:
    """Return the table of one device as the store has it now."""
    held = Declarations(house().book)
    return table(
        held.documents(device), held.claims(device), reader.parties(device), reader.destinations(device)
    )


def _known(device: str) -> None:
    if desk().reader.device(device) is None:
        abort(404)


def _page(device: str, trouble: str = "", draft: str = "") -> str:
    _known(device)
    here = desk()
    found = table_of(device, here.reader)
    rows = visible_in(found.rows)
    grouped = [
        (mark, [row for row in rows if row.standing == standing]) for standing, mark in STANDINGS.items()
    ]
    struck = [claim for claim in Declarations(house().book).claims(device) if claim.struck]
    return page(
        "declared.html",
        device=here.reader.device(device),
        documents=visible_in(found.documents),
        grouped=grouped,
        changes=[
            (document, visible_in(change.added), visible_in(change.gone))
            for document, change in found.changes
        ],
        struck=visible_in(struck),
        topics=TOPICS,
        signed=SIGNED,
        offered=OFFERED,
        trouble=trouble,
        draft=draft,
        most=MAX_TEXT,
    )

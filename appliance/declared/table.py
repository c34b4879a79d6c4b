"""All that a maker declares of one device beside all that was seen of it. Does no I/O."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from appliance.declared.compare import Difference, Row, compare, compare_mud, difference, latest
from appliance.declared.document import MUD, NOTICE, PASSPORT, Claim, Document
from appliance.declared.judge import Known
from appliance.declared.mud import MudFile, parse
from appliance.declared.page import is_page
from appliance.declared.page import text_of as page_text
from appliance.declared.passport import text_of
from appliance.declared.read import language_of, read_ends, read_notice
from appliance.declared.seen import Destination
from appliance.parties.party import PartyRecord


class Table(NamedTuple):
    """What holds now, row by row, and what the last version of each document changed."""

    documents: list[Document]  # the newest version of each kind
    rows: list[Row]
    mud: MudFile | None
    changes: list[tuple[Document, Difference]]  # of documents that have an earlier version


def read_document(document: Document, known: Known) -> tuple[Document, list[Claim]]:
    """Return a document with its language, and the claims that the rules read in it.

    Raises MudError for a MUD file that is none.
    """
    if document.kind == MUD:
        parse(document.text)
        return document._replace(language=None), []
    text = text_of(document.text) if document.kind == PASSPORT else document.text
    words = language_of(text)
    if words is None and document.kind != NOTICE:  # a few words tell no language, yet they may state an end
        return document._replace(language=None), read_ends(text)
    claims = read_notice(text, known, words) if words else []
    return document._replace(language=words.code if words else None), claims


def table(
    documents: Sequence[Document],
    claims: Sequence[Claim],
    parties: Sequence[PartyRecord],
    met: Sequence[Destination],
) -> Table:
    """Return the table of one device; without a document it has no rows."""
    now = latest(documents)
    holding = {document.id for document in now if document.kind != MUD}
    texts = [_plain(document) for document in now if document.id in holding]
    rows = (
        compare([claim for claim in claims if claim.document in holding], parties, texts) if holding else []
    )
    mud = next((document for document in now if document.kind == MUD), None)
    parsed = parse(mud.text) if mud is not None else None
    if mud is not None and parsed is not None:
        rows = [*rows, *compare_mud(parsed.entries, met, mud.id)]
    return Table(
        now, rows, parsed, [(one, _changed(one, documents, claims)) for one in now if _former(one, documents)]
    )


def _plain(document: Document) -> str:
    """Return what a document says, a saved page without its scripts and menus."""
    if document.kind == PASSPORT:
        return text_of(document.text)
    return page_text(document.text) if is_page(document.text) else document.text


def _former(document: Document, documents: Sequence[Document]) -> Document | None:
    """Return the version before, None where this is the first."""
    before = [one for one in documents if one.kind == document.kind and one.id < document.id]
    return before[-1] if before else None


def _changed(document: Document, documents: Sequence[Document], claims: Sequence[Claim]) -> Difference:
    former = _former(document, documents)
    old = [
        claim for claim in claims if former is not None and claim.document == former.id and not claim.struck
    ]
    return difference(old, [claim for claim in claims if claim.document == document.id and not claim.struck])

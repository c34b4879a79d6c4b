"""What the maker declares beside what was seen: documents by their hash, claims, and the table of both."""

from __future__ import annotations

from typing import Any

from appliance.declared.compare import Row
from appliance.declared.document import MUD, Claim, Document
from appliance.declared.table import table
from appliance.dossier.order import Order
from appliance.store.reader import Reader


def declared(reader: Reader, order: Order) -> dict[str, Any]:
    """Return documents, the claims that stand with their sentences, and the table; empty without a document.

    A document's own time is that of the clock on the wall when it was given: its day is told. The table is
    over the whole record, as the dashboard shows it.
    """
    documents, claims = reader.documents(order.device), reader.claims(order.device)
    if not documents:
        return {"documents": [], "claims": [], "rows": []}
    met = reader.destinations(order.device) if any(one.kind == MUD for one in documents) else []
    found = table(documents, claims, reader.parties(order.device), met)
    holding = {document.id for document in found.documents}
    return {
        "documents": [_document(order, document) for document in documents],
        "claims": [_claim(claim) for claim in claims if claim.document in holding and not claim.struck],
        "rows": [_row(order, row) for row in found.rows],
    }


def _row(order: Order, row: Row) -> dict[str, Any]:
    first, last = (None if ts is None else order.when(ts) for ts in (row.first_ts, row.last_ts))
    fields = ("standing", "topic", "value", "seen", "sentence", "note")
    return {**{field: getattr(row, field) for field in fields}, "first": first, "last": last}


def _document(order: Order, document: Document) -> dict[str, Any]:
    return {
        "kind": document.kind,
        "day": order._replace(exact=False).when(document.ts),
        "source": document.source,
        "language": document.language,
        "sha256": document.sha256,
        "signature": document.signature,
        "signer": document.signer,
    }


def _claim(claim: Claim) -> dict[str, Any]:
    fields = ("topic", "value", "denied", "sentence", "rule", "said_by")
    return {field: getattr(claim, field) for field in fields}

"""What the maker declares beside what was seen: documents by their hash, and the parties of both sides."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from appliance.declared.document import PARTY, Claim, Document
from appliance.declared.names import same
from appliance.dossier.order import Order
from appliance.export.source import Source


def declared(store: Source, order: Order, parties: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return documents, claims with their sentences, and who is declared, seen, or both; empty without one.

    A document's own time is that of the clock on the wall when it was given: its day is told.
    """
    documents, claims = store.reader.documents(order.device), store.reader.claims(order.device)
    latest = {document.kind: document for document in documents}
    standing = [
        claim
        for claim in claims
        if not claim.struck and claim.document in {one.id for one in latest.values()}
    ]
    named = [claim for claim in standing if claim.topic == PARTY and not claim.denied]
    return {
        "documents": [_document(order, document) for document in documents],
        "claims": [_claim(claim) for claim in standing],
        "parties": _three(named, parties) if documents else [],
    }


def _three(named: Sequence[Claim], parties: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return each organisation with whether it is declared and whether it was seen."""
    names = list(dict.fromkeys(claim.value for claim in named))
    seen = list(dict.fromkeys(party["organisation"] or party["domain"] for party in parties))
    met = {name: [who for who in seen if same(name, who)] for name in names}
    covered = {who for found in met.values() for who in found}
    rows = [{"name": name, "declared": True, "seen": bool(met[name])} for name in names]
    return rows + [{"name": who, "declared": False, "seen": True} for who in seen if who not in covered]


def _document(order: Order, document: Document) -> dict[str, Any]:
    return {
        "kind": document.kind,
        "day": order._replace(exact=False).when(document.ts),
        "source": document.source,
        "language": document.language,
        "sha256": document.sha256,
    }


def _claim(claim: Claim) -> dict[str, Any]:
    fields = ("topic", "value", "denied", "sentence", "rule", "said_by")
    return {field: getattr(claim, field) for field in fields}

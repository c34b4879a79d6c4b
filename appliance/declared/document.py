"""A maker's word as a document, and the single claims read from it. Does no I/O."""

from __future__ import annotations

import hashlib
from typing import Final, NamedTuple

NOTICE: Final = "notice"
MUD: Final = "mud"
LABEL: Final = "label"
PASSPORT: Final = "passport"
KINDS: Final = (NOTICE, MUD, LABEL, PASSPORT)
"""A privacy notice, an RFC 8520 file, what is printed on the product, a digital product passport."""

PARTY: Final = "party"
COUNTRY: Final = "country"
PURPOSE: Final = "purpose"
PERIOD: Final = "period"
SUPPORT_END: Final = "support_end"
TOPICS: Final = (PARTY, COUNTRY, PURPOSE, PERIOD, SUPPORT_END)
"""What a claim is about: who receives, where, what for, how long it is kept, how long updates come."""

TRUSTED: Final = "trusted"
STRANGER: Final = "stranger"
EXPIRED: Final = "expired"
"""What the signature beside a MUD file is worth: made by whom the owner trusts, by somebody else, or by whom
the owner trusts with a certificate whose time was over, or not yet come, when the file was added."""

RULE: Final = "rule"
PARENT: Final = "parent"

MAX_TEXT: Final = 400_000
"""Characters of a document: the longest privacy notices of large companies have a third of it."""


class Document(NamedTuple):
    """One version of what a maker says of a device; none is ever changed, a new one is a row of its own."""

    id: int  # counts up
    device: str
    kind: str  # one of KINDS
    ts: float  # when it was given to us, UTC epoch seconds of the clock on the wall
    source: str  # "pasted", the name of the file, or the address it was taken from, as the parent gave it
    language: str | None  # "en", "fr", "de" of a text; None for a MUD file, and where it is not known
    sha256: str  # of the text in UTF-8, hexadecimal
    text: str
    signature: str | None = None  # TRUSTED, STRANGER, EXPIRED; None: no signature was given
    signer: str | None = None  # name in the signer's certificate (RFC 4514), which a stranger chose


class Claim(NamedTuple):
    """One thing a document says, with the sentence that says it; or what the parent read in it."""

    document: int  # Document.id
    number: int  # counts up within the document
    device: str
    topic: str  # one of TOPICS
    value: str  # a name as written; an ISO 3166-1 code, "EEA"; a purpose; a span as "24 months"; a day
    denied: bool  # the sentence says that it is not so: "we never share with ..."
    sentence: str  # quoted from the document; empty where the parent gave it
    rule: str  # which rule read it, docs/declared.md; empty where the parent gave it
    said_by: str  # RULE or PARENT
    struck: bool  # the parent says that the document does not say this


def digest(text: str) -> str:
    """Return what tells two versions of a text apart (Document.sha256)."""
    return hashlib.sha256(text.encode()).hexdigest()

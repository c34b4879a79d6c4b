"""What was declared beside what was seen: both, one alone, or seen though it was denied. Does no I/O."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from appliance.declared import names
from appliance.declared.document import COUNTRY, PARTY, PURPOSE, Claim, Document
from appliance.declared.mention import mention
from appliance.declared.mud import FROM_DEVICE, Access
from appliance.declared.seen import Destination, is_allowed, is_home, speaks_of
from appliance.parties.party import PartyRecord

BOTH: Final = "declared and seen"
SEEN: Final = "seen and not declared"
MENTIONED: Final = "seen and mentioned"
DECLARED: Final = "declared and not seen"
DENIED: Final = "seen and denied"
STANDINGS: Final = (DENIED, SEEN, MENTIONED, BOTH, DECLARED)
"""In the order in which a family wants to read them."""

NETWORK: Final = "network"
"""Topic of a row that a MUD file is compared in; the others are topics of claims."""

FIRST: Final = "first"
MAKER: Final = "its maker"
"""Note of a row about the maker itself."""

EEA: Final = frozenset(
    "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK".split()  # noqa: SIM905
)
_AREAS: Final = {"EEA": EEA, "EU": EEA - {"IS", "LI", "NO"}}


class Row(NamedTuple):
    """One line of the table."""

    standing: str  # one of STANDINGS
    topic: str  # "party", "country", "purpose", "network"
    value: str  # what was declared, else what was seen
    seen: tuple[str, ...]  # domains or hosts by which it was seen
    first_ts: float | None  # None: not seen
    last_ts: float | None
    document: int | None  # of the claim; None where nothing declares it
    number: int | None  # of the claim
    sentence: str  # that declares it
    note: str  # "its maker", or the host and port of a MUD entry


def latest(documents: Sequence[Document]) -> list[Document]:
    """Return the newest version of each kind of document."""
    return list({document.kind: document for document in documents}.values())


def compare(claims: Iterable[Claim], parties: Sequence[PartyRecord], texts: Sequence[str] = ()) -> list[Row]:
    """Return the rows of what a notice or label claims, in the order of STANDINGS.

    `claims` are those of the documents that hold now, `texts` are what those documents say: a party whose
    name stands there is never told as one that is not named. Periods are not here: nothing is seen of them.
    """
    claims = list(claims)
    standing = [claim for claim in claims if not claim.struck]
    struck = [claim for claim in claims if claim.struck and claim.topic == PARTY]
    outside = [party for party in parties if party.outcome != "local"]
    rows = [
        *_parties([claim for claim in standing if claim.topic == PARTY], struck, outside, texts),
        *_values(COUNTRY, standing, {p.domain: p.server_countries for p in outside}, outside),
        *_values(PURPOSE, standing, {p.domain: (p.purpose,) if p.purpose else () for p in outside}, outside),
    ]
    return sorted(
        rows, key=lambda row: (STANDINGS.index(row.standing), row.topic != PARTY, row.topic, row.value)
    )


def _parties(
    claims: list[Claim], struck: list[Claim], parties: list[PartyRecord], texts: Sequence[str]
) -> Iterator[Row]:
    left = {party.domain: party for party in parties}
    for claim in claims:
        seen = [party for party in parties if _is_named(party, claim.value)]
        for party in seen:
            left.pop(party.domain, None)
        if seen or not claim.denied:
            yield _row(claim, PARTY, seen)
    for party in left.values():
        standing, note, sentence = BOTH, MAKER, ""
        if party.role != FIRST:
            denied_by_family = any(_is_named(party, claim.value) for claim in struck)
            sentence, note = "" if denied_by_family else mention(party, texts), ""
            standing = MENTIONED if sentence else SEEN
        value = party.organisation or party.domain
        span = (party.first_ts, party.last_ts)
        yield Row(standing, PARTY, value, (party.domain,), *span, None, None, sentence, note)


def _is_named(party: PartyRecord, value: str) -> bool:
    """Return whether a claim names the owner of a party, or its domain.

    Who runs the servers stands for an owner that is not known: of a known one it says nothing, since half of
    the world rents from three clouds.
    """
    labels = party.domain.rpartition(".")[0] or party.domain
    known = (party.organisation or party.operator, labels.replace("-", " "), party.domain)
    return any(name and names.same(name, value) for name in known)


def _values(
    topic: str, claims: list[Claim], of: dict[str, tuple[str, ...]], parties: list[PartyRecord]
) -> Iterator[Row]:
    """Yield the rows of a topic that is compared by its value: countries and purposes.

    Where nothing at all is declared of a topic, nothing is said of it.
    """
    about = [claim for claim in claims if claim.topic == topic]
    covered: set[str] = set()
    for claim in about:
        values = _AREAS.get(claim.value, frozenset((claim.value,)))
        seen = [party for party in parties if values & set(of[party.domain])]
        covered |= values if not claim.denied else set()
        if seen or not claim.denied:
            yield _row(claim, topic, seen)
    rest = {value for party in parties for value in of[party.domain]} - covered if about else set()
    for value in sorted(rest):
        seen = [party for party in parties if value in of[party.domain]]
        domains = tuple(party.domain for party in seen)
        first, last = min(p.first_ts for p in seen), max(p.last_ts for p in seen)
        yield Row(SEEN, topic, value, domains, first, last, None, None, "", "")


def _row(claim: Claim, topic: str, seen: list[PartyRecord]) -> Row:
    standing = DECLARED if not seen else DENIED if claim.denied else BOTH
    first = min((party.first_ts for party in seen), default=None)
    last = max((party.last_ts for party in seen), default=None)
    domains = tuple(party.domain for party in seen)
    where = (claim.document, claim.number, claim.sentence, "")
    return Row(standing, topic, claim.value, domains, first, last, *where)


def compare_mud(entries: tuple[Access, ...], met: Sequence[Destination], document: int | None) -> list[Row]:
    """Return the rows of a MUD file: each far end that was seen, and each entry that nothing was seen of."""
    rows = [_met(destination, is_allowed(destination, entries), document) for destination in met]
    for entry in entries:
        unseen = not any(speaks_of(entry, destination) for destination in met)
        if entry.accepted and entry.direction == FROM_DEVICE and unseen:
            far = entry.host or entry.network or entry.within or "anything"
            note = f"{entry.proto or 'any protocol'} {_port_text(entry)}".strip()
            rows.append(Row(DECLARED, NETWORK, far, (), None, None, document, None, entry.name, note))
    unique = {(row.standing, row.value, row.note): row for row in rows}
    return sorted(unique.values(), key=lambda row: (STANDINGS.index(row.standing), row.value, row.note))


def _met(met: Destination, allowed: bool, document: int | None) -> Row:
    far = "the home" if is_home(met.address) else met.host or met.address
    standing, declaring = (BOTH, document) if allowed else (SEEN, None)
    note = f"{met.proto} {met.port}"
    return Row(standing, NETWORK, far, (met.address,), met.first_ts, met.last_ts, declaring, None, "", note)


def _port_text(entry: Access) -> str:
    if entry.ports is None:
        return ""
    first, last = entry.ports
    return str(first) if first == last else f"{first}-{last}"


class Difference(NamedTuple):
    """What a new version of a document says other than the one before."""

    added: list[Claim]
    gone: list[Claim]


def difference(before: Iterable[Claim], after: Iterable[Claim]) -> Difference:
    """Return the claims that are new, and those that are gone; a party is the same under another spelling."""
    old, new = list(before), list(after)
    return Difference(
        [claim for claim in new if not any(_same(claim, other) for other in old)],
        [claim for claim in old if not any(_same(claim, other) for other in new)],
    )


def _same(one: Claim, other: Claim) -> bool:
    if (one.topic, one.denied) != (other.topic, other.denied):
        return False
    return names.same(one.value, other.value) if one.topic == PARTY else one.value == other.value

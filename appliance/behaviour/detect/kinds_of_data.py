"""New kinds of data in what a device sends readably: names of parameters and fields, never values. No I/O."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from appliance.behaviour import changes
from appliance.behaviour.facts import Change
from appliance.behaviour.spans import DAY_S
from appliance.behaviour.state import MAX_FIELDS, Device, Party
from appliance.behaviour.watch import Watch
from sensor.records import HttpRequest

REQUESTS_BEFORE: Final = 4
SETTLED_S: Final = 5 * DAY_S
"""A party's vocabulary must have been the same for so many requests and so long before a word is new."""

TIMES: Final = 2
"""Requests with the new word before it is told."""

MAX_TOLD: Final = 12


def read(device: Device, request: HttpRequest, watch: Watch) -> Iterator[Change]:
    """Yield the change when readable requests to a known party carry kinds of data they never carried."""
    party = _party(device, request.host or request.dst)
    if party is None or party.outcome == "local":
        return
    words = sorted({*request.parameters, *request.fields, *request.leaks})
    party.requests += 1
    fresh = [word for word in words if word not in party.fields]
    if (
        not device.learned
        or party.requests <= REQUESTS_BEFORE
        or request.ts < party.vocabulary_ts + SETTLED_S
    ):
        _learn(party, fresh, request.ts)
        return
    for word in fresh:
        if word in party.words or len(party.words) < MAX_FIELDS:
            party.words[word] = party.words.get(word, 0) + 1
    told = [word for word in fresh if party.words.get(word, 0) >= TIMES]
    if not told:
        return
    new = [word for word in sorted(party.words) if word not in party.fields][:MAX_TOLD]
    _learn(party, [*told, *new], request.ts)
    party.words = {}
    if not changes.may_tell(device, "new_data", party.domain, request.ts):
        return
    before = {"requests": party.requests - 1, "watched_days": watch.in_days(party.first_ts, request.ts)}
    after = {
        **changes.surroundings(party),
        "fields": new,
        "leaks": sorted(set(new).intersection(request.leaks)),
    }
    made = changes.make(
        device,
        party,
        "new_data",
        request.ts,
        before=before,
        after=after,
        watch=watch,
        evidence=(request.uid,),
    )
    yield changes.tell(device, made)


def _learn(party: Party, words: list[str], ts: float) -> None:
    for word in words:
        if word not in party.fields and len(party.fields) < MAX_FIELDS:
            party.fields.append(word)
            party.vocabulary_ts = ts


def _party(device: Device, host: str) -> Party | None:
    """Return the known party of a host, by the longest domain that it ends in."""
    labels = host.split(".")
    for start in range(len(labels)):
        party = device.parties.get(".".join(labels[start:]))
        if party is not None:
            return party
    return None

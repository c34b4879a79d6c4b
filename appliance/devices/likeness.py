"""“The same kind as …”: what an unknown device has in common with known ones of this home. Does no I/O.

Learnt on the spot, from what the family said and what we are sure of; nothing leaves the home.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final

from appliance.devices.decision import Decision
from appliance.devices.device import Evidence
from appliance.devices.evidence import quoted
from appliance.devices.similar import most_alike
from appliance.devices.state import DeviceState

SOURCE: Final = "likeness"

_ALIKE: Final = 0.4
"""Share of common words from which two are of one kind. Within each of 14 types it was 0.43 to 1, between
different types at most 0.21 (IoT SENTINEL set-up captures, one of each type known)."""

_SURE: Final = 0.9  # a decision others may be likened to
_UNSURE: Final = 0.5  # a decision that may use help
_LEAST: Final = 0.5  # confidence at _ALIKE
_MOST: Final = 0.78  # at full likeness: never shown as sure
_TELLING: Final = ("asks:", "offers:", "txt:", "ssdp-", "http:", "path:")
"""Words that speak of a product. Without a common one two are only built on the same module."""

MAX_UNKNOWN: Final = 16
MAX_KNOWN: Final = 64
"""Devices compared at once: 262,144 words at most, some hundredths of a second each hour."""


def compare(states: Iterable[DeviceState]) -> Iterator[str]:
    """Renew the likeness evidence of devices whose kind is not known; yield those for which it changed."""
    known: dict[str, DeviceState] = {}
    unknown: list[DeviceState] = []
    for state in states:
        decision = state.decided().decision
        if _is_known(state, decision):
            known[state.device] = state
        elif _other_than_likeness(state, decision) < _UNSURE:
            unknown.append(state)
    models = {device: state.tokens for device, state in islice(_labelled_first(known), MAX_KNOWN)}
    for state in unknown[:MAX_UNKNOWN]:
        found = _evidence(state, models, known) if models else ()
        if _renew(state, found):
            yield state.device


def _is_known(state: DeviceState, decision: Decision) -> bool:
    return "category" in state.labels or decision.confidence.get("category", 0.0) >= _SURE


def _other_than_likeness(state: DeviceState, decision: Decision) -> float:
    """Return how sure we are of the category, 0 where only likeness speaks for it."""
    others = any(item.field == "category" and item.source != SOURCE for item in state.evidence.values())
    return decision.confidence.get("category", 0.0) if others else 0.0


def _labelled_first(known: dict[str, DeviceState]) -> Iterator[tuple[str, DeviceState]]:
    yield from sorted(known.items(), key=lambda item: (not item[1].labels, item[0]))


def _evidence(
    state: DeviceState, models: dict[str, dict[str, None]], known: dict[str, DeviceState]
) -> tuple[Evidence, ...]:
    nearest = most_alike(state.tokens, models, 1)[0]
    like = known[nearest.key]
    common = state.tokens.keys() & like.tokens.keys()
    if nearest.share < _ALIKE or not any(word.startswith(_TELLING) for word in common):
        return ()
    decision = like.decided().decision
    sure = _LEAST + (_MOST - _LEAST) * (nearest.share - _ALIKE) / (1 - _ALIKE)
    reason = f"it behaves like {quoted(like.record().name)}: {nearest.share:.0%} of what it does is the same"
    said = (("vendor", decision.vendor), ("category", decision.category))
    return tuple(
        Evidence(field, value, SOURCE, round(sure, 3), reason, state.last_ts)
        for field, value in said
        if value
    )


def _renew(state: DeviceState, found: tuple[Evidence, ...]) -> bool:
    """Put new likeness evidence in the place of the old; return whether it says anything else."""
    old = [item for item in state.evidence.values() if item.source == SOURCE]
    if [item[:4] for item in old] == [item[:4] for item in found]:
        return False
    for item in old:
        del state.evidence[(item.field, item.value, item.source)]
    for item in found:
        state.add_evidence(item)
    state.undecide()
    return True

"""From evidence to a decision: vendor, category, model and name, with how sure we are. Does no I/O.

Within one field, evidence of different sources for one value is independent and adds up (noisy-or); evidence
of one source is not, so the best of it counts. Where two values are both well supported, the order of
`SOURCES` decides; where neither is, nothing is said: "unknown" rather than wrong.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import takewhile
from typing import Final, NamedTuple

from appliance.devices.device import SOURCES, Evidence

RANK: Final = {source: rank for rank, source in enumerate(SOURCES)}

_GUESS: Final = 0.5  # below this a value is a mere guess, such as what a maker of many kinds sells most
_ENOUGH: Final = 0.35  # below this a value is not shown: more likely wrong than useful
_STRONG: Final = 0.8  # from here on the order of sources decides between two values
_CEILING: Final = 0.99  # only the family's word is certain
_OUTRANKED: Final = 0.9  # what remains when only lesser sources contradict
_DISPUTED: Final = 0.5  # how much of the best contradicting probability is taken off
_WHAT_A_MAKER_SELLS: Final = frozenset(("oui", "dns"))
"""Both tell the maker, and kind and model only by what that maker sells: for these one reason."""

_MANY_MAKERS: Final = 3  # a thing that asks for so many makers' names is a phone or computer with their apps
_APPS_DISCOUNT: Final = 0.3
_RANDOM_MAC_DISCOUNT: Final = 0.5  # phones randomise their MAC, toys hardly ever do
_STEM: Final = 4  # letters that brand and model must at least share to be heard as one name
_GIVEN_NAME: Final = 0.75  # a name evidence from here on is one somebody gave, not a factory name


class Decision(NamedTuple):
    """What we say of one device."""

    vendor: str | None
    category: str | None
    model: str | None
    given_name: str | None  # the parent's label or a name set on the device
    own_name: str | None  # its host or instance name
    confidence: dict[str, float]  # of vendor, category, model where known


def decide(evidence: Collection[Evidence], random_mac: bool) -> Decision:
    """Return the decision; `random_mac` says that no MAC of the device tells its maker."""
    weighed = _without_apps(evidence, random_mac)
    confidence: dict[str, float] = {}
    vendor = _best("vendor", weighed, confidence)
    rest = _without_losers(weighed, vendor)
    category = _best("category", rest, confidence)
    model = _best("model", rest, confidence)
    given, own = _names(evidence)
    return Decision(vendor, category, model, given, own, confidence)


def _without_apps(evidence: Collection[Evidence], random_mac: bool) -> list[Evidence]:
    """Discount names asked for where they tell of the apps on a thing, not of the thing."""
    makers = {item.value for item in evidence if item.source == "dns" and item.field == "vendor"}
    factor = _APPS_DISCOUNT if len(makers) >= _MANY_MAKERS else 1.0
    factor *= _RANDOM_MAC_DISCOUNT if random_mac else 1.0
    return [
        item._replace(confidence=item.confidence * factor) if item.source == "dns" else item
        for item in evidence
    ]


def _without_losers(evidence: list[Evidence], vendor: str | None) -> list[Evidence]:
    """Drop what was said together with a vendor we did not believe."""
    said: dict[bool, set[tuple[str, str]]] = {True: set(), False: set()}
    for item in evidence:
        if item.field == "vendor":
            said[vendor is not None and house(item.value) == house(vendor)].add((item.source, item.reason))
    lost = said[False] - said[True]
    return [item for item in evidence if (item.source, item.reason) not in lost]


def house(vendor: str) -> str:
    """Return the house of a brand, "Google" of "Google (Nest)": one house does not contradict itself."""
    return vendor.partition(" (")[0]


def brand_name(vendor: str) -> str:
    """Return the name on the box: "Nest" of "Google (Nest)", but "Sound United" of several brands."""
    name, _, brand = vendor.removesuffix(")").partition(" (")
    return brand if brand and "," not in brand else name


def _best(field: str, evidence: list[Evidence], confidence: dict[str, float]) -> str | None:
    """Return the value to show for one field and note its confidence, or None."""
    by_value: dict[str, dict[str, float]] = {}
    for item in evidence:
        if item.field == field:
            sources = by_value.setdefault(house(item.value) if field == "vendor" else item.value, {})
            sources[item.source] = max(sources.get(item.source, 0.0), item.confidence)
    if not by_value:
        return None
    one_reason = _WHAT_A_MAKER_SELLS if field != "vendor" else frozenset()
    probability = {value: _combined(sources, one_reason) for value, sources in by_value.items()}
    winner = _winner(by_value, probability)
    sure = _after_dispute(winner, by_value, probability)
    if sure < _ENOUGH:
        return None
    confidence[field] = round(sure, 3)
    return _brand(winner, evidence) if field == "vendor" else winner


def _after_dispute(
    winner: str, by_value: dict[str, dict[str, float]], probability: dict[str, float]
) -> float:
    """Return how sure we are of the winner, given what speaks for others; a guess disputes only a guess."""
    if "parent" in by_value[winner]:
        return 1.0
    least = _GUESS if probability[winner] >= _GUESS else 0.0
    others = {
        value: sure
        for value, sure in probability.items()
        if sure >= least and not _says_the_same(value, winner)
    }
    if not others:
        return probability[winner]
    if _outranks_all(winner, others, by_value):
        return probability[winner] * _OUTRANKED
    return probability[winner] * (1 - _DISPUTED * max(others.values()))


def _says_the_same(one: str, other: str) -> bool:
    """Return whether one value is the other, or only more exact: "Toniebox 2" of "Toniebox"."""
    return one == other or one.startswith(f"{other} ") or other.startswith(f"{one} ")


def _brand(winner: str, evidence: list[Evidence]) -> str:
    """Return the brand of the winning house that most speaks for, the house's own name last."""
    support: dict[str, float] = {}
    for item in evidence:
        if item.field == "vendor" and house(item.value) == winner:
            support[item.value] = max(support.get(item.value, 0.0), item.confidence)
    brands = {value: sure for value, sure in support.items() if value != winner and sure >= _ENOUGH}
    return min(brands or support, key=lambda value: (-support[value], value))


def _combined(sources: dict[str, float], one_reason: frozenset[str]) -> float:
    """Return how likely a value is by all its sources; those of `one_reason` count once, with their best."""
    doubt = 1.0 - max((sure for source, sure in sources.items() if source in one_reason), default=0.0)
    for source, probability in sources.items():
        if source not in one_reason:
            doubt *= 1 - probability
    return min(1 - doubt, _CEILING)


def _winner(by_value: dict[str, dict[str, float]], probability: dict[str, float]) -> str:
    """Return the value of the first source among well supported ones, else the most probable."""
    strong = [value for value, sure in probability.items() if sure >= _STRONG]
    if strong:
        return min(strong, key=lambda value: (_first_rank(by_value[value]), -probability[value], value))
    return min(probability, key=lambda value: (-probability[value], _first_rank(by_value[value]), value))


def _first_rank(sources: dict[str, float]) -> int:
    """Return the rank of the best source that is itself convinced."""
    convinced = [RANK[source] for source, sure in sources.items() if sure >= _STRONG]
    return min(convinced, default=min(RANK[source] for source in sources) + len(RANK))


def _outranks_all(winner: str, others: Iterable[str], by_value: dict[str, dict[str, float]]) -> bool:
    """Return whether the other values are said only by sources below the winner's first convinced one."""
    rank = _first_rank(by_value[winner])
    if rank >= RANK["oui"]:
        return False
    return min(RANK[source] for value in others for source in by_value[value]) > rank


def _names(evidence: Collection[Evidence]) -> tuple[str | None, str | None]:
    """Return the best name somebody gave and the best name the device has by itself."""
    names = [item for item in evidence if item.field == "name"]
    names.sort(key=lambda item: (RANK[item.source] != 0, -item.confidence, RANK[item.source], item.ts))
    given = next((n.value for n in names if n.source == "parent" or n.confidence >= _GIVEN_NAME), None)
    own = next((n.value for n in names if n.source != "parent" and n.confidence < _GIVEN_NAME), None)
    return given, own


def _names_itself(decision: Decision) -> bool:
    """Return whether a model's name already says whose it is: "Toniebox" of tonies, "Meta Quest"."""
    model, vendor = (decision.model or "").casefold(), (decision.vendor or "").casefold()
    brand = brand_name(vendor)
    if model.startswith((house(vendor), brand)):
        return True
    first = brand.partition(" ")[0]
    alike = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(model, first, strict=False)))
    return alike >= max(_STEM, len(first) - 1)


def shown_name(decision: Decision, last: str) -> str:
    """Return what to call the device; `last` is the end of its MAC or address, for one nobody knows.

    A model or category that is a mere guess does not enter the name.
    """
    if decision.given_name:
        return decision.given_name
    category = decision.category if decision.confidence.get("category", 0.0) >= _GUESS else None
    model = decision.model if decision.confidence.get("model", 0.0) >= _GUESS else None
    brand = brand_name(decision.vendor) if decision.vendor else None
    if brand and model:
        return model if _names_itself(decision) else f"{brand} {model}"
    if brand and category:
        return f"{brand} {category}"
    if decision.own_name:
        return decision.own_name
    if brand:
        return f"{brand} device"
    return f"Unknown {category or 'device'} (…{last})"

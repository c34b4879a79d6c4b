"""The whole case of one device as plain data: what the PDF prints and the bundle holds as dossier.json.

A function of the store, the order and the home's key alone: made twice, it is the same twice. There is no
wall clock in it; its day is that of the newest record.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path
from typing import Any, Final

from appliance.alerts.words import Words
from appliance.devices.device import DeviceRecord
from appliance.dossier import observed
from appliance.dossier.coverage import coverage
from appliance.dossier.declared import declared
from appliance.dossier.order import Order, mac_word
from appliance.dossier.scrub import scrubber
from appliance.export.source import Source
from appliance.lookup.law import Rule, load_rules
from appliance.out import plain
from appliance.privacy import Pseudonyms
from appliance.store import chain
from appliance.store.rollups import Sum
from appliance.support.ledger import standing
from appliance.support.words import sentence, source

FORMAT: Final = "tattlebox-dossier-1"
FIGURES: Final = Path(__file__).parent.parent / "data" / "dossier" / "figures.csv"

LIMITS: Final = (
    "content",
    "names",
    "cdn",
    "country",
    "behind",
    "phone",
    "absence",
    "time",
    "role",
    "law",
    "figures",
)
"""What observing traffic does not show: keys of the texts, in order."""


def gather(
    store: Source, order: Order, pseudonyms: Pseudonyms
) -> tuple[dict[str, Any], list[tuple[int, Sum]]]:
    """Return the case and the sums by day and party. Raises LookupError for an unknown device."""
    reader = store.reader
    device = reader.device(order.device)
    if device is None:
        raise LookupError(order.device)
    home = [address for one in reader.devices() for address in one.addresses]
    sums = observed.day_sums(reader, order)
    case = _case(store, order, device, sums)
    case["device"] = _identity(order, device)
    case = scrubber(home, pseudonyms)(case)
    case["device"]["addresses"] = [mac_word(pseudonyms, mac) for mac in device.macs]
    return case, sums


def _case(
    store: Source, order: Order, device: DeviceRecord, sums: Sequence[tuple[int, Sum]]
) -> dict[str, Any]:
    reader, words, rules = store.reader, Words(order.language), load_rules()
    changes = observed.changes_of(reader, order)
    parties = observed.parties(reader, order, sums)
    return {
        "format": FORMAT,
        "made_with": f"tattlebox {metadata.version('tattlebox')}",
        "language": words.language,
        "times": "to the second" if order.exact else "days",
        "coverage": coverage(reader, order),
        "parties": parties,
        "updates": observed.updates(reader, order, changes),
        "changes": observed.changes(order, changes),
        "findings": observed.findings(reader, order, rules),
        "declared": declared(reader, order),
        "support": _support(store, order, device, words, rules),
        "method": {"figures": figures(), "limits": [words.say(f"dossier.limit.{key}") for key in LIMITS]},
        "chain": _chain(store, order),
    }


def _support(
    store: Source, order: Order, device: DeviceRecord, words: Words, rules: Sequence[Rule]
) -> dict[str, Any]:
    """Return the device's line of the ledger at the time of the newest record."""
    reader = store.reader
    now = reader.watch().last_ts or 0.0
    updates, parties = reader.updates(order.device), reader.parties(order.device)
    stands = standing(device, updates, parties, now, reader.claims(order.device))
    return {
        **plain(stands),
        "end_ts": None if stands.end_ts is None else order.when(stands.end_ts),
        "last_update": None if stands.last_update is None else order.when(stands.last_update),
        "update_hosts": [[host, order.when(ts)] for host, ts in stands.update_hosts],
        "sentence": sentence(words, stands),
        "stated_by": source(words, stands),
        "rules": [plain(rule) for rule in rules if "support" in rule.about],
    }


def figures() -> list[dict[str, str]]:
    """Return the measured error rates, as docs/ has them (scripts/figures)."""
    with FIGURES.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _identity(order: Order, device: DeviceRecord) -> dict[str, Any]:
    return {
        "name": device.name,
        "vendor": device.vendor,
        "category": device.category,
        "model": device.model,
        "confidence": device.confidence,
        "first_seen": order.when(device.first_ts),
        "last_seen": order.when(device.last_ts),
        "evidence": [
            {
                "field": item.field,
                "value": item.value,
                "source": item.source,
                "confidence": item.confidence,
                "reason": item.reason,
            }
            for item in device.evidence
            if item.field != "name"
        ],
    }


def _chain(store: Source, order: Order) -> dict[str, Any]:
    """Return what the device's chain of days says, those of its former ids, and the home's.

    The coverage rests on the home's, whose facts are gaps.
    """
    former = [one for one in store.ids(order.device) if one != order.device]
    return {
        "device": _checked(store, order.device),
        "former": [_checked(store, one) for one in former],
        "home": _checked(store, chain.HOME),
    }


def _checked(store: Source, device: str) -> dict[str, Any]:
    checked = chain.check(store.span.db, device, store.span.flows)
    return {
        "links": checked.links,
        "first_day": _day(checked.first_day),
        "last_day": _day(checked.last_day),
        "head": checked.head,
        "holds": checked.holds,
        "broken": [_day(day) for day in checked.broken],
        "changed": [[_day(day), table] for day, table in checked.changed],
        "no_longer_kept": len(checked.gone),
        "not_in_a_link_yet": checked.pending,
    }


def _day(day: int | None) -> str | None:
    return None if day is None else Order("", 0, 0).when(day * 86_400.0)

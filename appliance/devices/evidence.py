"""From a rule that matched to evidence in plain words. Does no I/O."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, Protocol

from appliance.devices.device import Evidence
from appliance.devices.identity import plain_text
from appliance.devices.knowledge import DeviceKnowledge
from appliance.devices.rows import CATALOGUE, Rule

_RULE_FIELDS: Final = ("vendor", "category", "model")
_QUOTED_LENGTH: Final = 60  # a reason stays one line


BEARS_NAME: Final = 0.49
"""How likely what begins with a maker's name is that maker's: a guess, since a family may have named it."""


class Sender(Protocol):
    """What every record has that says something of its sender."""

    @property
    def ts(self) -> float: ...
    @property
    def mac(self) -> str | None: ...


def quoted(text: str) -> str:
    """Return text from the network for use in a reason: safe, shortened, in quotation marks."""
    return f"“{plain_text(text, _QUOTED_LENGTH)}”"


def from_rules(
    rules: Iterable[Rule], source: str, reason: str, about: Sender, knowledge: DeviceKnowledge
) -> Iterator[Evidence]:
    """Yield the evidence of the rules that matched; a catalogue rule speaks for the catalogue.

    A rule bound to one vendor counts only where the address block of the MAC is that vendor's, one bound to a
    prefix only where the MAC begins with it.
    """
    for rule in rules:
        if rule.only_vendor is not None and rule.only_vendor != _block_vendor(about.mac, knowledge):
            continue
        if rule.only_prefix and not (about.mac or "").replace(":", "").startswith(rule.only_prefix):
            continue
        spoken_by = CATALOGUE if rule.source == CATALOGUE and source != "dns" else source
        for field in _RULE_FIELDS:
            value = getattr(rule, field)
            if value is not None:
                yield Evidence(field, value, spoken_by, rule.confidence, reason, about.ts)


def from_maker(maker: str | None, source: str, reason: str, about: Sender) -> Iterator[Evidence]:
    """Yield the vendor where the device's own name begins with a maker's (`DeviceKnowledge.maker_in`)."""
    if maker is not None:
        yield Evidence("vendor", maker, source, BEARS_NAME, reason, about.ts)


def _block_vendor(mac: str | None, knowledge: DeviceKnowledge) -> str | None:
    found = knowledge.organisation(mac) if mac else None
    return found[1].vendor if found else None

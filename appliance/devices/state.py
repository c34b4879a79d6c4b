"""All that is remembered of one device, and its form in JSON. Does no I/O."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from appliance.devices.decision import Decision, decide, shown_name
from appliance.devices.device import DeviceRecord, Evidence
from appliance.devices.identity import is_random_mac

MAX_MACS: Final = 64
"""MACs of one device: a phone with private addresses makes one a day; the oldest go."""

MAX_ADDRESSES: Final = 64
"""Addresses of one device: IPv6 privacy addresses (RFC 8981) change daily; the oldest go."""

MAX_HOSTNAMES: Final = 16
"""Names of one device; a device that renames itself without end is broken or hostile."""

MAX_EVIDENCE: Final = 64
"""Pieces of evidence per device; beyond it the weakest goes."""

MAX_TOKENS: Final = 256
"""Words that describe a device to the similarity search; beyond it further ones are not kept."""

MAX_PARTS: Final = 16
"""Devices merged by hand into one that can be taken out again; a person merges two or three."""

SUPPORT: Final = "support"
"""What was stated of the end of support, as it was stated: "2027-03", or the sentence of a label."""

LABEL_FIELDS: Final = ("name", "vendor", "category", "model", SUPPORT)
_SAID_BY_PARENT: Final = "you said so"
_STALE_S: Final = 300.0  # how old the last_ts that others have may be


class _Decided(NamedTuple):
    """A decision and the evidence it was made of, in the order shown."""

    decision: Decision
    evidence: tuple[Evidence, ...]


@dataclass(slots=True)
class DeviceState:
    """One device. `macs`, `addresses` and `hostnames` keep their order of last sight."""

    device: str
    first_ts: float
    last_ts: float
    macs: dict[str, None] = field(default_factory=dict)
    addresses: dict[str, None] = field(default_factory=dict)
    hostnames: dict[str, None] = field(default_factory=dict)
    evidence: dict[tuple[str, str, str], Evidence] = field(default_factory=dict)
    labels: dict[str, tuple[str, float]] = field(default_factory=dict)
    keys: dict[str, None] = field(default_factory=dict)  # of identity: "client:…", "name:…"
    tokens: dict[str, None] = field(default_factory=dict)
    former_ids: dict[str, None] = field(default_factory=dict)  # of devices merged into this one
    routers: dict[str, None] = field(default_factory=dict)  # addresses it was told to route through
    leased: dict[str, None] = field(default_factory=dict)  # addresses a server gave it by its own MAC
    apart: dict[str, None] = field(default_factory=dict)  # devices the family said are other things
    parts: dict[str, dict[str, Any]] = field(default_factory=dict)  # what the family merged, as it was dumped
    is_gateway: bool = False
    flows: int = 0  # in which it took part; what a device is worth when room is short
    told_ts: float = 0.0  # last_ts when it was last reported as changed
    made: _Decided | None = field(default=None, init=False, compare=False)  # until its grounds change

    def saw(self, ts: float) -> bool:
        """Note a sight of the device; return whether those who were told are by now out of date."""
        if ts > self.last_ts:
            self.last_ts = ts
        elif ts < self.first_ts:
            self.first_ts = ts
        if self.last_ts - self.told_ts < _STALE_S:
            return False
        self.told_ts = self.last_ts
        return True

    def add_evidence(self, item: Evidence) -> bool:
        """Keep a piece of evidence; return whether it says something new."""
        key = (item.field, item.value, item.source)
        known = self.evidence.get(key)
        if known is not None:
            if item.confidence <= known.confidence:
                return False
            item = item._replace(ts=min(item.ts, known.ts))
        elif len(self.evidence) >= MAX_EVIDENCE:
            weakest = min(self.evidence, key=lambda held: (self.evidence[held].confidence, held))
            if self.evidence[weakest].confidence >= item.confidence:
                return False
            del self.evidence[weakest]
        self.evidence[key] = item
        self.made = None
        return True

    def add_token(self, token: str) -> None:
        """Keep a word that describes the device, up to the bound."""
        if len(self.tokens) < MAX_TOKENS:
            self.tokens[token] = None

    def undecide(self) -> None:
        """Forget the decision: labels or MACs have changed. `add_evidence` does so by itself."""
        self.made = None

    def absorb(self, other: DeviceState) -> None:
        """Take over what is known of a device that turns out to be this one, but for MACs and addresses."""
        for name in other.hostnames:
            keep_last(self.hostnames, name, MAX_HOSTNAMES)
        for item in other.evidence.values():
            self.add_evidence(item)
        for token in other.tokens:
            self.add_token(token)
        self.keys.update(other.keys)
        self.labels = {**other.labels, **self.labels}
        self.undecide()
        self.apart.update(other.apart)
        self.routers.update(other.routers)
        self.leased.update(other.leased)
        self.flows += other.flows
        self.first_ts = min(self.first_ts, other.first_ts)
        self.last_ts = max(self.last_ts, other.last_ts)

    def decided(self) -> _Decided:
        """Return the decision, made when it is first asked for after a change."""
        if self.made is None:
            evidence = [*self._said_by_parent(), *self.evidence.values()]
            evidence.sort(key=lambda item: (item.field, item.ts, item.source, item.value))
            random = bool(self.macs) and all(is_random_mac(mac) for mac in self.macs)
            self.made = _Decided(decide(evidence, random), tuple(evidence))
        return self.made

    def record(self) -> DeviceRecord:
        """Return what is known."""
        decision, evidence = self.decided()
        last = next(iter(self.macs), next(iter(self.addresses), self.device))[-5:]
        return DeviceRecord(
            device=self.device,
            name=shown_name(decision, last),
            macs=tuple(self.macs),
            addresses=tuple(self.addresses),
            hostnames=tuple(self.hostnames),
            vendor=decision.vendor,
            category=decision.category,
            model=decision.model,
            confidence=dict(decision.confidence),
            evidence=evidence,
            first_ts=self.first_ts,
            last_ts=self.last_ts,
        )

    def _said_by_parent(self) -> list[Evidence]:
        return [
            Evidence(name, value, "parent", 1.0, _SAID_BY_PARENT, ts)
            for name, (value, ts) in self.labels.items()
        ]

    def dump(self) -> dict[str, Any]:
        """Return the whole state as plain JSON values."""
        return {
            "first_ts": self.first_ts,
            "last_ts": self.last_ts,
            **{name: list(getattr(self, name)) for name in _ORDERED_SETS},
            "evidence": [list(item) for item in self.evidence.values()],
            "labels": {name: list(label) for name, label in self.labels.items()},
            "parts": self.parts,
            "is_gateway": self.is_gateway,
            "flows": self.flows,
            "told_ts": self.told_ts,
        }

    @classmethod
    def load(cls, device: str, dumped: dict[str, Any]) -> DeviceState:
        """Return the state that `dump` gave. Raises KeyError or TypeError for anything else."""
        evidence = [Evidence(*item) for item in dumped["evidence"]]
        return cls(
            device=device,
            first_ts=dumped["first_ts"],
            last_ts=dumped["last_ts"],
            **{name: dict.fromkeys(dumped.get(name, ())) for name in _ORDERED_SETS},
            evidence={(item.field, item.value, item.source): item for item in evidence},
            labels={name: (value, ts) for name, (value, ts) in dumped["labels"].items()},
            parts=dict(dumped.get("parts", {})),
            is_gateway=dumped["is_gateway"],
            flows=dumped["flows"],
            told_ts=dumped["told_ts"],
        )


_ORDERED_SETS: Final = (
    "macs",
    "addresses",
    "hostnames",
    "keys",
    "tokens",
    "former_ids",
    "routers",
    "leased",
    "apart",
)


def keep_last(known: dict[str, None], entry: str, most: int) -> tuple[bool, str | None]:
    """Move an entry to the end of an ordered set; return whether it is new and what had to go for it."""
    new = entry not in known
    if not new:
        del known[entry]
    known[entry] = None
    if len(known) <= most:
        return new, None
    oldest = next(iter(known))
    del known[oldest]
    return new, oldest

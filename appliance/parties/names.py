"""Which name a device knew an address by, kept per device and time. Does no I/O.

Two devices may reach one CDN address under different names, and one device may reach it under another name an
hour later, so a name is looked up by device, address and the time the flow began. What the flow itself said
(TLS server name, HTTP Host) beats what the resolver answered. The tail of a CNAME chain never names a party:
`DnsAnswer.query` is what the device asked for.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from typing import Any, Final

from appliance.parties.party import Destination
from sensor.records import DnsAnswer

MAX_NAMES: Final = 2_000
"""Addresses remembered per device: a busy television learns some 300 a day; more is a flood, oldest go."""

MAX_DEVICES: Final = 4_096
"""Devices with names: a /20 full of them; beyond it someone invents MAC addresses."""

MAX_FLOWS: Final = 65_536
"""Flows whose own name is remembered: those of an hour in a busy home, about 10 MB."""

MAX_PER_ADDRESS: Final = 4
"""Names remembered for one address and device: a CDN front rarely serves one toy under more."""

HTTPS: Final = 443
"""The port of a destination that was only asked for, not yet met."""

_RANKS: Final = {"http": 1, "sni": 2, "hidden": 2}
Entry = tuple[float, str, str | None]
"""When a name was learnt, the name, and the tail of its CNAME chain (None: it has none)."""

_NOBODY: Final[dict[str, list[Entry]]] = {}


class Names:
    """The names each device learnt, from the resolver and from the flows themselves."""

    def __init__(self) -> None:
        self.forgotten = 0  # names, flows and devices dropped at a bound
        self._devices: dict[str, dict[str, list[Entry]]] = {}  # device → address → entries
        self._flows: OrderedDict[str, tuple[str | None, str]] = OrderedDict()  # uid → (name, learnt from)

    def learn(self, device: str, answer: DnsAnswer) -> None:
        """Remember the name asked for, for each address of the answer."""
        if not answer.query or not answer.addresses:
            return
        known = self._known(device)
        alias = answer.cnames[-1] if answer.cnames else None
        for address in answer.addresses:
            _remember(known, address, (answer.ts, answer.query, alias))
        self._trim(known)

    def learn_flow(self, uid: str, name: str | None, learnt_from: str) -> None:
        """Remember what a flow said of itself: "sni", "http", or "hidden" (ECH: `name` is the cover name).

        Any other source, or no name unless hidden, is passed over.
        """
        rank = _RANKS.get(learnt_from)
        if rank is None or (not name and learnt_from != "hidden"):
            return
        before = self._flows.get(uid)
        if before is not None and _RANKS[before[1]] >= rank:
            return
        self._flows[uid] = (name, learnt_from)
        if len(self._flows) > MAX_FLOWS:
            self._flows.popitem(last=False)
            self.forgotten += 1

    def destination_of(self, device: str, uid: str, ts: float, end: tuple[str, str, int]) -> Destination:
        """Return where a flow that began at `ts` went, under the name the device knew it by then.

        `end` is the transport protocol, address and port on the other side.

        With ECH the outer name is only a cover; where the device asked an open resolver we still know the
        real one, and then say "dns".
        """
        proto, address, port = end
        said = self._flows.get(uid)
        known = self._devices.get(device)
        entries = known.get(address) if known is not None else None
        asked = _at(entries, ts) if entries is not None else None
        name: str | None = None
        source, alias = "none", None
        if said is not None and (said[1] != "hidden" or asked is None):
            name, source = said
            if asked is not None and asked[1] == name:
                alias = asked[2]
        elif asked is not None:
            _, name, alias = asked
            source = "dns"
        return tuple.__new__(Destination, (address, port, proto, name, source, alias))

    def asked_for(self, device: str, address: str, name: str | None) -> bool:
        """Return whether an open resolver gave the device this address for this very name."""
        known = self._devices.get(device, _NOBODY).get(address, ())
        return any(entry[1] == name for entry in known)

    def destinations(self, device: str) -> Iterator[Destination]:
        """Yield every address that a device learnt, under each name it knew it by."""
        for address, entries in self._devices.get(device, _NOBODY).items():
            for _, name, alias in entries:
                yield Destination(address, HTTPS, "tcp", name, "dns", alias)

    def forget(self, device: str) -> None:
        """Drop all names that a device learnt."""
        self._devices.pop(device, None)

    def dump(self, device: str) -> dict[str, list[list[Any]]]:
        """Return what one device learnt as JSON-ready data: address → [[ts, name, alias], …]."""
        known = self._devices.get(device, _NOBODY)
        return {address: [list(entry) for entry in entries] for address, entries in known.items()}

    def load(self, device: str, dumped: Mapping[str, list[list[Any]]]) -> None:
        """Take back what `dump` returned; later ones stay. Raises ValueError for anything else."""
        known = self._known(device)
        for address, entries in dumped.items():
            for entry in entries:
                match entry:
                    case [int() | float() as ts, str(name)]:  # as 0.1.0 wrote it
                        _remember(known, address, (float(ts), name, None))
                    case [int() | float() as ts, str(name), str() | None as alias]:
                        _remember(known, address, (float(ts), name, alias))
                    case _:
                        raise ValueError(
                            f"read {entry!r:.60} in the names of {device}, expected [ts, name, alias]"
                        )
        self._trim(known)

    def _known(self, device: str) -> dict[str, list[Entry]]:
        known = self._devices.get(device)
        if known is None:
            if len(self._devices) >= MAX_DEVICES:
                del self._devices[next(iter(self._devices))]
                self.forgotten += 1
            known = self._devices[device] = {}
        return known

    def _trim(self, known: dict[str, list[Entry]]) -> None:
        while len(known) > MAX_NAMES:
            del known[next(iter(known))]
            self.forgotten += 1


def _remember(known: dict[str, list[Entry]], address: str, entry: Entry) -> None:
    entries = known.pop(address, None)  # taken out and put back: a dict keeps its oldest first
    if entries is None:
        known[address] = [entry]
        return
    known[address] = entries
    if entries[-1][1:] == entry[1:]:
        return  # the first time it was known under this name is what `_at` needs
    entries.append(entry)
    entries.sort(key=lambda known: known[0])
    del entries[:-MAX_PER_ADDRESS]


def _at(entries: list[Entry], ts: float) -> Entry:
    """Return the newest entry learnt at or before `ts`; the oldest one when all came later."""
    for entry in reversed(entries):
        if entry[0] <= ts:
            return entry
    return entries[0]

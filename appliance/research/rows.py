"""From what the store knows to the rows of a study: pseudonyms for names, coarse numbers, nothing else.

Does no I/O. A text leaves only if it comes from a list that everybody can read: what a family typed or a
device calls itself could name a person, and stays.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any, Final, NamedTuple

from appliance.behaviour.facts import Update
from appliance.devices.categories import CATEGORIES
from appliance.devices.device import DeviceRecord
from appliance.flowrow import FlowRow
from appliance.parties.domains import is_local_address
from appliance.parties.party import PartyRecord
from appliance.privacy import Pseudonyms, coarse
from appliance.research.profile import Profile
from appliance.store.rollups import Sum

RARE: Final = "rare"
ADDRESS: Final = "address"

OWN_WORDS: Final = frozenset({"parent", "mdns", "upnp", "tls", "likeness"})
"""Sources of a maker's name that may be any text: typed by the family, or announced by the device."""

EPOCH: Final = date(1970, 1, 1)
STEP_S: Final = {"day": 86_400, "hour": 3_600, "minute": 60}

Row = dict[str, Any]


class Label(NamedTuple):
    """What a party is called in a study."""

    party: str
    organisation: str
    role: str
    purpose: str
    organisation_country: str
    server_country: str


class Known(NamedTuple):
    """What the rows are made of, beside the sums."""

    devices: Mapping[str, DeviceRecord]
    parties: Mapping[tuple[str, str], PartyRecord]  # by device and domain
    updates: Mapping[str, tuple[Update, ...]]  # by device, the oldest first
    registrable: Callable[[str], str | None]  # by ICANN suffixes alone: no tenant's name below a provider's


class _Total(NamedTuple):
    flows: int = 0
    up: int = 0
    down: int = 0
    encrypted: bool = True

    def plus(self, one: Sum, readable: bool) -> _Total:
        """Return the total with one sum more."""
        return _Total(
            self.flows + one.flows,
            self.up + one.bytes_up,
            self.down + one.bytes_down,
            self.encrypted and not readable,
        )


class Maker:
    """Makes the rows of one home for one study."""

    def __init__(self, profile: Profile, pseudonyms: Pseudonyms, home: str, known: Known) -> None:
        self._profile, self._pseudonyms, self._home, self._known = profile, pseudonyms, home, known
        self._shift = pseudonyms.shift_days() if profile.shift else 0
        self._met: set[tuple[str, Label]] = set()

    def day(self, day: int, sums: Iterable[Sum]) -> list[Row]:
        """Return the rows of a UTC day (ts // 86400). Days are given in order, from the first one."""
        totals: dict[tuple[str, Label], _Total] = {}
        for one in sums:
            label = self._label(one.device, one.domain)
            if label is None:
                continue
            total = totals.get((one.device, label), _Total())
            readable = self._known.parties[one.device, one.domain].encrypted is False
            totals[one.device, label] = total.plus(one, readable)
        rows = [self._day_row(day, device, label, total) for (device, label), total in totals.items()]
        self._met |= totals.keys()
        return sorted(rows, key=lambda row: (row["device"], row["party"], row["role"], row["purpose"]))

    def flows(self, flows: Iterable[FlowRow]) -> Iterator[Row]:
        """Yield the rows of single conversations."""
        for flow in flows:
            label = self._label(flow.device or "", flow.domain or "")
            if label is not None:
                yield self._flow_row(flow, label)

    def shown_day(self, day: int) -> str:
        """Return the day under which a day leaves: moved where the profile says so."""
        return (EPOCH + timedelta(days=day + self._shift)).isoformat()

    def _day_row(self, day: int, device: str, label: Label, total: _Total) -> Row:
        amounts = self._profile.amounts
        return {
            "home": self._home,
            "day": self.shown_day(day),
            **self._of_device(device),
            **label._asdict(),
            "contacts": coarse(total.flows, amounts, counted=True),
            "bytes_up": coarse(total.up, amounts),
            "bytes_down": coarse(total.down, amounts),
            "encrypted": total.encrypted,
            "first_met": (device, label) not in self._met,
            "days_since_update": self._since_update(device, day),
        }

    def _flow_row(self, flow: FlowRow, label: Label) -> Row:
        amounts, outbound = self._profile.amounts, not is_local_address(flow.resp_h)
        remote, port = (flow.resp_h, flow.resp_p) if outbound else (flow.orig_h, flow.orig_p)
        step = STEP_S[self._profile.times]
        there = flow.orig_pkts, flow.orig_ip_bytes
        back = flow.resp_pkts, flow.resp_ip_bytes
        up, down = (there, back) if outbound else (back, there)
        return {
            "home": self._home,
            **self._of_device(flow.device or ""),
            "party": label.party,
            "organisation": label.organisation,
            "role": label.role,
            "ts": _moment(int(flow.ts // step * step) + self._shift * 86_400),
            "proto": flow.proto,
            "port": port,
            "remote": self._pseudonyms.address(remote) if self._profile.addresses == "crypto-pan" else "",
            "packets_up": coarse(up[0], amounts, counted=True),
            "packets_down": coarse(down[0], amounts, counted=True),
            "bytes_up": coarse(up[1], amounts),
            "bytes_down": coarse(down[1], amounts),
        }

    def _of_device(self, device: str) -> Row:
        record = self._known.devices[device]
        return {
            "device": self._pseudonyms.device(device),
            "category": _category(record),
            "vendor": public_vendor(record) if self._profile.vendors else "",
        }

    def _label(self, device: str, domain: str) -> Label | None:
        """Return what a party is called; None where it is not for the study: in the home, not asked for."""
        party, record = self._known.parties.get((device, domain)), self._known.devices.get(device)
        if party is None or record is None or party.outcome == "local" or is_local_address(domain):
            return None
        if self._profile.devices and _category(record) not in self._profile.devices:
            return None
        organisation = party.organisation or ""
        name = self._party_name(domain, party)
        if name == RARE:
            return Label(RARE, "", party.role, party.purpose or "", "", "")
        return Label(
            name,
            organisation,
            party.role,
            party.purpose or "",
            party.organisation_country or "",
            next(iter(party.server_countries), ""),
        )

    def _party_name(self, domain: str, party: PartyRecord) -> str:
        if is_local_address(domain) is not None or party.outcome == "address":
            return ADDRESS
        if self._profile.names == "organisation":
            return party.organisation or RARE
        if self._profile.names == "known":
            return (self._known.registrable(domain) or RARE) if party.organisation else RARE
        return domain

    def _since_update(self, device: str, day: int) -> int | None:
        days = [int(update.ts // 86_400) for update in self._known.updates.get(device, ())]
        return next((day - one for one in reversed(days) if one <= day), None)


def public_vendor(device: DeviceRecord) -> str:
    """Return the maker as a public list names it; empty where only family or device say so."""
    said = {item.value for item in device.evidence if item.field == "vendor" and item.source not in OWN_WORDS}
    return device.vendor if device.vendor in said else ""


def _moment(ts: int) -> str:
    day, rest = divmod(ts, 86_400)
    return f"{EPOCH + timedelta(days=day)} {rest // 3600:02}:{rest // 60 % 60:02}:{rest % 60:02}"


def _category(device: DeviceRecord) -> str:
    return device.category if device.category in CATEGORIES else ""

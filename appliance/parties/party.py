"""Destinations and the parties behind them. Does no I/O."""

from __future__ import annotations

from typing import Final, NamedTuple


class Destination(NamedTuple):
    """Where a device sent something, and the name it knew it by at that time."""

    address: str
    port: int
    proto: str
    name: str | None  # host name as asked for; None when the device used a bare address
    learnt_from: str  # "sni", "http", "dns", "none"; "hidden" when ECH covers the real name
    alias: str | None = (
        None  # the tail of the name's CNAME chain: it tells who runs the server, not whose it is
    )


class Party(NamedTuple):
    """The organisation behind a destination, and its role for one device."""

    domain: str  # registrable domain of the name; the address itself for a bare address
    organisation: str | None  # who owns the domain; None when no source knows
    role: str  # "first", "support", "third", "unknown", for this device
    purpose: str | None  # our guess: "update", "time", "voice", "advertising", ...
    organisation_country: str | None  # ISO 3166-1 alpha-2
    server_country: str | None  # probable country of the address, ISO 3166-1 alpha-2
    outcome: str  # "named", "address" (no name seen), "hidden" (ECH, DoH, DoT, VPN), "local"
    reason: str  # why this organisation and role, in plain words
    operator: str | None = (
        None  # who runs the server: by the CNAME chain, else by the network; None: not known
    )
    network: str | None = None  # organisation of the address's autonomous system
    country_certainty: str | None = None  # of server_country, one of CERTAINTIES; None where there is none


CERTAINTIES: Final = ("agreed", "probably", "anycast", "disagreed")
"""Two sources say so; one source says so; the network answers from many places; two sources differ."""


class PartyRecord(NamedTuple):
    """One device's dealings with one party; a line of parties.jsonl and a row of the store."""

    device: str
    domain: str
    organisation: str | None
    role: str
    purpose: str | None
    organisation_country: str | None
    server_countries: tuple[str, ...]
    first_ts: float
    last_ts: float
    contacts: int  # 5-minute slots in which the device sent payload
    bytes_up: int  # IP bytes
    bytes_down: int
    encrypted: bool | None  # False once anything readable was uploaded; None when nothing can be said
    outcome: str
    reason: str
    hosts: tuple[str, ...]  # host names seen, at most 16
    operator: str | None = None  # who ran the server met last, where that is known
    network: str | None = None  # organisation of the autonomous system of the address met last
    country_certainty: str | None = None  # how sure the latest server country is, one of CERTAINTIES

"""The Internet of a simulated home: who owns a domain, where its servers are, which address a name gets.

All addresses are of the range set aside for test networks (RFC 2544: 198.18.0.0/15), one /24 for each owner
and country, handed out as they are first needed.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple, TextIO
from zlib import crc32

from tests.household.simulation import words
from tests.household.simulation.channel import Channel
from tests.household.simulation.profiles import SERVICES
from tests.household.simulation.shape import Shape

DAY_S: Final = 86_400.0
BLOCKS: Final = 512
"""The /24 of 198.18.0.0/15."""

HEX_LABEL: Final = "d{:012x}"
COLUMNS: Final = (
    "organisation",
    "group",
    "kind",
    "country",
    "purpose",
    "aliases",
    "domains",
    "platforms",
    "source",
    "date",
)
"""Of an owner's own table of organisations (docs/parties.md)."""


class Organisation(NamedTuple):
    """A company: a row of the owner's table when `listed`, else nobody knows who is behind its domain."""

    name: str
    domains: tuple[str, ...]
    kind: str  # "maker", "company", "tracker"
    country: str
    purpose: str = ""
    listed: bool = True


class Countries:
    """Country and network of addresses: a plain table of /24 blocks (the Geography of appliance.parties)."""

    def __init__(self, blocks: Iterable[tuple[int, str, str]]) -> None:
        self._blocks = {number: (country, network) for number, country, network in blocks}

    def country(self, address: str) -> str | None:
        """Return the country of an address; None when it is not in the table."""
        return self._entry(address)[0]

    def second_country(self, address: str) -> str | None:
        """Return None: there is no second source to compare with."""
        return None

    def network(self, address: str) -> str | None:
        """Return whose network an address is in; None when it is not in the table."""
        return self._entry(address)[1]

    def rows(self) -> Iterator[tuple[str, str]]:
        """Yield (prefix, country) of each block, in the order of addresses."""
        for number in sorted(self._blocks):
            yield f"198.{18 + number // 256}.{number % 256}.0/24", self._blocks[number][0]

    def _entry(self, address: str) -> tuple[str | None, str | None]:
        octets = address.split(".")
        if len(octets) != 4 or octets[0] != "198":
            return None, None
        return self._blocks.get((int(octets[1]) - 18) * 256 + int(octets[2]), (None, None))


class World:
    """Names, owners and addresses of one home's Internet."""

    def __init__(self, seed: int, shape: Shape) -> None:
        self._shape = shape
        self._rng = random.Random(f"world|{seed}|{shape.name}")
        self._taken: set[str] = set()
        self.organisations = [
            Organisation(name, (domain,), kind, country, purpose)
            for name, domain, kind, country, purpose in SERVICES
        ]
        self._blocks: dict[tuple[str, str], int] = {}
        self._salt = self._rng.randrange(1 << 30)

    def found(self, kind: str, country: str, *, listed: bool = True) -> Organisation:
        """Return a new company, known to the owner's table when `listed`."""
        name = words.company(self._rng, self._taken)
        organisation = Organisation(name, (words.domain(name),), kind, country, listed=listed)
        self.organisations.append(organisation)
        return organisation

    def widen(self, domain: str) -> str:
        """Return a further domain of the company that owns `domain`."""
        for place, organisation in enumerate(self.organisations):
            if domain in organisation.domains:
                other = domain.replace(
                    ".example", f"-{self._rng.choice(('cloud', 'iot', 'services'))}.example"
                )
                self.organisations[place] = organisation._replace(domains=(*organisation.domains, other))
                return other
        raise KeyError(domain)

    def host(self, channel: Channel, ts: float, rng: random.Random) -> str:
        """Return the host name as asked for at `ts`."""
        host = channel.host
        if "{" not in host:
            return host
        if "{hash}" in host:
            host = host.replace("{hash}", self._label(host, ts))
        if "{day}" in host:
            host = host.replace("{day}", f"{crc32(f'{host}{int(ts // DAY_S)}'.encode()):08x}")
        return host.replace("{n}", str(rng.randrange(1, self._shape.numbers + 1)))

    def alias(self, channel: Channel, ts: float) -> str | None:
        """Return what the name is an alias of at `ts`."""
        return channel.alias and channel.alias.replace(
            "{hash}", self._label(channel.alias + channel.host, ts)
        )

    def address(self, channel: Channel, ts: float, rng: random.Random) -> str:
        """Return the address that the name service gives for a channel's host at `ts`."""
        owner = (channel.alias or channel.host).rsplit(".", 2)[-2:]
        country = channel.country
        if channel.flap and rng.random() < channel.flap:
            country = rng.choice(channel.abroad)
        block = self._block(".".join(owner), country)
        turn = int(ts / (self._shape.rotate_days * DAY_S))
        start = crc32(f"{channel.host}|{turn}|{self._salt}".encode())
        last = (start + 37 * rng.randrange(self._shape.pool)) % 250 + 2
        return f"198.{18 + block // 256}.{block % 256}.{last}"

    def _label(self, text: str, ts: float) -> str:
        epoch = int((ts + crc32(text.encode())) / (self._shape.hash_days * DAY_S))
        return HEX_LABEL.format(crc32(f"{text}|{epoch}|{self._salt}".encode()) * 48_271)

    def _block(self, owner: str, country: str) -> int:
        key = (owner, country)
        if key not in self._blocks:
            if len(self._blocks) >= BLOCKS - 1 and owner.endswith(".example"):
                key = ("places", country)  # the long tail shares what is left
            self._blocks.setdefault(key, 1 + len(self._blocks))
        return min(self._blocks[key], BLOCKS - 1)

    def countries(self) -> Countries:
        """Return the table of all addresses handed out so far."""
        return Countries((number, country, owner) for (owner, country), number in self._blocks.items())

    def write_table(self, out: TextIO) -> None:
        """Write the owner's table of organisations as CSV."""
        table = csv.writer(out)
        table.writerow(COLUMNS)
        for it in self.organisations:
            if it.listed:
                table.writerow(
                    (
                        it.name,
                        "",
                        it.kind,
                        it.country,
                        it.purpose,
                        "",
                        "|".join(it.domains),
                        "",
                        "simulated",
                        "2026-11-23",
                    )
                )

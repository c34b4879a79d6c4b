"""Where an address probably is and whose network it belongs to, from MMDB files."""

from __future__ import annotations

import ipaddress
from pathlib import Path
from typing import Any, Final

import maxminddb

from appliance.lookup.pack_readers import PackError

PROBES: Final = 2_048
"""Addresses asked of a new file, spread over all of IPv4: a damaged tree or a pointer cycle shows there."""

MIN_ANSWERS: Final = 100
"""Fewest of them a whole country or AS table answers; half of IPv4 is announced."""


class MmdbGeography:
    """Two country tables and an AS table, each of which may be absent (appliance.parties Geography)."""

    def __init__(
        self,
        country: maxminddb.Reader | None,
        network: maxminddb.Reader | None,
        second: maxminddb.Reader | None = None,
    ) -> None:
        self.damaged = 0  # entries that could not be read: the address is then unknown
        self._country = country
        self._second = second
        self._network = network
        self._latest: tuple[str, str | None] = (
            "",
            None,
        )  # the address asked last and what the first table said

    def country(self, address: str) -> str | None:
        """Return the probable country, ISO 3166-1 alpha-2; None when unknown or no address."""
        return self._first(address) or self._code(self._second, address)

    def second_country(self, address: str) -> str | None:
        """Return what the second table says where the first says something too; None otherwise."""
        return self._code(self._second, address) if self._first(address) else None

    def _first(self, address: str) -> str | None:
        """Return what the first table says; the second question about one address costs nothing."""
        if self._latest[0] != address:
            self._latest = (address, self._code(self._country, address))
        return self._latest[1]

    def _code(self, reader: maxminddb.Reader | None, address: str) -> str | None:
        entry = self._entry(reader, address)
        code = entry.get("country_code")
        if code is None and isinstance(entry.get("country"), dict):
            code = entry["country"].get("iso_code")
        return code if isinstance(code, str) and len(code) == 2 else None

    def _entry(self, reader: maxminddb.Reader | None, address: str) -> dict[str, Any]:
        """Return what a table says; nothing where it is damaged, which import should have found."""
        try:
            return _ask(reader, address)
        except PackError:
            self.damaged += 1
            return {}

    def network(self, address: str) -> str | None:
        """Return the name of the autonomous system's organisation; None when unknown or no address."""
        entry = self._entry(self._network, address)
        for key in ("autonomous_system_organization", "as_name", "asn_name", "name"):
            if isinstance(entry.get(key), str):
                return str(entry[key])[:100]
        return None


def open_geography(
    country: Path | None, network: Path | None, second: Path | None = None
) -> MmdbGeography | None:
    """Return the geography of the files that are there; None when none is.

    Raises PackError for a file that is no MMDB.
    """
    if country is None and network is None and second is None:
        return None
    return MmdbGeography(_open(country), _open(network), _open(second))


def check_mmdb(path: Path) -> None:
    """Raise PackError unless the file is an MMDB that answers for addresses all over IPv4."""
    reader = _open(path)
    assert reader is not None  # noqa: S101  a path was given
    with reader:
        step = 2**32 // PROBES
        answers = sum(bool(_ask(reader, str(ipaddress.IPv4Address(n * step + 1)))) for n in range(PROBES))
    if answers < MIN_ANSWERS:
        raise PackError(f"read {path.name}: it knows {answers} of {PROBES} addresses, expected {MIN_ANSWERS}")


def _open(path: Path | None) -> maxminddb.Reader | None:
    if path is None:
        return None
    try:
        return maxminddb.open_database(str(path))
    except (maxminddb.InvalidDatabaseError, ValueError, RecursionError) as error:
        raise PackError(f"read {path.name}, expected an MMDB file: {error}; get it again") from error


def _ask(reader: maxminddb.Reader | None, address: str) -> dict[str, Any]:
    if reader is None:
        return {}
    try:
        entry = reader.get(address)
    except ValueError:
        return {}  # no address, or IPv6 asked of an IPv4 table
    except (maxminddb.InvalidDatabaseError, RecursionError) as error:
        raise PackError(f"read the entry of {address}, expected a sound MMDB: {error}") from error
    return entry if isinstance(entry, dict) else {}

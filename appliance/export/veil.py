"""Rows for somebody who need not know whose home they are of. Does no I/O.

Devices and link-layer addresses become pseudonyms, IP addresses others with the same prefixes in common
(Crypto-PAn), names that only a home knows are left out. The key is drawn for one export and kept nowhere, so
two exports cannot be joined by it, and nobody can undo it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from ipaddress import ip_address
from typing import Any, Final

from appliance.export.kinds import DNS, FLOWS, TLS, Kind, Row
from appliance.parties.domains import is_local_name
from appliance.privacy import Pseudonyms

VEILED: Final = (FLOWS, DNS, TLS)
"""The kinds that can be had so; the others hold little beside what a device calls itself."""

PSEUDONYM: Final = "pseudonym"
ADDRESS: Final = "another address, prefixes kept"
NAME: Final = "left out where only the home knows it"
DROPPED: Final = "left out"
AS_IT_IS: Final = "as it is"

FATES: Final[Mapping[str, str]] = {
    **dict.fromkeys(("device", "mac", "client_mac", "orig_mac", "resp_mac", "orig_dst_mac"), PSEUDONYM),
    "uid": PSEUDONYM,  # it, too, is made of addresses and can be tried
    **dict.fromkeys(("orig_h", "resp_h", "src", "dst", "client", "resolver", "addresses"), ADDRESS),
    **dict.fromkeys(("domain", "server_name", "query", "cnames"), NAME),
    "community_id": DROPPED,  # a hash of both addresses: a list of home addresses would undo it
}
"""Column -> what becomes of it; all others stay as they are."""


def fate(column: str) -> str:
    """Return what becomes of a column."""
    return FATES.get(column, AS_IT_IS)


class Veil:
    """Changes the rows of one kind."""

    def __init__(self, kind: Kind, key: bytes) -> None:
        pseudonyms = Pseudonyms(key)
        ways: dict[str, Callable[[Any], Any]] = {
            PSEUDONYM: pseudonyms.device,
            ADDRESS: lambda value: _each(value, pseudonyms.address),
            NAME: lambda value: _each(value, lambda name: _public(name, pseudonyms)),
            DROPPED: lambda _: None,
        }
        self._ways = [
            (number, ways[FATES[column]]) for number, column in enumerate(kind.columns) if column in FATES
        ]

    def rows(self, page: Sequence[Row]) -> list[Row]:
        """Return the rows with everything replaced that points to the home."""
        return [self._row(row) for row in page]

    def _row(self, row: Row) -> Row:
        cells = list(row)
        for number, way in self._ways:
            if cells[number]:
                cells[number] = way(cells[number])
        return tuple.__new__(type(row), cells)


def _each(value: Any, way: Callable[[str], Any]) -> Any:
    """Return a text, or each of several, changed; what turned into nothing is left out of several."""
    if isinstance(value, str):
        return way(value)
    return tuple(changed for one in value if (changed := way(one)) is not None)


def _public(name: str, pseudonyms: Pseudonyms) -> str | None:
    """Return a name that others know too; an address as its pseudonym, a name of the home as None."""
    try:
        ip_address(name)
    except ValueError:
        return None if is_local_name(name) else name
    return pseudonyms.address(name)

"""Reads the usual, sound messages of what a meter hands up, natively; the rest is the dissectors'. No I/O.

A `Reader` says exactly what the dissectors in sensor/dissect would say, or stops at the item and leaves it to
them: they are the oracle, and alone where nothing was compiled. What they say of an item at which it stopped
may be given back to it (`learn`); the same message is then read natively the next time.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Protocol

from sensor.dissect.directions import MAX_DIRECTIONS, Directions
from sensor.dissect.interface import DatagramDissector
from sensor.meter import _meter
from sensor.packet import Packet
from sensor.records import (
    DhcpAck,
    DhcpRequest,
    DnsAnswer,
    DnsQuery,
    FlowRecord,
    HttpRequest,
    MdnsService,
    NtpRequest,
    Record,
    SsdpAnnouncement,
    TlsCertificate,
    TlsClientHello,
    TlsServerHello,
)
from sensor.wire.resolvers import ADDRESSES

_quick: Any
try:
    from sensor.quick import _quick
except ImportError:  # not built: no compiler was at hand when this was installed
    _quick = None


class Reader(Protocol):
    """Reads runs of items."""

    latest: float  # ts of the last packet or Weird that was read, here or elsewhere
    last_ts: float  # the latest end of a flow

    def read(  # noqa: PLR0917 - by position, because it is asked for every run of items
        self, items: Sequence[Any], at: int, stop: int, out: list[Record], since: float, room: bool
    ) -> int:
        """Append to `out` what the items from `at` to `stop` say; return the index of the first not read.

        A packet that is `span_s` later than `since` is not; with `room` false, no new TCP direction is.
        """

    def learn(self, records: list[Any]) -> None:
        """Take what the dissectors said of the item at which `read` has stopped."""


class PlainReader:
    """Leaves every item to the dissectors."""

    def __init__(self) -> None:
        self.latest = 0.0
        self.last_ts = 0.0

    def read(  # noqa: PLR0917
        self, items: Sequence[Any], at: int, stop: int, out: list[Record], since: float, room: bool
    ) -> int:
        return at

    def learn(self, records: list[Any]) -> None:
        pass


class NoNativeReader(RuntimeError):
    """The compiled reader was asked for and is not there."""


def new_reader(
    native: bool | None,
    directions: Directions,
    by_port: dict[tuple[str, int], DatagramDissector],
    span_s: float,
) -> Reader:
    """Return a reader: the native one if it was built, or the one that was asked for.

    Raises NoNativeReader when the native one was asked for and was not built.
    """
    if native is False or (native is None and _quick is None):
        return PlainReader()
    if _quick is None:
        raise NoNativeReader("no compiled reader found; build it with: python setup.py build_ext --inplace")
    answers = (DnsQuery, DnsAnswer, TlsClientHello, TlsServerHello, TlsCertificate, HttpRequest)
    templates = tuple((record_type, _numbers(fields)) for record_type, fields in _FROM_PACKET.items())
    reader: Reader = _quick.Reader(
        (Packet, FlowRecord, *answers),
        directions.tables,
        MAX_DIRECTIONS // 2,
        span_s,
        templates,
        _readers(by_port),
        ADDRESSES,
        _meter,
    )
    return reader


_FROM_PACKET: Final[dict[type[Any], str]] = {
    DnsQuery: "ts uid src_mac src dst",
    MdnsService: "ts src_mac src",
    SsdpAnnouncement: "ts src_mac src",
    DhcpRequest: "ts",
    DhcpAck: "ts",
    NtpRequest: "ts uid src_mac src dst",
    HttpRequest: "ts uid src_mac src sport dst dport",
    TlsClientHello: "ts uid src_mac - src sport dst dport",
    TlsServerHello: "ts uid dst_mac dst dport src sport",
    TlsCertificate: "ts uid dst_mac dst dport src sport",
}
"""The first fields of a record that come from the packet and not from its message; "-" for one that does."""

_NONE: Final = len(Packet._fields)


def _numbers(fields: str) -> bytes:
    return bytes(_NONE if name == "-" else Packet._fields.index(name) for name in fields.split())


_READERS: Final = ("Dns", "Mdns", "Dhcp4", "Ssdp", "Ntp")
"""Dissectors whose messages are read here, from 1 on; `enum reader` in _state.h."""


def _readers(by_port: dict[tuple[str, int], DatagramDissector]) -> bytes:
    """Return for every UDP port who reads it: 0 nobody, the place in _READERS, or behind these another."""
    found = bytearray(1 << 16)
    for (kind, port), dissector in by_port.items():
        if kind == "udp":
            name = type(dissector).__name__
            found[port] = 1 + (_READERS.index(name) if name in _READERS else len(_READERS))
    return bytes(found)

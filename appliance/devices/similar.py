"""How alike two devices are, by the words their traffic leaves. Does no I/O, learns nothing outside the home.

A device is a set of words ("dhcp:1,3,28,6", "asks:api.xbcs.net", "to:udp/123"). A word that few known devices
have says more than one that all have (inverse document frequency); likeness is the weighted share of common
words (weighted Jaccard index).
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from typing import Final, NamedTuple

from sensor.records import (
    MAX_TEXT,
    DhcpRequest,
    DnsQuery,
    FlowRecord,
    HttpRequest,
    MdnsService,
    NtpRequest,
    Record,
    SsdpAnnouncement,
    TlsClientHello,
)

FLOWS_DESCRIBED: Final = 200
"""Flows of a device that are turned into words: its first ones; later ones would only repeat them."""

_EPHEMERAL: Final = 10_000  # ports from here on are mostly chosen at random and describe nothing
_SERIAL: Final = re.compile(r"(?=\d*[a-f])(?=[a-f]*\d)[0-9a-f]{4,}|\d{5,}")
"""Digits and letters of a MAC or serial number, or many digits; up to four are a model's: HS110, SP-2101W."""

_UUID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def shape(text: str) -> str:
    """Return a text without what differs between two specimens: serial numbers, MACs, UUIDs."""
    return _SERIAL.sub("#", _UUID.sub("#", text[:MAX_TEXT].casefold()))


def words(record: Record) -> Iterator[str]:
    """Yield the words a record leaves about its sender (of a flow: about its originator)."""
    match record:
        case FlowRecord():
            yield from _flow_words(record)
        case DhcpRequest():
            yield "dhcp:" + ",".join(map(str, record.parameter_list))
            yield f"dhcp-class:{shape(record.vendor_class or '')}"
            yield f"dhcp-name:{shape(record.hostname or '')}"
        case DnsQuery():
            yield f"asks:{shape(record.query)}"
        case MdnsService():
            yield f"offers:{shape(record.service)}"
            yield from (f"txt:{key[:MAX_TEXT].casefold()}={shape(value)}" for key, value in record.txt)
            yield f"mdns-name:{shape(record.hostname or '')}"
        case SsdpAnnouncement():
            yield f"ssdp-{record.kind}:{shape(record.server or '')}:{shape(record.target or '')}"
        case TlsClientHello():
            yield f"tls:{record.ja4}"
        case HttpRequest():
            yield f"http:{shape(record.host or '')}:{shape(record.user_agent or '')}"
            yield f"path:{shape(record.path)}"
        case NtpRequest():
            yield f"ntp:{record.version}"
        case _:
            return


def _flow_words(flow: FlowRecord) -> Iterator[str]:
    port = flow.resp_p if flow.resp_p < _EPHEMERAL else "high"
    yield f"to:{flow.proto}/{port}"
    if flow.orig_pkts:
        size = round(flow.orig_bytes / flow.orig_pkts)
        yield f"sends:{flow.proto}/{port}:{size}"
    yield f"flow:{flow.proto}/{port}:{flow.orig_bytes}:{flow.resp_bytes}"


class Likeness(NamedTuple):
    """The known device (or kind) most like another, and how alike: 0 nothing in common, 1 the same."""

    key: str
    share: float


def most_alike(
    device: Collection[str], known: Mapping[str, Collection[str]], nearest: int = 3
) -> list[Likeness]:
    """Return the nearest of `known` (key -> words), best first, at most `nearest` of them."""
    frequency = Counter(word for described in known.values() for word in set(described))
    weight = {word: math.log((len(known) + 1) / count) for word, count in frequency.items()}
    unknown = math.log(len(known) + 1)
    mine = set(device)
    ranked = []
    for key, described in known.items():
        theirs = set(described)
        common = math.fsum(weight.get(word, unknown) for word in mine & theirs)
        either = math.fsum(weight.get(word, unknown) for word in mine | theirs)
        ranked.append(Likeness(key, common / either if either else 0.0))
    ranked.sort(key=lambda likeness: (-likeness.share, likeness.key))
    return ranked[:nearest]

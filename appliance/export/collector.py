"""IPFIX to a collector in the home, over UDP or TCP (RFC 7011 §10)."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterable
from typing import Final
from urllib.parse import urlsplit

from appliance.export.ipfix import DATAGRAM_BYTES, FILE_BYTES, Messages
from appliance.export.kinds import ExportError
from appliance.flowrow import FlowRow

TIMEOUT_S: Final = 10.0
"""How long a collector may take to answer a connection, or to take what it is sent."""

TEMPLATES_EVERY: Final = 50
"""Datagrams between two tellings of the templates: a collector that starts late understands the rest."""

PAUSE_S: Final = 0.002
"""Pause after each burst of datagrams: collectors' buffers hold some hundred kB."""

BURST: Final = 16
PORT: Final = 4739  # IANA "ipfix"


def is_collector(out: str) -> bool:
    """Say whether a place is a collector and no file."""
    return out.startswith(("udp://", "tcp://"))


def send(out: str, pages: Iterable[list[FlowRow]]) -> int:
    """Send all flows to the collector; return how many there were. Raises ExportError."""
    address = urlsplit(out)
    datagrams = address.scheme == "udp"
    kind = socket.SOCK_DGRAM if datagrams else socket.SOCK_STREAM
    messages, count = Messages(DATAGRAM_BYTES if datagrams else FILE_BYTES), 0
    try:
        host, port = address.hostname or "", address.port or PORT
        family, *_, place = socket.getaddrinfo(host, port, type=kind)[0]
        with socket.socket(family, kind) as link:
            link.settimeout(TIMEOUT_S)
            link.connect(place)
            link.sendall(messages.template_message(time.time()))
            sent = 0
            for page in pages:
                for message in messages.of(page):
                    link.sendall(message)
                    sent += 1
                    if datagrams and sent % BURST == 0:
                        time.sleep(PAUSE_S)
                    if datagrams and sent % TEMPLATES_EVERY == 0:
                        link.sendall(messages.template_message(page[-1].ts))
                count += len(page)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ExportError(
            f"cannot send to {out} ({reason}) after {count} flows; expected a collector at udp:// or "
            "tcp://HOST:PORT that listens"
        ) from error
    return count

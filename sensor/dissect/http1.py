"""HTTP/1 requests on any port (RFC 9112): who is asked for what, by which software. No I/O.

Of a query string, a form or JSON the names are kept and never the values: those are the family's. A request
whose body has names to read waits for the body's first bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from sensor.dissect.interface import weird
from sensor.packet import Packet
from sensor.records import MAX_ITEMS, HttpRequest, Observation, PortMapping, Weird
from sensor.wire import fieldnames, httphead, igd, leaks
from sensor.wire.httphead import Head
from sensor.wire.malformed import Malformed
from sensor.wire.text import printable

_RESPONSE: Final = b"HTTP/1."
_METHODS: Final = (
    b"GET POST PUT HEAD DELETE OPTIONS PATCH CONNECT TRACE SUBSCRIBE UNSUBSCRIBE NOTIFY PROPFIND".split()
)
_SOAP_ACTION: Final = b"soapaction"
_LONGEST_METHOD: Final = max(map(len, _METHODS))
_REQUEST_LINE: Final = re.compile(rb"([A-Z]+) +(\S+) +HTTP/1\.\d").fullmatch
_OTHER_PROTOCOL: Final = re.compile(rb".* (?:RTSP|SIP|ICY)/\d\.\d", re.DOTALL).fullmatch
_TARGET: Final = re.compile(rb"(?:[A-Za-z][A-Za-z0-9+.-]*://([^/?#]*))?([^?#]*)(?:\?([^#]*))?").match
_AUTHORITY: Final = re.compile(rb"(?:[^@]*@)?(\[[^\]]*\]|[^:]*)(?::\d*)?").match


MAX_REQUESTS: Final = 256
"""Requests read of one direction: 4,000 empty ones fit into one packet, 0.1 s of work; 256 fill what the
meter hands up of a connection (STREAM_BYTES) with real ones."""


class Http1:
    """One direction: every request of it, as long as the ends of their bodies are known."""

    def __init__(self, requests: int = 0) -> None:
        """`requests` of the direction were read before."""
        self.done = False
        self.opened = False  # CONNECT: what follows is another protocol from its first byte on
        self._waiting = b""
        self._requests = requests
        self._body_bytes = 0  # of the last request, still to come
        self._kept: HttpRequest | None = None  # a request that waits for its body

    @staticmethod
    def claims(packet: Packet) -> bool:
        """A request begins with a method and a space, or with what of it came. Responses end at once."""
        data = packet.payload
        if data.startswith(_RESPONSE):
            return True
        method, space, _ = data[: _LONGEST_METHOD + 1].partition(b" ")
        if space:
            return method in _METHODS
        return method != b"" and any(known.startswith(method) for known in _METHODS)

    def feed(self, packet: Packet, data: bytes) -> Iterator[Observation | Weird]:
        data = self._waiting + data
        while not self.done:
            data = self._past_body(data)
            if data.startswith(_RESPONSE):
                self.done = True
                return
            if self._body_bytes or not data:
                break
            try:
                head = httphead.parse(data)
                if head is None:
                    break
                request = self._request(packet, head)
            except Malformed as error:
                self.done = True
                yield weird(packet, "http", error)
                return
            body = data[head.size : head.size + min(self._body_bytes, fieldnames.BODY_BYTES)]
            if request and not self.done and self._wants(request, head, len(body)):
                self._kept, self._body_bytes = request, 0  # the head is read again with what comes
                break
            self._kept = None
            data = data[head.size :]
            self._requests += 1
            self.done = self.done or self._requests >= MAX_REQUESTS
            if request:
                yield _with_leaks(request, head, body)
                yield from _mapping(packet, head, body)
        self._waiting = data

    def end(self) -> tuple[Observation, ...]:
        return (self._kept,) if self._kept else ()

    def _wants(self, request: HttpRequest, head: Head, body_bytes: int) -> bool:
        """Say whether a request should wait for more of its body."""
        readable = fieldnames.readable(request.content_type) or _SOAP_ACTION in head.values
        return readable and body_bytes < min(self._body_bytes, fieldnames.BODY_BYTES)

    def _past_body(self, data: bytes) -> bytes:
        skipped = min(self._body_bytes, len(data))
        self._body_bytes -= skipped
        return data[skipped:].lstrip(b"\r\n") if not self._body_bytes else b""

    def _request(self, packet: Packet, head: Head) -> HttpRequest | None:
        """Return the record, None where it is another protocol of this form. Raises Malformed."""
        line = _REQUEST_LINE(head.start)
        if not line:
            self.done = True
            if _OTHER_PROTOCOL(head.start):
                return None
            raise Malformed(
                "request_line", f"read {printable(head.start[:40])!r}, expected METHOD target HTTP/1.x"
            )
        length = _length(head)
        self._body_bytes = length or 0
        # After these the end of the body, or even that HTTP goes on, is not ours to know.
        self.opened = line[1] == b"CONNECT"
        self.done = self.opened or b"transfer-encoding" in head.names or b"upgrade" in head.names
        return _record(packet, head, line[1], line[2], length)


def _record(packet: Packet, head: Head, method: bytes, target: bytes, length: int | None) -> HttpRequest:
    authority, path, query = _split(method, target)
    host = authority or head.values.get(b"host")
    return HttpRequest(
        packet.ts,
        packet.uid,
        packet.src_mac,
        packet.src,
        packet.sport,
        packet.dst,
        packet.dport,
        method.decode("ascii"),
        None if host is None else _host(host),
        printable(path),
        _names(query),
        _text(head, b"user-agent"),
        _media_type(head),
        length,
        tuple(map(printable, head.names[:MAX_ITEMS])),
    )


def _with_leaks(request: HttpRequest, head: Head, body: bytes) -> HttpRequest:
    """Return the request with the names in its body, and the kinds of data that it gives away."""
    fields = fieldnames.names(request.content_type, body) if body else ()
    values = [head.start, body] if body else [head.start]
    found = leaks.kinds((*request.parameters, *fields, *request.header_names), values)
    return request._replace(fields=fields, leaks=tuple(sorted(found))) if fields or found else request


def _mapping(packet: Packet, head: Head, body: bytes) -> Iterator[Observation]:
    """Yield the port mapping that a request to a router asks for."""
    mapping = igd.parse(head.values[_SOAP_ACTION], body) if _SOAP_ACTION in head.values else None
    if mapping:
        head_fields = (packet.ts, packet.uid, packet.src_mac, packet.src, packet.dst)
        yield PortMapping(
            *head_fields,
            "igd",
            mapping.action,
            mapping.proto,
            mapping.internal_address,
            mapping.internal_port,
            mapping.external_port,
            mapping.lifetime_s,
            mapping.description,
        )


def _length(head: Head) -> int | None:
    value = head.values.get(b"content-length")
    if value is None:
        return None
    if not value.isdigit() or len(value) > 18:
        raise Malformed("content_length", f"read {printable(value[:40])!r}, expected a number of bytes")
    return int(value)


def _split(method: bytes, target: bytes) -> tuple[bytes | None, bytes, bytes]:
    """Return authority, path and query of a request target (RFC 9112 §3.2)."""
    if method == b"CONNECT":
        return target, b"", b""
    match = _TARGET(target)
    return (match[1], match[2], match[3] or b"") if match else (None, target, b"")


def _host(authority: bytes) -> str:
    """Return the host of an authority: without user, port, brackets and final dot, lower-case."""
    match = _AUTHORITY(authority)
    return printable(match[1] if match else authority).strip("[]").lower().rstrip(".")


def _names(query: bytes) -> tuple[str, ...]:
    """Return the parameter names; a part without "=" is a value for all we know and is left out."""
    parts = query.split(b"&", MAX_ITEMS)[:MAX_ITEMS]
    return tuple([printable(name) for name, equals, _ in (part.partition(b"=") for part in parts) if equals])


def _text(head: Head, name: bytes) -> str | None:
    value = head.values.get(name)
    return None if value is None else printable(value)


def _media_type(head: Head) -> str | None:
    """Return the Content-Type without its parameters: a boundary is new each time."""
    text = _text(head, b"content-type")
    return None if text is None else text.partition(";")[0].strip().lower()

"""What the first packets of a flow told, kept until its flow record comes. Does no I/O."""

from __future__ import annotations

from typing import Final, NamedTuple

from sensor.records import HttpRequest, TlsClientHello

MAX_MARKS: Final = 65_536
"""Flows whose first packets are remembered; more open at once is a flood, then the oldest goes."""


class Mark(NamedTuple):
    """What was read of one flow."""

    encrypted: bool
    user_agent: str | None


_ENCRYPTED: Final = Mark(True, None)


class Marks:
    """The marks of open flows, by uid."""

    def __init__(self) -> None:
        self._marks: dict[str, Mark] = {}
        self.evicted = 0

    def read(self, record: TlsClientHello | HttpRequest) -> None:
        """Remember what a handshake or request says of its flow."""
        if isinstance(record, TlsClientHello):
            self._marks[record.uid] = _ENCRYPTED
        elif record.uid not in self._marks:
            self._marks[record.uid] = Mark(False, record.user_agent)
        if len(self._marks) > MAX_MARKS:
            del self._marks[next(iter(self._marks))]
            self.evicted += 1

    def take(self, uid: str, *, last: bool) -> Mark | None:
        """Return the mark of a flow; `last` says that no further part of it follows."""
        return self._marks.pop(uid, None) if last else self._marks.get(uid)


def encryption(mark: Mark | None, proto: str, port: int, payload_up: int) -> bool | None:
    """Return True for an encrypted flow, False when something readable was uploaded, else None."""
    if mark is not None:
        return True if mark.encrypted else (False if payload_up else None)
    if (proto, port) == ("udp", 443):
        return True  # QUIC whose first packets were not seen: RFC 9000 knows no unencrypted form
    return None

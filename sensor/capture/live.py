"""Live packets of one or more interfaces, and the time in which there could be none.

Each interface has its ring (packetring.py). An interface is followed by its number while it lives, whatever
its name becomes; one that was deleted is taken up again when its name comes back. Time in which an interface
could bring no packet is a Loss of kind "gap"; packets that found no room in the ring are a "kernel_drop".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from sensor.capture.links import Changes, double, links, names
from sensor.capture.packetring import RING_BYTES, PacketRing
from sensor.capture.rtnetlink import Link
from sensor.meter.block import Block
from sensor.records import Loss

ETHERNET, LOOPBACK = 1, 772
"""ARPHRD of Ethernet (Wi-Fi too) and loopback, whose frames have Ethernet headers (linux/if_arp.h)."""

GAP_PART_S: Final = 60.0
"""A gap is told in parts of this length, so that it is known while it lasts."""

BLOCKS_AT_ONCE: Final = 64
"""Blocks read of one interface before the others have their turn."""


class LiveError(Exception):
    """An interface cannot be captured: says why and what to do."""


@dataclass
class Watched:
    """One interface and its ring. `number` is None while there is none of its name."""

    name: str
    number: int | None
    ring: PacketRing
    down_since: float | None = None
    why: str = ""


class LiveCapture:
    """Interfaces watched together; the sockets in `waits` become readable when there is something to do."""

    def __init__(
        self,
        interfaces: Sequence[str],
        now: float,
        *,
        promiscuous: bool = False,
        ring_bytes: int = RING_BYTES,
        group: int | None = None,
    ) -> None:
        """Open them; `now` is when a gap begins whose interface is down. Raises LiveError.

        `group` shares their flows with the other sensors of that number.
        """
        self._promiscuous, self._group = promiscuous, group
        self._changes = Changes()
        self._dropped_since = now
        self.dropped = 0
        self.watched: list[Watched] = []
        try:
            for link in _chosen(interfaces):
                self._open(link, ring_bytes, now)
        except LiveError:
            self.close()
            raise

    def _open(self, link: Link, ring_bytes: int, now: float) -> None:
        try:
            one = Watched(link.name, None, PacketRing(ring_bytes), now, "it was not opened yet")
            self.watched.append(one)
            self._bind(one, link)
        except PermissionError as error:
            raise LiveError(
                f"capturing on {link.name} needs the right CAP_NET_RAW: run it with sudo, or as the service"
            ) from error
        except OSError as error:
            raise LiveError(f"cannot capture on {link.name}: {error.strerror}") from error
        if link.running:
            one.down_since = None
        else:
            one.why = "it is down"

    def _bind(self, one: Watched, link: Link) -> None:
        loopback = link.hardware == LOOPBACK
        one.ring.bind(link.name, link.number, promiscuous=self._promiscuous, loopback=loopback)
        if self._group is not None:
            one.ring.join(self._group)
        one.number = link.number

    @property
    def waits(self) -> list[PacketRing | Changes]:
        """What to wait for with select."""
        return [*(one.ring for one in self.watched), self._changes]

    @property
    def down(self) -> tuple[str, ...]:
        """The interfaces that bring nothing now."""
        return tuple(one.name for one in self.watched if one.down_since is not None)

    def read(self, take: Callable[[Block], None]) -> bool:
        """Hand the blocks that are ready to `take`; return whether there may be more."""
        more = False
        for one in self.watched:
            count = 0
            while count < BLOCKS_AT_ONCE and one.ring.read(take):
                count += 1
            more = more or count == BLOCKS_AT_ONCE
        return more

    def follow(self, now: float) -> Iterator[Loss]:
        """Take note of what happened to the interfaces; yield each gap that has ended. Raises OSError."""
        for link in self._changes.read():
            for one in self.watched:
                if one.number == link.number:
                    yield from self._changed(one, link, now)
                elif one.number is None and one.name == link.name and not link.gone:
                    yield from self._returned(one, link, now)

    def _changed(self, one: Watched, link: Link, now: float) -> Iterator[Loss]:
        if link.gone:
            one.number = None
            self._begin_gap(one, now)
            one.why = "it was removed"
            return
        one.name = link.name
        if not link.running:
            self._begin_gap(one, now)
        else:
            yield from self._end_gap(one, now)

    def _returned(self, one: Watched, link: Link, now: float) -> Iterator[Loss]:
        try:
            self._bind(one, link)
        except OSError:  # gone again already: the kernel is about to say so
            return
        if link.running:
            yield from self._end_gap(one, now)

    def _begin_gap(self, one: Watched, now: float) -> None:
        if one.down_since is None:
            one.down_since, one.why = now, "it was down or had no line"

    def _end_gap(self, one: Watched, now: float) -> Iterator[Loss]:
        if one.down_since is not None:
            yield Loss(one.down_since, max(one.down_since, now), "gap", 0, f"{one.name}: {one.why}")
            one.down_since = None

    def losses(self, now: float, *, last: bool = False) -> Iterator[Loss]:
        """Yield the drops since the last call, and a part of each gap that is long; at the `last`, of all."""
        for one in self.watched:
            dropped = one.ring.drops()
            self.dropped += dropped
            if dropped:
                detail = f"{one.name}: the ring was full"
                yield Loss(self._dropped_since, now, "kernel_drop", dropped, detail)
            if one.down_since is not None and (last or now - one.down_since >= GAP_PART_S):
                since, one.down_since = one.down_since, now
                yield Loss(since, max(since, now), "gap", 0, f"{one.name}: {one.why}")
        self._dropped_since = now

    def close(self) -> None:
        """Close all sockets."""
        for one in self.watched:
            one.ring.close()
        self._changes.close()


def _chosen(interfaces: Sequence[str]) -> list[Link]:
    """Return the links of these names, each once. Raises LiveError."""
    by_name = {link.name: link for link in links()}
    chosen = []
    for name in dict.fromkeys(interfaces):
        link = by_name.get(name)
        if link is None:
            raise LiveError(f"no interface is called {name!r}; this machine has {', '.join(names())}")
        if link.hardware not in (ETHERNET, LOOPBACK):
            raise LiveError(f"{name} is of link type {link.hardware}, expected Ethernet or Wi-Fi")
        chosen.append(link)
    if twice := double(chosen):
        one, other = (link.name for link in twice)
        raise LiveError(
            f"{one} and {other} show the same packets, which would be counted twice: watch one of them "
            "(of a bridge and its ports, the bridge)"
        )
    return chosen

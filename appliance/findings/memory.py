"""A bounded memory for kinds that count: the longest unused goes first. Does no I/O."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Final, Generic, TypeVar

MAX_KEYS: Final = 8_192
"""Device and party pairs counted at once: a busy home has 2,000; a flood of names loses its oldest."""

Key = tuple[str, str | None]
T = TypeVar("T")


class Memory(Generic[T]):
    """What is counted for each device and party."""

    def __init__(self, make: Callable[[], T], limit: int = MAX_KEYS) -> None:
        self.forgotten = 0
        self._make = make
        self._limit = limit
        self._held: OrderedDict[Key, T] = OrderedDict()

    def of(self, key: Key) -> T:
        """Return what is held for the key; made when it is new."""
        held = self._held.get(key)
        if held is None:
            held = self._held[key] = self._make()
            if len(self._held) > self._limit:
                self._held.popitem(last=False)
                self.forgotten += 1
        else:
            self._held.move_to_end(key)
        return held

"""Server-sent events: "something changed in the store", for pages and programs that listen.

Each listener holds a thread of the server, so their number is bounded. One of them looks at the store at a
time; the others take what it found.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple

from appliance.store.reader import Reader

MAX_LISTENERS: Final = 24
"""Of 48 threads: pages keep 24 whatever number of listeners comes (threats R18)."""
LOOK_S: Final = 2.0
"""How often the store is looked at; a live home commits once a minute, news within 5 s."""
BEAT_S: Final = 15.0
"""Silence after which a comment is sent, so that whatever lies between keeps the connection."""
LISTEN_S: Final = 600.0
"""A stream ends after this; browsers come again by themselves."""
RETRY_MS: Final = 5_000


class Marks(NamedTuple):
    """What is compared to see that something is new."""

    last_ts: float | None
    flows: int
    alert: str
    change: str


class Hub:
    """The listeners of one process."""

    def __init__(self) -> None:
        self._places = threading.BoundedSemaphore(MAX_LISTENERS)
        self._looking = threading.Lock()
        self._seen: Marks | None = None
        self._looked_s = 0.0

    def listen(self, reader: Reader, gone: Callable[[], bool]) -> Stream | None:
        """Return a stream of events until the listener is `gone`; None when all places are taken."""
        return Stream(self, reader, gone) if self._places.acquire(blocking=False) else None

    def leave(self) -> None:
        """Give a place back."""
        self._places.release()

    def look(self, reader: Reader) -> Marks:
        """Return the marks of now: read at most every LOOK_S, whatever number listens."""
        with self._looking:
            now_s = time.monotonic()
            if self._seen is None or now_s - self._looked_s >= LOOK_S:
                self._seen, self._looked_s = _marks(reader), now_s
            return self._seen


class Stream:
    """The events of one listener. The server closes it when the listener has gone or the time is over."""

    def __init__(self, hub: Hub, reader: Reader, gone: Callable[[], bool]) -> None:
        self._hub = hub
        self._gone = gone
        self._reader = reader
        self._open = True
        self._events = self._run()

    def __iter__(self) -> Iterator[str]:
        return self._events

    def close(self) -> None:
        """Give the place back, once."""
        if self._open:
            self._open = False
            self._hub.leave()

    def _run(self) -> Iterator[str]:
        began_s = said_s = time.monotonic()
        before = self._hub.look(self._reader)
        yield f"retry: {RETRY_MS}\n\n" + _event("state", before)
        while time.monotonic() - began_s < LISTEN_S:
            time.sleep(LOOK_S)
            if self._gone():
                return
            now = self._hub.look(self._reader)
            for name in _news(before, now):
                yield _event(name, now)
                said_s = time.monotonic()
            before = now
            if time.monotonic() - said_s >= BEAT_S:
                yield ": still here\n\n"
                said_s = time.monotonic()


def _news(before: Marks, now: Marks) -> list[str]:
    """Return the names of the events that tell what is new."""
    news = [name for name in ("alert", "change") if getattr(before, name) != getattr(now, name)]
    return [*news, "state"] if now != before else []


def _event(name: str, marks: Marks) -> str:
    return f"event: {name}\ndata: {_data(marks)}\n\n"


def _data(marks: Marks) -> str:
    return json.dumps(marks._asdict(), separators=(",", ":"))


def _marks(reader: Reader) -> Marks:
    watch: Any = reader.meta("totals", {})
    alerts, changes = reader.alerts(limit=1), reader.changes(limit=1)
    return Marks(
        reader.meta("last_ts"),
        int(watch.get("flows", 0)),
        alerts[0].identifier if alerts else "",
        changes[0].id if changes else "",
    )


HUB: Final = Hub()
"""The listeners of this process."""

"""Pages kept for a moment: many readers of the same page cost as much as one.

A kept page is for those who may do the same, under the same name and in the same language. What ties a page
to one visit, the token of its forms, is cut out before it is kept and put in for each reader.
"""

from __future__ import annotations

import functools
import random
import threading
import zlib
from collections import OrderedDict, deque
from collections.abc import Callable, Hashable
from typing import Final, NamedTuple, ParamSpec

from flask import Flask, Response, current_app, request

from web.desk import desk
from web.recordings import mark
from web.security import visitor
from web.security.forgery import SAFE_METHODS
from web.security.visitor import csrf_token

P = ParamSpec("P")

MAX_BYTES: Final = 3_000_000
"""Kept in all, compressed: some two hundred pages."""

FRESH_S: Final = 60.0
"""How long a page counts while nothing is written: it also says how old the newest packet is."""

BEHIND_S: Final = 15.0
"""How far a page may be behind what was written: a busy home writes every few seconds."""

ACT_S: Final = 20.0
"""How long after somebody said or set something nothing older than the store is shown: the service takes it
up at its next commit, and whoever said it looks for what came of it."""

EXTENSION: Final = "tattlebox-kept"


class Turns:
    """Lets so many threads in at a time, the others in the order in which they came.

    Past a semaphore of `threading` whoever comes by while one is let in goes first, and who waits waits on.
    """

    def __init__(self, at_a_time: int) -> None:
        self._free = at_a_time
        self._waiting: deque[threading.Lock] = deque()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        """Return how many wait."""
        return len(self._waiting)

    def __enter__(self) -> None:
        with self._lock:
            if self._free:
                self._free -= 1
                return
            gate = threading.Lock()
            gate.acquire()
            self._waiting.append(gate)
        gate.acquire()

    def __exit__(self, *_: object) -> None:
        with self._lock:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._free += 1


_drawing: Final = Turns(2)
"""Pages drawn or handed out at a time. More are not done sooner on one interpreter, and those that are kept
would starve the one that is drawn."""


class Page(NamedTuple):
    """A page as it was drawn."""

    version: tuple[object, ...]
    ts: float  # when it was drawn
    behind_s: float  # how far it may be behind the packets
    pieces: bytes  # compressed
    cuts: tuple[int, ...]  # where a token stood


class Pages:
    """The pages of one application; the longest unused go first. Safe to share between threads."""

    def __init__(self) -> None:
        self._pages: OrderedDict[Hashable, Page] = OrderedDict()
        self._bytes = 0
        self._acted_ts = float("-inf")
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._pages)

    def acted(self, ts: float) -> None:
        """Note that somebody changed something through the pages."""
        self._acted_ts = ts

    def find(self, key: Hashable, version: tuple[object, ...], ts: float) -> Page | None:
        """Return the page of this key that may still be shown at `ts`."""
        with self._lock:
            page = self._pages.get(key)
            if page is None:
                return None
            self._pages.move_to_end(key)
        settled = ts - self._acted_ts > ACT_S
        fresh_s = FRESH_S if page.version == version else page.behind_s if settled else 0.0
        return page if 0 <= ts - page.ts < fresh_s else None

    def keep(self, key: Hashable, page: Page) -> None:
        """Keep a page in the place of an older one."""
        with self._lock:
            before = self._pages.pop(key, None)
            self._bytes += len(page.pieces) - (len(before.pieces) if before else 0)
            self._pages[key] = page
            while self._bytes > MAX_BYTES:
                self._bytes -= len(self._pages.popitem(last=False)[1].pieces)


def install(app: Flask, clock: Callable[[], float]) -> None:
    """Give the application its kept pages."""
    pages = app.extensions[EXTENSION] = Pages()

    @app.after_request
    def note(response: Response) -> Response:
        if request.method not in SAFE_METHODS:
            pages.acted(clock())
        return response


def kept(view: Callable[P, str]) -> Callable[P, str | bytes]:
    """Return a view whose page is kept; put it under `@allow`, on views that answer GET with a page."""

    @functools.wraps(view)
    def look_up(*args: P.args, **kwargs: P.kwargs) -> str | bytes:
        here, token = desk(), csrf_token().encode()
        version = here.reader.version()
        if version is None:
            return view(*args, **kwargs)
        who = visitor()
        shown = mark()  # of a recording: a page that lacks it is another page
        key = (request.full_path, here.language.code, who.kind, who.name, who.permissions, shown)
        pages: Pages = current_app.extensions[EXTENSION]
        with _drawing:
            page = pages.find(key, version, here.clock())
            if page is None:
                page = _cut(view(*args, **kwargs).encode(), token, version, here.clock())
                pages.keep(key, page)
            return _whole(page, token)

    return look_up


def _cut(text: bytes, token: bytes, version: tuple[object, ...], ts: float) -> Page:
    pieces = text.split(token)
    cuts = [0]
    for piece in pieces[:-1]:
        cuts.append(cuts[-1] + len(piece))
    behind_s = random.uniform(0.5, 1.0) * BEHIND_S  # noqa: S311 - pages drawn together end one by one
    return Page(version, ts, behind_s, zlib.compress(b"".join(pieces), 1), tuple(cuts))


def _whole(page: Page, token: bytes) -> bytes:
    text = zlib.decompress(page.pieces)
    ends = (*page.cuts[1:], len(text))
    return token.join(text[begin:end] for begin, end in zip(page.cuts, ends, strict=True))

"""Pages kept until the store changes: many readers of the same page cost as much as one.

What ties a page to one visit, the token of its forms, is taken out before it is kept and put in for each
reader.
"""

from __future__ import annotations

import functools
import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Final, ParamSpec

from flask import current_app, request

from web.desk import desk
from web.security import visitor
from web.security.visitor import csrf_token

P = ParamSpec("P")

MAX_PAGES: Final = 12
"""Pages kept, of 100 kB at most: those that a family opens in a minute."""

FRESH_S: Final = 60.0
"""A page also says how old the newest packet is, by the clock on the wall."""

_MARK: Final = secrets.token_hex(16)
"""Stands where the token stood; nobody outside this process can write it into a page."""

EXTENSION: Final = "tattlebox-kept"
_lock = threading.Lock()


def kept(view: Callable[P, str]) -> Callable[P, str]:
    """Return a view whose page is kept; put it under `@allow`, on views that answer GET with a page."""

    @functools.wraps(view)
    def look_up(*args: P.args, **kwargs: P.kwargs) -> str:
        here, token = desk(), csrf_token()
        version = here.reader.version()
        if version is None:
            return view(*args, **kwargs)
        who = visitor()
        moment = here.clock() // FRESH_S
        key = (version, moment, request.full_path, here.language.code, who.kind, who.name, who.permissions)
        pages: OrderedDict[tuple[object, ...], bytes]  # half as large as text where it is not Latin
        pages = current_app.extensions.setdefault(EXTENSION, OrderedDict())
        with _lock:
            page = pages.get(key)
        if page is None:
            page = view(*args, **kwargs).replace(token, _MARK).encode()
            with _lock:
                pages[key] = page
                while len(pages) > MAX_PAGES:
                    pages.popitem(last=False)
        return page.decode().replace(_MARK, token)

    return look_up

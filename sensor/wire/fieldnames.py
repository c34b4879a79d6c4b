"""Names of the fields in the first bytes of a body: urlencoded, multipart, JSON. Never a value. No I/O.

A name that does not look like one (a key that is itself an id or an address) is left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

from sensor.records import MAX_ITEMS

BODY_BYTES: Final = 4096
"""First bytes of a body that are read: the small messages of devices fit, uploads are cut."""

_NAME: Final = re.compile(rb"[A-Za-z_$@][A-Za-z0-9_.\[\]$@:-]{0,63}").fullmatch
_JSON_STRING: Final = re.compile(rb'"((?:[^"\\]++|\\.)*+)("?+)(\s*+:)?', re.DOTALL)
_DISPOSITION: Final = re.compile(
    rb'content-disposition:[^\r\n"]{0,64}?\bname="([^"\r\n]{1,64})"', re.IGNORECASE
)


def names(media_type: str | None, body: bytes) -> tuple[str, ...]:
    """Return the field names of a body of this media type, in order, each once, at most MAX_ITEMS."""
    reader = _reader(media_type or "")
    if reader is None:
        return ()
    found: dict[str, None] = {}
    for name in reader(body[:BODY_BYTES]):
        if _NAME(name):
            found.setdefault(name.decode("ascii"))
            if len(found) >= MAX_ITEMS:
                break
    return tuple(found)


def readable(media_type: str | None) -> bool:
    """Say whether `names` can read bodies of this type."""
    return _reader(media_type or "") is not None


def _reader(media_type: str) -> Callable[[bytes], Iterator[bytes]] | None:
    if media_type == "application/x-www-form-urlencoded":
        return _urlencoded
    if media_type == "multipart/form-data":
        return _multipart
    if media_type in ("application/json", "text/json") or media_type.endswith("+json"):
        return _json
    return None


def _urlencoded(body: bytes) -> Iterator[bytes]:
    for part in body.split(b"&"):
        name, equals, _ = part.partition(b"=")
        if equals:
            yield name.replace(b"%5B", b"[").replace(b"%5D", b"]")


def _multipart(body: bytes) -> Iterator[bytes]:
    for match in _DISPOSITION.finditer(body):
        yield match[1]


def _json(body: bytes) -> Iterator[bytes]:
    """Yield the keys: strings that a colon follows. Strings are taken whole: none begins inside one."""
    for match in _JSON_STRING.finditer(body):
        if match[2] and match[3]:
            yield match[1]

"""What a request of the API asks for: bounds, cursors, bodies. Whatever is wrong is a 400 with a sentence."""

from __future__ import annotations

import base64
import binascii
import json
import math
from typing import Any, Final

from flask import abort, request

from appliance.store.listing import MAX_PAGE, Key, Listing, Wanted
from web.security.forgery import JSON

MAX_CURSOR: Final = 2_000
"""Characters of a cursor: a key holds names of at most a few hundred."""

NOT_OURS: Final = "read a cursor that is not ours: take the one of the page before, or leave it out"


def wanted(listing: Listing) -> Wanted:
    """Return what the query string asks of a listing."""
    _only({"limit", "cursor", *listing.equal, *(("since", "until") if listing.time else ())})
    cursor = request.args.get("cursor")
    return Wanted(
        {field: request.args[field] for field in listing.equal if field in request.args},
        _number("since"),
        _number("until"),
        None if cursor is None else _key(cursor, len(listing.key)),
        _limit(),
    )


def names_wanted() -> tuple[str, float, int]:
    """Return which names the query string asks for: of what device ("" all), before which time, how many."""
    _only({"limit", "cursor", "device"})
    cursor = request.args.get("cursor")
    (before,) = (math.inf,) if cursor is None else _key(cursor, 1)
    if not isinstance(before, int | float):
        abort(400, NOT_OURS)
    return request.args.get("device", "")[:200], float(before), _limit()


def _only(known: set[str]) -> None:
    unknown = sorted(set(request.args) - known)
    if unknown:
        abort(400, f"read the parameter {unknown[0][:40]!r}, expected one of {', '.join(sorted(known))}")


def cursor_of(key: Key) -> str:
    """Return a key as text for a URL; it says nothing to a program but "go on here"."""
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode().rstrip("=")


def body() -> dict[str, Any]:
    """Return the JSON object that was sent."""
    if request.mimetype != JSON:
        abort(415, f"read the content type {request.mimetype[:60]!r}, expected {JSON}")
    try:
        found = json.loads(request.get_data(cache=False))
    except (ValueError, RecursionError):
        abort(400, "read a body that is no JSON, expected an object")
    if not isinstance(found, dict):
        abort(400, "expected a JSON object")
    return found


def text_of(sent: dict[str, Any], field: str, *, needed: bool = True) -> str | None:
    """Return a field of a body that holds text."""
    value = sent.get(field)
    if value is None and not needed:
        return None
    if not isinstance(value, str):
        abort(400, f"expected text in the field {field!r}")
    return value


def _limit() -> int:
    text = request.args.get("limit", "100")
    if not (text.isascii() and text.isdigit() and 0 < int(text[:9]) <= MAX_PAGE):
        abort(400, f"read the limit {text[:20]!r}, expected a number from 1 to {MAX_PAGE}")
    return int(text)


def _number(name: str) -> float | None:
    text = request.args.get(name)
    if text is None:
        return None
    try:
        value = float(text[:30])
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        abort(400, f"read {name} {text[:30]!r}, expected UTC epoch seconds")
    return value


def _key(cursor: str, parts: int) -> Key:
    try:
        key = json.loads(base64.urlsafe_b64decode(cursor[:MAX_CURSOR] + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        key = None
    fits = isinstance(key, list) and len(key) == parts
    if not fits or not all(isinstance(part, str | int | float) for part in key):
        abort(400, NOT_OURS)
    if any(isinstance(part, int) and abs(part) >= 2**63 for part in key):
        abort(400, NOT_OURS)
    return tuple(key)

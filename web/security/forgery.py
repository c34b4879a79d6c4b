"""Refuses changes that another site made a browser send (CSRF): origin, content type, token must all fit."""

from __future__ import annotations

import hmac
from typing import Final

from flask import abort, request

from web.security.visitor import csrf_token, visitor

SAFE_METHODS: Final = frozenset({"GET", "HEAD"})

FIELD: Final = "csrf"
HEADER: Final = "X-CSRF-Token"

FORMS: Final = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})
"""What our forms send. multipart only on a view that takes a file; a token stands in both."""
JSON: Final = "application/json"
BYTES: Final = "application/octet-stream"
"""A part of an upload. Like JSON, a page of another site cannot send it without asking us first (CORS)."""


def refuse_forgery() -> None:
    """Abort a change that this dashboard's own page, or a program with a token, did not send."""
    if request.method in SAFE_METHODS:
        return
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        abort(403, "sent by a page of another site")
    origin = request.headers.get("Origin")
    if origin is not None and origin != request.host_url.rstrip("/"):
        abort(403, "sent by a page of another site")
    if request.mimetype not in FORMS | {JSON, BYTES} and (request.content_length or not _program()):
        abort(415, f"read the content type {request.mimetype[:60]!r}, expected a form or {JSON}")
    if _program():
        return  # the token is in a header that no other site can make a browser send
    sent = request.headers.get(HEADER) or (request.form.get(FIELD) if request.mimetype in FORMS else None)
    if not sent or not hmac.compare_digest(sent.encode(), csrf_token().encode()):
        abort(403, "the form is older than your login, or was not ours: open the page again and repeat it")


def _program() -> bool:
    return visitor().kind == "program"

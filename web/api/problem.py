"""The one shape of an error of the API: problem details (RFC 9457)."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Final

from flask import Response, request

PREFIX: Final = "/api/"
MEDIA_TYPE: Final = "application/problem+json"

SAID: Final = {
    401: "send a token as `Authorization: Bearer tattlebox_…`; a parent makes one on the settings page",
    403: "this token or login does not carry the permission",
    404: "there is nothing of this name",
    405: "this address does not take this method",
    413: "the body is longer than any that is meant",
    500: "it could not be read; what is watched is not touched, so try again in a moment",
}


def asked() -> bool:
    """Return whether this request is the API's."""
    return request.path.startswith(PREFIX)


def problem(code: int, detail: str = "") -> Response:
    """Return an error: what was read, what was expected."""
    title = HTTPStatus(code).phrase
    body = {
        "type": "about:blank",
        "title": title,
        "status": code,
        "detail": detail or SAID.get(code, title),
        "instance": request.path,
    }
    answer = Response(json.dumps(body), code, mimetype=MEDIA_TYPE)
    if code == HTTPStatus.UNAUTHORIZED:
        answer.headers["WWW-Authenticate"] = 'Bearer realm="tattlebox"'
    return answer

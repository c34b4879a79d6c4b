"""The headers of every answer: nothing from elsewhere, no inline script, no frame, nothing kept."""

from __future__ import annotations

from typing import Final

from flask import Flask, Response, request

from web.static_files import ENDPOINT, lasting

POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)

HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    # Not "no-referrer": with it browsers send "Origin: null" with our own forms, and all of them are refused.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def install(app: Flask) -> None:
    """Put the headers on every answer of the application, errors included."""

    @app.after_request
    def add(response: Response) -> Response:
        response.headers.update(HEADERS)
        kept = request.endpoint == ENDPOINT and response.status_code < 400
        response.headers["Cache-Control"] = lasting() if kept else "no-store"
        return response

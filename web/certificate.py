"""The page that explains the appliance's certificate, and the certificate: for anyone, also by HTTP."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, Response, abort, make_response, render_template

from web.security import allow_anyone
from web.security.authority import AUTHORITY, authority, fingerprint
from web.security.house import house

pages = Blueprint("certificate", __name__, url_prefix="/certificate")

FOLDER: Final = "certificate"
"""Where key and certificates lie, beside the store."""


@pages.get("/")
@allow_anyone(plain=True)
def show() -> Response:
    """Explain the browser's warning, and how to end it."""
    folder = house().book.path.parent / FOLDER
    known = authority(folder) if (folder / AUTHORITY).exists() else None
    text = render_template("security/certificate.html", fingerprint=fingerprint(known) if known else None)
    return make_response(text)


@pages.get("/tattlebox.crt")
@allow_anyone(plain=True)
def download() -> Response:
    """Return the authority's certificate as phones and computers take it."""
    folder = house().book.path.parent / FOLDER
    if not (folder / AUTHORITY).exists():
        abort(404)
    answer = make_response(authority(folder))
    answer.mimetype = "application/x-x509-ca-cert"
    answer.headers["Content-Disposition"] = 'attachment; filename="tattlebox.crt"'
    return answer

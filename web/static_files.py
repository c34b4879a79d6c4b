"""Style, scripts and drawings under static/: sent compressed, and kept by browsers for as long as they last.

Pages are not compressed: each carries the secret of its forms beside text from the network, and the length of
what is compressed together tells (the attack is called BREACH).
"""

from __future__ import annotations

import gzip
import hashlib
from mimetypes import guess_type
from pathlib import Path
from typing import Final, cast

from flask import Flask, Response, abort, current_app, request
from werkzeug.wrappers import Response as AnyResponse

from web.security import allow_anyone

ENDPOINT: Final = "static"

MAX_AGE_S: Final = 86_400
"""How long a file may be kept that was asked for by its name alone."""

LASTING_S: Final = 365 * 86_400
"""The same where its address carries a digest of what is in it: another file has another address."""


def install(app: Flask) -> None:
    """Serve the files, from memory. Flask's own rule would offer OPTIONS as well, and name no permission."""
    app.static_folder = "static"
    folder = Path(app.static_folder)
    files = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    packed = {name: gzip.compress(data, mtime=0) for name, data in files.items()}
    versions = {name: hashlib.sha256(data).hexdigest()[:12] for name, data in files.items()}
    app.jinja_env.globals["version"] = versions

    @app.get("/static/<path:filename>", endpoint=ENDPOINT)
    @allow_anyone(plain=True)
    def static(filename: str) -> AnyResponse:
        if filename not in files:
            abort(404)
        answer = Response(files[filename], mimetype=guess_type(filename)[0])
        answer.vary.add("Accept-Encoding")
        answer.set_etag(versions[filename])
        if request.accept_encodings["gzip"]:
            answer.set_data(packed[filename])
            answer.set_etag(versions[filename] + "-gzip")
            answer.content_encoding = "gzip"
        return answer.make_conditional(request)


def lasting() -> str:
    """Return what the answer to a request for a file says of keeping it."""
    filename = (request.view_args or {}).get("filename", "")
    digest = cast(dict[str, str], current_app.jinja_env.globals["version"]).get(filename)
    if digest is not None and request.args.get("v") == digest:
        return f"private, max-age={LASTING_S}, immutable"
    return f"private, max-age={MAX_AGE_S}"

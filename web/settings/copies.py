"""Backup, restore, forgetting a device, erasing everything."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from flask import Response as Answer
from flask import abort, make_response, redirect, request, url_for
from werkzeug.wrappers import Response

from appliance import backup
from appliance.devices.family import FORGET, Word
from appliance.store.database import StoreError
from appliance.vault import VaultError
from web.desk import desk, page
from web.identity import say
from web.marking import N_
from web.security import allow
from web.security.house import house
from web.security.passwords import LEAST
from web.settings import again
from web.settings.overview import pages

UPLOAD: Final = "upload.backup"
"""The backup that is being sent, beside the store: one at a time, removed when restored."""

PART_BYTES: Final = 900_000
"""Longest part of an upload: the server refuses bodies of more than 1 MiB."""
MOST_UPLOAD_BYTES: Final = 4 << 30
"""Longest backup taken by the page; the command takes any."""

SHORT: Final = N_(
    "The backup needs a password of ten characters or more: nothing slows down who has the file."
)
WORD: Final = "erase"


@pages.get("/copies")
@allow("manage")
def copies() -> Response:
    """Show what can be saved, brought back and deleted."""
    return _page()


@pages.post("/copies/backup")
@allow("manage")
def make_backup() -> Response:
    """Return an encrypted backup as a download."""
    secret = request.form.get("secret", "")
    if problem := again.refusal():
        return _page(403, problem)
    if len(secret) < LEAST:
        return _page(400, SHORT)
    answer = Answer(_Download(house().book.path, secret), mimetype="application/octet-stream")
    answer.headers["Content-Disposition"] = 'attachment; filename="tattlebox.backup"'
    return answer


class _Download:
    """The blocks of a backup; what it was made in is removed when the last is sent, or nobody takes more."""

    def __init__(self, store: Path, secret: str) -> None:
        self._stack = ExitStack()
        self._blocks = self._stack.enter_context(backup.sealed(store, secret))

    def __iter__(self) -> Iterator[bytes]:
        return self._blocks

    def close(self) -> None:
        """Remove the plain copy."""
        self._stack.close()


@pages.post("/copies/part")
@allow("manage")
def take_part() -> Response:
    """Take the next part of a backup to restore; `offset` 0 begins anew."""
    request.max_content_length = PART_BYTES
    data = request.get_data(cache=False)
    offset = request.args.get("offset", type=int)
    path = _upload()
    held = path.stat().st_size if path.exists() and offset else 0
    if offset != held or len(data) > PART_BYTES or held + len(data) > MOST_UPLOAD_BYTES:
        abort(409, "that part does not follow the one before: begin again")
    flags = os.O_WRONLY | os.O_CREAT | (os.O_APPEND if offset else os.O_TRUNC)
    try:
        with os.fdopen(os.open(path, flags, 0o600), "ab") as file:
            file.write(data)
    except OSError as error:
        raise StoreError(f"cannot write {path}: {error.strerror}; free some space") from error
    return make_response("", 204)


@pages.post("/copies/restore")
@allow("manage")
def restore() -> Response:
    """Put the backup that was sent in the place of what is here."""
    path = _upload()
    if problem := again.refusal():
        return _page(403, problem)
    if not path.exists():
        return _page(400, N_("Choose a backup first: nothing was restored."))
    try:
        with path.open("rb") as file:
            backup.restore(house().book.path, file, request.form.get("secret", ""))
    except VaultError as error:
        return _page(400, str(error))
    finally:
        path.unlink(missing_ok=True)
    return redirect(url_for("login.form"), 303)


@pages.post("/copies/forget")
@allow("family")
def forget_device() -> Response:
    """Delete all that was recorded about one device."""
    device = request.form.get("device", "")
    if desk().reader.device(device) is None:
        abort(404)
    if problem := again.refusal():
        return _page(403, problem)
    say(Word(0, desk().clock(), FORGET, device, "", None))
    return redirect(url_for("settings.copies"), 303)


@pages.post("/copies/erase")
@allow("manage")
def erase() -> Response:
    """Delete everything; the first run begins again."""
    if problem := again.refusal():
        return _page(403, problem)
    if request.form.get("word", "").strip().casefold() != WORD:
        return _page(400, N_("Nothing was erased: the word was not typed."))
    backup.erase(house().book.path)
    return redirect(url_for("setup.welcome"), 303)


def _upload() -> Path:
    return house().book.path.with_name(UPLOAD)


def _page(code: int = 200, problem: str = "") -> Response:
    text = page(
        "settings/copies.html", devices=desk().reader.devices(), problem=problem, least=LEAST, part=PART_BYTES
    )
    return make_response(text, code)

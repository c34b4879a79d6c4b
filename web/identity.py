"""What the family says of a device: that it is right, what it is instead, that two rows are one thing."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from typing import Final

from flask import Blueprint, abort, redirect, request, url_for
from werkzeug.wrappers import Response

from appliance.devices.categories import CATEGORIES
from appliance.devices.device import DeviceRecord
from appliance.devices.family import FORGET, LABEL, MERGE, SPLIT, Word, inverse, last_word
from appliance.devices.identity import plain_text
from appliance.store.database import is_recorded
from appliance.store.family_words import WordBook, words_of
from appliance.store.notes import Notes
from web.desk import desk
from web.security import allow
from web.security.house import house

pages = Blueprint("identity", __name__, url_prefix="/devices/<device>")

FIELDS: Final = ("name", "category", "vendor", "model")

SETTLE_S: Final = 60.0
"""How long a recording may take to apply a word: it loads the knowledge tables, seconds on a Pi."""


def say(*words: Word) -> None:
    """Keep words; a running service takes them up within seconds, a recording is settled here and now.

    Raises StoreError when the store refuses.
    """
    path = house().book.path
    with WordBook(path) as book:
        book.say(list(words))
    if is_recorded(path):
        command = [sys.executable, "-m", "appliance.settle", str(path)]
        subprocess.run(command, check=False, timeout=SETTLE_S)


def words(device: str) -> list[Word]:
    """Return what the family said of a device."""
    return words_of(house().book, device)


def standing_word(said: Sequence[Word]) -> Word | None:
    """Return the last word about a device that can be taken back."""
    word = last_word(said)
    return None if word is None or word.act == FORGET else word


@pages.post("/confirm")
@allow("family")
def confirm(device: str) -> Response:
    """Keep that maker, kind and model are what we think: our guess becomes the family's word."""
    found = _device(device)
    known = {field: getattr(found, field) for field in FIELDS[1:]}
    _say_labels(found, {field: value for field, value in known.items() if value})
    return _back(device)


@pages.post("/label")
@allow("family")
def label(device: str) -> Response:
    """Keep what the family wrote in the fields that it changed; an emptied one takes its word back."""
    found = _device(device)
    written = {field: plain_text(request.form[field]) for field in FIELDS if field in request.form}
    if written.get("category") and written["category"] not in CATEGORIES:
        abort(400)
    changed = {field: text for field, text in written.items() if text != (getattr(found, field) or "")}
    _say_labels(found, changed)
    return _back(device)


@pages.post("/merge")
@allow("family")
def merge(device: str) -> Response:
    """Keep that another row is this same thing."""
    found, other = _device(device), _device(request.form.get("other", ""))
    if other.device == found.device:
        abort(400)
    say(_word(MERGE, found.device, other.device))
    return _back(device)


@pages.post("/split")
@allow("family")
def split(device: str) -> Response:
    """Keep that one of its hardware addresses is another thing."""
    found, mac = _device(device), request.form.get("mac", "")
    if mac not in found.macs or len(found.macs) == 1:
        abort(400)
    say(_word(SPLIT, found.device, mac))
    return _back(device)


@pages.post("/undo")
@allow("family")
def undo(device: str) -> Response:
    """Take the last word about this device back."""
    said = words(device)
    word = standing_word(said)
    if word is None:
        abort(404)
    say(inverse(word, said, desk().clock(), _holder))
    return _back(device)


@pages.post("/note")
@allow("family")
def note(device: str) -> Response:
    """Keep what the family writes down about it."""
    Notes(house().book).write(_device(device).device, request.form.get("text", ""), desk().clock())
    return redirect(url_for("devices.show", device=device, _anchor="notes"), 303)


def _say_labels(device: DeviceRecord, fields: dict[str, str]) -> None:
    if fields:
        say(*(_word(LABEL, device.device, field, value or None) for field, value in fields.items()))


def _word(act: str, device: str, detail: str, value: str | None = None) -> Word:
    return Word(0, desk().clock(), act, device, detail, value)


def _device(device: str) -> DeviceRecord:
    found = desk().reader.device(device)
    if found is None:
        abort(404)
    return found


def _holder(text: str) -> str:
    """Return the device that has a hardware address, or is called by this id."""
    for device in desk().reader.devices():
        if text == device.device or text in device.macs:
            return device.device
    abort(404)


def _back(device: str) -> Response:
    return redirect(url_for("devices.show", device=device), 303)

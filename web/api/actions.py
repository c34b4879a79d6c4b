"""What a program may say for the family: words of devices, answers to alerts; and settings for a person."""

from __future__ import annotations

from typing import Any, Final

from flask import Response, abort

from appliance.alerts.answers import MUTE, SNOOZE
from appliance.declared.period import MAX_TEXT, read_period
from appliance.devices.categories import CATEGORIES
from appliance.devices.family import FORGET, LABEL, MERGE, SPLIT, Word, inverse
from appliance.devices.identity import plain_text
from appliance.devices.state import SUPPORT
from appliance.enforcement import policy_fields
from appliance.nearby import NearbyError
from appliance.out import plain
from appliance.settings import SettingError
from appliance.store.answers import AnswerError, Answers
from appliance.store.family_words import WordBook
from appliance.store.policies import Policies, PolicyError, PolicyRow
from web.api.asking import body, text_of
from web.api.document import SAID
from web.api.routes import answer, pages, reader
from web.desk import desk
from web.identity import FIELDS, say, standing_word
from web.nearby import take_look
from web.security import allow
from web.security.house import house


@pages.get("/words")
@allow("read")
def words() -> Response:
    """Return what the family said of devices."""
    return answer({"items": [plain(word) for word in _said()], "next": None})


@pages.post("/words")
@allow("family")
def speak() -> Response:
    """Say something of a device: a label, that two are one or one is two, or that it be forgotten."""
    say(_checked(_word(body())))
    return answer(plain(_said()[-1]), 201)


@pages.post("/words/undo")
@allow("family")
def unsay() -> Response:
    """Take the last word back."""
    said = _said()
    last = standing_word(said)
    if last is None:
        abort(409, "there is nothing to take back")
    say(inverse(last, said, desk().clock(), _holder))
    return answer(plain(_said()[-1]), 201)


@pages.get("/answers")
@allow("read")
def answers() -> Response:
    """Return what the family said of alerts and what still stands."""
    return answer({"items": [plain(each) for each in _answers().standing()], "next": None})


@pages.post("/alerts/<identifier>/answer")
@allow("family")
def judge(identifier: str) -> Response:
    """Answer an alert."""
    said, ts = text_of(body(), "said"), desk().clock()
    if said not in SAID:
        abort(400, f"read what is said {said!r:.40}, expected one of {', '.join(SAID)}")
    try:
        return answer(plain(getattr(_answers(), said)(identifier, ts)), 201)
    except AnswerError as error:
        abort(404, str(error))


@pages.post("/answers")
@allow("family")
def wish() -> Response:
    """Wish not to hear of something."""
    sent = body()
    device, party, kind = (text_of(sent, field, needed=False) for field in ("device", "party", "kind"))
    days = sent.get("days")
    if days is not None and not (isinstance(days, int | float) and 0 < days <= 3650):
        abort(400, "expected days from 1 to 3650, or none for good")
    try:
        if sent.get("act") == SNOOZE and device:
            made = _answers().snooze(desk().clock(), device, party=party, kind=kind)
        elif sent.get("act") == MUTE:
            made = _answers().mute(desk().clock(), device=device, party=party, kind=kind, days=days)
        else:
            abort(400, "expected the act mute, or snooze with a device")
    except AnswerError as error:
        abort(400, str(error))
    return answer(plain(made), 201)


@pages.delete("/answers/<int:number>")
@allow("family")
def take_back(number: int) -> Response:
    """Take an answer back."""
    try:
        return answer(plain(_answers().undo(desk().clock(), number)))
    except AnswerError as error:
        abort(404, str(error))


@pages.get("/policies")
@allow("read")
def policies() -> Response:
    """Return every policy there was."""
    return answer({"items": [_policy(each) for each in _policies().all()], "next": None})


@pages.post("/policies")
@allow("family")
def begin_policy() -> Response:
    """Begin a policy, or move the end of the one that says the same."""
    sent = body()
    device, kind = text_of(sent, "device") or "", text_of(sent, "kind") or ""
    party, until = text_of(sent, "party", needed=False), sent.get("until")
    if reader().device(device) is None:
        abort(404, "no device has this id")
    if until is not None and not isinstance(until, int | float):
        abort(400, "expected until as UTC epoch seconds, or none for good")
    try:
        return answer(_policy(_policies().begin(desk().clock(), device, kind, party=party, until=until)), 201)
    except PolicyError as error:
        abort(400, str(error))


@pages.delete("/policies/<int:number>")
@allow("family")
def lift_policy(number: int) -> Response:
    """End a policy."""
    try:
        return answer(_policy(_policies().undo(desk().clock(), number)))
    except PolicyError as error:
        abort(404, str(error))


def _policy(row: PolicyRow) -> dict[str, Any]:
    return policy_fields(row, reader().changes(row.device, row.ts))


def _policies() -> Policies:
    return Policies(house().book)


@pages.post("/nearby/look")
@allow("family")
def look() -> Response:
    """Look once for toys near by; it takes a quarter of a minute."""
    body()
    try:
        return answer({"items": [plain(row) for row in take_look()], "next": None})
    except NearbyError as error:
        abort(503, str(error))


@pages.get("/settings")
@allow("manage")
def settings() -> Response:
    """Return every setting."""
    return answer(house().settings.all())


@pages.post("/settings")
@allow("manage")
def change_settings() -> Response:
    """Set some settings, all that are sent or none."""
    try:
        house().settings.set(body(), desk().clock())
    except SettingError as error:
        abort(400, str(error))
    return answer(house().settings.all())


_LENGTHS: Final = {SUPPORT: (MAX_TEXT,)}


def _said() -> list[Word]:
    with WordBook(house().book.path) as book:
        return book.all()


def _answers() -> Answers:
    return Answers(house().book)


def _word(sent: dict[str, object]) -> Word:
    act, device = text_of(sent, "act"), text_of(sent, "device")
    detail = text_of(sent, "detail", needed=False) or ""
    return Word(0, desk().clock(), act or "", device or "", detail, text_of(sent, "value", needed=False))


def _checked(word: Word) -> Word:
    """Return a word that can be kept. Aborts with what was expected."""
    record = reader().device(word.device)
    if record is None:
        abort(404, "no device has this id")
    value = None if word.value is None else plain_text(word.value, *_LENGTHS.get(word.detail, ()))
    fits = {
        LABEL: word.detail in (*FIELDS, SUPPORT)
        and (word.detail != "category" or value in (None, *CATEGORIES))
        and (word.detail != SUPPORT or value is None or read_period(value) is not None),
        MERGE: word.detail != word.device and reader().device(word.detail) is not None,
        SPLIT: word.detail in record.macs and len(record.macs) > 1,
        FORGET: word.detail == "",
    }
    if not fits.get(word.act, False) or value == "":
        abort(400, f"read the word {word.act!r:.20} {word.detail!r:.40}, which cannot be: see the document")
    return word._replace(value=value)


def _holder(mac: str) -> str:
    found = next((each.device for each in reader().devices() if mac in each.macs), None)
    return found or abort(409, "the device that was split off is not there any more")

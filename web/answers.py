"""What the family says of alerts: expected, useful, wrong, mute, snooze, and taking it back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from flask import Blueprint, abort, redirect, request, url_for
from werkzeug.wrappers import Response

from appliance.alerts.alert import Alert
from appliance.alerts.answers import EXPECTED, MUTE, SNOOZE, Answer
from appliance.store.answers import AnswerError, Answers
from web.desk import desk, page
from web.kept import kept
from web.security import allow
from web.security.house import house

pages = Blueprint("answers", __name__)

DAYS: Final = {"7": 7.0, "30": 30.0, "": None}
"""How long a mute may last; the empty one is for good."""

WISHES: Final = (EXPECTED, MUTE, SNOOZE)


def answers() -> Answers:
    """Return what this home said of its alerts."""
    return Answers(house().book)


def covering(alert: Alert, standing: Sequence[Answer]) -> list[Answer]:
    """Return what stands about an alert: the answer to it, and every wish that keeps the like of it quiet."""
    return [
        answer
        for answer in standing
        if answer.alert == alert.identifier
        or (
            answer.act in WISHES
            and answer.device in (None, alert.device)
            and answer.party in (None, alert.domain)
            and (answer.kind in (None, alert.kind) or (answer.act == EXPECTED and answer.party is not None))
        )
    ]


@pages.post("/alerts/<identifier>/answer")
@allow("family")
def answer(identifier: str) -> Response:
    """Keep the answer to an alert: `said` is expected, useful or wrong."""
    said = answers()
    acts = {"expected": said.expected, "useful": said.useful, "wrong": said.wrong}
    act = acts.get(request.form.get("said", ""))
    if act is None:
        abort(400)
    try:
        act(identifier, desk().clock())
    except AnswerError:
        abort(404)
    return _back(identifier)


@pages.post("/alerts/<identifier>/hush")
@allow("family")
def hush(identifier: str) -> Response:
    """Keep a wish not to hear of the like: `until` is "update" or days, `about` what it covers."""
    alert = _alert(identifier)
    about = request.form.get("about", "party")
    party = alert.domain if about == "party" else None
    kind = alert.kind if about == "kind" or (about == "party" and party is None) else None
    until = request.form.get("until", "")
    ts = desk().clock()
    if until == "update":
        answers().snooze(ts, alert.device, party=party, kind=kind)
    elif until in DAYS and about in ("party", "kind", "device"):
        answers().mute(ts, device=alert.device, party=party, kind=kind, days=DAYS[until])
    else:
        abort(400)
    return _back(identifier)


@pages.post("/answers/<int:number>/undo")
@allow("family")
def undo(number: int) -> Response:
    """Take an answer or wish back; `alert` is the page to go back to, else the list of wishes."""
    try:
        answers().undo(desk().clock(), number)
    except AnswerError:
        abort(404)
    alert = request.form.get("alert", "")
    return _back(alert) if alert else redirect(url_for("answers.wishes"), 303)


@pages.get("/wishes")
@allow("read")
@kept
def wishes() -> str:
    """Show what the family does not want to hear of, each with its undo."""
    devices = {device.device: device for device in desk().reader.devices()}
    standing = [answer for answer in answers().standing() if answer.act in WISHES]
    return page("wishes.html", wishes=standing[::-1], devices=devices)


def _alert(identifier: str) -> Alert:
    found = desk().reader.alert(identifier)
    if found is None:
        abort(404)
    return found


def _back(identifier: str) -> Response:
    return redirect(url_for("alerts.show", identifier=identifier, _anchor="answer"), 303)

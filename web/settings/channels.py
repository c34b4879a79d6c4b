"""Who is told, and how: notification channels, a form for each kind, and quiet hours.

No view opens a connection of its own: a test goes into the outbox, and `tattlebox notify run` delivers it.
"""

from __future__ import annotations

from types import ModuleType
from typing import Final

from flask import abort, make_response, redirect, request, url_for
from werkzeug.wrappers import Response

from appliance.delivery.message import CONTENTS, SettingsError, divided
from appliance.notify import CHANNELS
from appliance.notify.compose import trial
from appliance.notify.quiet import Quiet, parse_hours
from appliance.store.channels import TELLS, ChannelError, ChannelRow, Channels
from appliance.store.deliveries import standing
from appliance.store.outbox import Outbox
from web.desk import desk, page
from web.marking import N_
from web.security import allow
from web.security.house import house
from web.settings import again
from web.settings.overview import pages

KINDS: Final = {module.KIND: module for module in CHANNELS}

CONTENT_WORDS: Final = dict(
    zip(
        CONTENTS,
        (
            N_("only that something changed"),
            N_("which device, and what kind of change"),
            N_("everything: companies, numbers, what to do"),
        ),
        strict=True,
    )
)
TELL_WORDS: Final = dict(
    zip(
        TELLS,
        (
            N_("what is told at once"),
            N_("everything as it comes"),
            N_("the week in one message"),
            N_("what is told at once, and the week in one message"),
            N_("nothing: it is paused"),
        ),
        strict=True,
    )
)
SEVERITY_WORDS: Final = {1: N_("notes"), 2: N_("worth knowing"), 3: N_("act now")}
USUALLY_QUIET: Final = (1, 2)

TEST_S: Final = 60.0
"""So often a channel may be sent a test: pressing on and on fills no outbox."""


@pages.get("/channels")
@allow("manage")
def channels() -> Response:
    """Show every channel and how it stands, and the quiet hours."""
    return _page()


@pages.post("/channels")
@allow("manage")
def add_channel() -> Response:
    """Set up a channel; its secrets are kept apart and never shown."""
    form, module = request.form, KINDS.get(request.form.get("kind", ""))
    if module is None:
        abort(400)
    new = _chosen(
        ChannelRow(form.get("name", "").strip(), module.KIND, "", "", "", "", 1, {}, desk().clock())
    )
    given = _given(module)
    if problem := again.refusal():
        return _page(403, problem, module.KIND, given)
    try:
        settings, secret = divided(module.SETTINGS, given)
        _channels().add(new._replace(settings=settings), secret)
    except (SettingsError, ChannelError) as error:
        return _page(400, str(error), module.KIND, given)
    return redirect(url_for("settings.channels"), 303)


@pages.post("/channels/change")
@allow("manage")
def change_channel() -> Response:
    """Keep other settings of a channel, or pause it; a secret that is left empty stays."""
    row = _known()
    changed, module = _chosen(row), KINDS[row.kind]
    given = _given(module)
    if problem := again.refusal():
        return _page(403, problem, _form_of(row), given)
    held = _channels().secrets.of(row.name)
    filled = {name: text or held.get(name, "") for name, text in given.items()}
    try:
        settings, secret = divided(module.SETTINGS, filled)
        _channels().change(changed._replace(settings=settings), secret)
    except (SettingsError, ChannelError) as error:
        return _page(400, str(error), _form_of(row), given)
    return redirect(url_for("settings.channels"), 303)


@pages.post("/channels/remove")
@allow("manage")
def remove_channel() -> Response:
    """Forget a channel with its secrets."""
    row = _known()
    if problem := again.refusal():
        return _page(403, problem)
    _channels().remove(row.name)
    return redirect(url_for("settings.channels"), 303)


@pages.post("/channels/test")
@allow("manage")
def test_channel() -> Response:
    """Queue a test for one channel, at most one a minute."""
    row, now = _known(), desk().clock()
    Outbox(house().book).tell(trial(row, now - now % TEST_S))
    return redirect(url_for("settings.channels", tested=row.name), 303)


@pages.post("/channels/quiet")
@allow("manage")
def add_quiet() -> Response:
    """Set a person's quiet hours for some severities."""
    form = request.form
    severities = sorted({_severity(text) for text in form.getlist("severity")})
    if not severities:
        return _page(400, N_("Choose what the quiet hours hold back."))
    try:
        hours = parse_hours(f"{form.get('begins', '')}-{form.get('ends', '')}")
        _channels().set_quiet(form.get("person", "").strip(), severities, hours)
    except (ChannelError, ValueError) as error:
        return _page(400, str(error))
    return redirect(url_for("settings.channels"), 303)


@pages.post("/channels/quiet/remove")
@allow("manage")
def remove_quiet() -> Response:
    """Take a person's quiet hours for one severity back."""
    severity = _severity(request.form.get("severity", ""))
    try:
        _channels().set_quiet(request.form.get("person", ""), [severity], None)
    except ChannelError as error:
        return _page(400, str(error))
    return redirect(url_for("settings.channels"), 303)


def _channels() -> Channels:
    return Channels(house().book)


def _shown() -> list[ChannelRow]:
    """Return the channels; sinks have a command alone."""
    return [row for row in _channels().all() if row.kind in KINDS]


def _known() -> ChannelRow:
    name = request.form.get("name", "")
    found = next((row for row in _shown() if row.name == name), None)
    return found or abort(404)


def _chosen(row: ChannelRow) -> ChannelRow:
    """Return a channel with what the form chooses."""
    form = request.form
    return row._replace(
        person=form.get("person", "").strip(),
        content=_one_of(form.get("content", ""), CONTENT_WORDS),
        tells=_one_of(form.get("tells", ""), TELL_WORDS),
        severity=_severity(form.get("severity", "")),
    )


def _form_of(row: ChannelRow) -> str:
    """Return what the form that changes a channel is called: no kind is called so."""
    return f"/{row.name}"


def _given(module: ModuleType) -> dict[str, str]:
    """Return the form's value of each setting of a kind."""
    return {field.name: request.form.get(f"set.{field.name}", "").strip() for field in module.SETTINGS}


def _one_of(text: str, words: dict[str, str]) -> str:
    return text if text in words else abort(400)


def _severity(text: str) -> int:
    return int(text) if text in ("1", "2", "3") else abort(400)


def _page(
    code: int = 200, problem: str = "", refused: str | None = None, given: dict[str, str] | None = None
) -> Response:
    """Return the page; the form that was `refused` (a kind's, or a channel's) is filled as it was, without
    its secrets."""
    rows = _shown()
    text = page(
        "settings/channels.html",
        rows=rows,
        stands={one.name: one for one in standing(house().book.read, desk().clock())},
        kinds=KINDS,
        content_words=CONTENT_WORDS,
        tell_words=TELL_WORDS,
        severity_words=SEVERITY_WORDS,
        usually_quiet=USUALLY_QUIET,
        quiet=[Quiet(*rule) for rule in _channels().quiet()],
        people=sorted({*(one.name for one in house().people.all()), *(row.person for row in rows)} - {""}),
        tested=next((row.name for row in rows if row.name == request.args.get("tested")), None),
        refused=refused,
        given=given or {},
        problem=problem,
    )
    return make_response(text, code)

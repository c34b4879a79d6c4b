"""Channels are set up, tried and forgotten on a page that never shows a secret; quiet hours too."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from appliance.notify import CHANNELS
from appliance.store.channels import MAX_QUIET, ChannelRow, Channels
from appliance.store.deliveries import standing
from appliance.store.outbox import Outbox
from tests.appliance.notify import home
from tests.appliance.notify.receivers import Hook
from tests.web.household import NOW
from tests.web.security.doors import PASSWORD, WRONG, browser, moved_in, send
from web.language import Language
from web.security.house import House

PAGE = "/settings/channels"
SECRET = "orchard window seven"  # noqa: S105 - of nobody
HOOK = {
    "kind": "webhook",
    "name": "hook",
    "set.url": "https://hook.example/in",
    "set.secret": SECRET,
    "content": "toy",
    "tells": "urgent",
    "severity": "2",
    "person": "Kim",
    "password": PASSWORD,
}
QUIET = {"person": "Kim", "begins": "22:00", "ends": "07:00", "severity": ["1", "2"]}


FRENCH = Language("fr")


@pytest.fixture
def channels(house: House) -> Channels:
    return Channels(house.book)


@pytest.fixture
def hook() -> Iterator[Hook]:
    server = Hook()
    yield server
    server.stop()


def test_a_channel_is_set_up_with_its_secret_apart(parent: FlaskClient, channels: Channels) -> None:
    assert "Nobody is told yet" in parent.get(PAGE).text
    assert send(parent, PAGE, PAGE, **HOOK).status_code == 303
    (row,) = channels.all()
    assert row._replace(uid="") == ChannelRow(
        "hook", "webhook", "", "Kim", "toy", "urgent", 2, {"url": HOOK["set.url"], "ca": ""}, NOW + 60
    )
    assert channels.settings(row)["secret"] == SECRET
    assert stat.S_IMODE(channels.secrets.path.stat().st_mode) == 0o600
    shown = parent.get(PAGE).text
    assert "which device, and what kind of change" in shown
    assert "Nothing was to be told yet." in shown
    assert SECRET not in shown
    assert row.uid not in shown


@pytest.mark.parametrize(
    ("fields", "code", "says"),
    [
        ({"password": WRONG}, 403, "That is not your password"),
        ({"set.secret": ""}, 400, "the setting secret is missing"),
        ({"set.secret": SECRET + "\x07"}, 400, "read what was given for secret"),
        ({"name": "../up"}, 400, "expected up to 40 letters"),
        ({"person": "x" * 41}, 400, "expected a name of at most 40 characters"),
        ({"kind": "mail", "set.host": "m.example", "set.port": "many"}, 400, "expected a whole number"),
        ({"kind": "influxdb"}, 400, "makes no sense"),
        ({"tells": "nobody"}, 400, "makes no sense"),
        ({"content": "all"}, 400, "makes no sense"),
        ({"severity": "4"}, 400, "makes no sense"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(
    parent: FlaskClient, channels: Channels, fields: dict[str, str], code: int, says: str
) -> None:
    answer = send(parent, PAGE, PAGE, **{**HOOK, **fields})
    assert (answer.status_code, says in answer.text) == (code, True), answer.text
    assert SECRET not in answer.text
    assert channels.all() == []
    assert not channels.secrets.path.exists()


def test_a_refused_form_keeps_what_is_no_secret(parent: FlaskClient) -> None:
    answer = send(parent, PAGE, PAGE, **{**HOOK, "password": WRONG})
    assert f'value="{HOOK["set.url"]}"' in answer.text
    assert SECRET not in answer.text


@pytest.mark.parametrize("module", CHANNELS, ids=lambda module: module.KIND)
def test_every_kind_has_a_form_of_its_own_settings(parent: FlaskClient, module: ModuleType) -> None:
    _, _, rest = parent.get(PAGE).text.partition(f'name="kind" value="{module.KIND}"')
    form = rest.partition("</form>")[0]
    for field in module.SETTINGS:
        (tag,) = [part for part in form.split("<") if f'name="set.{field.name}"' in part.partition(">")[0]]
        assert tag.startswith("select" if field.choices else "input")
        assert ('type="password"' in tag) == field.secret
        assert ("value=" in tag) == (not field.secret and not field.choices)


CHANGED = {
    **HOOK,
    "set.url": "https://hook.example/other",
    "set.secret": "",
    "tells": "nothing",
    "severity": "3",
    "person": "",
}


def test_a_channel_is_changed_and_paused_and_keeps_its_secret(
    parent: FlaskClient, channels: Channels
) -> None:
    send(parent, PAGE, PAGE, **HOOK)
    (before,) = channels.all()
    assert send(parent, PAGE, f"{PAGE}/change", **CHANGED).status_code == 303
    (row,) = channels.all()
    assert row._replace(uid="") == before._replace(
        uid="", person="", tells="nothing", severity=3, settings={"url": CHANGED["set.url"], "ca": ""}
    )
    assert row.uid != before.uid, "or whoever delivers would go on with the old settings"
    assert channels.settings(row)["secret"] == SECRET
    shown = parent.get(PAGE).text
    assert "nothing: it is paused" in shown
    assert SECRET not in shown
    send(parent, PAGE, f"{PAGE}/change", **{**CHANGED, "set.secret": WRONG})
    assert channels.settings(channels.get("hook"))["secret"] == WRONG


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"password": WRONG}, 403),
        ({"name": "nobody"}, 404),
        ({"set.url": ""}, 400),
        ({"tells": "x"}, 400),
        ({"person": "x" * 41}, 400),
    ],
)
def test_a_change_that_cannot_be_changes_nothing(
    parent: FlaskClient, channels: Channels, fields: dict[str, str], code: int
) -> None:
    send(parent, PAGE, PAGE, **HOOK)
    before = channels.all()
    answer = send(parent, PAGE, f"{PAGE}/change", **{**CHANGED, **fields})
    assert answer.status_code == code
    assert SECRET not in answer.text
    assert channels.all() == before
    assert channels.settings(before[0])["secret"] == SECRET


def test_a_channel_is_removed_with_its_secret(parent: FlaskClient, channels: Channels) -> None:
    send(parent, PAGE, PAGE, **HOOK)
    forget = f"{PAGE}/remove"
    assert send(parent, PAGE, forget, name="hook", password=WRONG).status_code == 403
    assert send(parent, PAGE, forget, name="other", password=PASSWORD).status_code == 404
    assert [row.name for row in channels.all()] == ["hook"]
    assert send(parent, PAGE, forget, name="hook", password=PASSWORD).status_code == 303
    assert channels.all() == []
    assert SECRET not in channels.secrets.path.read_text()


def test_a_test_goes_by_the_outbox_to_its_channel_alone(
    parent: FlaskClient, channels: Channels, hook: Hook
) -> None:
    for name in ("hook", "other"):
        home.hook(channels, hook.port, name, tells="week")
    channels.set_quiet("", [1, 2, 3], (0, 1439))
    sent = send(parent, PAGE, f"{PAGE}/test", name="hook")
    assert "A test is on its way" in parent.get(sent.location).text
    send(parent, PAGE, f"{PAGE}/test", name="hook")
    assert hook.got == [], "the page opens no connection"
    outbox = Outbox(channels.book)
    assert len(outbox.waiting(outbox.consumer("hook"))) == 1, "one a minute is enough"
    for name in ("hook", "other"):
        home.run(home.courier(channels, name), NOW + 60, NOW + 80)
    assert [body["title"] for body in hook.bodies] == ["A test from Tattlebox"]
    assert "last taken" in parent.get(PAGE).text


def test_sinks_are_not_touched_here(parent: FlaskClient, channels: Channels) -> None:
    settings = {"url": "https://db.example", "org": "o", "bucket": "b", "token": SECRET}
    home.add(channels, "influxdb", "copy", settings, place=0)
    assert "copy" not in parent.get(PAGE).text
    for act in ("remove", "test"):
        assert send(parent, PAGE, f"{PAGE}/{act}", name="copy", password=PASSWORD).status_code == 404
    assert [row.name for row in channels.all()] == ["copy"]


def test_quiet_hours_are_set_and_taken_back(parent: FlaskClient, channels: Channels) -> None:
    assert send(parent, PAGE, f"{PAGE}/quiet", **QUIET).status_code == 303
    assert channels.quiet() == [("Kim", 1, 1320, 420), ("Kim", 2, 1320, 420)]
    assert "22:00–07:00" in parent.get(PAGE).text
    assert send(parent, PAGE, f"{PAGE}/quiet/remove", person="Kim", severity="1").status_code == 303
    assert channels.quiet() == [("Kim", 2, 1320, 420)]


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"begins": "7"}, "expected them as 22:00-07:00"),
        ({"ends": "22:00"}, "expected two different times"),
        ({"severity": []}, "Choose what the quiet hours hold back"),
        ({"severity": "0"}, "makes no sense"),
        ({"person": "x" * 41}, "expected a name"),
    ],
)
def test_quiet_hours_that_cannot_be_are_refused(
    parent: FlaskClient, channels: Channels, fields: dict[str, object], says: str
) -> None:
    answer = send(parent, PAGE, f"{PAGE}/quiet", **{**QUIET, **fields})
    assert (answer.status_code, says in answer.text) == (400, True)
    assert channels.quiet() == []


def test_quiet_hours_have_a_bound(parent: FlaskClient, channels: Channels) -> None:
    for number in range(MAX_QUIET // 2):
        channels.set_quiet(f"p{number}", [1, 2], (0, 60))
    answer = send(parent, PAGE, f"{PAGE}/quiet", **QUIET)
    assert (answer.status_code, "remove some" in answer.text) == (400, True)
    again = send(parent, PAGE, f"{PAGE}/quiet", **{**QUIET, "person": "p0"})
    assert again.status_code == 303, "what is there can be changed"


@pytest.mark.parametrize("role", ["second parent", "reader", "researcher"])
def test_who_may_not_manage_sees_nothing_of_it(app: Flask, house: House, role: str) -> None:
    moved_in(house, "Kim", role)
    client = browser(app, "Kim")
    assert client.get(PAGE).status_code == 403
    assert PAGE not in client.get("/settings/account").text


def test_forms_are_said_in_french() -> None:
    asked = [text for module in CHANNELS for text in (module.TITLE, *(one.help for one in module.SETTINGS))]
    assert [text for text in asked if FRENCH.said(text) == text] == []


FAILING = {"failing": 0.0, "attempts": 7, "said": "the broker 192.168.1.10 refuses the connection"}
LOSING = {"given_up": 2, "dropped": 3}
SO_FAR = " ; 2 abandonnés, 3 perdus faute de place"
SINCE = (
    "depuis 1970-01-01 00:00 UTC : le courtier 192.168.1.10 refuse la connexion ; essayé 7 fois, 0 en attente"
)
TAKEN = "fonctionne ; dernière remise 1970-01-01 00:01 UTC"


@pytest.mark.parametrize(
    ("stands", "says"),
    [
        ({}, "rien n’était à dire jusqu’ici"),
        (LOSING, "rien n’était à dire jusqu’ici" + SO_FAR),
        ({"good": 60.0}, TAKEN),
        ({"good": 60.0, **LOSING}, TAKEN + SO_FAR),
        (FAILING, SINCE),
        ({**FAILING, **LOSING}, SINCE + SO_FAR),
    ],
)
def test_how_a_channel_stands_is_said_in_french(
    channels: Channels, stands: dict[str, Any], says: str
) -> None:
    home.hook(channels, 1)
    outbox = Outbox(channels.book)
    outbox.save(outbox.consumer("hook")._replace(**stands))
    (found,) = standing(channels.book.read, NOW)
    assert FRENCH.said(found.text) == says

"""The API says what the pages show, and the command's `--json` has its schemas."""

from __future__ import annotations

import argparse
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from flask.testing import FlaskClient

from appliance.cli import main, parser
from appliance.store.book import Book
from appliance.store.reader import Reader
from tests.appliance.notify.home import SECRET
from tests.web.api.test_api import fits
from tests.web.conftest import dashboard
from tests.web.furnished import MARK, furnished
from tests.web.household import BOX, DOLL, NOW, household
from tests.web.pages import page_endpoints
from web.api.document import BASE, document
from web.security.house import House

OF_DEVICE: Final = "/devices/{identifier}"

SHOWN_BY: Final[dict[str, tuple[str, ...]]] = {
    "home.show": ("/states", "/alerts", "/changes", "/watch", "/losses", "/health"),
    "devices.index": ("/states", "/devices"),
    "devices.show": (
        *(OF_DEVICE, f"{OF_DEVICE}/report", f"{OF_DEVICE}/learning", f"{OF_DEVICE}/note"),
        *("/parties", "/sightings", "/updates", "/changes", "/findings", "/alerts", "/policies", "/words"),
    ),
    "dossier.show": (OF_DEVICE, "/watch"),
    "dossier.write": ("/parties", "/findings", "/changes", "/support"),
    "fridge.show": (OF_DEVICE, "/parties", "/findings", "/support", "/changes"),
    "changes.index": ("/changes",),
    "changes.show": ("/changes/{identifier}", "/explain/{identifier}"),
    "alerts.index": ("/alerts",),
    "alerts.show": ("/alerts/{identifier}", "/explain/{identifier}", "/answers"),
    "answers.wishes": ("/answers",),
    "digest.show": ("/alerts", "/changes"),
    "sharing.show": ("/sharing",),
    "support.index": ("/support",),
    "nearby.index": ("/nearby",),
    "declared.index": (f"{OF_DEVICE}/declared", f"{OF_DEVICE}/claims"),
    "log.show": ("/flows", "/names", "/searches"),
    "exports.show": ("/export",),
    "studies.show": ("/studies",),
    "settings.show": ("/settings", "/lists", "/health"),
    "settings.people": ("/people",),
    "settings.channels": ("/channels", "/deliveries", "/quiet"),
    "settings.sinks": ("/sinks", "/deliveries"),
    "settings.tokens": ("/tokens",),
    "settings.copies": ("/devices",),
    "settings.account": ("/me",),
    "settings.show_health": ("/health", "/deliveries"),
    "setup.source": ("/settings",),
    "setup.check": ("/health",),
}
"""Where a program finds what each page shows."""

FOR_PEOPLE: Final = {
    "wifi.show": "a passphrase is for the family's eyes",
    "login.form": "programs have tokens",
    "certificate.show": "a page that explains",
    "setup.welcome": "the first run",
    "setup.password": "the first run",
    "setup.promise": "a page that explains",
}

COMMANDS: Final[dict[str, str]] = {
    "devices": "devices",
    "parties": "parties",
    "updates": "updates",
    "changes": "changes",
    "findings": "findings",
    "alerts": "alerts",
    "digest": "alerts",
    "explain a-000000000001": "chain",
    f"report {DOLL}": "report",
    "support": "standing",
    "policies --all": "policy",
    "lift 1": "policy",
    f"block {BOX} tbs.toys": "policy",
    f"allow {BOX} tbs.toys": "policy",
    f"pause {BOX}": "policy",
    f"quarantine {BOX}": "policy",
    f"hold {BOX}": "policy",
    "expected a-000000000002": "answer",
    "useful a-000000000002": "answer",
    "wrong a-000000000002": "answer",
    f"snooze {BOX}": "answer",
    f"mute {BOX}": "answer",
    f"unmute {DOLL}": "answer",
    "wishes": "answer",
    f"declared {DOLL}": "declared",
    f"declared {DOLL} --claims": "claim",
    "nearby list": "adopted",
    "study list": "consent",
    "settings": "settings",
    "doctor": "check",
    "notify list": "channel",
    "notify status": "delivery",
    "notify quiet": "quiet",
    "sink list": "channel",
    "sink status": "delivery",
    "lists status": "list",
}
"""Commands with `--json`, and the schema that each line of theirs has."""

OF_NO_PAGE: Final = {
    *("answers", "archive", "dissect", "dossier", "export", "gateway status", "nearby look", "replay", "run"),
    *("sensor status", "verify"),
    *("notify kinds", "notify test", "sink kinds", "sink test", "study bundle", "study preview"),
}
"""Commands whose `--json` says what no page shows, or shows only while it is done."""


@pytest.fixture(scope="module")
def lived_in(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with all that a family keeps."""
    path = tmp_path_factory.mktemp("parity") / "home.db"
    home = household()
    home.seen = home.seen[-4_000:]
    furnished(home, path).book.close()
    return path


@pytest.fixture
def guest(lived_in: Path) -> Iterator[FlaskClient]:
    """A browser on such a home, with every permission."""
    house = House.of(Book(lived_in), demonstration=True)
    with Reader(lived_in) as reader:
        yield dashboard(reader, NOW + 60, house).test_client()  # type: ignore[arg-type]
    house.book.close()


def test_every_page_has_its_place_in_the_api() -> None:
    assert SHOWN_BY.keys() | FOR_PEOPLE.keys() == page_endpoints(), "say where programs find the new page"
    told = {path for path, methods in document()["paths"].items() if "get" in methods}
    assert {path for paths in SHOWN_BY.values() for path in paths} <= told


READ: Final = sorted({path for paths in SHOWN_BY.values() for path in paths} - {"/export"})

NAMED: Final = {"/changes/{identifier}": "c-000000000003", OF_DEVICE: DOLL}


@pytest.mark.parametrize(
    "path", sorted({path for paths in SHOWN_BY.values() for path in paths} - {"/export"})
)
def test_what_a_page_shows_is_there_and_fits(guest: FlaskClient, path: str) -> None:
    name = NAMED.get(path, DOLL if path.startswith(OF_DEVICE) else "a-000000000001")
    found = guest.get(BASE + path.replace("{identifier}", name))
    assert found.status_code == 200, found.text
    told = document()["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    assert fits(told, found.json) == []
    assert found.json.get("items", [1]) != [], f"nothing in {path}: furnish it"


def test_no_secret_is_told(guest: FlaskClient) -> None:
    for path, methods in document()["paths"].items():
        if "get" in methods and "{" not in path and path not in ("/events", "/export"):
            text = guest.get(BASE + path).text
            assert SECRET not in text, path
            assert "argon2" not in text, path


def test_states_are_those_of_the_cards(guest: FlaskClient) -> None:
    states = guest.get(f"{BASE}/states").json["items"]
    assert [one["state"] for one in states] == re.findall(r"device-card is-(\w+)", guest.get("/devices").text)
    assert {one["device"]: one["roles"] for one in states}[BOX] == {"first": 1, "support": 1}


def test_sharing_is_asked_for_by_days_and_device(guest: FlaskClient) -> None:
    year = guest.get(f"{BASE}/sharing?days=365").json["items"]
    assert [one for one in year if one["device"] == DOLL] == guest.get(
        f"{BASE}/sharing?days=365&device={DOLL}"
    ).json["items"]
    assert guest.get(f"{BASE}/sharing?days=3").status_code == 400


def test_a_report_is_of_the_update_that_was_asked_for(guest: FlaskClient) -> None:
    place = f"{BASE}/devices/{DOLL}/report"
    found = guest.get(f"{BASE}/updates?device={DOLL}").json["items"]
    updates = [one["ts"] for one in found if one["certainty"] != "restarted"]
    assert [guest.get(f"{place}?update={ts}").json["update"]["ts"] for ts in updates] == updates
    assert guest.get(place).json["update"]["ts"] == max(updates)
    assert guest.get(f"{place}?update=1").status_code == 404


def test_the_note_is_that_of_the_page(guest: FlaskClient) -> None:
    assert guest.get(f"{BASE}/devices/{DOLL}/note").json == {"text": MARK}
    assert guest.get(f"{BASE}/devices/{BOX}/note").json == {"text": ""}
    assert guest.get(f"{BASE}/devices/d-nobody/note").status_code == 404


def test_every_command_with_json_has_a_schema() -> None:
    named = {" ".join(command.split()[:2]) for command in COMMANDS}
    for name in _with_json(parser(), ""):
        assert name in OF_NO_PAGE or any(f"{each} ".startswith(f"{name} ") for each in named), name


def _with_json(one: argparse.ArgumentParser, name: str) -> Iterator[str]:
    """Yield the name of each command that has the option."""
    for action in one._actions:
        if "--json" in action.option_strings:
            yield name
        if isinstance(action, argparse._SubParsersAction):
            for word, inner in action.choices.items():
                yield from _with_json(inner, f"{name} {word}".strip())


@pytest.mark.parametrize("command", COMMANDS)
def test_the_command_prints_what_the_schema_says(
    lived_in: Path, tmp_path: Path, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    store = Path(shutil.copy(lived_in, tmp_path / "home.db"))
    main([*command.split(), "--json", "--store", str(store)])
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert lines, "nothing was printed"
    schema = {"$ref": f"#/components/schemas/{COMMANDS[command]}"}
    assert [problem for line in lines for problem in fits(schema, line)] == []

"""What a device may reach: begun, shown with what came of it, lifted."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.gateway import client
from appliance.store.policies import Policies
from appliance.store.writer import Writer
from tests.web.household import DOLL, NOW, MemoryReader
from tests.web.reading_html import Page
from tests.web.test_answers import Home

PAGE = f"/devices/{DOLL}"


@pytest.fixture
def family(home: MemoryReader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    socket = tmp_path / "gateway.sock"
    socket.touch()
    monkeypatch.setattr(client, "SOCKET", str(socket))
    found = Home(home, tmp_path / "home.db")
    yield found
    found.close()


def page(family: Home) -> str:
    return " ".join(" ".join(Page(family.client.get(PAGE).text).texts).split())


def test_paused_and_lifted(family: Home) -> None:
    assert family.send(f"{PAGE}/policies/", kind="pause", span="1h") == 303
    (row,) = Policies(family.book).all(DOLL)
    assert row.kind == "pause" and row.until == row.ts + 3_600
    assert "Paused: it reaches nothing outside the home" in page(family)
    assert family.send(f"{PAGE}/policies/{row.id}/lift") == 303
    assert "Everything, as far as the gateway is concerned." in page(family)
    assert family.send(f"{PAGE}/policies/{row.id}/lift") == 404


def test_a_company_is_blocked_and_what_came_of_it_is_told(family: Home, home: MemoryReader) -> None:
    party = home.parties(DOLL)[0]
    assert family.send(f"{PAGE}/policies/", kind="block", party=party.domain, span="") == 303
    (row,) = Policies(family.book).all(DOLL)
    Policies(family.book).count({row.id: 12})
    change = next(change for change in home.changed if change.device == DOLL)
    tried = change._replace(id="c-tried", ts=row.ts + 60, after={**change.after, "doubts": ["blocked"]})
    writer = Writer(family.path)
    writer.add(tried)
    writer.commit()
    writer.close()
    shown = page(family)
    assert "Kept from" in shown and party.domain in shown and "12 packets were stopped so far." in shown
    assert "It has begun something new meanwhile" in shown
    assert 'href="/changes/c-tried"' in family.client.get(PAGE).text


def test_without_a_gateway_nothing_can_be_pressed(family: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "SOCKET", "/nowhere/gateway.sock")
    assert "Tattlebox only watches here." in page(family)
    assert 'name="kind"' not in family.client.get(PAGE).text


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "pause", "span": "for ever"},
        {"kind": "destroy", "span": ""},
        {"kind": "block", "span": ""},
        {"kind": "block", "party": "nobody.example", "span": ""},
    ],
)
def test_what_cannot_be_is_refused(family: Home, fields: dict[str, str]) -> None:
    assert family.send(f"{PAGE}/policies/", **fields) == 400
    assert Policies(family.book).standing(NOW) == []
    assert family.send("/devices/d-none/policies/", kind="pause", span="") == 404

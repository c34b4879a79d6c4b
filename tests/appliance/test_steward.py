"""The steward: from the store to the helper, whatever the helper does."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from appliance.gateway.client import GatewayError
from appliance.home import Home
from appliance.lookup.knowledge import load_knowledge
from appliance.settings import QUARANTINE_NEW
from appliance.steward import Steward
from appliance.store.book import Book
from appliance.store.people import People
from appliance.store.policies import Policies
from appliance.store.settings import Settings
from sensor.records import DhcpAck, DhcpRequest
from tests.household.generate import generate


class Gateway:
    """The outer edge: what was asked of the helper."""

    def __init__(self) -> None:
        self.asked: list[list[dict[str, Any]]] = []
        self.there = True
        self.counts: dict[str, list[int]] = {}
        self.welcomed = 0

    def __call__(self, verb: str, patience_s: float = 0.0, **fields: Any) -> dict[str, Any]:
        if not self.there:
            raise GatewayError("nobody is there")
        if verb == "welcomed":
            self.welcomed += 1
            return {}
        assert verb == "police"
        self.asked.append(fields["policies"])
        return {"counts": self.counts}


@pytest.fixture(scope="module")
def knowledge() -> Any:
    return load_knowledge()


@pytest.fixture
def home(knowledge: Any) -> Home:
    home = Home(knowledge)
    for record in generate(seed=5, days=1):
        if isinstance(record, DhcpRequest | DhcpAck):
            home.feed(record)
    return home


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Book]:
    book = Book(tmp_path / "home.db")
    yield book
    book.close()


@pytest.fixture
def gateway() -> Gateway:
    return Gateway()


@pytest.fixture
def steward(home: Home, book: Book, gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> Iterator[Steward]:
    for name in ("TURN_S", "RETRY_S", "COUNT_S"):
        monkeypatch.setattr(f"appliance.steward.{name}", 0.0)
    steward = Steward(home, book.path, gateway)
    yield steward
    steward.close()


def test_policies_come_and_go(steward: Steward, home: Home, book: Book, gateway: Gateway) -> None:
    device = home.devices.ids()[-1]
    steward.turn()
    assert gateway.asked == [[]]  # whatever was in force before us is not ours
    row = Policies(book).begin(time.time(), device, "pause")
    gateway.counts = {f"c_{row.id}": [5, 300]}
    steward.turn()
    assert [(one["id"], one["kind"]) for one in gateway.asked[-1]] == [(str(row.id), "pause")]
    assert Policies(book).standing(time.time())[0].packets == 5
    Policies(book).undo(time.time(), row.id)
    steward.turn()
    assert gateway.asked[-1] == []
    asked = len(gateway.asked)
    steward.turn()
    assert len(gateway.asked) == asked


def test_a_gateway_that_comes_back_gets_all(
    steward: Steward, home: Home, book: Book, gateway: Gateway
) -> None:
    gateway.there = False
    Policies(book).begin(time.time(), home.devices.ids()[-1], "pause")
    steward.turn()
    gateway.there = True
    steward.turn()
    assert len(gateway.asked) == 1 and len(gateway.asked[0]) == 1


def test_the_home_learns_since_when_something_is_blocked(
    steward: Steward, home: Home, book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[str, float, float | None]] = []
    monkeypatch.setattr(home, "note_block", lambda *words: told.append(words))
    device = home.devices.ids()[-1]
    row = Policies(book).begin(time.time(), device, "pause")
    steward.turn()
    Policies(book).undo(time.time(), row.id)
    steward.turn()
    assert told[0] == (device, row.ts, None)
    assert told[1][:2] == (device, row.ts) and told[1][2] is not None


def test_a_block_that_ended_while_we_were_away_is_told_with_its_end(
    home: Home, book: Book, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[str, float, float | None]] = []
    monkeypatch.setattr(home, "note_block", lambda *words: told.append(words))
    row = Policies(book).begin(time.time() - 10, "d-1", "pause", until=time.time() - 5)
    Steward(home, book.path, gateway).close()
    assert told == [("d-1", row.ts, row.until)]


@pytest.mark.parametrize("wanted", [True, False])
def test_new_devices_are_quarantined_where_the_family_wants_it(
    steward: Steward, home: Home, book: Book, gateway: Gateway, wanted: bool
) -> None:
    Settings(book).set({QUARANTINE_NEW.key: wanted}, time.time())
    steward.turn()
    request = next(record for record in generate(seed=5, days=1) if isinstance(record, DhcpRequest))
    home.feed(request._replace(mac="02:00:00:00:00:77", client_id=None, hostname="newcomer"))
    new = home.devices.ids()[-1]
    steward.turn()
    rows = [(row.device, row.kind) for row in Policies(book).standing(time.time())]
    assert rows == ([(new, "quarantine")] if wanted else [])
    assert len(gateway.asked[-1]) == len(rows)


def test_the_gateway_hears_once_that_somebody_moved_in(
    steward: Steward, book: Book, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("appliance.steward.RETRY_S", 0.0)
    steward.turn()
    assert gateway.welcomed == 0
    gateway.there = False
    People(book).add("Robin", "parent", "nobody's password", 1.0)
    steward.turn()
    assert gateway.welcomed == 0
    gateway.there = True
    for _ in range(3):
        steward.turn()
    assert gateway.welcomed == 1

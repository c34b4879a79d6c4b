"""The page of toys near by: a look, what it says, which are kept, and what goes wrong."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from appliance.store.book import Book
from appliance.store.nearby import NearbyBook
from appliance.store.reader import Reader
from sensor.records import Nearby, to_json
from tests.appliance.bluetooth.things import CAYLA, GOOD_TOY, ORDINARY
from tests.web.conftest import dashboard
from tests.web.household import NOW, household
from tests.web.security.doors import browser, moved_in, token_of
from tests.web.test_store import stored
from web.nearby import SOCKET
from web.security.house import House


@pytest.fixture
def family(tmp_path: Path) -> Iterator[tuple[Flask, FlaskClient, House]]:
    """A dashboard over a store, with somebody logged in."""
    stored(household(), tmp_path / "home.db")
    house = House.of(Book(tmp_path / "home.db"))
    moved_in(house)
    with Reader(tmp_path / "home.db") as reader:
        app = dashboard(reader, house=house)  # type: ignore[arg-type]
        yield app, browser(app), house
    house.book.close()


@pytest.fixture
def radio(tmp_path: Path) -> Iterator[Callable[[Flask, tuple[Nearby, ...]], None]]:
    """Something that answers in place of tattlebox-nearby, in its own words."""
    place, servers = tmp_path / "nearby.sock", []

    def answering(app: Flask, records: tuple[Nearby, ...]) -> None:
        app.config[SOCKET] = place
        server = socket.socket(socket.AF_UNIX)
        server.bind(str(place))
        server.listen(4)
        servers.append(server)
        text = "".join(f"{to_json(record)}\n" for record in records) + '{"end":true}\n'

        def serve() -> None:
            while True:
                try:
                    client, _ = server.accept()
                except OSError:
                    return
                client.recv(200)
                client.sendall(text.encode())
                client.close()

        threading.Thread(target=serve, daemon=True).start()

    yield answering
    for server in servers:
        server.shutdown(socket.SHUT_RDWR)
        server.close()


def pressed(client: FlaskClient) -> str:
    return client.post("/nearby/look", data={"csrf": token_of(client.get("/nearby"))}).text


def test_a_look_tells_of_a_known_toy_and_keeps_what_the_parent_keeps(family, radio):
    app, client, house = family
    radio(app, (CAYLA, GOOD_TOY, ORDINARY["watch"]))
    text = pressed(client)
    assert "My friend Cayla" in text and "Public reports said of this model" in text
    assert text.count("Public reports said") == 1
    assert "a microphone, like a hands-free set" in text
    assert "Its address changes, so that nobody can follow it" in text
    assert NearbyBook(house.book).adopted() == {}
    form = {"csrf": token_of(client.get("/nearby")), "address": CAYLA.address, "name": "Attic doll"}
    assert client.post("/nearby/adopt", data=form).status_code == 303
    book = NearbyBook(house.book)
    assert list(book.adopted()) == [CAYLA.address]
    assert book.heard(book.adopted()[CAYLA.address]) == [CAYLA]
    assert "Yours" in client.get("/nearby").text


@pytest.mark.parametrize("address", [GOOD_TOY.address, "00:00:00:00:00:01", ""])
def test_what_cannot_be_kept_is_refused(address, family, radio):
    app, client, house = family
    radio(app, (CAYLA, GOOD_TOY))
    pressed(client)
    form = {"csrf": token_of(client.get("/nearby")), "address": address}
    answer = client.post("/nearby/adopt", data=form)
    assert answer.status_code == 409 and "Look again" in answer.text
    assert NearbyBook(house.book).adopted() == {}


def test_without_the_service_a_sentence_says_so(family, tmp_path):
    app, client, _ = family
    app.config[SOCKET] = tmp_path / "nothing.sock"
    text = pressed(client)
    assert "We could not look:" in text and "tattlebox-nearby.service" in text


def test_hostile_names_are_text(family, radio):
    app, client, _ = family
    radio(app, (CAYLA._replace(name="<script>alert(1)</script>\u202e"),))
    text = pressed(client)
    assert "<script>alert" not in text and "\u202e" not in text


def test_it_speaks_french_and_german(family, radio):
    app, client, _ = family
    radio(app, (CAYLA,))
    client.get("/nearby")
    for language, words in (("fr", "Des rapports publics ont dit"), ("de", "Öffentliche Berichte sagten")):
        csrf = token_of(client.get("/nearby", headers={"Accept-Language": language}))
        answer = client.post("/nearby/look", data={"csrf": csrf}, headers={"Accept-Language": language})
        assert words in answer.text


def test_the_api_looks_and_lists(family, radio):
    app, client, _ = family
    radio(app, (CAYLA,))
    csrf = token_of(client.get("/nearby"))
    answer = client.post("/api/v1/nearby/look", json={}, headers={"X-CSRF-Token": csrf})
    [item] = answer.get_json()["items"]
    assert item["name"] == "My friend Cayla" and item["reported"] and not item["adopted"]
    assert client.get("/api/v1/nearby").get_json()["items"] == []
    assert NOW and re.fullmatch(r"d-[0-9a-f]{8}", item["device"])

"""The page for the fridge: who, what, where, until when, what to do; it fits one printed page."""

from __future__ import annotations

from flask.testing import FlaskClient

from tests.web.household import CAMERA, DOLL, TABLET, TV


def test_it_tells_who_where_until_when_and_what_to_do(client: FlaskClient) -> None:
    text = client.get(f"/devices/{DOLL}/page").text
    for part in (
        "Talking doll",
        "AdReach",
        "another company",
        "ended 45 days ago",
        "Ask the maker what these companies",
    ):
        assert part in text, part
    assert text.index("AdReach") < text.index("its maker"), (
        "those who are neither maker nor helper come first"
    )


def test_findings_come_with_what_they_do_not_show(client: FlaskClient) -> None:
    text = client.get(f"/devices/{CAMERA}/page").text
    assert "sent readable text" in text
    assert "This does not show:" in text


def test_without_a_statement_the_box_is_to_be_looked_at(client: FlaskClient) -> None:
    assert "Look on the box" in client.get(f"/devices/{TV}/page").text
    assert "Look on the box" not in client.get(f"/devices/{DOLL}/page").text


def test_it_speaks_french_and_german(client: FlaskClient) -> None:
    assert (
        "Ce que vous pouvez faire"
        in client.get(f"/devices/{TABLET}/page", headers={"Accept-Language": "fr"}).text
    )
    assert "Bis wann" in client.get(f"/devices/{TABLET}/page", headers={"Accept-Language": "de"}).text


def test_an_unknown_device_is_not_found(client: FlaskClient) -> None:
    assert client.get("/devices/d-nothing/page").status_code == 404

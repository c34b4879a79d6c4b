"""The ledger as a page: states in words, the family's word kept, taken back, and refused with a sentence."""

from __future__ import annotations

from flask.testing import FlaskClient

from tests.web.household import BOX, CAMERA, DOLL


def test_the_one_past_its_end_comes_first(client: FlaskClient) -> None:
    text = client.get("/support").text
    assert text.index(f'id="{DOLL}"') < text.index(f'id="{BOX}"') < text.index(f'id="{CAMERA}"')
    assert "ended 45 days ago, at the end of April 2026" in text
    assert "“Security updates until April 2026”" in text
    assert "Updates are stated until the end of August 2026: that is in 78 days." in text
    assert "No period of updates is stated that we know of." in text


def test_it_speaks_french_and_german(client: FlaskClient) -> None:
    assert "écoulée depuis 45 jours" in client.get("/support", headers={"Accept-Language": "fr"}).text
    assert "seit 45 Tagen vorbei" in client.get("/support", headers={"Accept-Language": "de"}).text

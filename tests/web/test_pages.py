"""Every page is whole, and says what the household's data says."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from flask.testing import FlaskClient

from tests.web.conftest import dashboard
from tests.web.household import BOX, DOLL, NOW, TABLET, MemoryReader, at, household, quiet_household
from tests.web.pages import PAGES
from tests.web.reading_html import Page


def page(client: FlaskClient, address: str, status: int = 200) -> Page:
    answer = client.get(address)
    assert answer.status_code == status, address
    return Page(answer.get_data(as_text=True))


@pytest.mark.parametrize("address", PAGES)
def test_every_page_is_whole(client: FlaskClient, address: str) -> None:
    found = page(client, address)
    assert found.faults == []
    assert [name for name, times in found.ids.items() if times > 1] == []
    assert found.headings.count(1) == 1
    assert all(
        later - earlier <= 1 for earlier, later in zip(found.headings, found.headings[1:], strict=False)
    )
    assert ("html", "lang", "en") in found.attributes
    assert found.titles[0].endswith(" · Tattlebox")
    assert found.tags["main"] == 1
    labelled = [tag for tag, name, _ in found.attributes if (tag, name) == ("nav", "aria-label")]
    assert len(labelled) == found.tags["nav"]
    posts = found.attributes.count(("form", "method", "post"))
    assert found.attributes.count(("input", "name", "csrf")) == posts
    assert found.tags["script"] == len(
        [tag for tag, name, _ in found.attributes if (tag, name) == ("script", "src")]
    )
    assert "None" not in found.text
    named = {value for _, name, value in found.attributes if name == "aria-labelledby"}
    assert named <= set(found.ids)


def test_titles_tell_pages_apart(client: FlaskClient) -> None:
    titles = [page(client, address).titles[0] for address in PAGES if "?" not in address]
    assert len(set(titles)) >= len(titles) - 3  # three changes share the words "new company" and "more often"


Said = tuple[str, Sequence[str]]

SAYS: tuple[Said, ...] = (
    (
        "/",
        [
            "1 thing needs you",
            "1 more thing changed this week",
            "We were not watching for 2 h 25 min",
            "2 smaller changes",
            "Not seen lately since Thursday",
            "With gaps",
            "3 h 25 min",
        ],
    ),
    (
        f"/devices/{DOLL}",
        [
            "we are sure",
            "we think",
            "another company",
            "Readable on the way",
            "(our guess)",
            "Before and after the update of 8\u00a0June",
            "Updated to version 2.1.0",
            "2 companies are new, gone or different",
            "Watched 4 weeks before and 6 days after",
        ],
    ),
    (f"/devices/{BOX}", ["Nothing changed after this update.", "rtnl.bxcl.de"]),
    (f"/devices/{TABLET}", ["Getting to know it", "one more restart, 3 more days."]),
    (
        f"/devices/{DOLL}?update={at('04-14', '09:30')}",
        ["Before and after the update of 14\u00a0April", "No change found after this update so far."],
    ),
    ("/changes", ["Updated, nothing changed", "First seen 2 days after an update.", "Told you at once"]),
    (
        "/alerts/a-000000000001",
        [
            "What you can do",
            "We saw a change",
            "There was an update before",
            "Home country of the company: United States",
            "3 conversations",
            "1 conversation named as evidence is no longer kept",
            "198.18.4.20:443",
            "In contact on",
        ],
    ),
    ("/alerts/a-000000000002", ["We saw how it was sent", "What this cannot prove"]),
    ("/changes/c-000000000005", ["It rests on silence"]),
)


@pytest.mark.parametrize(("address", "sentences"), SAYS, ids=[address for address, _ in SAYS])
def test_page_says(client: FlaskClient, address: str, sentences: Sequence[str]) -> None:
    text = page(client, address).text
    plain = text.replace("\u00a0", " ")
    assert [said for said in sentences if said.replace("\u00a0", " ") not in plain] == []


def test_a_quiet_week_is_said_with_its_begin() -> None:
    text = page(dashboard(quiet_household()).test_client(), "/").text.replace("\u00a0", " ")
    assert "All quiet since 20 May" in text
    assert "missed nothing we know of" in text


def test_a_recording_is_called_old() -> None:
    client = dashboard(household(), NOW + 40 * 86400).test_client()
    assert "The newest packet is 6 weeks old" in page(client, "/").text


def test_an_empty_store_says_what_to_do() -> None:
    client = dashboard(MemoryReader()).test_client()
    assert "tattlebox replay FILE" in page(client, "/").text
    assert "No device was seen yet" in page(client, "/devices").text
    assert "No change so far" in page(client, "/changes").text
    assert "No alerts so far" in page(client, "/alerts").text


@pytest.mark.parametrize("address", ["/nope", "/devices/d-nobody", "/changes/c-none", "/alerts/a-none"])
def test_what_is_not_there_is_a_page_too(client: FlaskClient, address: str) -> None:
    found = page(client, address, 404)
    assert found.faults == []
    assert "There is nothing here" in found.text


def test_a_failing_store_is_a_page_without_detail(caplog: pytest.LogCaptureFixture) -> None:
    class Broken(MemoryReader):
        def devices(self) -> list[object]:  # type: ignore[override]
            raise OSError("secret path")

    answer = dashboard(Broken(watched=household().watched)).test_client().get("/")
    assert answer.status_code == 500
    assert b"secret" not in answer.data
    assert b"could not draw this page" in answer.data


def test_manifest_and_favicon(client: FlaskClient) -> None:
    manifest = client.get("/manifest.webmanifest")
    assert manifest.mimetype == "application/manifest+json"
    assert manifest.json is not None
    assert manifest.json["start_url"] == "/"
    for address in (manifest.json["icons"][0]["src"], "/favicon.ico"):
        with client.get(address) as answer:
            assert answer.mimetype == "image/svg+xml"


@pytest.mark.parametrize("value", ["nan", "inf", "-1e400", "x", "1e999"])
def test_any_wanted_update_is_answered(client: FlaskClient, value: str) -> None:
    assert client.get(f"/devices/{DOLL}?update={value}").status_code == 200

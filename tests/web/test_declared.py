"""The page of what a maker declares: a pasted notice, the table, corrections, and what is refused."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import segno
from flask.testing import FlaskClient

from appliance.declared.document import Document
from appliance.store.book import Book
from appliance.store.declared import Declarations
from appliance.store.reader import Reader
from tests.appliance.declared.test_mud import entry, mud
from tests.web.conftest import dashboard
from tests.web.household import DOLL, household
from tests.web.security.doors import browser, moved_in, token_of
from tests.web.test_store import stored
from web.security.house import House

PLACE = f"/devices/{DOLL}/declared"
NOTICE = (
    "We share recordings with Amazon Web Services and with Sternfunk Cloud in Ireland. "
    "We never share data with AdReach."
)


@pytest.fixture
def family(tmp_path: Path) -> Iterator[tuple[FlaskClient, Declarations]]:
    stored(household(), tmp_path / "home.db")
    house = House.of(Book(tmp_path / "home.db"))
    moved_in(house)
    with Reader(tmp_path / "home.db") as reader:
        yield browser(dashboard(reader, house=house)), Declarations(house.book)  # type: ignore[arg-type]
    house.book.close()


def paste(client: FlaskClient, text: str, kind: str = "notice") -> int:
    form = {"csrf": token_of(client.get(PLACE)), "text": text, "kind": kind, "source": "the maker's page"}
    return client.post(PLACE, data=form).status_code


@pytest.mark.parametrize(
    ("worth", "said"),
    [
        (None, "No signature was given"),
        ("trusted", "made by someone you trust"),
        ("stranger", "nobody you told us to trust"),
        ("expired", "was not valid on that day"),
    ],
)
def test_the_page_says_what_was_checked_of_a_mud_file(family, worth, said):
    client, held = family
    text = json.dumps(mud(entry("cl0-frdev")))
    signer = worth and "O=Bear <b>Toys</b>"
    held.add(Document(0, DOLL, "mud", 0.0, "bear.json", None, "", text, worth, signer), [])
    shown = client.get(PLACE).text
    assert said in shown and ("Not checked" in shown) is (worth is not None)
    assert "<b>Toys" not in shown and ("O=Bear" in shown) is (worth is not None)


def test_a_new_version_tells_what_changed_in_words(family):
    client, _ = family
    assert paste(client, NOTICE) == 303
    assert (
        paste(client, "We share recordings with Amazon Web Services. We never share data with Ubitrack.")
        == 303
    )
    text = " ".join(re.sub(r"<[^>]+>", " ", client.get(PLACE).text).split())
    assert "It now says that this gets nothing: Ubitrack who receives" in text
    assert "No longer denied: AdReach who receives" in text
    assert "No longer there: Ireland in which country" in text


def test_a_pasted_notice_gives_the_table(family):
    client, held = family
    assert "Nothing is declared yet" in client.get(PLACE).text
    assert paste(client, NOTICE) == 303
    text = client.get(PLACE).text
    places = [
        text.index(heading)
        for heading in ("Seen, though the notice says no", "Seen and not declared", "Declared and not seen")
    ]
    assert places == sorted(places)
    assert "We never share data with AdReach." in text and "the maker&#39;s page" in text
    assert [document.source for document in held.documents(DOLL)] == ["the maker's page"]


def test_a_claim_is_struck_and_comes_back(family):
    client, held = family
    paste(client, NOTICE)
    claim = next(claim for claim in held.claims(DOLL) if claim.value == "Sternfunk Cloud")
    place = f"{PLACE}/strike/{claim.document}/{claim.number}"
    for struck in (True, False):
        assert client.post(place, data={"csrf": token_of(client.get(PLACE))}).status_code == 303
        now = next(one for one in held.claims(DOLL) if one.number == claim.number)
        assert now.struck is struck
    assert client.post(f"{PLACE}/strike/9/9", data={"csrf": token_of(client.get(PLACE))}).status_code == 404


def test_the_parent_adds_a_name(family):
    client, _ = family
    paste(client, NOTICE)
    form = {"csrf": token_of(client.get(PLACE)), "name": "Klangwolke SAS"}
    assert client.post(f"{PLACE}/say", data=form).status_code == 303
    assert "Klangwolke SAS" in client.get(PLACE).text


def test_a_new_version_says_what_it_changed(family):
    client, _ = family
    paste(client, NOTICE)
    paste(client, NOTICE.replace("Sternfunk Cloud", "Mondmetrik Labs"))
    text = client.get(PLACE).text
    assert "What the new version changed" in text and "Mondmetrik Labs" in text
    assert text.index("No longer there:") > text.index("New:")


@pytest.mark.parametrize(
    ("text", "kind", "code"),
    [("", "notice", 400), ("x" * 400_001, "notice", 400), ("{}", "mud", 400), ("x", "song", 400)],
)
def test_what_cannot_be_kept_is_refused(text, kind, code, family):
    client, held = family
    assert paste(client, text, kind) == code
    assert held.documents(DOLL) == []


LINK = "https://id.bear.example/01/09506000134352"


def photograph(text: str) -> bytes:
    out = io.BytesIO()
    segno.make(text, micro=False).save(out, kind="png", scale=6)
    return out.getvalue()


def test_a_photograph_of_a_label_is_shown_before_it_is_kept(family):
    client, held = family
    form = {"csrf": token_of(client.get(PLACE)), "image": (io.BytesIO(photograph(LINK)), "label.png")}
    shown = client.post(f"{PLACE}/scan", data=form)
    assert shown.status_code == 200
    assert "GTIN 09506000134352" in shown.text and "We do not open the link" in shown.text
    assert held.documents(DOLL) == []
    assert paste(client, "GTIN 09506000134352\nSecurity updates until March 2031", "label") == 303
    [label] = held.documents(DOLL)
    assert (label.kind, [claim.value for claim in held.claims(DOLL)]) == ("label", ["2031-03"])


@pytest.mark.parametrize("image", [b"", b"no picture"])
def test_what_is_no_photograph_is_said(image, family):
    client, _ = family
    form = {"csrf": token_of(client.get(PLACE)), "image": (io.BytesIO(image), "label.png")}
    answer = client.post(f"{PLACE}/scan", data=form)
    assert answer.status_code == 400 and "photograph" in answer.text


def test_a_long_notice_fits(family):
    client, held = family
    assert paste(client, NOTICE + " We keep it short." * 12_000) == 303
    assert len(held.documents(DOLL)[0].text) > 200_000


def test_a_hostile_notice_is_text(family):
    client, _ = family
    paste(client, "We share data with <script>alert(1)</script> Sternfunk GmbH\u202e and with Vocalis Inc.")
    text = client.get(PLACE).text
    assert "<script>alert" not in text and "\u202e" not in text and "Vocalis Inc." in text


def test_an_unknown_device_is_not_found(family):
    client, _ = family
    assert client.get("/devices/d-nobody/declared").status_code == 404


def test_the_api_gives_the_rows(family):
    client, _ = family
    paste(client, NOTICE)
    items = client.get(f"/api/v1/devices/{DOLL}/declared").get_json()["items"]
    assert {item["standing"] for item in items} >= {"seen and denied", "seen and not declared"}

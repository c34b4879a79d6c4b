"""The tasks of docs/dashboard.md, walked through in the browser: what a family and a researcher come for."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from appliance.store.answers import Answers
from appliance.store.book import Book
from appliance.store.family_words import WordBook
from appliance.store.reader import Reader
from tests.appliance.dossier.made import DOLL_MAC, case_store
from tests.appliance.samples import DOLL as CASE
from tests.web.browsing import NEEDED, Visit, browser, serve
from tests.web.conftest import dashboard
from tests.web.household import DOLL, SPEAKER, MemoryReader
from tests.web.test_answers import Home
from web.security.house import House

__all__ = ["browser"]

pytestmark = NEEDED


@pytest.fixture
def family(home: MemoryReader, tmp_path: Path) -> Iterator[Home]:
    found = Home(home, tmp_path / "home.db")
    yield found
    found.close()


@pytest.fixture(params=["phone", "desk"])
def page(request: pytest.FixtureRequest, browser: Any, family: Home) -> Iterator[Any]:
    server, address = serve(family.app)
    visit = Visit(browser, f"{address}/", request.param, "light")
    yield visit.page
    assert visit.console == []
    visit.context.close()
    server.shutdown()
    server.server_close()


def test_find_who_the_doll_talks_to(page: Any) -> None:
    page.get_by_role("link", name="Talking doll").last.click()
    cards = page.locator(".party h3").all_inner_texts()
    assert cards == ["AdReach", "203.0.113.77", "Amazon Web Services", "Example Toys"]


def test_learn_why_there_is_an_alert(page: Any) -> None:
    page.get_by_role("link", name="The talking doll now also sends data to AdReach").click()
    assert page.get_by_role("heading", name="Why do we say this?").is_visible()
    page.get_by_text("Show each conversation").click()
    assert page.get_by_text("198.18.4.20:443").first.is_visible()


def test_mark_it_expected_and_undo(page: Any, family: Home) -> None:
    page.get_by_role("link", name="The talking doll now also sends data to AdReach").click()
    page.get_by_role("button", name="Yes, this is expected").click()
    assert page.get_by_text("You said this is expected").is_visible()
    assert [answer.act for answer in Answers(family.book).standing()] == ["expected"]
    page.get_by_role("button", name="Undo").click()
    assert page.get_by_text("You said this is expected").count() == 0
    assert Answers(family.book).standing() == []


def test_rename_and_merge_a_device(page: Any, family: Home) -> None:
    page.get_by_role("link", name="Talking doll").last.click()
    page.get_by_text("Name or correct it").click()
    page.get_by_label("Name", exact=True).fill("Emma")
    page.get_by_role("button", name="Keep this").click()
    assert page.get_by_text("You said: Name – Emma").is_visible()
    page.get_by_text("It is the same as another device").click()
    page.get_by_label("The other one").select_option(SPEAKER)
    page.get_by_role("button", name="Make them one").click()
    assert page.get_by_text("You said that two devices are this one.").is_visible()
    page.get_by_role("button", name="Undo").click()
    with WordBook(family.path) as book:
        said = [(word.act, word.device, word.detail) for word in book.all()]
    assert said == [("label", DOLL, "name"), ("merge", DOLL, SPEAKER), ("split", DOLL, SPEAKER)]


@pytest.mark.parametrize("size", ["phone", "desk"])
def test_export_last_month_of_one_toy_pseudonymised(browser: Any, tmp_path: Path, size: str) -> None:
    store = case_store(tmp_path / "home.db")
    house, reader = House.of(Book(store), demonstration=True), Reader(store)
    server, address = serve(dashboard(reader, house=house))
    visit = Visit(browser, f"{address}/", size, "light")
    page = visit.page
    page.get_by_role("link", name="Talking doll").last.click()
    page.get_by_role("link", name="Export of this device").click()
    page.get_by_label("What", exact=True).select_option("flows")
    page.get_by_label("First day (UTC)").fill("2026-06-01")
    page.get_by_label("Up to this day, without it (UTC)").fill("2026-07-01")
    page.get_by_label("With pseudonyms").check()
    page.get_by_role("button", name="Show what would leave").click()
    assert page.get_by_text("300 rows").is_visible()
    assert page.get_by_text("replaced by a pseudonym").first.is_visible()
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save the file").click()
    text = Path(saved.value.path()).read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    june = [datetime(2026, month, 1, tzinfo=UTC).timestamp() for month in (6, 7)]
    assert len(rows) == 300
    assert all(june[0] <= float(row["ts"]) < june[1] for row in rows)
    assert len({row["device"] for row in rows}) == 1
    assert not [known for known in (CASE, DOLL_MAC, "192.168.7.20", "Talking doll") if known in text]
    assert visit.console == []
    visit.context.close()
    server.shutdown()
    server.server_close()
    reader.close()
    house.book.close()


def test_the_slider_goes_from_before_to_after(page: Any) -> None:
    page.goto(f"{page.url}devices/{DOLL}")
    bar = page.locator("#before-after rect.is").first
    after = bar.get_attribute("width")
    page.locator("#slider").fill("0")
    assert bar.get_attribute("width") == "0.00%"
    page.locator("#slider").fill("100")
    assert bar.get_attribute("width") == after != "0.00%"


def test_a_researcher_keeps_a_search_and_copies_an_id(page: Any) -> None:
    page.get_by_role("link", name="Log", exact=True).click()
    page.get_by_text("Search, columns, clock").click()
    page.get_by_label("Part of a name").fill("adreach")
    page.get_by_label("UTC").check()
    page.get_by_role("button", name="Search").click()
    assert page.locator(".log tbody tr").count() == 3
    page.get_by_text("Kept searches").click()
    page.get_by_label("Keep the search of this page under a name").fill("the advertiser")
    page.get_by_role("button", name="Keep it").click()
    page.get_by_text("Kept searches").click()
    page.get_by_role("link", name="the advertiser").click()
    assert page.locator(".log tbody tr").count() == 3
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    wanted = page.locator("code.copied").first.inner_text()
    page.locator("button.copy").first.click()
    assert page.evaluate("navigator.clipboard.readText()") == wanted


def test_the_pages_can_be_read_without_scripts(browser: Any, family: Home) -> None:
    server, address = serve(family.app)
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address)
    page.get_by_role("link", name="Talking doll").last.click()
    assert page.get_by_role("heading", name="Who it talks to").is_visible()
    assert not page.locator("#slider").is_visible()
    context.close()
    server.shutdown()
    server.server_close()


def test_the_manifest_says_what_a_phone_needs(family: Home) -> None:
    manifest = json.loads(family.client.get("/manifest.webmanifest").data)
    assert manifest["display"] == "standalone"
    assert {"name", "short_name", "start_url", "icons"} <= manifest.keys()

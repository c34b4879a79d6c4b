"""Every page in a real browser, on a phone and at a desk: nothing sideways or from elsewhere, axe content.

Needs Debian's chromium; the accessibility rules need `npm ci` in tests/web. Screenshots go to screenshots/.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from appliance.store.book import Book
from appliance.store.reader import Reader
from tests.appliance.dossier.made import case_store
from tests.appliance.samples import DOLL as CASE
from tests.web.browsing import NEEDED, SIZES, Visit, browser, serve
from tests.web.conftest import dashboard
from tests.web.household import BOX, CAMERA, DOLL, NOW, TABLET, MemoryReader, household, quiet_household
from tests.web.pages import endpoints_of, page_endpoints
from tests.web.security.doors import moved_in
from tests.web.test_security import hostile_home
from web.security.house import House

__all__ = ["browser"]

AXE = Path(__file__).parent / "node_modules/axe-core/axe.min.js"
SCREENSHOTS = Path(__file__).parents[2] / "screenshots"

VISITS = {
    "home": ("news", "/"),
    "quiet": ("quiet", "/"),
    "empty": ("empty", "/"),
    "devices": ("news", "/devices"),
    "doll": ("news", f"/devices/{DOLL}"),
    "box": ("news", f"/devices/{BOX}"),
    "tablet": ("news", f"/devices/{TABLET}"),
    "camera": ("news", f"/devices/{CAMERA}"),
    "changes": ("news", "/changes"),
    "change": ("news", "/changes/c-000000000003"),
    "alerts": ("news", "/alerts"),
    "alert": ("news", "/alerts/a-000000000001"),
    "finding": ("news", "/alerts/a-000000000002"),
    "digest": ("news", "/digest"),
    "wishes": ("news", "/wishes"),
    "sharing": ("news", "/sharing"),
    "support": ("news", "/support"),
    "nearby": ("news", "/nearby"),
    "declared": ("news", f"/devices/{DOLL}/declared"),
    "fridge": ("news", f"/devices/{DOLL}/page"),
    "hostile-fridge": ("hostile", f"/devices/{DOLL}/page"),
    "dossier": ("news", f"/devices/{DOLL}/dossier"),
    "export": ("news", "/export/"),
    "log": ("news", "/log/"),
    "names": ("news", "/log/?view=names"),
    "letter": ("case", f"/devices/{CASE}/dossier/letter"),
    "leaves": ("case", f"/export/?kind=flows&form=csv&device={CASE}&pseudonyms=1"),
    "studies": ("news", "/studies/"),
    "wifi": ("news", "/wifi"),
    "settings": ("news", "/settings/"),
    "people": ("news", "/settings/people"),
    "messages": ("news", "/settings/channels"),
    "health": ("news", "/settings/health"),
    "sinks": ("news", "/settings/sinks"),
    "programs": ("news", "/settings/tokens"),
    "copies": ("news", "/settings/copies"),
    "account": ("news", "/settings/account"),
    "certificate": ("news", "/certificate/"),
    "login": ("lived-in", "/login/"),
    "welcome": ("new", "/setup/"),
    "password": ("new", "/setup/password"),
    "promise": ("news", "/setup/promise"),
    "source": ("news", "/setup/source"),
    "check": ("news", "/setup/check"),
    "missing": ("news", "/nope"),
    "hostile-home": ("hostile", "/"),
    "hostile-doll": ("hostile", f"/devices/{DOLL}"),
    "hostile-alert": ("hostile", "/alerts/a-000000000001"),
    "hostile-sharing": ("hostile", "/sharing"),
    "hostile-log": ("hostile", "/log/?view=names"),
}

HOSTILE = (
    "\"'><img src=x onerror=document.title='hit'><script>document.title='hit'</script>"
    + "W" * 90
    + "\u202egnp"
)

pytestmark = NEEDED


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The household in its states, each at an address of its own, and two stores with people or without."""
    store = case_store(tmp_path_factory.mktemp("case") / "home.db")
    case, new = House.of(Book(store), demonstration=True), House.of(Book(store.with_name("new.db")))
    lived_in = House.of(Book(store.with_name("lived-in.db")))
    moved_in(lived_in)
    apps = {
        "case": dashboard(Reader(store), house=case),
        "new": dashboard(MemoryReader(), house=new),
        "lived-in": dashboard(MemoryReader(), house=lived_in),
        "news": dashboard(household()),
        "quiet": dashboard(quiet_household(), NOW + 200 * 86_400),
        "empty": dashboard(MemoryReader()),
        "hostile": dashboard(hostile_home(HOSTILE)),
    }
    served = {name: serve(app) for name, app in apps.items()}
    yield {name: address for name, (_, address) in served.items()}
    for server, _ in served.values():
        server.shutdown()
        server.server_close()
    for house in (case, new, lived_in):
        house.book.close()


def test_every_page_is_visited() -> None:
    visited = {path for name, (_, path) in VISITS.items() if name != "missing"}
    assert endpoints_of(visited) == page_endpoints(), "put the address of a new page into VISITS"


@pytest.fixture(params=[(name, size) for name in VISITS for size in SIZES], ids="-".join)
def visit(
    request: pytest.FixtureRequest, browser: Any, sites: dict[str, str]
) -> Iterator[tuple[str, str, Visit]]:
    name, size = request.param
    site, path = VISITS[name]
    opened = Visit(browser, sites[site] + path, size, "light")
    yield name, size, opened
    opened.context.close()


def test_page_in_the_browser(visit: tuple[str, str, Visit], sites: dict[str, str]) -> None:
    name, size, opened = visit
    page = opened.page
    opened.unfold()
    assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size][0], "scrolls sideways"
    expected = ["404 (NOT FOUND)"] if name == "missing" else []
    assert [text for text in opened.console if not any(known in text for known in expected)] == []
    assert page.evaluate("window.reports") == []
    assert {url.split("/")[2] for url in opened.requests} <= {site.split("/")[2] for site in sites.values()}
    assert page.evaluate("document.querySelectorAll('img, iframe, style, script:not([src])').length") == 0
    assert "hit" not in page.title()
    SCREENSHOTS.mkdir(exist_ok=True)
    page.screenshot(path=str(SCREENSHOTS / f"{name}-{size}-open.png"), full_page=True)


def axe(opened: Visit) -> list[str]:
    """Return what axe-core finds, one line a rule and place."""
    opened.page.evaluate(AXE.read_text(encoding="utf-8"))
    found = opened.page.evaluate(
        "axe.run(document, {resultTypes: ['violations'], rules: {'target-size': {enabled: true}}})"
    )
    assert len(found["passes"]) >= 15, "axe-core did not run its rules"
    return [f"{rule['id']}: {node['html'][:120]}" for rule in found["violations"] for node in rule["nodes"]]


@pytest.mark.skipif(not AXE.exists(), reason="needs axe-core: run `npm ci` in tests/web")
@pytest.mark.parametrize(("size", "scheme"), [("phone", "light"), ("desk", "light"), ("desk", "dark")])
@pytest.mark.parametrize("name", [name for name in VISITS if not name.startswith("hostile")])
def test_axe_finds_nothing(browser: Any, sites: dict[str, str], name: str, size: str, scheme: str) -> None:
    site, path = VISITS[name]
    opened = Visit(browser, sites[site] + path, size, scheme)
    opened.stretch()
    opened.page.screenshot(path=str(SCREENSHOTS / f"{name}-{size}-{scheme}.png"), full_page=True)
    opened.unfold()
    assert axe(opened) == []
    opened.context.close()


def test_keyboard_reaches_the_page_first_and_shows_where_it_is(browser: Any, sites: dict[str, str]) -> None:
    opened = Visit(browser, f"{sites['news']}/", "desk", "light")
    opened.page.keyboard.press("Tab")
    assert opened.page.evaluate("document.activeElement.getAttribute('href')") == "#main"
    assert opened.page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    opened.page.keyboard.press("Enter")
    assert opened.page.evaluate("document.activeElement.id") == "main"
    opened.context.close()


def test_the_bar_is_one_line_on_a_phone_and_a_row_of_the_log_at_a_desk(
    browser: Any, sites: dict[str, str]
) -> None:
    lines = "new Set([...document.querySelectorAll('%s')].map(one => one.getBoundingClientRect().top)).size"
    phone = Visit(browser, f"{sites['news']}/log/", "phone", "light")
    assert phone.page.evaluate(lines % ".top li") == 1
    broken = "[...document.querySelectorAll('.log td a')].filter(one => one.getClientRects().length > 1)"
    desk = Visit(browser, f"{sites['news']}/log/", "desk", "light")
    for page in (phone.page, desk.page):
        assert page.evaluate(f"{broken}.map(one => one.textContent)") == []
    phone.context.close()
    desk.context.close()

"""Every page in a real browser, on a phone and at a desk: nothing sideways or from elsewhere, axe content.

Needs Debian's chromium; the accessibility rules need `npm ci` in tests/web. Screenshots go to screenshots/.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import settings
from werkzeug.serving import WSGIRequestHandler, make_server

from appliance.store.book import Book
from appliance.store.reader import Reader
from tests.appliance.dossier.made import case_store
from tests.appliance.samples import DOLL as CASE
from tests.web.conftest import dashboard
from tests.web.hostile import HOSTILE as HOSTILE_TEXTS
from tests.web.household import BOX, CAMERA, DOLL, NOW, TABLET, MemoryReader, household, quiet_household
from tests.web.pages import PAGES
from tests.web.security.doors import moved_in
from tests.web.test_security import hostile_home
from web.security.house import House

playwright = pytest.importorskip("playwright.sync_api", reason="needs the Python package playwright")

CHROMIUM = Path("/usr/bin/chromium")
AXE = Path(__file__).parent / "node_modules/axe-core/axe.min.js"
SCREENSHOTS = Path(__file__).parents[2] / "screenshots"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SIZES = {"phone": (390, 844), "desk": (1280, 900)}

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

NO_PAGES = {"static", "icon.favicon", "icon.manifest", "certificate.download"}
"""What a browser loads beside pages."""

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="needs Debian's chromium at /usr/bin/chromium"),
]


class _Quiet(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


def _serve(app: Flask) -> tuple[Any, str]:
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server, f"http://127.0.0.1:{server.server_port}"


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
    served = {name: _serve(app) for name, app in apps.items()}
    yield {name: address for name, (_, address) in served.items()}
    for server, _ in served.values():
        server.shutdown()
        server.server_close()
    for house in (case, new, lived_in):
        house.book.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield chromium
        chromium.close()


class Visit:
    """One page opened, and what went wrong while it was."""

    def __init__(self, browser: Any, address: str, size: str, scheme: str) -> None:
        width, height = SIZES[size]
        self.context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme, has_touch=size == "phone"
        )
        self.page = self.context.new_page()
        self.console: list[str] = []
        self.requests: list[str] = []
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.console.append(f"{error}"))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.add_init_script(
            "window.reports = []; document.addEventListener('securitypolicyviolation',"
            " event => window.reports.push(event.violatedDirective + ' ' + event.blockedURI));"
        )
        self.page.goto(address)

    def unfold(self) -> None:
        """Open what is folded, and make the window as high as the page: what is far below is not laid out."""
        self.page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")
        self.stretch()

    def stretch(self) -> None:
        """Make the window as high as the page."""
        width = self.page.viewport_size["width"]
        height = self.page.evaluate("document.documentElement.scrollHeight")
        self.page.set_viewport_size({"width": width, "height": height})

    def _hear(self, said: Any) -> None:
        """Keep what the console says, but for Chromium's advice on forms with a password (level verbose)."""
        if said.type != "verbose":
            self.console.append(said.text)

    def axe(self) -> list[str]:
        """Return what axe-core finds, one line a rule and place."""
        self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found = self.page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        assert len(found["passes"]) >= 15, "axe-core did not run its rules"
        return [
            f"{rule['id']}: {node['html'][:120]}" for rule in found["violations"] for node in rule["nodes"]
        ]


def test_every_page_is_visited() -> None:
    app = dashboard(MemoryReader())
    places = app.url_map.bind("localhost")
    pages = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and not rule.rule.startswith("/api/")
    }
    visited = {
        places.match(path.partition("?")[0])[0] for name, (_, path) in VISITS.items() if name != "missing"
    }
    assert visited == pages - NO_PAGES, "put the address of a new page into VISITS"


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


@pytest.mark.skipif(not AXE.exists(), reason="needs axe-core: run `npm ci` in tests/web")
@pytest.mark.parametrize(("size", "scheme"), [("phone", "light"), ("desk", "light"), ("desk", "dark")])
@pytest.mark.parametrize("name", [name for name in VISITS if not name.startswith("hostile")])
def test_axe_finds_nothing(browser: Any, sites: dict[str, str], name: str, size: str, scheme: str) -> None:
    site, path = VISITS[name]
    opened = Visit(browser, sites[site] + path, size, scheme)
    opened.stretch()
    opened.page.screenshot(path=str(SCREENSHOTS / f"{name}-{size}-{scheme}.png"), full_page=True)
    opened.unfold()
    assert opened.axe() == []
    opened.context.close()


LONG = settings().max_examples > 1_000
"""Whether every hostile text is tried, in some ten minutes: `--hypothesis-profile=long`."""

COUNT = (
    "[window.hits, document.title === 'hit',"
    " document.querySelectorAll('*:not(bdi)').length, document.querySelectorAll('bdi').length]"
)


@pytest.fixture(scope="module")
def harmless_nodes(browser: Any) -> dict[str, list[Any]]:
    return _walked(browser, "harmless")


@pytest.mark.parametrize(
    "text",
    HOSTILE_TEXTS if LONG else HOSTILE_TEXTS[1:3] + HOSTILE_TEXTS[29:60:10],
    ids=lambda text: ascii(text)[:24],
)
def test_hostile_text_runs_nothing_and_makes_no_node(
    browser: Any, harmless_nodes: dict[str, list[Any]], text: str
) -> None:
    assert _walked(browser, text) == harmless_nodes


def _walked(browser: Any, text: str) -> dict[str, list[Any]]:
    """Return what each page of a home where every text is `text` holds, and how many scripts ran."""
    server, address = _serve(dashboard(hostile_home(text)))
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.add_init_script("window.hits = 0; window.alert = () => { window.hits += 1; };")
    found = {}
    for path in PAGES:
        page.goto(address + path)
        found[path] = page.evaluate(COUNT)
    context.close()
    server.shutdown()
    server.server_close()
    return found


def test_keyboard_reaches_the_page_first_and_shows_where_it_is(browser: Any, sites: dict[str, str]) -> None:
    opened = Visit(browser, f"{sites['news']}/", "desk", "light")
    opened.page.keyboard.press("Tab")
    assert opened.page.evaluate("document.activeElement.getAttribute('href')") == "#main"
    assert opened.page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    opened.page.keyboard.press("Enter")
    assert opened.page.evaluate("document.activeElement.id") == "main"
    opened.context.close()

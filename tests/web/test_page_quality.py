"""What a browser's own audit asks of a page, on a phone with a processor four times slower than this one.

The rules of accessibility that axe-core knows are asked in test_browser.py, and not here.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any, Final

import pytest

from tests.web.browsing import NEEDED, browser
from tests.web.furnished import furnished
from tests.web.household import CAMERA, DOLL, household
from tests.web.pages import PAGES_OF_A_STORE, endpoints_of, page_endpoints
from tests.web.served import serving

__all__ = ["browser"]

pytestmark = NEEDED

PAGES: Final = (
    *("/", "/devices", f"/devices/{DOLL}", f"/devices/{CAMERA}", f"/devices/{DOLL}/page"),
    *(f"/devices/{DOLL}/declared", f"/devices/{DOLL}/dossier", "/changes", "/changes/c-000000000003"),
    *("/alerts", "/alerts/a-000000000001", "/digest", "/wishes", "/sharing", "/support", "/nearby"),
    *("/log/", "/log/?view=names", "/export/"),
    *PAGES_OF_A_STORE,
)

MAX_BYTES: Final = 300_000
"""A page and all it loads, on a first visit."""

WATCH: Final = """
    window.seen = {shift: 0, largest: 0, blocked: 0};
    const watch = (type, take) => new PerformanceObserver(list => list.getEntries().forEach(take))
        .observe({type, buffered: true});
    watch("layout-shift", each => { if (!each.hadRecentInput) window.seen.shift += each.value; });
    watch("largest-contentful-paint", each => {
        window.seen.largest = each.startTime - performance.getEntriesByType("navigation")[0].responseStart;
    });
    watch("longtask", each => { window.seen.blocked += each.duration - 50; });
"""

LOOK: Final = """() => {
    const all = selector => [...document.querySelectorAll(selector)];
    const named = node => node.outerHTML.slice(0, 80);
    const described = document.querySelector("meta[name=description]")?.content ?? "";
    const small = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const text = walker.currentNode, holder = text.parentElement;
        const size = parseFloat(getComputedStyle(holder).fontSize);
        if (text.data.trim() && holder.checkVisibility() && size < 11.99) small.push(size + named(holder));
    }
    return {
        ...window.seen, small, described,
        title: document.title, language: document.documentElement.lang, mode: document.compatMode,
        characters: document.characterSet, headings: all("h1").length, nodes: all("*").length,
        viewport: document.querySelector("meta[name=viewport]")?.content ?? "",
        unsized: all(
            ":is(img, video, iframe, canvas):not([width][height]), svg:not(svg svg, [viewBox], [height])"
        ).filter(each => each.getBoundingClientRect().width > 1).map(named),
        nowhere: all("a:not([href]), a[href=''], a[href^='javascript:']").map(named),
    };
}"""

CHECKS: Final[dict[str, Callable[[dict[str, Any]], bool]]] = {
    "a title of its own, before the product's": lambda page: page["title"].endswith(" · Tattlebox"),
    "a title that a tab can show": lambda page: 14 <= len(page["title"]) <= 90,
    "a language": lambda page: page["language"] == "en",
    "a description": lambda page: 40 <= len(page["described"]) <= 160,
    "the width of the phone": lambda page: "width=device-width" in page["viewport"],
    "zoom is left to the reader": lambda page: not {"user-scalable", "maximum-scale"} & set(page["viewport"]),
    "no quirks": lambda page: (page["mode"], page["characters"]) == ("CSS1Compat", "UTF-8"),
    "one first heading": lambda page: page["headings"] == 1,
    "pictures with a size": lambda page: page["unsized"] == [],
    "links that lead somewhere": lambda page: page["nowhere"] == [],
    "text of 12 pixels or more": lambda page: page["small"] == [],
    "at most 1,500 nodes": lambda page: page["nodes"] <= 1_500,
    "nothing on the console, nothing deprecated": lambda page: page["issues"] == [],
    "nothing from elsewhere": lambda page: page["elsewhere"] == [],
    "no file that is missing": lambda page: page["refused"] == [],
    "files compressed": lambda page: page["loose"] == [],
    "files kept for a year": lambda page: page["passing"] == [],
    "pages kept by nobody": lambda page: page["cache"] == "no-store",
    "at most 300 kB": lambda page: page["bytes"] <= MAX_BYTES,
    "nothing moves while it loads": lambda page: page["shift"] <= 0.1,
}
TIMED: Final[dict[str, Callable[[dict[str, Any]], bool]]] = {
    "the largest part within 2.5 s of the answer": lambda page: 0 < page["largest"] <= 2_500,
    "not blocked for more than 0.2 s": lambda page: page["blocked"] <= 200,
}


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The command itself, over a recording with all that a family keeps beside it."""
    path = tmp_path_factory.mktemp("quality") / "home.db"
    furnished(household(), path, origin="replay").book.close()
    with serving(path, "--language", "en") as served:
        yield f"http://127.0.0.1:{served.port}"


def test_every_page_is_audited() -> None:
    assert endpoints_of(PAGES) == page_endpoints(), "put the address of a new page into PAGES"


@pytest.mark.parametrize("path", PAGES)
def test_page(browser: Any, address: str, path: str) -> None:
    page = _audited(browser, address, path)
    failed = [name for name, holds in CHECKS.items() if not holds(page)]
    assert failed == [], page


@pytest.mark.skipif(
    "TIMES" not in os.environ, reason="times are for a quiet machine: TIMES=1 scripts/test FILE"
)
@pytest.mark.parametrize("path", PAGES)
def test_page_is_quick(browser: Any, address: str, path: str) -> None:
    page = _audited(browser, address, path)
    assert [name for name, holds in TIMED.items() if not holds(page)] == [], page


def _audited(browser: Any, address: str, path: str) -> dict[str, Any]:
    """Return what was seen of a page that is opened for the first time."""
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, locale="en-GB"
    )
    page, heard = context.new_page(), _Heard()
    session = context.new_cdp_session(page)
    for event, take in heard.takers().items():
        session.on(event, take)
    for domain in ("Network", "Audits", "Log"):
        session.send(f"{domain}.enable")
    session.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    page.on("console", heard.console)
    page.on("pageerror", lambda error: heard.issues.append(str(error)))
    page.add_init_script(WATCH)
    page.goto(address + path, wait_until="load")
    page.wait_for_timeout(250)  # the observers tell of the last frames a moment later
    found = page.evaluate(LOOK)
    context.close()
    return {**found, **heard.of(address)}


class _Heard:
    """What the browser told of a page while it loaded."""

    def __init__(self) -> None:
        self.issues: list[str] = []
        self.answers: list[dict[str, Any]] = []
        self.bytes = 0.0

    def takers(self) -> dict[str, Callable[[dict[str, Any]], None]]:
        """Return what takes each event of the browser's."""
        return {
            "Audits.issueAdded": lambda told: self.issues.append(told["issue"]["code"]),
            "Log.entryAdded": lambda told: self.log(told["entry"]),
            "Network.responseReceived": lambda told: self.answers.append(told["response"]),
            "Network.loadingFinished": lambda told: self.count(told["encodedDataLength"]),
        }

    def count(self, length: float) -> None:
        self.bytes += length

    def log(self, entry: dict[str, Any]) -> None:
        if entry["level"] != "verbose":
            self.issues.append(entry["text"])

    def console(self, said: Any) -> None:
        """Keep what a script says; Chromium's advice on forms with a password is of level "verbose"."""
        if said.type not in ("verbose", "debug"):
            self.issues.append(said.text)

    def of(self, address: str) -> dict[str, Any]:
        """Return the answers judged: each name has the addresses that are not as they should be."""
        first, *rest = self.answers
        heads = [
            (one["url"], {name.lower(): value for name, value in one["headers"].items()}) for one in rest
        ]
        files = [(url, head) for url, head in heads if "/static/" in url]
        return {
            "issues": self.issues,
            "bytes": self.bytes,
            "cache": {name.lower(): value for name, value in first["headers"].items()}.get("cache-control"),
            "elsewhere": [one["url"] for one in rest if not one["url"].startswith((address, "data:"))],
            "refused": [one["url"] for one in rest if one["status"] >= 400],
            "loose": [url for url, head in files if head.get("content-encoding") != "gzip"],
            "passing": [url for url, head in files if "max-age=31536000" not in head["cache-control"]],
        }


def test_a_phone_can_put_it_on_its_first_screen(browser: Any, address: str) -> None:
    page = browser.new_context().new_page()
    session = page.context.new_cdp_session(page)
    page.goto(address)
    manifest = session.send("Page.getAppManifest")
    assert (manifest["url"], manifest["errors"]) == (f"{address}/manifest.webmanifest", [])
    told = session.send("Page.getInstallabilityErrors")["installabilityErrors"]
    assert [each["errorId"] for each in told if each["errorId"] != "in-incognito"] == []
    page.context.close()

"""Hostile texts in every field of every table, on every page, in the real browser: no script, no node (R13).

The content policy is switched off here, so that a script which came through would run and be counted.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import settings

from appliance.devices.identity import plain_text
from appliance.gateway.plan import Plan, to_plain
from appliance.gateway.wifi import Wifi
from appliance.store.reader import Reader
from tests.appliance.bluetooth.things import CAYLA, OPEN_LE_TOY
from tests.web.browsing import NEEDED, browser, serve
from tests.web.conftest import dashboard
from tests.web.furnished import MARK, furnished, reword, text_columns
from tests.web.hostile import HOSTILE
from tests.web.household import DOLL, NOW
from tests.web.pages import PAGES, PAGES_OF_A_STORE, endpoints_of, page_endpoints
from tests.web.test_security import hostile_home
from web import nearby, wifi

__all__ = ["browser"]

pytestmark = NEEDED

LONG = settings().max_examples > 1_000
"""Whether every hostile text is tried, in half an hour: `--hypothesis-profile=long`."""

ASKED = (
    "/log/?text={}&domain={}&proto={}&since={}&device={}&column={}",
    "/log/?view=names&device={}",
    "/export/?kind={}&form={}&device={}&since={}&until={}",
    "/alerts?device={}",
    "/sharing?device={}&days={}",
    "/digest?back={}",
    "/settings/channels?tested={}",
    f"/devices/{DOLL}?update={{}}",
    f"/devices/{DOLL}/dossier/letter?to={{}}&language={{}}",
    "/login/?then={}",
    "/{}",
)
"""What may stand in an address."""

PRESSED = {
    "the rows that would leave": ("/studies/", "form[action='/studies/preview']:not([enctype]) button"),
    "what is near": ("/nearby", "form[action='/nearby/look'] button"),
}
"""Pages behind a button."""

CODES = {
    "meta.key", "device.device", "device.confidence", "party.device", "party.role", "sighting.device",
    "software_update.device", "change.id", "change.device", "change.role", "change.evidence",
    "finding.device", "finding.evidence", "alert.identifier", "alert.device", "alert.volume",
    "alert.evidence", "flow.uid", "flow.device", "evidence_flow.uid", "evidence_flow.device", "word.act",
    "word.device", "word.detail", "person.role", "person.password", "session.digest", "session.csrf",
    "token.digest", "token.scopes", "daily.device", "answer.act", "answer.alert", "answer.device",
    "answer.kind", "outbox.kind", "outbox.device", "outbox.volume", "channel.kind", "channel.uid",
    "channel.content", "channel.tells", "consumer.fault", "note.device", "document.device",
    "document.kind", "document.language", "document.sha256", "document.signature",
    "claim.device", "claim.topic", "claim.rule",
    "claim.said_by", "study.name", "heard.device", "policy.device", "policy.kind", "recording.device",
}  # fmt: skip
"""Columns of keys, ids, digests and codes that a table of ours lists."""

UNSHOWN = {
    "weird",
    "setting",
    "known_browser",
    "archive_file",
    "erasure",
    "delivery",
    "sink_tag",
    "chain",
    "state",
}
"""Tables without a free text, or that no page reads."""

WORDED = {
    f"/devices/{DOLL}/declared": "a claim is of a company when their letters are the same",
    "/alerts/a-000000000002": "a sentence of the core's is shown, when it has letters",
    "/setup/check": "an address with a colon is one of IPv6",
    "/settings/health": "an address with a colon is one of IPv6",
}
"""Pages where a text decides what is said: as many nodes may not be there, but none of another kind."""

LOOK = """() => {
    const nodes = [...document.querySelectorAll("*:not(bdi)")];
    const kind = node => [node.localName, ...[...node.attributes].map(each => each.name).sort()].join(" ");
    const elsewhere = performance.getEntriesByType("resource").map(each => each.name)
        .filter(name => !name.startsWith(location.origin));
    return {
        ran: window.hits + (document.title === "hit"), elsewhere, kinds: [...new Set(nodes.map(kind))],
        nodes: nodes.length, names: document.querySelectorAll("bdi").length,
    };
}"""


def test_every_page_is_walked() -> None:
    walked = {*PAGES, *PAGES_OF_A_STORE, *(address for address, _ in PRESSED.values())}
    assert endpoints_of(walked) == page_endpoints(), "put the address of a new page into tests/web/pages.py"


def test_every_free_text_of_the_store_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "home.db"
    furnished(hostile_home(MARK), path).book.close()
    with closing(sqlite3.connect(path)) as db:
        harmless = {
            f"{table}.{column}"
            for table, column in text_columns(db)
            if not db.execute(f'SELECT 1 FROM "{table}" WHERE instr("{column}", ?)', (MARK,)).fetchone()  # noqa: S608
        }
        assert {name for name in harmless if name.partition(".")[0] not in UNSHOWN} == CODES
        reword(path, HOSTILE[0])
        for table, column in text_columns(db):
            held = db.execute(f'SELECT 1 FROM "{table}" WHERE instr("{column}", ?)', (MARK,))  # noqa: S608
            assert held.fetchone() is None


@pytest.fixture(scope="module")
def harmless(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """Every page of a home whose free texts are all the mark."""
    return _walked(browser, tmp_path_factory.mktemp("harmless"), MARK)


@pytest.mark.parametrize(
    "text",
    HOSTILE if LONG else HOSTILE[1:3] + HOSTILE[34:60:12],
    ids=lambda text: ascii(text)[:24],
)
def test_hostile_text_runs_nothing_and_makes_no_node(
    browser: Any, harmless: dict[str, dict[str, Any]], tmp_path: Path, text: str
) -> None:
    kinds = {kind for seen in harmless.values() for kind in seen["kinds"]}
    for address, seen in _walked(browser, tmp_path, text).items():
        assert (seen["ran"], seen["elsewhere"]) == (0, []), address
        assert set(seen["kinds"]) <= kinds, address
        if address not in WORDED:
            expected = harmless[address]
            assert (seen["nodes"], seen["names"]) == (expected["nodes"], expected["names"]), address


def _walked(browser: Any, folder: Path, text: str) -> dict[str, dict[str, Any]]:
    """Return what each page of a home where every text is `text` holds, and how many scripts ran."""
    found: dict[str, dict[str, Any]] = {}
    with _opened(browser, folder, text.encode(errors="replace").decode()) as (page, address):
        for path in (*PAGES, *PAGES_OF_A_STORE):
            page.goto(address + path)
            found[path] = page.evaluate(LOOK)
        for path in ASKED:
            page.goto(address + path.replace("{}", quote(text, safe="", errors="replace")[:1_500]))
            found[path] = page.evaluate(LOOK)
        for name, (path, button) in PRESSED.items():
            page.goto(address + path)
            with page.expect_navigation():
                page.click(button)
            found[name] = page.evaluate(LOOK)
    return found


@contextmanager
def _opened(browser: Any, folder: Path, text: str) -> Iterator[tuple[Any, str]]:
    """Serve such a home, its gateway and its radio too, and open a browser on it.

    A study whose words are not plain was never joined, so its page is not drawn of one.
    """
    path = folder / "home.db"
    house = furnished(hostile_home(text), path, of_study=plain_text(text, 600) or "Dolls")
    reword(path, text)
    plan = Plan(mode="access_point", wifi=Wifi(text, text, "FR"))
    heard = [CAYLA._replace(name=text), OPEN_LE_TOY._replace(name=text)]
    with pytest.MonkeyPatch.context() as edge, Reader(path) as reader:
        edge.setattr(wifi, "there", lambda: True)
        edge.setattr(wifi, "ask", lambda *_: {"plan": to_plain(plan)})
        edge.setattr(nearby, "look", lambda _: heard)
        server, address = serve(dashboard(reader, NOW + 60, house))
        context = browser.new_context(viewport={"width": 1280, "height": 900}, bypass_csp=True)
        page = context.new_page()
        page.add_init_script("window.hits = 0; window.alert = window.hit = () => { window.hits += 1; };")
        yield page, address
        context.close()
        server.shutdown()
        server.server_close()
    house.book.close()

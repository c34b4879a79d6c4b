"""The pages over a real store say the same as over the fixture: the interface between them is one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask

from appliance.checks import Check
from appliance.store.reader import Reader
from appliance.store.writer import Writer
from tests.web.conftest import dashboard, guests
from tests.web.household import MemoryReader
from tests.web.pages import PAGES
from web import create_app
from web import home as page_home


def stored(home: MemoryReader, path: Path, origin: str = "live") -> None:
    """Write the household as the service writes it."""
    watch = home.watch()
    writer = Writer(path)
    for facts in (
        home.known,
        home.met,
        home.updated,
        home.changed,
        home.told,
        home.found,
        home.seen,
        home.rows,
    ):
        for fact in facts:
            writer.add(fact)
    for loss in watch.losses:
        writer.add(loss)
    for seq, one in enumerate(home.read):
        writer.add_observation((seq, one.device, one.record))
    totals = {"flows": watch.flows, "packets": watch.packets, "weirds": watch.weirds}
    writer.commit(
        origin=origin, first_ts=watch.first_ts, last_ts=watch.last_ts, totals=totals, learning=home.missing
    )
    writer.close()


@pytest.fixture(scope="module")
def reader(home: MemoryReader, tmp_path_factory: pytest.TempPathFactory) -> Reader:
    path = tmp_path_factory.mktemp("store") / "home.sqlite3"
    stored(home, path)
    return Reader(path)


@pytest.fixture(autouse=True)
def the_machine_stands_still(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its clock and free space go on between two pages."""
    monkeypatch.setattr(page_home, "machine", lambda _: [Check("space", "ok", "61734 MB free in /var")])


@pytest.mark.parametrize("address", PAGES)
def test_page_over_the_store(reader: Reader, home: MemoryReader, address: str) -> None:
    here = dashboard(home)
    desk = here.extensions["tattlebox"]
    app = create_app(
        reader, house=guests(), trusted_hosts=["localhost"], zone=desk.language.zone_name(0), clock=desk.clock
    )
    assert without_tokens(app, address) == without_tokens(here, address)


def without_tokens(app: Flask, address: str) -> str:
    """Return a page without what ties its forms to one visit."""
    return re.sub(r'name="csrf" value="[^"]+"', "", app.test_client().get(address).text)

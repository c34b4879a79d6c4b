"""The checks say what a family can do, on real stores."""

from __future__ import annotations

from pathlib import Path

import pytest

from appliance.checks import NOT_BEFORE, RECENT_S, checks, clock, machine, packets, self_test
from appliance.store.reader import Reader
from appliance.store.writer import Writer


def written(path: Path, **meta: object) -> Path:
    writer = Writer(path)
    writer.commit(**meta)
    writer.close()
    return path


STORES = {
    "empty": ({}, 50.0, "note"),
    "a recording, however old": ({"last_ts": 10.0, "origin": "replay"}, 10.0 + 9e8, "ok"),
    "live and fresh": ({"last_ts": 1000.0, "origin": "live"}, 1010.0, "ok"),
    "live and silent": ({"last_ts": 1000.0, "origin": "live"}, 1001.0 + RECENT_S, "bad"),
    "live under a clock set back": ({"last_ts": 1000.0, "origin": "live"}, 500.0, "ok"),
}


@pytest.mark.parametrize(("meta", "now", "state"), STORES.values(), ids=STORES.keys())
def test_packets(tmp_path: Path, meta: dict[str, object], now: float, state: str) -> None:
    with Reader(written(tmp_path / "home.db", **meta)) as reader:
        assert packets(reader, now).state == state


def test_a_clock_of_the_past_is_no_clock() -> None:
    assert clock(0.0).state == "bad"
    assert clock(NOT_BEFORE + 1).state != "bad"


def test_the_self_test_has_the_five_lines_of_the_first_run(tmp_path: Path) -> None:
    store = written(tmp_path / "home.db", last_ts=1.0, origin="replay")
    assert [check.name for check in self_test(store)] == ["packets", "names", "ipv6", "time", "space"]


def test_nothing_is_ill_before_the_first_record(tmp_path: Path) -> None:
    assert "bad" not in {check.state for check in checks(tmp_path / "none.db") if check.name != "imports"}


@pytest.mark.parametrize(
    ("manifest", "state", "text"),
    [
        (None, "note", "none: countries"),
        ('{"third-party-web": {"file": "a", "sha256": "0", "date": "2020-01-01"}}', "note", "days old"),
        ("{", "bad", "packs.json"),
    ],
)
def test_the_machine_tells_how_old_its_lists_are(
    tmp_path: Path, manifest: str | None, state: str, text: str
) -> None:
    if manifest is not None:
        (tmp_path / "packs").mkdir()
        (tmp_path / "packs" / "packs.json").write_text(manifest)
    found = {check.name: check for check in machine(tmp_path / "home.db")}
    assert list(found) == ["time", "space", "lists"]
    assert found["lists"].state == state
    assert text in found["lists"].text

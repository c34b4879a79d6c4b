"""The chain of days: any later change of a row shows; retention and forgetting leave it whole."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from appliance.archive.run import run
from appliance.archive.span import Span
from appliance.store import chain
from appliance.store.chain import HOME, Check, check, closed_before, extend, flowlog_of, links
from appliance.store.database import open_for_writing
from appliance.store.writer import Writer
from sensor.records import Loss
from tests.appliance import samples
from tests.appliance.archive.made import BOX, DAY, FIRST, home
from tests.appliance.samples import DOLL

FIRST_DAY = FIRST // DAY


@pytest.fixture
def store(tmp_path: Path) -> Path:
    path = tmp_path / "home.db"
    home(path, days=20, each=12)
    writer = Writer(path)
    for n in (0, 3):
        writer.add(Loss(FIRST + n * DAY, FIRST + n * DAY + 60, "gap", 0, "unplugged"), 0)
    writer.add(samples.FINDING)
    writer.commit()
    writer.close()
    return path


@pytest.fixture
def db(store: Path) -> Iterator[sqlite3.Connection]:
    with closing(open_for_writing(store)) as opened:
        yield opened


def checked(db: sqlite3.Connection, device: str = DOLL) -> Check:
    return check(db, device, flowlog_of(db))


def test_every_day_that_is_over_has_one_link_and_all_hold(db: sqlite3.Connection) -> None:
    added = extend(db, FIRST_DAY + 19)
    assert added == sum(len(links(db, device)) for device in (HOME, DOLL, BOX))
    for device in (DOLL, BOX, HOME):
        found = checked(db, device)
        assert found.holds
        assert (found.gone, found.pending) == ((), 0)
    days = [link.day for link in links(db, BOX) if json.loads(link.body)["flow"][0]]
    assert days == list(range(FIRST_DAY, FIRST_DAY + 19))
    assert [link.day for link in links(db, HOME)] == [FIRST_DAY, FIRST_DAY + 3]
    assert extend(db, FIRST_DAY + 19) == 0


def test_a_chain_built_day_by_day_is_the_one_built_at_once(db: sqlite3.Connection) -> None:
    for day in range(FIRST_DAY - 30, FIRST_DAY + 20):
        extend(db, day)
    slowly = links(db, DOLL)
    db.execute("DELETE FROM chain")
    extend(db, FIRST_DAY + 19, [DOLL])
    assert links(db, DOLL) == slowly


TAMPERED = {
    "a flow": (
        "UPDATE flow SET orig_bytes = orig_bytes + 1 WHERE rowid = 60 + rowid % 3 AND device = 'd-0000d011'",
        "flow",
    ),
    "a flow's time": ("UPDATE flow SET ts = ts + 0.000002 WHERE uid = 'F0000000000000060'", "flow"),
    "a flow's name": ("UPDATE flow SET server_name = 'x' WHERE uid = 'F0000000000000060'", "flow"),
    "a flow taken out": ("DELETE FROM flow WHERE uid = 'F0000000000000060'", "flow"),
    "a flow given to it": ("UPDATE flow SET device = 'd-0000d011' WHERE uid = 'F0000000000000061'", "flow"),
    "a day's sum": ("UPDATE daily SET bytes_up = bytes_up + 1", "daily"),
}


@pytest.mark.parametrize("case", TAMPERED)
def test_a_changed_row_shows_with_its_day(db: sqlite3.Connection, case: str) -> None:
    extend(db, FIRST_DAY + 19)
    statement, table = TAMPERED[case]
    assert db.execute(statement).rowcount > 0, case
    found = checked(db)
    assert not found.holds
    assert {name for _, name in found.changed} == {table}


@pytest.mark.parametrize("column", ["digest", "previous", "body"])
def test_a_changed_link_breaks_the_chain(db: sqlite3.Connection, column: str) -> None:
    extend(db, FIRST_DAY + 19)
    day = FIRST_DAY + 5
    other = '\'{"daily":[0,""],"facts":[],"flow":[0,""]}\'' if column == "body" else "'0'"
    db.execute(f"UPDATE chain SET {column} = {other} WHERE device = ? AND day = ?", (DOLL, day))  # noqa: S608
    assert day in checked(db).broken
    assert checked(db, BOX).holds


def test_a_link_taken_out_breaks_the_chain(db: sqlite3.Connection) -> None:
    extend(db, FIRST_DAY + 19)
    db.execute("DELETE FROM chain WHERE device = ? AND day = ?", (DOLL, FIRST_DAY + 5))
    assert checked(db).broken == (FIRST_DAY + 6,)


def test_a_fact_that_grew_is_pending_and_named_by_the_next_link(db: sqlite3.Connection, store: Path) -> None:
    extend(db, FIRST_DAY + 10)
    db.execute("UPDATE finding SET times = times + 1")
    assert checked(db).pending == 1
    extend(db, FIRST_DAY + 11)
    found = checked(db)
    assert (found.holds, found.pending) == (True, 0)
    named = [
        fact for link in links(db, DOLL) for fact in json.loads(link.body)["facts"] if fact[0] == "finding"
    ]
    assert len(named) == 2
    assert named[0][1] == named[1][1]
    assert named[0][2] != named[1][2]


def test_what_is_archived_is_hashed_where_it_lies(store: Path) -> None:
    run(store)
    with Span(store) as span:
        assert len(span.files(chain.Wanted())) > 0
        found = check(span.db, DOLL, span.flows)
    assert found.holds
    assert found.gone == ()
    assert found.links > 10


def test_what_its_time_takes_away_is_gone_and_not_changed(store: Path, db: sqlite3.Connection) -> None:
    extend(db, FIRST_DAY + 19)
    db.execute("DELETE FROM flow WHERE ts < ?", (FIRST + 5 * DAY,))
    found = checked(db)
    assert found.holds
    assert found.gone == tuple((FIRST_DAY + n, "flow") for n in range(5))


def test_to_forget_a_device_leaves_the_other_chains_whole(store: Path, db: sqlite3.Connection) -> None:
    extend(db, FIRST_DAY + 19)
    before = links(db, BOX)
    writer = Writer(store)
    writer.erase(DOLL)
    writer.commit()
    writer.close()
    assert links(db, DOLL) == []
    assert links(db, BOX) == before
    assert checked(db, BOX).holds
    assert DOLL.encode() not in b"".join(str(row).encode() for row in db.execute("SELECT * FROM chain"))


def test_a_chain_begins_behind_what_was_archived_without_one(store: Path, db: sqlite3.Connection) -> None:
    run(store)
    archived = max(day for (day,) in db.execute("SELECT day FROM archive_file"))
    db.execute("DELETE FROM chain")
    extend(db, FIRST_DAY + 19)
    assert links(db, DOLL)[0].day > archived


@pytest.mark.parametrize(
    ("last_ts", "ended", "day"),
    [
        (5 * DAY + 7200.0, False, 5),
        (5 * DAY + 1800.0, False, 4),
        (5 * DAY + 3600.0, False, 5),
        (5 * DAY + 1.0, True, 6),
    ],
)
def test_a_day_is_over_an_hour_after_its_end(last_ts: float, *, ended: bool, day: int) -> None:
    assert closed_before(last_ts, ended=ended) == day


def test_clocks_that_were_not_set_make_no_endless_work(db: sqlite3.Connection) -> None:
    db.execute("UPDATE device SET first_ts = 0")
    db.execute("INSERT INTO loss VALUES (0, 10, 'gap', 0, 'no clock', 0)")
    queries: list[str] = []
    db.set_trace_callback(queries.append)
    extend(db, FIRST_DAY + 19)
    assert len(queries) < 2_000
    assert links(db, HOME)[0].day == 0


def test_an_empty_store_has_no_links(tmp_path: Path) -> None:
    with closing(open_for_writing(tmp_path / "home.db")) as empty:
        assert extend(empty, 20_000) == 0
        assert checked(empty) == Check(0, None, None, "", (), (), (), 0)

"""The archive: nothing is lost or twice, whatever is cut off; what shall go is gone."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing

import duckdb
import pytest

from appliance.archive import move as moving
from appliance.archive import run as running
from appliance.archive.folder import ArchiveError, folder_of, locked
from appliance.archive.health import health
from appliance.archive.parquet import Engine
from appliance.archive.run import run
from appliance.archive.span import Span
from appliance.store import catalogue
from appliance.store.book import Book
from appliance.store.database import StoreError, open_for_writing
from appliance.store.flowlog import Wanted, key_of
from appliance.store.settings import Settings
from appliance.store.writer import Writer
from tests.appliance.archive.made import BOX, DAY, FIRST, home
from tests.appliance.samples import DOLL


@pytest.fixture
def store(tmp_path):
    return tmp_path / "home.db"


ALL = Wanted()


def held(store, wanted=ALL, after=None):
    with Span(store) as span:
        pages = list(span.flows(wanted, after))
        assert after or sum(map(len, pages)) == span.count(wanted)
    return [flow for page in pages for flow in page]


def live(store):
    with closing(open_for_writing(store)) as db:
        return db.execute("SELECT count(*) FROM flow").fetchone()[0]


def set_to(store, **values):
    book = Book(store)
    Settings(book).set({key.replace("__", "."): value for key, value in values.items()}, 1.0)
    book.close()


def test_days_move_and_the_one_reader_gives_what_was_there(store):
    before = home(store)
    report = run(store)
    assert (report.files, report.flows) == (13, 13 * 40)
    assert live(store) == 17 * 40
    assert held(store) == sorted(before, key=key_of)
    assert run(store).flows == 0


def test_a_span_of_time_and_a_device_are_found_in_both(store):
    before = home(store)
    run(store)
    wanted = Wanted(FIRST + 12.5 * DAY, FIRST + 14.25 * DAY, (DOLL,))
    expected = [f for f in before if wanted.since <= f.ts < wanted.until and f.device == DOLL]
    assert held(store, wanted) == sorted(expected, key=key_of)
    assert len(expected) > 10


def test_reading_goes_on_behind_any_key(store):
    before = sorted(home(store, each=10), key=key_of)
    run(store)
    for n in (0, 7, 129, 130, 131, 250, len(before) - 1):
        assert held(store, after=key_of(before[n])) == before[n + 1 :]


def test_flows_that_come_late_are_moved_to_a_further_file(store):
    before = home(store)
    run(store)
    late = before[5]._replace(uid="Flate00000000000", ts=before[5].ts + 1)
    writer = Writer(store)
    writer.add(late, 9_999)
    writer.commit()
    writer.commit(checkpoint={"place": writer.place(), "last_ts": before[-1].ts})
    writer.add(before[-1]._replace(uid="Fnew000000000000"), 10_000)
    writer.commit()
    writer.close()
    assert run(store).flows == 1
    assert len(held(store)) == len(before) + 2
    assert late in held(store)


def test_a_file_has_a_bounded_number_of_flows(store, monkeypatch):
    before = home(store)
    monkeypatch.setattr(moving, "MAX_FLOWS", 15)
    assert run(store).files == 13 * 3
    assert held(store) == sorted(before, key=key_of)


def test_nothing_moves_before_there_is_a_checkpoint_or_beyond_it(store):
    before = home(store)
    with closing(open_for_writing(store)) as db:
        db.execute("DELETE FROM meta WHERE key = 'checkpoint'")
    assert "no checkpoint" in run(store).note
    with closing(open_for_writing(store)) as db:
        catalogue.keep_meta(db, "checkpoint", {"place": {"flow": 100}, "last_ts": 0})
    assert run(store).flows == 80
    assert live(store) == len(before) - 80


KILLED = (
    "import sys, os, signal\n"
    "from appliance.archive import move, run, folder, parquet\n"
    "from appliance.store import catalogue, pruning\n"
    "from pathlib import Path\n"
    "where, left = sys.argv[2], [3]\n"
    "def die(*args, **kwargs):\n"
    "    left[0] -= 1\n"
    "    if not left[0]: os.kill(os.getpid(), signal.SIGKILL)\n"
    "    return real(*args, **kwargs)\n"
    "owner, name = {'sums': (parquet.Engine, 'sums'), 'name': (move, 'take_name'),\n"
    "    'catalogue': (catalogue, 'keep_file'), 'drop': (pruning, 'drop_flows'),\n"
    "    'write': (parquet, '_sync')}[where]\n"
    "real = getattr(owner, name)\n"
    "setattr(owner, name, die)\n"
    "run.run(Path(sys.argv[1]))\n"
)


@pytest.mark.parametrize("where", ["write", "sums", "name", "catalogue", "drop"])
def test_a_run_killed_anywhere_loses_nothing_and_the_next_one_ends_it(store, where):
    before = home(store)
    ended = subprocess.run([sys.executable, "-c", KILLED, store, where], check=False)
    assert ended.returncode == -signal.SIGKILL
    assert held(store) == sorted(before, key=key_of)
    run(store)
    assert held(store) == sorted(before, key=key_of)
    assert live(store) == 17 * 40
    names = {path.name for path in folder_of(store).glob("flows*")}
    with closing(open_for_writing(store)) as db:
        assert names == {file.name for file in catalogue.files(db)}


@pytest.mark.slow
def test_a_run_killed_at_any_time_loses_nothing(store):
    before = home(store)
    command = [sys.executable, "-c", "import sys; from appliance.cli import main; main(sys.argv[1:])"]
    for delay in range(12):
        process = subprocess.Popen([*command, "archive", "--store", store], stderr=subprocess.DEVNULL)
        time.sleep(0.2 + delay * 0.04)
        process.kill()
        process.wait()
        assert held(store) == sorted(before, key=key_of)


def test_a_copy_that_differs_drops_nothing(store, monkeypatch):
    before = home(store)
    right = Engine.sums
    monkeypatch.setattr(Engine, "sums", lambda *a: right(*a)._replace(wire_bytes=1))
    with pytest.raises(ArchiveError, match="nothing was dropped"):
        run(store)
    assert live(store) == len(before)
    assert list(folder_of(store).glob("flows*")) == []


def test_a_full_disk_is_said_and_loses_nothing(store, tmp_path):
    """A file system of its own, too small for a day (needs root)."""
    if os.geteuid():
        pytest.skip("mounting a small file system needs root")
    before = home(store, each=3000, days=18)
    folder = folder_of(store)
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8k", "none", folder], check=True)
    try:
        with pytest.raises(ArchiveError, match="full"):
            run(store)
        assert live(store) == len(before)
    finally:
        subprocess.run(["umount", folder], check=True)


def test_a_half_written_file_is_named_and_the_rest_is_read(store):
    home(store)
    run(store)
    path = sorted(folder_of(store).glob("*.parquet"))[3]
    path.write_bytes(path.read_bytes()[:900])
    with pytest.raises(ArchiveError, match=path.name):
        held(store)


def test_a_file_of_an_older_release_is_read_or_named(store):
    """One with a column that is no longer kept is read; one without a column that is needed is a sentence."""
    before = home(store)
    run(store)
    path, other = sorted(folder_of(store).glob("*.parquet"))[:2]
    with closing(duckdb.connect()) as db:
        for name, columns in ((path, "*, 'x' AS community_id"), (other, "* EXCLUDE (vlan)")):
            made = name.with_suffix(".made")
            db.execute(f"COPY (SELECT {columns} FROM '{name}') TO '{made}' (FORMAT parquet)")  # noqa: S608
            made.replace(name)
    first = Wanted(FIRST, FIRST + DAY)
    assert held(store, first) == sorted((f for f in before if f.ts < FIRST + DAY), key=key_of)
    with pytest.raises(ArchiveError, match=f"{other.name} cannot be used.*vlan"):
        held(store, Wanted(FIRST + DAY, FIRST + 2 * DAY))
    assert health(store)[0] == "bad"


def test_what_is_forgotten_is_gone_from_the_archive_and_from_the_bytes_of_the_store(store):
    before = home(store)
    run(store)
    writer = Writer(store)
    writer.erase(DOLL)
    writer.commit()
    writer.close()
    report = run(store)
    assert report.forgotten > 100
    assert held(store) == sorted((f for f in before if f.device != DOLL), key=key_of)
    assert DOLL.encode() not in store.read_bytes()
    assert all(DOLL.encode() not in path.read_bytes() for path in folder_of(store).glob("*.parquet"))
    assert run(store).forgotten == 0


def test_forgetting_reaches_what_was_merged_into_the_device(store):
    before = home(store)
    run(store)
    with closing(open_for_writing(store)) as db:
        db.execute(
            "INSERT INTO word (ts, act, device, detail, value, undoes) VALUES (1, 'merge', ?, ?, NULL, NULL)",
            (DOLL, BOX),
        )
        db.execute("INSERT INTO erasure VALUES (?)", (DOLL,))
    run(store)
    archived = [flow for flow in held(store, Wanted(until=FIRST + 13 * DAY)) if flow.device]
    assert archived == []
    assert len([flow for flow in before if flow.device]) > 0


def test_retention_of_each_kind(store):
    home(store, days=40)
    set_to(store, retention__archive_days=30, retention__sighting_days=60)
    run(store)
    with closing(open_for_writing(store)) as db:
        oldest = catalogue.files(db)[0].first_ts
        assert FIRST + 9 * DAY <= oldest < FIRST + 11 * DAY
        (seen,) = db.execute("SELECT min(until) FROM observation").fetchone()
        assert seen >= FIRST + 23 * DAY
        assert db.execute("SELECT count(*) FROM change").fetchone() == (1,)


def test_without_an_archive_old_flows_are_deleted(store):
    home(store)
    set_to(store, retention__archive_days=0)
    report = run(store)
    assert (report.files, live(store)) == (0, 17 * 40)
    assert list(folder_of(store).glob("*.parquet")) == []


def test_the_budget_takes_the_oldest_and_leaves_two_days(store, monkeypatch):
    home(store, each=200)
    run(store)
    with closing(open_for_writing(store)) as db:
        limits = running.limits_of(db)
    small = limits._replace(budget_bytes=1_000_000, keep_free_bytes=0)
    monkeypatch.setattr(running, "limits_of", lambda _: small)
    report = run(store)
    left = held(store)
    assert report.squeezed > 0
    assert FIRST + 13 * DAY < left[0].ts <= FIRST + 28 * DAY
    with closing(open_for_writing(store)) as db:
        assert db.execute("SELECT count(*) FROM sighting").fetchone() == (1,)


def test_an_impossible_budget_is_said(store, monkeypatch):
    home(store)
    with closing(open_for_writing(store)) as db:
        limits = running.limits_of(db)
    monkeypatch.setattr(running, "limits_of", lambda _: limits._replace(budget_bytes=1000))
    assert "raise it" in run(store).note
    assert held(store)[0].ts >= FIRST + 27 * DAY


def test_an_export_and_a_run_do_not_meet(store):
    home(store)
    run(store)
    with Span(store), pytest.raises(ArchiveError, match="try again"):
        run(store)
    with locked(folder_of(store), alone=True), pytest.raises(ArchiveError, match="try again"):
        Span(store)


def test_a_service_goes_on_writing_beside_a_run(store):
    home(store)
    writer = Writer(store)
    writer.commit(totals={"flows": 0})
    run(store)
    writer.commit(totals={"flows": 1})
    writer.close()


def test_empty_pages_are_given_back(store):
    home(store, each=300)
    size = store.stat().st_size
    report = run(store)
    with closing(sqlite3.connect(store)) as db:
        free = db.execute("PRAGMA freelist_count").fetchone()[0]
        assert free <= db.execute("PRAGMA page_count").fetchone()[0] * 0.34
    assert report.given_back_bytes > 0
    assert store.stat().st_size < size


def test_no_store_is_a_sentence(tmp_path):
    with pytest.raises(StoreError, match="no store at"):
        run(tmp_path / "none.db")


def test_bytes_written_are_counted(store):
    home(store)
    run(store)
    run(store)
    with closing(open_for_writing(store)) as db:
        if catalogue.meta(db, "card") is None:
            pytest.skip("the kernel does not count what is written to this file system")
        ((day, written),) = catalogue.written(db, 10)
    assert day == (FIRST + 30 * DAY - 1) // DAY
    assert written >= 0

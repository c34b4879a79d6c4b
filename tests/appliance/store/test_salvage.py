"""A damaged store: what can be read of it goes on, what cannot is said, and the damaged one is kept."""

import itertools
import os
import sqlite3

import pytest

from appliance.cli import main
from appliance.store.book import Book
from appliance.store.database import DamagedStoreError, StoreError, open_for_writing
from appliance.store.reader import Reader
from appliance.store.salvage import BATCH, SYNC_BATCHES, salvage
from appliance.store.writer import Writer
from tests.appliance import samples

FLOWS = 2_000
PAGE = 4096


@pytest.fixture
def store(tmp_path):
    """A store with many flows, and a device and an alert."""
    writer = Writer(tmp_path / "home.db")
    for n in range(FLOWS):
        writer.add(samples.FLOW._replace(ts=samples.TS + n, uid=f"F{n:06}"), n + 1)
    writer.add(samples.DEVICE)
    writer.add(samples.ALERT)
    writer.commit(origin="live", last_ts=samples.TS + FLOWS)
    writer._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    writer.close()
    return tmp_path / "home.db"


def destroy_page_with(store, text):
    """Overwrite the page where a text stands last; return the pages there are."""
    data = bytearray(store.read_bytes())
    at = data.rindex(text) // PAGE * PAGE
    data[at : at + PAGE] = bytes(PAGE)
    store.write_bytes(data)
    return len(data) // PAGE


def test_one_page_costs_its_own_rows_alone(store):
    destroy_page_with(store, b"F001000")
    found = salvage(store, samples.TS)
    with Reader(store) as reader:
        (flows,) = reader._db.execute("SELECT count(*) FROM flow").fetchone()
        assert FLOWS - 60 < flows < FLOWS
        assert reader.alerts() == [samples.ALERT]
        assert [device.device for device in reader.devices()] == [samples.DEVICE.device]
        (loss,) = [loss for loss in reader.losses(0, 2**40) if loss.kind == "damaged_store"]
    assert (loss.ts, "flow" in loss.detail) == (samples.TS + FLOWS, True)
    assert found.aside.name == "home.db.damaged-20231114T221320"
    assert bytes(PAGE) in found.aside.read_bytes()


def test_what_is_saved_reaches_the_disk_in_steps_and_each_is_told(store, monkeypatch):
    """A year of flows that the kernel keeps back until the last step would outlast the watchdog's wait."""
    done = []
    synced = os.fdatasync
    monkeypatch.setattr(os, "fdatasync", lambda handle: (done.append("synced"), synced(handle)))
    monkeypatch.setattr("appliance.store.salvage.BATCH", 10)
    found = salvage(store, samples.TS, lambda: done.append("told"))
    assert done.count("synced") >= FLOWS // 10 // SYNC_BATCHES
    assert max(len(list(run)) for what, run in itertools.groupby(done) if what == "told") <= SYNC_BATCHES
    with Reader(store) as reader:
        names = [row[0] for row in reader._db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        counts = [reader._db.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names]  # noqa: S608
    assert abs(found.rows - sum(counts)) <= 3  # the loss that is told of, and marks of the new record


def test_what_was_told_is_not_told_again(store):
    with sqlite3.connect(store) as db:
        before = db.execute("SELECT * FROM outbox").fetchall()
    destroy_page_with(store, b"F001000")
    salvage(store, samples.TS)
    with sqlite3.connect(store) as db:
        assert db.execute("SELECT * FROM outbox").fetchall() == before


def test_a_row_that_makes_no_sense_is_left_out(store):
    with sqlite3.connect(store) as db:
        db.execute("UPDATE alert SET evidence = '[{'")
    found = salvage(store, samples.TS)
    assert found.unreadable == 1
    with Reader(store) as reader:
        assert reader.alerts() == []


def test_nothing_is_left_of_a_store_without_its_first_page(store):
    data = bytearray(store.read_bytes())
    data[:PAGE] = bytes(PAGE)
    store.write_bytes(data)
    with pytest.raises(DamagedStoreError):
        open_for_writing(store)
    assert salvage(store, samples.TS).rows == 0
    with Reader(store) as reader:
        assert reader.devices() == []


def test_a_file_that_was_never_ours_is_refused_and_not_touched(tmp_path):
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(b"\xff\xd8" + bytes(9_000))
    with pytest.raises(StoreError, match="is not a Tattlebox store") as caught:
        open_for_writing(photo)
    assert not isinstance(caught.value, DamagedStoreError)


def test_whoever_had_it_open_goes_on_with_the_new_one(store):
    book, reader = Book(store), Reader(store)
    assert reader.alerts() == [samples.ALERT]
    with sqlite3.connect(store) as db:
        db.execute("UPDATE alert SET evidence = '[{'")
    salvage(store, samples.TS)
    assert reader.alerts() == []
    with book.writing() as db:
        db.execute("INSERT INTO note VALUES ('d', 'after', 1.0)")
    with sqlite3.connect(store) as db:
        assert db.execute("SELECT text FROM note").fetchall() == [("after",)]
    book.close()
    reader.close()


def test_the_command_repairs_what_is_damaged_and_leaves_alone_what_is_sound(store, capsys):
    assert main(["repair", "--store", str(store)]) == 0
    assert "is sound" in capsys.readouterr().out
    destroy_page_with(store, b"F001000")
    assert main(["repair", "--store", str(store)]) == 0
    assert "rows may be missing in: flow" in capsys.readouterr().out
    assert main(["repair", "--store", str(store)]) == 0
    assert "is sound" in capsys.readouterr().out


def test_a_command_that_meets_the_damage_says_what_to_do(store, capsys):
    destroy_page_with(store, b"CREATE TABLE")
    assert main(["devices", "--store", str(store)]) == 1
    assert "`tattlebox repair`" in capsys.readouterr().err


def test_whoever_waits_hears_of_progress(store):
    destroy_page_with(store, b"F001000")
    told = []
    salvage(store, samples.TS, lambda: told.append(1))
    assert len(told) > FLOWS / BATCH

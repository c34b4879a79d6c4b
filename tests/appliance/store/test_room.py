"""Room on a full disk: the reserve first, then the oldest flows before the checkpoint, and nothing else."""

import errno
import os

import pytest

from appliance.store.reader import Reader
from appliance.store.room import RESERVE_BYTES, STEP, Reserve
from appliance.store.writer import Writer
from tests.appliance import samples


def flows(writer, numbers, *, checkpoint):
    for n in numbers:
        writer.add(samples.FLOW._replace(ts=samples.TS + n, uid=f"F{n}"), n + 1)
    writer.add(samples.ALERT)
    writer.commit()
    if checkpoint:
        writer.commit(checkpoint={"place": writer.place(), "last_ts": samples.TS})


def kept(writer):
    return writer._db.execute("SELECT count(*), min(ts), max(ts) FROM flow").fetchone()


@pytest.fixture
def writer(tmp_path):
    opened = Writer(tmp_path / "home.db")
    yield opened
    opened.close()


def test_the_oldest_flows_go_and_what_they_prove_stays(writer):
    flows(writer, range(STEP + 500), checkpoint=True)
    flows(writer, range(STEP + 500, STEP + 600), checkpoint=False)
    gone = writer.make_room()
    count, first, last = kept(writer)
    assert STEP <= gone <= STEP + 1
    assert (count, first) == (STEP + 600 - gone, samples.TS + gone)
    assert last == samples.TS + STEP + 599
    with Reader(writer.path) as reader:
        assert reader.alerts() == [samples.ALERT]


def test_what_a_restart_needs_does_not_go(writer):
    flows(writer, range(50), checkpoint=False)
    assert writer.make_room() == 0
    assert kept(writer)[0] == 50


def test_an_empty_store_has_nothing_to_give(writer):
    assert writer.make_room() == 0


def test_the_reserve_is_real_room(tmp_path):
    reserve = Reserve(tmp_path / "home.db")
    assert reserve.keep()
    assert reserve.keep()
    assert reserve.path.stat().st_blocks * 512 >= RESERVE_BYTES
    reserve.release()
    reserve.release()
    assert not reserve.path.exists()


def test_without_room_there_is_no_reserve_and_no_half_of_one(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", full)
    reserve = Reserve(tmp_path / "home.db")
    assert not reserve.keep()
    assert not reserve.path.exists()

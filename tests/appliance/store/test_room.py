"""Room on a full disk: the reserve first, then the oldest flows before the checkpoint, and nothing else."""

import errno
import os
import shutil

import pytest

from appliance.store.reader import Reader
from appliance.store.room import PIECE, RESERVE_BYTES, Reserve
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
    flows(writer, range(40_000), checkpoint=True)
    flows(writer, range(40_000, 40_100), checkpoint=False)
    gone = writer.make_room()
    count, first, last = kept(writer)
    assert PIECE < gone < 40_000
    assert (count, first, last) == (40_100 - gone, samples.TS + gone, samples.TS + 40_099)
    assert writer.make_room() < gone / 2  # there is room: no more goes than was given back
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
    for _ in range(2):
        reserve.keep()
        assert reserve.path.stat().st_blocks * 512 >= RESERVE_BYTES
    reserve.release()
    reserve.release()
    assert not reserve.path.exists()


@pytest.mark.parametrize(("free", "held"), [(0, 0), (5_000_000, 4_500_000), (900_000_000, RESERVE_BYTES)])
def test_where_there_is_little_room_the_reserve_is_small(tmp_path, monkeypatch, free, held):
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=free))
    reserve = Reserve(tmp_path / "home.db")
    reserve.keep()
    assert (reserve.path.stat().st_size if reserve.path.exists() else 0) == held


def test_somebody_else_was_quicker(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", full)
    reserve = Reserve(tmp_path / "home.db")
    reserve.keep()
    assert not reserve.path.exists() or reserve.path.stat().st_size == 0

"""The sink's consumer: every minute once, whatever happens on the way; bounded tags, bounded spool."""

import errno
import os

import pytest

from appliance.sinks import spool as spools
from appliance.sinks.pump import Pump, spool_of
from appliance.store.outbox import Outbox
from appliance.store.reader import Reader
from tests.appliance import samples
from tests.appliance.notify import home
from tests.appliance.notify.home import NOW
from tests.appliance.notify.receivers import free_port
from tests.appliance.sinks import made
from tests.appliance.sinks.made import Strict


@pytest.fixture
def channels(tmp_path):
    return home.make(tmp_path)


@pytest.fixture
def server():
    strict = Strict()
    yield strict
    strict.stop()


def standing(channels):
    with Reader(channels.book.path) as reader:
        return next(one for one in reader.deliveries(NOW) if one.name == "db")


def test_each_minute_that_is_over_is_written_once(channels, server):
    pump = made.sink(channels, server.port)
    made.live(channels, range(1, 90))
    made.run(pump, NOW, NOW + 600)
    made.live(channels, range(90, 120))
    made.run(Pump("db", channels, home.send), NOW + 600, NOW + 1200)  # as after a restart
    assert server.flows() == 2 * 119 + 1
    assert standing(channels).state == "ok"


def test_a_minute_that_is_not_over_waits(channels, server):
    pump = made.sink(channels, server.port)
    made.live(channels, range(1, 10))
    writer = made.Writer(channels.book.path)
    writer.commit(last_ts=(made.FIRST + 5) * 60.0 + made.SETTLE_S)
    writer.close()
    made.run(pump, NOW, NOW + 600)
    assert max(minute for _, minute in server.points) < (made.FIRST + 5) * 60


def test_an_outage_loses_no_point_and_tells_once(channels, server):
    home.hook(channels, server.port)
    port = free_port()
    pump = made.sink(channels, port)
    now = NOW
    for hour in range(12):
        made.live(channels, range(1 + hour * 60, 61 + hour * 60))
        now = made.run(pump, now, now + 3600)
    assert standing(channels).fault == "unreachable"
    late = Strict(port)
    try:
        made.run(pump, now, now + 1200)
        assert late.flows() == 2 * 720 + 1
    finally:
        late.stop()
    outages = [
        event
        for event in Outbox(channels.book).waiting(Outbox(channels.book).consumer("hook"))
        if event.kind == "outage"
    ]
    assert len(outages) == 1
    assert standing(channels).state == "ok"


def test_a_full_spool_leaves_the_rest_in_the_store(channels, server, monkeypatch):
    monkeypatch.setattr(spools, "MAX_BYTES", 20_000)
    port = free_port()
    pump = made.sink(channels, port)
    made.live(channels, range(1, 600))
    made.run(pump, NOW, NOW + 3600)
    held = sum(path.stat().st_size for path in spool_of(channels, channels.get("db")).folder.glob("*"))
    assert 20_000 <= held < 40_000
    late = Strict(port)
    try:
        made.run(pump, NOW + 3600, NOW + 7200)
        assert late.flows() == 2 * 599 + 1
    finally:
        late.stop()


def test_a_kill_between_spool_and_cursor_writes_the_same_points_again(channels, server, monkeypatch):
    pump = made.sink(channels, server.port)
    made.live(channels, range(1, 60))
    before = Outbox(channels.book).consumer("db")
    made.run(pump, NOW, NOW + 300)
    Outbox(channels.book).save(before)
    made.run(Pump("db", channels, home.send), NOW + 300, NOW + 900)
    assert server.flows() == 2 * 59 + 1
    assert server.writes > 1


def test_a_refused_batch_lets_the_next_one_pass_and_is_counted(channels, server):
    pump = made.sink(channels, server.port)
    made.live(channels, range(1, 120))
    server.answers = [(400, {})] * 8
    made.run(pump, NOW, NOW + 7200)
    assert standing(channels).given_up == 1
    assert 0 < server.flows() < 2 * 119 + 1


def test_many_parties_make_a_bounded_number_of_series(channels, server, monkeypatch):
    monkeypatch.setattr("appliance.sinks.pump.MAX_TAGS", 5)
    pump = made.sink(channels, server.port)
    for n in range(20):
        made.live(channels, range(n + 1, n + 2), domain=f"party-{n}.example")
    made.run(pump, NOW, NOW + 1200)
    series = {name for name, _ in server.points}
    assert len(series) == 6
    assert "tattlebox_traffic,device=other,party=other" in series
    assert server.flows() == 2 * 20 + 1


def test_a_disk_that_is_full_is_a_sentence_and_loses_nothing(channels, server, monkeypatch):
    pump = made.sink(channels, server.port)
    made.live(channels, range(1, 60))

    def full(_):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        assert pump.step(NOW) > NOW
    assert standing(channels).fault == "disk"
    assert "No space left on device; free some space" in standing(channels).text
    made.run(pump, NOW, NOW + 600)
    assert server.flows() == 2 * 59 + 1


@pytest.mark.parametrize(("names", "tag"), [("no", samples.DOLL), ("yes", "Talking\\ doll")])
def test_names_leave_only_when_asked_for(channels, server, names, tag):
    pump = made.sink(channels, server.port, names=names)
    made.live(channels, range(1, 10))
    made.run(pump, NOW, NOW + 600)
    assert {name.partition("device=")[2].partition(",party")[0] for name, _ in server.points} == {tag}


def test_what_went_to_the_archive_before_it_was_copied_is_counted(channels, server):
    pump = made.sink(channels, server.port)
    with channels.book.writing() as db:
        columns = [row[1] for row in db.execute("PRAGMA table_info(archive_file)")]
        values = {"name": "flows.parquet", "last_ts": samples.TS + 600.0}
        row = [values.get(column, 0) for column in columns]
        db.execute(f"INSERT INTO archive_file VALUES ({', '.join('?' * len(row))})", row)  # noqa: S608
    made.live(channels, range(20, 30))
    made.run(pump, NOW, NOW + 600)
    assert standing(channels).dropped == 11
    assert "11 lost" in standing(channels).text

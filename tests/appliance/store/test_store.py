"""What is written is read back, what is not committed is not there, what is no store is refused."""

import json
import sqlite3

import pytest

from appliance.store.database import StoreError
from appliance.store.evidence import MAX_WANTED
from appliance.store.reader import Reader
from appliance.store.writer import Writer
from sensor.records import to_json
from tests.appliance import samples


@pytest.fixture
def store(tmp_path):
    writer = Writer(tmp_path / "home.db")
    for fact in samples.FACTS:
        writer.add(fact)
    writer.add_observation((7, samples.DOLL, samples.HELLO))
    writer.commit(
        [("names", samples.DOLL, {"names": []})],
        first_ts=samples.TS,
        last_ts=samples.TS + 60,
        totals={"flows": 1, "packets": 9, "weirds": 1},
        learning={samples.DOLL: ["a restart"]},
    )
    yield writer
    writer.close()


def test_every_record_is_read_back_as_it_was_written(store):
    with Reader(store.path) as reader:
        assert reader.devices() == [samples.DEVICE]
        assert reader.device(samples.DOLL) == samples.DEVICE
        assert reader.parties() == reader.parties(samples.DOLL) == [samples.PARTY]
        assert reader.updates(samples.DOLL) == [samples.UPDATE]
        assert reader.changes() == [reader.change(samples.CHANGE.id)] == [samples.CHANGE]
        assert reader.findings() == [samples.FINDING]
        assert reader.alerts(volume="push") == [reader.alert(samples.ALERT.identifier)] == [samples.ALERT]
        hour = samples.SIGHTING.hour
        assert reader.sightings(samples.DOLL, hour, hour + 1) == [samples.SIGHTING]
        assert reader.flows([samples.FLOW.uid]) == [samples.FLOW]
        assert reader.observations([samples.FLOW.uid]) == [json.loads(to_json(samples.HELLO))]
        assert reader.learning()[samples.DOLL] == ["a restart"]


def test_watch_says_what_was_seen_and_lost(store):
    with Reader(store.path) as reader:
        watch = reader.watch()
    assert (watch.first_ts, watch.last_ts) == (samples.TS, samples.TS + 60)
    assert (watch.flows, watch.packets, watch.weirds) == (1, 9, 1)
    assert (watch.losses, watch.gap_s) == ([samples.LOSS], 30.0)


@pytest.mark.parametrize(
    ("method", "arguments"),
    [
        ("parties", ("d-unknown",)),
        ("updates", ("d-unknown",)),
        ("changes", ("d-unknown",)),
        ("findings", ("d-unknown",)),
        ("alerts", ("d-unknown",)),
        ("alerts", (None, "digest")),
        ("changes", (None, samples.TS + 1)),
        ("flows", (["Fother"],)),
    ],
)
def test_what_is_not_there_is_an_empty_list(store, method, arguments):
    with Reader(store.path) as reader:
        assert getattr(reader, method)(*arguments) == []


def test_a_later_state_replaces_the_earlier_one(store):
    store.add(samples.CHANGE._replace(certainty="seen"))
    store.commit()
    with Reader(store.path) as reader:
        assert [change.certainty for change in reader.changes()] == ["seen"]


def test_state_comes_back_for_a_restart(store):
    assert store.states("names") == {samples.DOLL: {"names": []}}
    assert store.states("behaviour") == {}
    assert store.meta("last_ts") == samples.TS + 60
    assert store.meta("never set") is None


def test_evidence_is_found_in_flows_logged_before_the_change(tmp_path):
    writer = Writer(tmp_path / "home.db")
    writer.add(samples.FLOW)
    writer.commit()
    writer.add(samples.CHANGE)
    writer.commit()
    writer.add(samples.FLOW._replace(part=1))
    writer.commit()
    with Reader(writer.path) as reader:
        assert [flow.part for flow in reader.flows([samples.FLOW.uid])] == [0, 1]
    writer.close()


def test_wanted_evidence_is_bounded(tmp_path):
    writer = Writer(tmp_path / "home.db")
    for n in range(MAX_WANTED // 10 + 5):
        uids = tuple(f"F{n}-{m}" for m in range(10))
        writer.add(samples.CHANGE._replace(id=f"c-{n}", evidence=uids))
    assert len(writer._evidence._wanted) == MAX_WANTED
    assert "F0-0" not in writer._evidence._wanted
    writer.close()


def test_what_was_not_committed_is_not_there(tmp_path):
    writer = Writer(tmp_path / "home.db")
    writer.add(samples.ALERT)
    writer.close()
    with Reader(tmp_path / "home.db") as reader:
        assert reader.alerts() == []


def test_a_full_disk_keeps_the_batch_for_another_try(tmp_path):
    writer = Writer(tmp_path / "home.db")
    (pages,) = writer._db.execute("PRAGMA page_count").fetchone()
    writer._db.execute(f"PRAGMA max_page_count = {pages}").fetchall()
    for n in range(2000):
        writer.add(samples.ALERT._replace(identifier=f"a-{n}"))
    with pytest.raises(StoreError, match="free some space"):
        writer.commit()
    with Reader(writer.path) as reader:
        assert reader.alerts() == []
    writer._db.execute("PRAGMA max_page_count = 100000").fetchall()
    writer.commit()
    with Reader(writer.path) as reader:
        assert len(reader.alerts(limit=5000)) == 2000
    writer.close()


def test_a_device_that_went_while_the_disk_was_full_stays_gone(tmp_path):
    writer = Writer(tmp_path / "home.db")
    writer.add(samples.DEVICE)
    writer.add(samples.PARTY)
    writer.forget(samples.DOLL)
    writer.add(samples.DEVICE._replace(device="d-0000beef"))
    writer.commit()
    writer.add(samples.DEVICE)  # met again
    writer.commit()
    with Reader(writer.path) as reader:
        assert {device.device for device in reader.devices()} == {"d-0000beef", samples.DOLL}
        assert reader.parties() == []
    writer.close()


@pytest.mark.parametrize("content", [b"", b"not a database, but some text that is long enough" * 100])
def test_a_file_that_is_no_store_is_refused(tmp_path, content):
    path = tmp_path / "notes.txt"
    path.write_bytes(content)
    with pytest.raises(StoreError, match=r"notes\.txt"):
        Reader(path)


def test_a_missing_store_says_what_to_run(tmp_path):
    with pytest.raises(StoreError, match="tattlebox replay"):
        Reader(tmp_path / "none.db")


def test_a_store_of_a_newer_release_is_refused(tmp_path):
    Writer(tmp_path / "home.db").close()
    connection = sqlite3.connect(tmp_path / "home.db")
    connection.execute("PRAGMA user_version = 999")
    connection.close()
    with pytest.raises(StoreError, match="schema 999"):
        Reader(tmp_path / "home.db")
    with pytest.raises(StoreError, match="newer release"):
        Writer(tmp_path / "home.db")


def test_a_store_where_none_can_be_made_is_refused(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreError, match="cannot make the folder"):
        Writer(tmp_path / "file" / "home.db")

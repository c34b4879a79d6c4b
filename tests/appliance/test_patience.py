"""A full disk is waited for, within a bound of memory; anything else is raised."""

import pytest

from appliance.patience import Patience
from appliance.service import BATCH
from appliance.store.database import StoreError, StoreReplacedError
from appliance.store.reader import Reader
from appliance.store.writer import Writer
from tests.appliance import samples


class Keeper:
    """Stores one alert a record, and commits when a batch is together."""

    def __init__(self, writer):
        self.writer = writer

    def take(self, records):
        for number in records:
            self.writer.add(samples.ALERT._replace(identifier=f"a-{number}"))
            if self.writer.pending >= BATCH:
                self.commit()

    def commit(self):
        self.writer.commit()


@pytest.fixture
def writer(tmp_path):
    opened = Writer(tmp_path / "home.db")
    yield opened
    opened.close()


def allow(writer, pages):
    writer._db.execute(f"PRAGMA max_page_count = {pages}").fetchall()


def test_what_the_disk_refused_is_stored_once_it_has_room(writer):
    patience = Patience(Keeper(writer), writer)
    allow(writer, writer._db.execute("PRAGMA page_count").fetchone()[0])
    taken = 0
    while not patience.waits:
        patience.take([taken])
        taken += 1
        assert taken <= BATCH, "memory has no bound"
    assert not patience.store()
    assert patience.refused
    allow(writer, 1_000_000)
    assert patience.store()
    assert not patience.waits
    with Reader(writer.path) as reader:
        assert len(reader.alerts(limit=10 * BATCH)) == taken == BATCH


def test_a_small_batch_is_no_reason_to_wait(writer):
    patience = Patience(Keeper(writer), writer)
    allow(writer, writer._db.execute("PRAGMA page_count").fetchone()[0])
    patience.take(range(5_000))
    assert not patience.store()
    assert not patience.waits


def test_a_record_that_was_replaced_is_not_waited_for(writer):
    patience = Patience(Keeper(writer), writer)
    writer._db.execute("INSERT OR REPLACE INTO meta VALUES ('generation', 'another')")
    patience.take([1])
    with pytest.raises(StoreReplacedError):
        patience.store()


def test_a_store_that_is_gone_is_not_waited_for(writer):
    patience = Patience(Keeper(writer), writer)
    writer._db.execute("DROP TABLE alert")
    patience.take([1])
    with pytest.raises(StoreError):
        patience.store()

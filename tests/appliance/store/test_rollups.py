"""Sums of the rollups are the sums of the hours, however they were written."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appliance.behaviour.facts import Sighting
from appliance.devices.device import DeviceRecord
from appliance.store.reader import Reader
from appliance.store.rollups import MAX_SPANS
from appliance.store.writer import Writer

DEVICES = ("d-1", "d-2")


def device(name: str) -> DeviceRecord:
    return DeviceRecord(name, name, (), (), (), None, None, None, {}, (), 0.0, 0.0)


def store(path: Path, batches: list[list[Sighting]]) -> Reader:
    writer = Writer(path)
    for name in DEVICES:
        writer.add(device(name))
    for batch in batches:
        for row in batch:
            writer.add(row)
        writer.commit()
    writer.close()
    return Reader(path)


SIGHTINGS = st.builds(
    Sighting,
    st.sampled_from(DEVICES),
    st.sampled_from(("a.example", "b.example")),
    st.integers(0, 96),
    st.integers(0, 9),
    st.integers(0, 9),
    st.integers(0, 10**9),
    st.integers(0, 10**9),
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(SIGHTINGS, max_size=12), min_size=1, max_size=4), st.integers(0, 5))
def test_daily_and_hourly_sums_agree(
    tmp_path_factory: pytest.TempPathFactory, batches: list[list[Sighting]], until_day: int
) -> None:
    with store(tmp_path_factory.mktemp("s") / "h.db", batches) as reader:
        by_day = {(row.device, row.domain): row[3:] for row in reader.day_sums(0, until_day)}
        spans = [(day * 24, day * 24 + 24) for day in range(until_day)] or [(0, 0)]
        by_hour: dict[tuple[str, str], tuple[int, ...]] = {}
        for row in reader.sums(spans):
            known = by_hour.get((row.device, row.domain), (0, 0, 0, 0))
            by_hour[row.device, row.domain] = tuple(a + b for a, b in zip(known, row[3:], strict=True))
        assert by_day == by_hour
        sent = {name: sum(per_day) for name, per_day in reader.sent(spans).items()}
    assert sent == {name: sum(s[2] for (d, _), s in by_hour.items() if d == name) for name in DEVICES}


def test_sums_of_one_device(tmp_path: Path) -> None:
    rows = [Sighting("d-1", "a.example", 5, 2, 3, 40, 50), Sighting("d-2", "a.example", 5, 1, 1, 1, 1)]
    with store(tmp_path / "h.db", [rows]) as reader:
        assert [tuple(row) for row in reader.sums([(0, 5), (5, 6)], "d-1")] == [
            (1, "d-1", "a.example", 2, 3, 40, 50)
        ]


@settings(max_examples=40, deadline=None)
@given(st.sets(st.integers(0, 24 * 9), max_size=60), st.integers(0, 120), st.integers(1, 24 * 8))
def test_long_spans_lose_no_hour(
    tmp_path_factory: pytest.TempPathFactory, hours: set[int], since: int, length: int
) -> None:
    """Whole days come from the daily sums, the hours around them from the hourly ones."""
    rows = [Sighting("d-1", "a.example", hour, 1, 2, hour + 1, 3) for hour in sorted(hours)]
    spans = [(since, since + length), (since + length, since + 2 * length)]
    with store(tmp_path_factory.mktemp("s") / "h.db", [rows]) as reader:
        found = {row.span: row[3:] for row in reader.sums(spans, "d-1")}
    wanted = {n: [hour for hour in hours if begin <= hour < end] for n, (begin, end) in enumerate(spans)}
    assert found == {
        n: (len(met), 2 * len(met), sum(met) + len(met), 3 * len(met)) for n, met in wanted.items() if met
    }


def test_what_one_device_sent(tmp_path: Path) -> None:
    rows = [Sighting("d-1", "a.example", 5, 2, 3, 40, 50), Sighting("d-2", "a.example", 5, 1, 1, 1, 1)]
    with store(tmp_path / "h.db", [rows]) as reader:
        assert reader.sent([(0, 5), (5, 6)], "d-1") == {"d-1": [0, 40]}
        assert reader.sent([(0, 5)], "d-9") == {}


def test_a_question_has_an_end(tmp_path: Path) -> None:
    with store(tmp_path / "h.db", []) as reader, pytest.raises(ValueError, match="expected 1 to"):
        reader.sums([(0, 1)] * (MAX_SPANS + 1))


def test_a_forgotten_device_leaves_no_daily_sum(tmp_path: Path) -> None:
    path = tmp_path / "h.db"
    store(path, [[Sighting("d-1", "a.example", 5, 2, 3, 40, 50)]]).close()
    writer = Writer(path)
    writer.erase("d-1")
    writer.commit()
    (left,) = writer._db.execute("SELECT count(*) FROM daily").fetchone()
    writer.close()
    assert left == 0

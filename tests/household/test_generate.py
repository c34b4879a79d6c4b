"""The generated months: the same bytes every time, valid records, in order, and the story in them."""

from __future__ import annotations

import hashlib
from functools import cache
from itertools import pairwise

import pytest

from sensor.records import DnsQuery, FlowRecord, HttpRequest, Loss, Record, TlsClientHello, from_json, to_json
from tests.household import localtime
from tests.household.generate import DAYS, END, generate
from tests.household.home import BOX, DEVICES, DOLL, STORY
from tests.household.life import DAY_S

MOST_RECORDS = 150_000
IDLE_S = {"tcp": 300.0}


@cache
def months() -> list[Record]:
    return generate()


def text(records: list[Record]) -> str:
    return "".join(to_json(record) + "\n" for record in records)


def emitted_at(record: Record) -> float:
    """Return when a sensor would have written the record (sensor/records.py says when a flow ends)."""
    if isinstance(record, Loss):
        return record.until
    if not isinstance(record, FlowRecord):
        return record.ts
    if record.end == "active":
        return record.ts + 300.0
    idle_s = 0.0 if record.end == "closed" else IDLE_S.get(record.proto, 60.0)
    return record.ts + record.duration_s + idle_s


def test_same_seed_gives_the_same_bytes() -> None:
    first, again = (hashlib.sha256(text(generate(3, 6)).encode()).digest() for _ in range(2))
    assert first == again


def test_another_seed_gives_another_home_week() -> None:
    assert text(generate(3, 4)) != text(generate(4, 4))


def test_the_months_are_small_enough_to_replay_while_one_waits() -> None:
    assert 50_000 < len(months()) <= MOST_RECORDS


def test_every_record_survives_json() -> None:
    for record in months()[::7]:
        assert from_json(to_json(record)) == record


def test_records_are_in_the_order_of_emission() -> None:
    times = [emitted_at(record) for record in months()]
    assert all(later - earlier > -0.001 for earlier, later in pairwise(times))


def test_nothing_lies_outside_the_months() -> None:
    assert min(record.ts for record in months()) >= END - DAYS * DAY_S
    assert max(map(emitted_at, months())) <= END


def test_flow_ids_are_unique_but_for_the_parts_of_one_flow() -> None:
    flows = [(record.uid, record.part) for record in months() if isinstance(record, FlowRecord)]
    assert len(set(flows)) == len(flows)


def test_every_observation_belongs_to_a_flow_unless_that_is_still_open() -> None:
    flows = {record.uid for record in months() if isinstance(record, FlowRecord)}
    orphans = [record for record in months() if isinstance(record, DnsQuery | TlsClientHello | HttpRequest)
               and record.uid not in flows and record.ts < END - 2 * DAY_S]  # fmt: skip
    gaps = localtime.spans("capture_gap", END)
    assert all(any(begin - 7_200 < record.ts < until + 7_200 for begin, until in gaps) for record in orphans)


def test_the_capture_gap_is_empty_and_told() -> None:
    (gap,) = localtime.spans("capture_gap", END)
    assert [(loss.ts, loss.until) for loss in months() if isinstance(loss, Loss)] == [gap]
    assert not any(gap[0] <= record.ts < gap[1] for record in months() if not isinstance(record, Loss))


def test_the_outage_has_questions_and_no_answers_from_outside() -> None:
    ((begin, until),) = localtime.spans("isp_outage", END)
    inside = [record for record in months() if begin + 10 < record.ts < until - 10]
    assert any(isinstance(record, DnsQuery) for record in inside)
    assert not any(isinstance(record, TlsClientHello) for record in inside)


@pytest.mark.parametrize(("device", "expected"), [(BOX, 1), (DOLL, 1)], ids=["box", "doll"])
def test_an_update_is_a_big_download_from_its_host(device, expected) -> None:
    event = next(event for event in STORY if event.kind == "update" and event.device == device.key)
    ts = localtime.event_ts(event, END)
    found = [record for record in months() if isinstance(record, FlowRecord)
             and record.orig_mac == device.mac and record.resp_bytes > event.down // 3]  # fmt: skip
    assert len(found) == expected
    assert ts - 300 < found[0].ts < ts


def test_the_doll_turns_to_its_new_party_only_after_the_update() -> None:
    event = next(event for event in STORY if event.kind == "update" and event.device == "doll")
    ts = localtime.event_ts(event, END)
    met = [record for record in months() if isinstance(record, TlsClientHello)
           and record.server_name == "api.parlanceloop.example"]  # fmt: skip
    assert {record.mac for record in met} == {DOLL.mac}
    assert ts < met[0].ts < ts + DAY_S
    assert len(met) > 100


def test_the_doll_says_its_new_version_only_after_the_update() -> None:
    event = next(event for event in STORY if event.kind == "update" and event.device == "doll")
    ts = localtime.event_ts(event, END)
    said = {(record.user_agent, record.ts >= ts) for record in months() if isinstance(record, HttpRequest)
            and record.mac == DOLL.mac}  # fmt: skip
    assert said == {("AmberlyDoll/2.3.1 (doll)", False), ("AmberlyDoll/3.0.0 (doll)", True)}


def test_every_device_meets_its_usual_hosts_while_the_home_is_learnt() -> None:
    """So that nothing but the story's new party is new later on (phone and laptop roam: left out)."""
    start = END - DAYS * DAY_S
    first: dict[tuple[str | None, str], float] = {}
    for record in months():
        if isinstance(record, DnsQuery):
            domain = ".".join(record.query.split(".")[-2:])
            first.setdefault((record.mac, domain), record.ts)
    settled = {device.mac for device in DEVICES if not device.content}
    late = {domain for (mac, domain), ts in first.items() if mac in settled and ts > start + 10 * DAY_S}
    assert late == {"parlanceloop.example"}

"""Packs of observations: nothing is lost or changed in them, and a flow's are found by its time."""

from __future__ import annotations

import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.store import observations
from appliance.store.database import migrations, open_for_writing
from appliance.store.observations import OPEN_S, PACK, SPAN_S, packed, unpack
from appliance.store.writer import Writer
from sensor.records import DnsQuery, MdnsService, Observation, to_json
from tests.appliance import samples

TS = samples.TS
LATER = TS + 10 * SPAN_S


def query(ts: float = TS, uid: str = "Fquery0000000001", name: str = "a.example") -> DnsQuery:
    return DnsQuery(ts, uid, "02:00:00:00:d0:11", "192.168.7.20", "192.168.7.1", "udp", name, 1, (8, 65001))


def announcement(ts: float = TS) -> MdnsService:
    txt = (("fv", "1.2"), ("md", "Doll"))
    return MdnsService(ts, None, "192.168.7.20", "_x._tcp.local", None, "doll.local", 80, txt, ("fe80::1",))


def stored(*observed: observations.Observed) -> list[observations.Observed]:
    return [one for _, _, _, body in observations.rows(list(observed)) for one in unpack(body)]


@pytest.fixture
def store(tmp_path):
    db = open_for_writing(tmp_path / "home.db")
    yield db
    db.close()


def keep(db: sqlite3.Connection, *records: Observation) -> None:
    observed = [(number, samples.DOLL, record) for number, record in enumerate(records, 1)]
    db.executemany("INSERT INTO observation VALUES (?, ?, ?, ?)", observations.rows(observed))


def keep_flow(db: sqlite3.Connection, ts: float, duration_s: float, uid: str, part: int = 0) -> None:
    flow = samples.FLOW._replace(ts=ts, duration_s=duration_s, uid=uid, part=part)
    marks = ", ".join("?" * len(flow))
    db.execute(f"INSERT INTO evidence_flow VALUES ({marks})", flow)  # noqa: S608 - marks only


text = st.text(max_size=20) | st.just("a\ud800b")  # a lone surrogate: a hostile record line can hold one
numbers = st.floats(min_value=0, max_value=2e9, allow_nan=False)
queries = st.builds(query, ts=numbers, name=text)
records = queries | st.just(samples.HELLO) | st.builds(announcement, ts=numbers)


@given(st.lists(st.tuples(st.integers(0, 10**9), st.none() | st.just(samples.DOLL), records), max_size=30))
def test_what_goes_into_packs_comes_out_of_them(observed):
    assert stored(*observed) == observed


@given(st.lists(queries, min_size=1, max_size=40))
def test_no_pack_spans_more_than_an_hour_and_each_says_its_times(asked):
    for ts, until, seq, body in observations.rows([(n, None, one) for n, one in enumerate(asked)]):
        held = list(unpack(body))
        assert (ts, until) == (min(one.ts for _, _, one in held), max(one.ts for _, _, one in held))
        assert until - ts <= SPAN_S
        assert seq == held[-1][0]


def test_many_records_make_packs_of_a_bounded_size():
    packs = list(observations.rows([(n, None, query(TS + n / 1000)) for n in range(2 * PACK + 1)]))
    assert [len(list(unpack(body))) for *_, body in packs] == [PACK, PACK, 1]


def test_a_flow_is_answered_from_the_packs_of_its_time(store):
    keep(store, query(), query(TS + 1, "Fother0000000001"))
    keep(store, query(LATER, "Flater0000000001"))
    keep_flow(store, TS, 2.0, "Fquery0000000001")
    assert observations.of_flows(store, ["Fquery0000000001"]) == [query()]


def test_a_late_part_of_a_flow_leads_to_what_its_first_packets_said(store):
    keep(store, query())
    keep(store, query(LATER, "Flater0000000001"))
    keep_flow(store, TS + 1_500, 290.0, "Fquery0000000001", part=5)
    assert observations.of_flows(store, ["Fquery0000000001"]) == [query()]


def test_a_flow_that_is_still_open_is_looked_for_at_the_end(store):
    keep(store, query(TS))
    keep(store, query(LATER), query(LATER + OPEN_S / 2, "Fother0000000001"))
    assert observations.of_flows(store, ["Fquery0000000001"]) == [query(LATER)]


def test_nothing_is_found_in_an_empty_store(store):
    assert observations.of_flows(store, ["Fquery0000000001"]) == []


def test_what_speaks_of_a_device_goes_and_the_rest_stays(store):
    mine, others = (1, samples.DOLL, query()), (2, "d-other", query(TS + 1))
    store.executemany("INSERT INTO observation VALUES (?, ?, ?, ?)", observations.rows([mine, others]))
    store.executemany("INSERT INTO observation VALUES (?, ?, ?, ?)", observations.rows([mine]))
    observations.erase(store, {samples.DOLL})
    bodies = [body for (body,) in store.execute("SELECT body FROM observation")]
    assert [list(unpack(body)) for body in bodies] == [[others]]


def test_a_store_that_held_lines_is_packed_when_it_is_opened(tmp_path):
    old = sqlite3.connect(tmp_path / "home.db")
    for _, script in migrations()[:5]:
        old.executescript(script)
    row = (TS, "dns_query", samples.DOLL, query().uid, to_json(query()), 7)
    old.execute("INSERT INTO observation VALUES (?, ?, ?, ?, ?, ?)", row)
    old.execute("INSERT INTO state VALUES ('names', ?, '{\"known\": [1]}')", (samples.DOLL,))
    old.execute("PRAGMA user_version = 5")
    old.commit()
    old.close()
    db = open_for_writing(tmp_path / "home.db")
    ((ts, until, seq, body),) = db.execute("SELECT * FROM observation")
    assert (ts, until, seq, list(unpack(body))) == (TS, TS, 7, [(7, samples.DOLL, query())])
    db.close()
    writer = Writer(tmp_path / "home.db")
    assert writer.states("names") == {samples.DOLL: {"known": [1]}}
    writer.close()


def test_one_line_makes_one_pack():
    assert list(unpack(packed(3, None, to_json(samples.HELLO)))) == [(3, None, samples.HELLO)]

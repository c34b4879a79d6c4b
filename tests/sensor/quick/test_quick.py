"""The quick reader says what the dissectors say, or leaves the packet to them."""

from __future__ import annotations

import math
from collections import deque
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensor.capture.file import blocks
from sensor.dissect import directions as directions_module
from sensor.meter import new_meter
from sensor.packet import Packet
from sensor.pipeline import SPAN_S, Pipeline
from sensor.quick import NoNativeReader, PlainReader, new_reader
from sensor.records import FlowRecord, Record, SensorStats, Weird
from tests.fuzz import mutate, seeds
from tests.sensor.dissect.given import GivenMeter, mutated, packet, segments
from tests.sensor.dissect.hellos import alpn, hello, record, server_name, sized, versions
from tests.sensor.dissect.test_dhcp4 import ACK, REQUEST
from tests.sensor.dissect.test_dns import ANSWER, QUERY
from tests.sensor.dissect.test_http1 import FORM, GET, POST
from tests.sensor.dissect.test_mdns import WHOLE
from tests.sensor.dissect.test_ntp import REST
from tests.sensor.dissect.test_ssdp import NOTIFY, SEARCH
from tests.sensor.dissect.test_tls import STREAM
from tests.sensor.dissect.test_tls_server import CHAIN, message, server_hello
from tests.sensor.meter import frames as f
from tests.sensor.test_pipeline import flow

SAMPLES = Path(__file__).parents[2] / "captures"
NO_NAME = record(hello([versions(0x0304), alpn(b"h2", b"http/1.1")]))
OLD = record(hello(None, ciphers=(0x0A0A, 0xC02F, 0x002F), version=0x0301))
WITH_QUERY = (
    b"GET /v1/state?n=17&toy=bear HTTP/1.1\r\nHost: api.storybox.example\r\nUser-Agent: box/2\r\n\r\n"
)
FLIGHT = record(server_hello()) + CHAIN + record(message(14, b""))
TLS13 = record(server_hello((43, b"\x03\x04"), (51, b"\0\x1d"))) + b"\x14\x03\x03\0\x01\x01"
DOWN = {"sport": 443, "dport": 40000, "is_orig": False}

Item = Packet | FlowRecord | Weird


def native() -> bool:
    return not isinstance(Pipeline(GivenMeter())._reader, PlainReader)


pytestmark = pytest.mark.skipif(
    not native(), reason="the native reader is not built: setup.py build_ext --inplace"
)


def outcome(is_native: bool, turns: list[list[Item]]) -> tuple[list[Record], SensorStats]:
    pipeline = Pipeline(GivenMeter(), is_native)  # type: ignore[arg-type]
    pipeline._meter.stats = lambda: dict.fromkeys(  # type: ignore[method-assign]
        ("packets", "wire_bytes", "flow_packets", "weird_packets", "flows", "evictions"), 0
    )
    out = [found for turn in turns for found in pipeline.feed(turn)]
    return [*out, *pipeline.flush()], pipeline.stats()


def again(items: list[Item], turn: int) -> list[Item]:
    """Return the items as they would come later, of other flows."""
    return [item._replace(ts=item.ts + 7.5 * turn, uid=f"{item.uid}-{turn}") for item in items]


def assert_alike(items: list[Item]) -> list[Record]:
    """The same messages come three times: new to both readers, then known to the quick one."""
    turns = [again(items, turn) for turn in range(3)]
    found = outcome(True, turns)
    assert found == outcome(False, turns)
    return found[0]


def left(*items: Item) -> int:
    """Return how many items the quick reader leaves to the dissectors when these have come twice before."""
    pipeline = Pipeline(GivenMeter(), native=True)
    for turn in range(2):
        deque(pipeline.feed(again(list(items), turn)), 0)
    later, out, at, count = again(list(items), 2), [], 0, 0
    end = len(later)
    while (at := pipeline._reader.read(later, at, end, out, math.inf, True)) < end:
        at, count = at + 1, count + 1
    return count


USUAL = {
    "dns question": [packet(QUERY, dport=53)],
    "dns answer": [packet(ANSWER, sport=53)],
    "mdns": [packet(WHOLE, sport=5353, dport=5353)],
    "mdns question": [packet(b"\0\0" + QUERY[2:], sport=5353, dport=5353)],
    "ssdp": [packet(NOTIFY, dport=1900), packet(SEARCH, dport=1900)],
    "dhcp": [packet(REQUEST, sport=68, dport=67), packet(ACK, sport=67, dport=68)],
    "ntp": [packet(b"\x23" + REST, dport=123)],
    "tls": segments([STREAM], dport=443),
    "tls without a name": segments([NO_NAME], dport=443),
    "tls 1.0": segments([OLD], dport=443),
    "tls in pieces": segments([STREAM[:9], STREAM[9:70], STREAM[70:]], dport=443),
    "tls 1.3 server": segments([TLS13, b"\x17\x03\x03\0\x01a"], **DOWN),
    "tls 1.2 server": segments([FLIGHT], **DOWN),
    "tls 1.2 server in pieces": segments([FLIGHT[:200], FLIGHT[200:400], FLIGHT[400:]], **DOWN),
    "tls 1.2 server with a protocol": segments([record(server_hello((16, b"\0\3\2h2"))) + CHAIN], **DOWN),
    "http": segments([GET, WITH_QUERY, GET], dport=80),
    "http answer": segments([b"HTTP/1.1 200 OK\r\n\r\n"], **DOWN),
    "flow": [flow(), flow(proto="udp")],
}
UNUSUAL = {
    "dns over tcp": segments([sized(QUERY)], dport=53),
    "dns update": [packet(QUERY[:2] + b"\x28" + QUERY[3:], dport=53)],
    "tls to a resolver": segments([STREAM], dport=853),
    "tls to a resolver by name": segments([record(hello([server_name(b"dns.google")]))], dport=443),
    "tls to a resolver by address": segments([NO_NAME], dport=443, dst="8.8.8.8"),
    "tls in two records": segments([record(hello()[:9]) + record(hello()[9:])], dport=443),
    "tls that the capture cut": [*segments([STREAM[:60]], dport=443, cut=True), flow()],
    "tls that it cut later": [
        *segments([STREAM[:60]], dport=443),
        *segments([STREAM[60:90]], seq=1060, dport=443, cut=True),
        flow(),
    ],
    "tls and a gap": segments([STREAM[:9], STREAM[9:70], STREAM[70:]], dport=443)[::2],
    "tls the wrong way round": segments([STREAM[:50], STREAM[50:]], dport=443)[::-1],
    "server in pieces, one twice": [segments([FLIGHT[:200], FLIGHT[200:]], **DOWN)[i] for i in (0, 0, 1)],
    "server that resumes": segments([record(server_hello()), b"\x14\x03\x03\0\x01\x01"], **DOWN),
    "server with a strange protocol": segments([record(server_hello((16, b"\0\3\2h\0"))) + CHAIN], **DOWN),
    "server that ends amiss": segments(
        [record(server_hello()) + record(message(11, b"\0\0\x09" * 3))], **DOWN
    ),
    "http with a body": segments([POST, FORM, GET], dport=80),
    "http upgraded": segments([GET[:-2] + b"Upgrade: h2c\r\n\r\n", GET], dport=80),
    "http two in one": segments([GET + GET, GET], dport=80),
    "http that goes on as noise": segments([GET, b"\x80\x81\r\n\r\n", GET], dport=80),
    "http in pieces": segments([GET, WITH_QUERY[:20], WITH_QUERY[20:]], dport=80),
    "http too often": segments([GET] * 300, dport=80),
    "a mac in a query": segments([GET, WITH_QUERY.replace(b"17", b"02:00:00:00:00:17")], dport=80),
    "no mac in a query": segments([GET, WITH_QUERY.replace(b"17", b"zz:00:00:00:00:17")], dport=80),
    "malformed": [packet(b"bad", dport=53), packet(b"bad", dport=1900), packet(b"\x23", dport=123)],
    "other ports": [packet(QUERY, dport=5683), packet(QUERY, sport=53, dport=5683)],
    "a stream that ends": [*segments([STREAM[:50]], dport=443), flow(), flow(end="active")],
    "a late packet": [packet(QUERY, dport=53), packet(QUERY, dport=53, ts=1.0 + SPAN_S)],
    "nothing in it": segments([b"", STREAM], dport=443),
}


@pytest.mark.parametrize("name", USUAL)
def test_usual_messages_are_read_natively(name: str) -> None:
    assert left(*USUAL[name]) == 0
    assert_alike(USUAL[name])


@pytest.mark.parametrize("name", UNUSUAL)
def test_what_is_unusual_is_told_alike(name: str) -> None:
    assert_alike(UNUSUAL[name])


def test_a_mac_address_in_a_query_is_never_taken_for_a_plain_value() -> None:
    mac, plain, none = (
        segments([WITH_QUERY.replace(b"17", value)], dport=80)
        for value in (b"02:00:00:00:00:17", b"17", b"zz:00:00:00:00:17")
    )
    for items in ([*mac, *plain], [*none, *mac], [*mac, *none]):
        assert_alike([item._replace(uid=f"F{place}") for place, item in enumerate(items)])


def test_samples() -> None:
    for path in sorted(SAMPLES.glob("*.pcap")):
        meter = new_meter()
        items = [item for block in blocks(path) for item in meter.feed(block)]
        items = [item for item in items if isinstance(item, Packet | FlowRecord)] + list(meter.flush())
        assert_alike(items)  # type: ignore[arg-type]


MESSAGES = sorted({item.payload for items in USUAL.values() for item in items if isinstance(item, Packet)})
PORTS = st.sampled_from([53, 67, 80, 123, 443, 853, 1900, 5353, 40000])
ANY = st.builds(
    packet,
    st.one_of(mutated(MESSAGES), st.sampled_from(MESSAGES)),
    kind=st.sampled_from(["udp", "tcp", "tcp"]),
    uid=st.sampled_from(["F1", "F2"]),
    ts=st.sampled_from([1.0, 2.5, 70.0]),
    sport=PORTS,
    dport=PORTS,
    seq=st.sampled_from([0, 60, 0xFFFFFFF0]),
    is_orig=st.booleans(),
)


@given(st.lists(st.one_of(ANY, ANY, ANY, st.just(flow()), st.just(flow(uid="F2"))), max_size=8))
def test_any_packets_are_told_alike(items: list[Item]) -> None:
    assert_alike(items)


STREAMS = [STREAM, NO_NAME + STREAM, FLIGHT, TLS13, GET + WITH_QUERY, GET + GET + POST]


@given(mutated(STREAMS), st.lists(st.integers(0, 900), max_size=4), st.randoms(use_true_random=False))
def test_streams_however_cut_are_told_alike(stream: bytes, cuts: list[int], random: object) -> None:
    places = [0, *sorted(min(cut, len(stream)) for cut in cuts), len(stream)]
    parts = segments([stream[a:b] for a, b in pairwise(places)], dport=443)
    if random.random() < 0.3:  # type: ignore[attr-defined]
        random.shuffle(parts)  # type: ignore[attr-defined]
    assert_alike([*parts, flow()])  # type: ignore[list-item]


def test_mutated_conversations_are_told_alike() -> None:
    random, entries = Random(7), []
    for number in range(600):
        address = bytes((10, 0, 0, number % 50))
        for frame in random.choice(seeds.conversations()):
            data = frame.replace(seeds.HOME, address)
            if random.random() < 0.3:
                data = mutate.mutated(data, frame, random)
            entries.append((len(entries) * 0.05, data))
    block = f.one_block(f.pcap(*entries))
    told = []
    for is_native in (True, False):
        pipeline = Pipeline(new_meter(), is_native)
        told.append([[*pipeline.feed(block), *pipeline.flush()], pipeline.stats()])
    assert told[0] == told[1]


def test_without_room_no_direction_is_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(directions_module, "MAX_KEPT_BYTES", -1)
    assert_alike(segments([STREAM[:50], STREAM[50:]], dport=443))


def test_more_messages_than_are_remembered() -> None:
    many = [
        packet(QUERY.replace(b"\x03Api", b"\x07" + b"%07d" % number), dport=53, uid=f"F{number}")
        for number in range(5000)
    ]
    hellos = [
        *(record(hello([server_name(b"%d.example" % number)], ciphers=(number,))) for number in range(3000))
    ]
    streams = [segments([data], dport=443, uid=f"F{number}")[0] for number, data in enumerate(hellos)]
    assert_alike([*many, *streams])


def test_the_native_reader_must_be_there_if_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sensor.quick._quick", None)
    with pytest.raises(NoNativeReader, match="build_ext"):
        new_reader(True, directions_module.Directions(()), {}, SPAN_S)
    assert isinstance(new_reader(None, directions_module.Directions(()), {}, SPAN_S), PlainReader)

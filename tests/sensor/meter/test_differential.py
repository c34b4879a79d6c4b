"""Both meters give the same list for the same packets, however these were cut."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensor.capture.file import blocks
from sensor.meter import Block, new_meter
from sensor.meter.items import Item
from sensor.meter.link import READERS
from sensor.meter.reference import ReferenceMeter

from . import frames as f

CAPTURES = Path(__file__).parents[4] / "shared" / "captures"

native = pytest.mark.skipif(
    isinstance(new_meter(), ReferenceMeter),
    reason="the native meter is not built: setup.py build_ext --inplace",
)


def outcome(is_native: bool, pieces: list[Block], max_flows: int) -> tuple[list[Item], dict[str, int]]:
    meter = new_meter(is_native, max_flows)
    out = [item for piece in pieces for item in meter.feed(piece)]
    while more := meter.flush(7):
        out += more
    return out, meter.stats()


def assert_alike(data: bytes, cuts: list[int], max_flows: int = 1000) -> None:
    reference = outcome(False, [f.one_block(data)], max_flows)
    assert outcome(True, f.cut_into(data, cuts), max_flows) == reference
    assert outcome(False, f.cut_into(data, cuts), max_flows) == reference
    stats = reference[1]
    other = sum(count for name, count in stats.items() if name.startswith("other_"))
    assert stats["packets"] == stats["flow_packets"] + stats["weird_packets"] + other


@native
def test_on_real_captures() -> None:
    files = sorted(CAPTURES.rglob("*.pcap*"))
    if not files:
        pytest.skip(f"no captures in {CAPTURES}")
    for path in files:
        data = b"".join(bytes(block.data) for block in blocks(path))
        if len(data) < 25_000:
            assert_alike(data, [24, 100, 5000])


ports = st.sampled_from([0, 53, 80, 123, 443, 1900, 5353, 40000, 50000])
payloads = st.one_of(
    st.binary(max_size=40),
    st.sampled_from(
        [
            b"GET / HTTP/1.1\r\n",
            b"\x16\x03\x01\x00\x20\x01\x00\x00\x1c" + bytes(28),
            b"\xc3\0\0\0\1" * 9,
            b"\x17\3\3\0\x20",
        ]
    ),
)
segments = st.builds(f.tcp, ports, ports, st.integers(0, 63), payloads, st.sampled_from([0, 1, 2, 30, 17000]))
datagrams = st.builds(f.udp, ports, ports, payloads)
addresses = st.sampled_from([(f.HERE, f.THERE), (f.THERE, f.HERE), (f.HERE, b"\xff" * 4)])
packets4 = st.builds(
    lambda body, ends, proto, fragment: f.ethernet(f.ipv4(body, proto, *ends, fragment=fragment)),
    st.one_of(segments, datagrams),
    addresses,
    st.sampled_from([6, 6, 6, 17, 17, 1, 132, 47]),
    st.sampled_from([0, 0, 0, 0x2000, 0x0005]),
)
packets6 = st.builds(
    lambda body, proto: f.ethernet(f.ipv6(body, proto), 0x86DD),
    st.one_of(segments, datagrams, st.binary(max_size=60)),
    st.sampled_from([0, 6, 17, 43, 44, 51, 58, 59, 60]),
)
strange = st.builds(
    f.ethernet,
    st.binary(max_size=60),
    st.sampled_from([0x0806, 0x8100, 0x88A8, 0x8847, 0x8864, 0x86DD, 0x0800, 5]),
)
any_frame = st.one_of(packets4, packets4, packets6, strange)
timed = st.lists(st.tuples(st.sampled_from([0.0, 0.25, 3, 7, 61, 90, 301]), any_frame), max_size=25)


@native
@given(timed, st.lists(st.integers(0, 3000), max_size=4), st.sampled_from([1, 2, 1000]))
def test_on_random_frames(steps: list[tuple[float, bytes]], cuts: list[int], max_flows: int) -> None:
    at, entries = 0.0, []
    for wait, frame in steps:
        at += wait
        entries.append((at, frame))
    assert_alike(f.pcap(*entries), cuts, max_flows)


@native
@pytest.mark.parametrize("max_flows", [1, 7, 1000])
def test_on_more_packets_than_are_counted_together(max_flows: int) -> None:
    rng, entries, at = random.Random(3), [], 0.0
    for _ in range(700):
        at += rng.choice([0, 0, 0, 0.0001, 0.3])
        toy = bytes((192, 168, 1, rng.randrange(40)))
        kind = rng.randrange(30)
        segment = f.tcp(
            40_000 + kind, 443, rng.choice([f.SYN, f.ACK, f.FIN, f.RST]), b"\x16\3\1" * (kind % 3)
        )
        frame = (
            f.ethernet(f.ipv4(segment, 6, toy)) if kind < 28 else f.ethernet(bytes(28 * (29 - kind)), 0x0806)
        )
        entries.append((at, frame if kind != 5 else f.ethernet(b"\x45")))
    assert_alike(f.pcap(*entries), [5_000, 5_100, 40_000], max_flows)


@native
@given(st.binary(max_size=200), st.sampled_from([*READERS, 147]))
def test_on_random_bytes_of_every_link_type(data: bytes, link: int) -> None:
    assert_alike(f.pcap(data, link=link), [30])


@native
@given(
    st.sampled_from([9, 50, 105, 127, 239]),
    st.sampled_from(
        [f.radiotap(), f.radiotap(tsft=True, padded=True), f.wifi(1), f.wifi(2, quality=True), f.nflog()]
    ),
    st.lists(st.tuples(st.integers(0, 60), st.integers(0, 255)), max_size=4),
    st.integers(0, 120),
)
def test_on_damaged_link_layers(link: int, data: bytes, damage: list[tuple[int, int]], length: int) -> None:
    frame = bytearray(data)
    for at, value in damage:
        frame[at % len(frame)] = value
    assert_alike(f.pcap(bytes(frame[:length]), link=link), [30])


def a_pcapng() -> bytes:
    frame = f.up(f.SYN)
    options = f.option(9, b"\x09") + f.option(14, (5).to_bytes(8, "little")) + f.option(0, b"")
    return (
        f.section() + f.interface(options=options) + b"".join(f.enhanced(frame, n * 10**9) for n in range(6))
    )


@native
@given(
    st.sampled_from([f.pcap(*[f.up(f.SYN)] * 6), a_pcapng()]),
    st.lists(st.tuples(st.integers(4, 700), st.binary(min_size=1, max_size=4)), max_size=4),
    st.lists(st.integers(0, 700), max_size=4),
)
def test_on_damaged_files(data: bytes, damage: list[tuple[int, bytes]], cuts: list[int]) -> None:
    for at, new in damage:
        data = data[:at] + new + data[at + len(new) :]
    assert_alike(data, cuts)

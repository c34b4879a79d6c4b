"""Packets of a simulated home: read again, they tell what its record lines tell; replayed, the same home."""

from __future__ import annotations

import json
import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import dpkt
import pytest

from appliance.cli import main as tattlebox
from appliance.sources import read_records
from sensor.offline import capture_records
from sensor.records import FlowRecord, HttpRequest, Loss, Record, SensorStats, TlsServerHello, Weird
from tests.household import simulator
from tests.household.simulation import packets
from tests.household.simulation.emit import NOBODY, Identity, Writer
from tests.household.simulation.family import DAY_S
from tests.household.simulation.hello import by_fingerprint, drawn
from tests.household.simulation.home import build, live

TS = 1_790_000_000.0
CLIENTS = drawn(random.Random(1)), drawn(random.Random(2))
DOLL = Identity(
    "fc:f5:c4:00:00:01", "192.168.77.21", "Doll-01", "doll", (1, 3, 6), "Maker", "_doll._tcp.local", CLIENTS
)
SERVER = "198.18.5.5"
SAME = ("domain", "organisation", "role", "contacts", "bytes_up", "bytes_down", "encrypted", "hosts")
MORE = (TlsServerHello, SensorStats)
"""Packets tell these, too."""


def read(path: Path) -> list[Record]:
    def refuse(error: Exception | str) -> None:
        raise AssertionError(error)

    return list(capture_records([path], refuse))


def captured(path: Path, rows: Sequence[Record]) -> list[Record]:
    with path.open("wb") as out:
        out.writelines(packets.capture(rows, by_fingerprint(CLIENTS)))
    return read(path)


def same(records: Iterable[Record], others: Iterable[Record]) -> bool:
    """Return whether observations are the same, but for ids, leaks, and some milliseconds."""
    first, second = told(records), told(others)
    assert [it[1:] for it in first] == [it[1:] for it in second]
    return all(abs(one[0] - other[0]) < 0.01 for one, other in zip(first, second, strict=True))


def told(records: Iterable[Record]) -> list[tuple[float, str, str]]:
    seen = [it for it in records if not isinstance(it, (FlowRecord, *MORE))]
    blank = {"ts": None, "uid": None, "leaks": None}
    rows = [(it.ts, type(it).__name__, str({**it._asdict(), **blank})) for it in seen]
    return sorted(rows, key=lambda row: (row[1:], row[0]))


def sums(records: Iterable[Record]) -> dict[Any, list[int]]:
    """Return packets, bytes of each kind and flags, of all flows between the same ends.

    Devices that ask for an address at one moment have one sender, nobody, for each other."""
    found: dict[Any, list[int]] = defaultdict(lambda: [0] * 10)
    for it in records:
        if isinstance(it, FlowRecord):
            macs = () if it.orig_h == NOBODY else (it.orig_mac, it.resp_mac, it.orig_dst_mac)
            ends = it.community_id, it.orig_h, macs
            counts = found[ends]
            counts[:8] = [old + new for old, new in zip(counts, it[10:18], strict=False)]
            counts[8] |= it.orig_tcp_flags
            counts[9] |= it.resp_tcp_flags
    return found


def dns(writer: Writer) -> None:
    writer.lookup(TS, "api.maker.example", "d1.cloudfront.net", SERVER)
    writer.lookup(TS + 5, "api.maker.example", None, SERVER)


def tls(writer: Writer) -> None:
    uid = writer.uid()
    opening = writer.hello(uid, TS, 40_000, SERVER, 443, "api.maker.example", CLIENTS[0])
    writer.flow(uid, "tcp", 40_000, SERVER, 443, TS, 3.0, 90_000, 400_000, opening=opening)


def hidden(writer: Writer) -> None:
    uid = writer.uid()
    opening = writer.hello(uid, TS, 40_000, SERVER, 443, "cover.example", CLIENTS[1], ech=True)
    writer.flow(uid, "tcp", 40_000, SERVER, 443, TS, 3.0, 90, 40, opening=opening)


def held(writer: Writer) -> None:
    uid = writer.uid()
    opening = writer.hello(uid, TS, 40_000, SERVER, 8883, "mqtt.maker.example", CLIENTS[0])
    writer.flow(uid, "tcp", 40_000, SERVER, 8883, TS, 1_500.0, 600, 500, opening=opening)


def quic(writer: Writer) -> None:
    uid = writer.uid()
    opening = writer.hello(uid, TS, 40_000, SERVER, 443, "film.example", CLIENTS[1], quic=True)
    writer.flow(uid, "udp", 40_000, SERVER, 443, TS, 700.0, 9_000, 3_000_000, opening=opening)


def post(writer: Writer) -> None:
    uid = writer.uid()
    said = "maker.example", "/v1/report", ("a", "b"), "doll/2.1.0", 5_000
    opening = writer.http(uid, TS, 40_000, SERVER, 80, *said)
    writer.flow(uid, "tcp", 40_000, SERVER, 80, TS, 3.0, 5_000, 700, opening=opening)


def get(writer: Writer) -> None:
    uid = writer.uid()
    opening = writer.http(uid, TS, 40_000, SERVER, 80, "maker.example", "/check", ("model",), None, 0)
    writer.flow(uid, "tcp", 40_000, SERVER, 80, TS, 1.0, 0, 2_000_000, opening=opening)


def nobody(writer: Writer) -> None:
    writer.lookup(TS, "api.maker.example", None, None)
    writer.flow(writer.uid(), "tcp", 40_000, SERVER, 443, TS, 7.0, 0, 0, answered=False, packets=4)


def bare(writer: Writer) -> None:
    writer.flow(writer.uid(), "tcp", 40_000, SERVER, 5683, TS, 2.0, 300, 200)


EXCHANGES = {
    "dns": dns, "tls": tls, "ech": hidden, "held": held, "quic": quic, "post": post, "get": get,
    "nobody": nobody, "bare": bare, "ntp": lambda it: it.ntp(TS, SERVER), "join": lambda it: it.join(TS),
    "renew": lambda it: it.renew(TS), "announce": lambda it: it.announce(TS, "2.1.0"),
}  # fmt: skip


@pytest.mark.parametrize("name", EXCHANGES)
def test_an_exchange_is_read_as_it_was_told(tmp_path: Path, name: str) -> None:
    writer = Writer("t", DOLL)
    EXCHANGES[name](writer)
    rows = [record for _, record in sorted(writer.rows, key=lambda row: row[0])]
    got = captured(tmp_path / "exchange.pcap", rows)
    assert same(got, rows)
    assert sums(got) == sums(rows)


@pytest.mark.parametrize("name", ["tls", "held", "quic", "get"])
def test_parts_of_flows_are_those_that_were_told(tmp_path: Path, name: str) -> None:
    writer = Writer("t", DOLL)
    EXCHANGES[name](writer)
    flows = [record._replace(uid="", end="") for _, record in writer.rows if isinstance(record, FlowRecord)]
    got = captured(tmp_path / "exchange.pcap", [record for _, record in writer.rows])
    assert [it._replace(uid="", end="") for it in got if isinstance(it, FlowRecord)] == flows


def test_frames_are_in_order_and_their_checksums_right(tmp_path: Path) -> None:
    writer = Writer("t", DOLL)
    for make in (dns, quic, post, bare):
        make(writer)
    captured(tmp_path / "some.pcap", [record for _, record in writer.rows])
    with (tmp_path / "some.pcap").open("rb") as file:
        frames = list(dpkt.pcap.Reader(file))
    assert all(earlier[0] <= later[0] for earlier, later in pairwise(frames))
    for _, data in frames:
        packet = dpkt.ethernet.Ethernet(data).data
        sums_seen = packet.sum, packet.data.sum
        packet.sum = packet.data.sum = 0
        again = dpkt.ip.IP(bytes(packet))
        assert sums_seen == (again.sum, again.data.sum)


@pytest.fixture(scope="module")
def spans(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Two homes' hours on disk, as packets with the record lines beside them."""
    found = []
    for seed, shape, day, hours in ((4, "plain", 2.0, 14.0), (5, "harsh", 3.5, 8.0)):
        home = build(seed, days=6, shape=shape)
        lived = live(home)
        path = tmp_path_factory.mktemp("span") / f"{shape}.pcap"
        begin = home.start + day * DAY_S
        simulator.write_span(home, lived, path, begin, begin + hours * 3_600)
        simulator.write(home, lived, path.parent)
        found.append(path)
    return found


def test_hours_of_a_home_are_read_as_they_were_told(spans: list[Path]) -> None:
    for path in spans:
        rows, got = list(read_records(path.with_suffix(".jsonl"))), read(path)
        assert not [it for it in got if isinstance(it, Weird | Loss)]
        assert len(rows) > 400
        assert same(got, rows)
        assert sums(got) == sums(rows)


def test_hours_of_a_home_give_the_same_devices_parties_and_bytes(spans: list[Path], tmp_path: Path) -> None:
    """Packets and record lines of one span through `tattlebox replay`."""
    for path in spans:
        lines, frames = (
            replayed(source, path.parent, tmp_path) for source in (path.with_suffix(".jsonl"), path)
        )
        assert lines["devices"] and lines["parties"]
        assert frames == lines


def replayed(source: Path, home: Path, tmp_path: Path) -> dict[str, Any]:
    out = tmp_path / source.name
    table = str(home / "parties.csv")
    assert tattlebox(["replay", str(source), "--parties", table, "--out", str(out)]) == 0

    def rows(name: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in (out / f"{name}.jsonl").read_text().splitlines()]

    macs = {it["device"]: it["macs"][0] for it in rows("devices") if it["macs"]}
    return {
        "devices": sorted((it["macs"], it["addresses"], it["vendor"]) for it in rows("devices")),
        "parties": sorted((macs.get(it["device"]), *(it[name] for name in SAME)) for it in rows("parties")),
    }


def test_the_command_writes_both(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pcap = tmp_path / "hour.pcap"
    words = [
        "simulator",
        str(tmp_path / "out"),
        "--seed",
        "3",
        "--days",
        "3",
        "--pcap",
        str(pcap),
        "--hours",
        "2",
    ]
    written = []
    for _ in range(2):
        monkeypatch.setattr("sys.argv", words)
        simulator.main()
        written.append(pcap.read_bytes())
    assert written[0] == written[1]
    assert read(pcap) and pcap.with_suffix(".jsonl").read_text().count("\n") > 20
    assert not any(isinstance(it, HttpRequest) and it.fields for it in read(pcap))

"""Flows agree with what independent programs counted in real captures."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path

import pytest

from sensor.capture.file import blocks
from sensor.meter import new_meter
from sensor.records import FlowRecord

CAPTURES = Path(__file__).parents[4] / "shared" / "captures"
Way = tuple[str, str, int, str, int]


def flows(path: Path) -> list[FlowRecord]:
    meter = new_meter()
    items = [*(item for block in blocks(path) for item in meter.feed(block)), *meter.flush()]
    return [item for item in items if isinstance(item, FlowRecord)]


def by_way(records: list[FlowRecord], unit: str) -> Counter[tuple[Way, str]]:
    """Sum packets and bytes over each direction of each 5-tuple."""
    sums: Counter[tuple[Way, str]] = Counter()
    for flow in records:
        there = (flow.proto.upper(), flow.orig_h, flow.orig_p, flow.resp_h, flow.resp_p)
        back = (flow.proto.upper(), flow.resp_h, flow.resp_p, flow.orig_h, flow.orig_p)
        sums[there, "packets"] += flow.orig_pkts
        sums[back, "packets"] += flow.resp_pkts
        sums[there, "bytes"] += getattr(flow, f"orig_{unit}")
        sums[back, "bytes"] += getattr(flow, f"resp_{unit}")
    return sums


def test_every_row_of_expected_flows() -> None:
    table = CAPTURES / "flows" / "expected_flows.json"
    if not table.exists():
        pytest.skip(f"{table} is not there")
    for name, entry in json.loads(table.read_text()).items():
        rows = entry["flows"] if isinstance(entry, dict) else entry
        expected: Counter[tuple[Way, str]] = Counter()
        for proto, a, a_port, b, b_port, *counts in rows:
            there, back = (proto, a, a_port, b, b_port), (proto, b, b_port, a, a_port)
            pairs = [(there, "packets"), (there, "bytes"), (back, "packets"), (back, "bytes")]
            expected.update(dict(zip(pairs, counts, strict=True)))
        seen = by_way(flows(CAPTURES / name), "ip_bytes" if "zeek-" in name else "wire_bytes")
        assert {key: seen[key] for key in expected} == dict(expected), name


def test_wire_bytes_of_each_remote_address() -> None:
    tables = sorted((CAPTURES / "lifecycle" / "truth").glob("*_region.csv"))
    if not tables:
        pytest.skip(f"no tables in {CAPTURES / 'lifecycle' / 'truth'}")
    for table in tables:
        totals: Counter[str] = Counter()
        capture = CAPTURES / "lifecycle" / table.name.replace("_region.csv", ".pcap")
        for flow in flows(capture):
            for address in (flow.orig_h, flow.resp_h):
                totals[address] += flow.orig_wire_bytes + flow.resp_wire_bytes
        for row in csv.DictReader(table.read_text().splitlines()):
            assert totals[row["IP"]] == int(row["bytes"]), (table.name, row["IP"])


def test_every_packet_of_malformed_captures_is_counted() -> None:
    files = sorted((CAPTURES / "bad").glob("*.pcap*"))
    if not files:
        pytest.skip(f"no captures in {CAPTURES / 'bad'}")
    for path in files:
        meter = new_meter()
        for block in blocks(path):
            meter.feed(block)
        stats = meter.stats()
        other = sum(count for kind, count in stats.items() if kind.startswith("other_"))
        assert stats["packets"] == stats["flow_packets"] + stats["weird_packets"] + other > 0, path

"""Record lines: read back as written; anything else is one sentence that names file and line."""

import gzip

import pytest

from appliance.sources import SourceError, as_emitted, first_record_ts, is_record_file, read_records
from sensor.records import FlowRecord, HttpRequest, Loss, Weird, to_json

RECORDS = [
    Loss(1.0, 2.0, "gap", 0, "the interface was down"),
    Weird(2.0, "dns_truncated_name", None, "192.168.7.20", None, "read 3 bytes"),
]
LINES = "".join(to_json(record) + "\n" for record in RECORDS).encode()


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_records_are_read_as_written(tmp_path, pack):
    path = tmp_path / "home.jsonl"
    path.write_bytes(pack(LINES))
    assert is_record_file(path)
    assert first_record_ts(path) == 1.0
    assert list(read_records(path)) == RECORDS


def test_empty_lines_are_passed_over(tmp_path):
    path = tmp_path / "home.jsonl"
    path.write_bytes(b"\n" + LINES.replace(b"\n", b"\n\n"))
    assert list(read_records(path)) == RECORDS


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "holds no records"),
        (b"\n\n", "holds no records"),
        (LINES + b"hello\n", "line 3.*expected one JSON object"),
        (LINES + b"[1]\n", "line 3.*expected an object whose type"),
        (LINES + b'{"type":"loss","v":1,"ts":1}\n', "line 3.*without until"),
        (LINES + LINES.replace(b'"v":1', b'"v":9'), "line 3.*record version 9"),
        (gzip.compress(LINES * 100)[:-9], "cut short or damaged"),
        (LINES + b'{"type":"loss","v":1,"ts":"soon"}\n', "line 3.*expected float"),
    ],
)
def test_bad_lines_are_named_and_the_good_ones_before_them_kept(tmp_path, content, sentence):
    path = tmp_path / "home.jsonl"
    path.write_bytes(content)
    read = []
    with pytest.raises(SourceError, match=sentence):
        read.extend(record for record in _keeping(read_records(path), read))
    assert read[:2] == (RECORDS if content[:1] in (b"{", b"\x1f") else [])


def _keeping(records, kept):
    for record in records:
        kept.append(record)
    yield from ()


def test_a_capture_is_no_record_file(tmp_path):
    path = tmp_path / "capture.pcap"
    path.write_bytes(b"\xd4\xc3\xb2\xa1" + bytes(20))
    assert not is_record_file(path)


def flow(ts, duration_s, uid):
    home, away = ("192.168.7.20", 40_000), ("203.0.113.9", 80)
    return FlowRecord(ts, duration_s, uid, "1:x", 0, "tcp", *home, *away, 1, 1, 80, 80, 66, 66, 20, 20,
                      "02:00:00:00:00:01", None, None, None, 2, 2, "closed")  # fmt: skip


def request(ts, uid):
    return HttpRequest(ts, uid, None, "192.168.7.20", 40_000, "203.0.113.9", 80, "GET", "a.example", "/", (),
                       None, None, None, ())  # fmt: skip


LONG, SHORT, ASKED = flow(10.0, 100.0, "A"), flow(20.0, 0.0, "B"), request(20.0, "B")
ORDERS = {
    "a sensor's order stays": ([ASKED, SHORT, LONG], [ASKED, SHORT, LONG]),
    "flows alone stay": ([LONG, SHORT], [LONG, SHORT]),
    "by begin: flows wait for what was read of them": ([LONG, SHORT, ASKED], [ASKED, SHORT, LONG]),
    "a flow is told before what comes after its end": (
        [LONG, SHORT, ASKED, request(130.0, "C")],
        [ASKED, SHORT, LONG, request(130.0, "C")],
    ),
}


@pytest.mark.parametrize("name", ORDERS)
def test_records_come_as_a_sensor_emits_them(name):
    records, emitted = ORDERS[name]
    assert list(as_emitted(iter(records))) == emitted


def test_flows_held_back_are_bounded(monkeypatch):
    monkeypatch.setattr("appliance.sources.MAX_HELD", 3)
    flows = [flow(float(number), 1_000.0, f"F{number}") for number in range(10)]
    told = list(as_emitted(iter([*flows, request(9.5, "F9"), request(9.6, "none")])))
    assert told.index(flows[0]) < told.index(request(9.5, "F9"))
    assert [it for it in told if it in flows] == flows and len(told) == 12

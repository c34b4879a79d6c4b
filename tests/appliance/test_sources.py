"""Record lines: read back as written; anything else is one sentence that names file and line."""

import gzip

import pytest

from appliance import sources
from appliance.sources import (
    Order,
    SourceError,
    as_emitted,
    is_record_file,
    merged,
    order_of,
    read_records,
    read_sorted,
)
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
    assert order_of(path) == Order(1.0, True)
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


def weird(ts):
    return Weird(ts, "dns_truncated_name", None, None, None, f"at {ts}")


def written(path, records, pack=bytes):
    path.write_bytes(pack("".join(to_json(record) + "\n" for record in records).encode()))
    return path


HOURS = [weird(3_600.0 * number) for number in range(100)]


@pytest.mark.parametrize(
    ("records", "kept"),
    [
        (HOURS, True),
        (HOURS[::-1], False),
        (HOURS[50:] + HOURS[:50], False),
        (HOURS[1::2] + HOURS[::2], False),
        ([*HOURS[:60], HOURS[2], *HOURS[60:]], True),
        ([weird(it.ts - it.ts % 7_200) for it in HOURS], True),
        ([weird(it.ts - 3_000 * (number % 2)) for number, it in enumerate(HOURS)], True),
    ],
    ids=["in order", "turned round", "halves", "by kind", "a clock once behind", "in pairs", "jumbled"],
)
def test_a_file_out_of_order_is_known_and_put_in_order(tmp_path, records, kept):
    path = written(tmp_path / "home.jsonl", records)
    assert order_of(path) == Order(min(it.ts for it in records), kept)
    assert list(read_sorted(path)) == sorted(records, key=lambda it: it.ts)


def test_a_packed_or_endless_file_out_of_order_is_refused(tmp_path, monkeypatch):
    with pytest.raises(SourceError, match="unpack it"):
        list(read_sorted(written(tmp_path / "a.gz", HOURS[::-1], gzip.compress)))
    monkeypatch.setattr(sources, "MAX_SORTED", 99)
    with pytest.raises(SourceError, match="more than 99 lines: sort it by ts first"):
        list(read_sorted(written(tmp_path / "a.jsonl", HOURS[::-1])))


def test_files_that_overlap_are_read_together():
    early, late = HOURS[:60:2], HOURS[1::2]
    both = [(late[0].ts, late), (0.0, early)]
    assert list(merged(both)) == sorted([*early, *late], key=lambda it: it.ts)


def test_a_file_keeps_its_own_order_beside_others():
    """What comes late in one does not wait for anything, and nothing waits for it."""
    behind = [HOURS[5], HOURS[2], HOURS[6]]
    assert list(merged([(HOURS[2].ts, behind), (HOURS[4].ts, [HOURS[4], HOURS[7]])])) == [
        HOURS[4],
        *behind,
        HOURS[7],
    ]


def test_flows_in_a_file_of_their_own_come_after_what_was_read_of_them():
    assert list(merged([(10.0, [LONG, SHORT]), (20.0, [ASKED])])) == [ASKED, LONG, SHORT]


def test_files_are_opened_when_their_time_has_come():
    opened = []

    def lines(name, records):
        opened.append(name)
        yield from records

    joined = merged([(0.0, lines("first", HOURS[:3])), (HOURS[50].ts, lines("second", HOURS[50:]))])
    assert next(joined) == HOURS[0] and opened == ["first"]
    assert [*joined][-1] == HOURS[-1] and opened == ["first", "second"]


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

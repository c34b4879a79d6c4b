from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sensor.records import TYPES, VERSION, DnsQuery, Loss, MdnsService, RecordError, Weird, from_json, to_json

WEIRD = Weird(1.5, "dns_truncated", None, "192.168.4.21", None, "read 3 bytes")
FIELDS = {
    "float": st.floats(-1e10, 1e10),
    "int": st.integers(0, 2**48),
    "str": st.text(max_size=20),
    "bool": st.booleans(),
    "tuple[str, ...]": st.lists(st.text(max_size=5), max_size=3).map(tuple),
    "tuple[int, ...]": st.lists(st.integers(0, 65535), max_size=3).map(tuple),
    "tuple[tuple[str, str], ...]": st.lists(
        st.tuples(st.text(max_size=5), st.text(max_size=5)), max_size=3
    ).map(tuple),
    "tuple[tuple[str, int], ...]": st.lists(
        st.tuples(st.text(max_size=5), st.integers(0, 2**48)), max_size=3
    ).map(tuple),
}


def record_of(record_type: type[Any]) -> st.SearchStrategy[Any]:
    """Return a strategy for records of this type, drawn from the annotations of their fields."""
    drawn = []
    for annotation in record_type.__annotations__.values():
        name, _, none = annotation.__forward_arg__.partition(" | ")
        drawn.append(FIELDS[name] | st.none() if none else FIELDS[name])
    return st.builds(record_type, *drawn)


@pytest.mark.parametrize("record_type", TYPES.values(), ids=list(TYPES))
@settings(max_examples=settings.default.max_examples // 3)  # all types share their few kinds of field
@given(data=st.data())
def test_every_record_survives_json(record_type: type[Any], data: st.DataObject) -> None:
    record = data.draw(record_of(record_type))
    line = to_json(record)
    read = from_json(line)
    assert read == record
    assert type(read) is record_type
    assert to_json(read) == line
    assert line.isascii()
    assert "\n" not in line


def test_a_line_names_its_type_and_version_first() -> None:
    assert to_json(Loss(1.0, 2.0, "gap", 3, "x")) == (
        '{"type":"loss","v":1,"ts":1.0,"until":2.0,"kind":"gap","lost":3,"detail":"x"}'
    )


def test_pairs_become_tuples_again() -> None:
    service = MdnsService(1.0, None, "::1", "", None, None, None, (("fw", "2"),), ())
    assert from_json(to_json(service)) == service


def test_a_field_of_a_newer_writer_is_passed_over() -> None:
    fields = json.loads(to_json(WEIRD)) | {"added_later": 1}
    assert from_json(json.dumps(fields).encode()) == WEIRD


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"type": "nonsense"}, "whose type is one of"),
        ({"type": None}, "whose type is one of"),
        ({"v": VERSION + 1}, "version 2, expected 1"),
        ({"ts": "now"}, "weird.ts = 'now', expected float"),
        ({"ts": True}, "expected float"),
        ({"ts": "2026-01-01T00:00:00Z"}, "weird.ts = '2026-01-01T00:00:00Z', expected float"),
        ({"ts": 1_770_000_000_000}, "seconds since 1970, not milliseconds"),
        ({"ts": float("nan")}, "seconds since 1970"),
        ({"ts": "nan"}, "expected float"),
        ({"ts": "0x10"}, "expected float"),
        ({"ts": ""}, "expected float"),
        ({"name": None}, "weird.name = None"),
        ({"src": 5}, "weird.src = 5"),
        ({"detail": ...}, "without detail"),
    ],
)
def test_a_line_that_is_no_record_says_why(change: dict[str, Any], said: str) -> None:
    fields = json.loads(to_json(WEIRD)) | change
    line = json.dumps({name: value for name, value in fields.items() if value is not ...})
    with pytest.raises(RecordError, match=said):
        from_json(line)


@pytest.mark.parametrize(
    "line",
    ["", "{", "[]", "1", b"\xff", '"weird"', "[" * 100_000, '{"type":[]}', '{"type":{}}', '{"type":null}'],
)
def test_a_line_that_is_no_object_says_so(line: str | bytes) -> None:
    with pytest.raises(RecordError, match="expected"):
        from_json(line)


def test_a_field_that_an_older_writer_did_not_know_takes_its_default() -> None:
    record = DnsQuery(1.0, "F1", None, "192.168.4.21", "192.168.4.1", "udp", "a.example", 1)
    fields = json.loads(to_json(record))
    del fields["edns_options"]
    assert from_json(json.dumps(fields)) == record


@pytest.mark.parametrize(
    ("name", "value", "read"),
    [
        ("ts", "1770000000.25", 1_770_000_000.25),
        ("ts", "1.77e9", 1.77e9),
        ("ts", "-1", -1),
        ("lost", "17", 17),
        ("lost", 17.0, 17),
        ("lost", "17.0", 17),
    ],
)
def test_a_number_may_stand_in_quotes(name: str, value: Any, read: float) -> None:
    loss = json.loads(to_json(Loss(1.0, 2.0, "gap", 3, "the interface was down")))
    found = getattr(from_json(json.dumps(loss | {name: value})), name)
    assert found == read
    assert type(found) is type(read)


@pytest.mark.parametrize("value", ["17.5", 17.5, "many", "1" * 30, [17], True, "٣"])
def test_what_is_no_whole_number_is_refused(value: Any) -> None:
    loss = json.loads(to_json(Loss(1.0, 2.0, "gap", 3, "the interface was down")))
    with pytest.raises(RecordError, match="expected int"):
        from_json(json.dumps(loss | {"lost": value}))


def test_a_field_that_may_be_null_may_be_left_out() -> None:
    plain = json.loads(to_json(WEIRD))
    bare = {name: value for name, value in plain.items() if value is not None}
    assert bare != plain
    assert from_json(json.dumps(bare)) == WEIRD
    with pytest.raises(RecordError, match="without detail"):
        from_json(json.dumps({name: value for name, value in bare.items() if name != "detail"}))

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensor.records import MAX_TEXT
from sensor.wire import dnsmessage
from sensor.wire.dnsmessage import MAX_RECORDS, Question, Resource, parse, readable
from sensor.wire.malformed import Malformed

NAME = b"\x03box\x07example\x00"


def message(
    body: bytes = b"", questions: int = 0, answers: int = 0, others: int = 0, flags: int = 0x8180
) -> bytes:
    return struct.pack(">6H", 77, flags, questions, answers, 0, others) + body


def resource(name: bytes, rtype: int, data: bytes, ttl_s: int = 60) -> bytes:
    return name + struct.pack(">HHIH", rtype, 1, ttl_s, len(data)) + data


def one_answer(rtype: int, data: bytes) -> Resource:
    return parse(message(resource(NAME, rtype, data), answers=1)).answers[0]


def test_header_and_question() -> None:
    read = parse(message(NAME + b"\0\x1c\0\1", questions=1, flags=0x8183))
    assert (read.is_response, read.opcode, read.rcode) == (True, 0, 3)
    assert read.questions == (Question("box.example", 28),)


@pytest.mark.parametrize(
    ("rtype", "data", "expected"),
    [
        (dnsmessage.A, b"\xcb\x00\x71\x07", ("203.0.113.7", 0, ())),
        (dnsmessage.AAAA, bytes(15) + b"\1", ("::1", 0, ())),
        (dnsmessage.CNAME, b"\x03cdn\xc0\x10", ("cdn.example", 0, ())),
        (dnsmessage.PTR, b"\xc0\x0c", ("box.example", 0, ())),
        (dnsmessage.SRV, b"\0\0\0\0\x20\xfb\xc0\x0c", ("box.example", 8443, ())),
        (dnsmessage.TXT, b"\x04fw=2\x00\x02on", ("", 0, ("fw=2", "", "on"))),
        (dnsmessage.HTTPS, b"\0\1\0\0\4\0\4\xc0\0\2\1", ("", 0, ("192.0.2.1",))),
        (dnsmessage.HTTPS, b"\0\1\0\0\1\0\3\2h3\0\6\0\x10" + bytes(15) + b"\1", ("", 0, ("::1",))),
        (dnsmessage.SVCB, b"\0\0\xc0\x0c", ("box.example", 0, ())),
        (99, b"anything", ("", 0, ())),
    ],
)
def test_resource_records(rtype: int, data: bytes, expected: tuple[str, int, tuple[str, ...]]) -> None:
    assert one_answer(rtype, data)[:6] == ("box.example", rtype, 60, *expected)


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"\0" * 11, "truncated_header"),
        (message(questions=1), "truncated"),
        (message(b"\x3fshort", questions=1), "truncated"),
        (message(NAME + b"\0\1", questions=1), "truncated"),
        (message(NAME + struct.pack(">HHIH", 1, 1, 60, 400), answers=1), "truncated"),
        (message(questions=MAX_RECORDS, answers=1), "too_many_records"),
        (message(b"\xc0\x0c\0\1\0\1", questions=1), "name_pointer"),  # to itself
        (message(b"\x01a\xc0\x0c\0\1\0\1", questions=1), "name_pointer"),  # a loop
        (message(b"\xc0\x00\0\1\0\1", questions=1), "name_pointer"),  # into the header
        (message(b"\xc0\x20\0\1\0\1" + NAME, questions=1), "name_pointer"),  # forwards
        (message(b"\x80a\0\0\1\0\1", questions=1), "label_type"),
        (message((b"\x3f" + b"a" * 63) * 4 + b"\0\0\1\0\1", questions=1), "long_name"),
        (message(resource(NAME, dnsmessage.A, b"\1\2\3"), answers=1), "address_length"),
        (message(resource(NAME, dnsmessage.TXT, b"\x09abc"), answers=1), "txt_length"),
        (message(resource(NAME, dnsmessage.HTTPS, b"\0\1\0\0\4\0\x09abc"), answers=1), "svcb_length"),
    ],
)
def test_what_contradicts_itself_is_malformed(data: bytes, what: str) -> None:
    with pytest.raises(Malformed) as raised:
        parse(data)
    assert raised.value.what == what


@pytest.mark.parametrize(
    ("labels", "name", "shown"),
    [
        ([b"Box", b"Local"], "Box.Local", "Box.Local"),
        ([b"v2.1", b"local"], "v2\\.1.local", "v2.1.local"),
        ([b"a\\b"], "a\\\\b", "a\\\\b"),
        ([b"nul\0"], "nul\\000", "nul\\x00"),
        (["Bär".encode()], "B\\195\\164r", "Bär"),
        ([], "", ""),
    ],
)
def test_names_are_ascii_with_escapes(labels: list[bytes], name: str, shown: str) -> None:
    wire = b"".join(bytes([len(label)]) + label for label in labels) + b"\0"
    assert parse(message(wire + b"\0\1\0\1", questions=1)).questions[0].name == name
    assert readable(name) == shown


def test_a_long_name_keeps_its_end() -> None:
    wire = b"".join(b"\x32" + b"\xff" * 50 for _ in range(4)) + NAME
    name = parse(message(wire + b"\0\1\0\1", questions=1)).questions[0].name
    assert len(name) == MAX_TEXT
    assert name.endswith("\\255.box.example")


@given(st.lists(st.binary(min_size=1, max_size=20), max_size=8))
def test_every_name_has_one_text(labels: list[bytes]) -> None:
    wire = b"".join(bytes([len(label)]) + label for label in labels) + b"\0"
    name = parse(message(wire + b"\0\1\0\1", questions=1)).questions[0].name
    assert name.isascii()
    assert name.isprintable()


def test_the_most_work_one_message_can_ask_for_is_bounded() -> None:
    # Names of 126 labels, each read anew because each pointer leads to another label of the first one.
    start = b"\x01a" * 126 + b"\0"
    body = (
        start
        + b"\0\1\0\1"
        + b"".join(resource(b"\xc0" + bytes([12 + 2 * (i % 100)]), 99, b"") for i in range(255))
    )
    read = parse(message(body, questions=1, answers=255))
    assert len(read.answers) == 255


@given(st.binary(max_size=300))
def test_any_bytes_are_a_message_or_malformed(data: bytes) -> None:
    try:
        parse(data)
    except Malformed as error:
        assert error.what
        assert error.detail


def test_what_a_service_binding_offers() -> None:
    record = one_answer(65, b"\0\1\0\0\1\0\6\2h3\2h2\0\5\0\2\0\0")
    assert (record.alpn, record.ech) == (("h3", "h2"), True)


def test_edns_options_are_named_by_their_codes() -> None:
    assert one_answer(41, b"\0\x08\0\2ab\xfd\xe9\0\0").items == ("8", "65001")

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensor.wire.httphead import MAX_HEAD_BYTES, MAX_HEADERS, parse
from sensor.wire.malformed import Malformed


@pytest.mark.parametrize("end", [b"\r\n", b"\n"])
def test_lines_end_in_either_way(end: bytes) -> None:
    data = end.join([b"GET / HTTP/1.1", b"Host:  box.example ", b"X-A: 1", b"x-a: 2", b"", b"body\r\n\r\n"])
    head = parse(data)
    assert head
    assert head.start == b"GET / HTTP/1.1"
    assert head.names == (b"host", b"x-a", b"x-a")
    assert head.values == {b"host": b"box.example", b"x-a": b"1"}
    assert data[head.size :] == b"body\r\n\r\n"


def test_no_fields_and_a_folded_line() -> None:
    head = parse(b"GET / HTTP/1.1\r\n\r\n")
    assert head
    assert (head.names, head.size) == ((), 18)
    folded = parse(b"GET / HTTP/1.1\r\nA: 1\r\n  more: of it\r\n\r\n")
    assert folded
    assert folded.names == (b"a",)


def test_an_unfinished_head_needs_more() -> None:
    assert parse(b"") is None
    assert parse(b"GET / HTTP/1.1\r\nHost: x\r\n") is None


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"x" * (MAX_HEAD_BYTES + 1), "long_head"),
        (b"GET / HTTP/1.1\r\nA: " + b"x" * MAX_HEAD_BYTES + b"\r\n\r\n", "long_head"),
        (b"GET / HTTP/1.1\r\n" + b"A: 1\r\n" * (MAX_HEADERS + 1) + b"\r\n", "many_headers"),
        (b"GET / HTTP/1.1\r\nno colon here\r\n\r\n", "header_colon"),
    ],
)
def test_what_is_no_head_is_malformed(data: bytes, what: str) -> None:
    with pytest.raises(Malformed) as raised:
        parse(data)
    assert raised.value.what == what


@given(st.text("ab: \r\n\t", max_size=60))
def test_a_head_never_reaches_past_its_end(text: str) -> None:
    data = text.encode()
    try:
        head = parse(data)
    except Malformed:
        return
    assert head is None or data[: head.size].endswith(b"\n")

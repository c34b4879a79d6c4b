from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensor.wire.fieldnames import BODY_BYTES, names

MULTIPART = (
    b'--b\r\nContent-Disposition: form-data; name="serial"\r\n\r\nAB12\r\n'
    b'--b\r\ncontent-disposition: form-data; name="photo"; filename="me.jpg"\r\n\r\n'
)


@pytest.mark.parametrize(
    ("media_type", "body", "expected"),
    [
        ("application/x-www-form-urlencoded", b"a=1&b%5Bc%5D=2&novalue&a=3", ("a", "b[c]")),
        ("multipart/form-data", MULTIPART, ("serial", "photo")),
        ("application/json", b'{"mac": "a\\"b\\":", "list":[{"x" :1}], "02:54": 1', ("mac", "list", "x")),
        ("application/json", b'{"open": "never closed, "key":1', ("open",)),
        ("application/vnd.box+json", b'{"a":1}', ("a",)),
        ("text/plain", b"a=1", ()),
        (None, b"a=1", ()),
    ],
)
def test_names(media_type: str | None, body: bytes, expected: tuple[str, ...]) -> None:
    assert names(media_type, body) == expected


@pytest.mark.parametrize(
    "body", [b'"' * 9000, b'\\"' * 4500, b'"\\"' * 3000, b"content-disposition:" * 400, b"a=&" * 3000]
)
def test_the_work_is_bounded(body: bytes) -> None:
    start = time.process_time()
    for media_type in ("application/json", "multipart/form-data", "application/x-www-form-urlencoded"):
        names(media_type, body)
    assert time.process_time() - start < 0.05


@given(st.binary(max_size=200), st.sampled_from(["application/json", "multipart/form-data"]))
def test_any_bytes(body: bytes, media_type: str) -> None:
    assert len(names(media_type, body)) <= BODY_BYTES

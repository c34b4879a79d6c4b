from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensor.records import Record, RtspRequest
from tests.sensor.dissect.given import CLIENT, CLIENT_MAC, SERVER, mutated, read, segments, weird_names

DESCRIBE = (
    b"DESCRIBE rtsp://camera.example:554/live/1?user=a&password=b RTSP/1.0\r\nCSeq: 2\r\n"
    b'User-Agent: Viewer/1.0\r\nAuthorization: Digest username="a"\r\n\r\n'
)


def rtsp(*parts: bytes) -> list[Record]:
    return read(*segments(parts, dport=554))


def test_a_request() -> None:
    expected = RtspRequest(
        1.0, "F1", CLIENT_MAC, CLIENT, SERVER, 554, "DESCRIBE", "/live/1", "Viewer/1.0", "digest"
    )
    assert rtsp(DESCRIBE, DESCRIBE) == [expected, expected]
    assert rtsp(DESCRIBE[:40], DESCRIBE[40:]) == [expected]


@pytest.mark.parametrize(
    ("line", "path"), [(b"OPTIONS * RTSP/1.0", "*"), (b"SETUP rtsp://a/t/1 RTSP/2.0", "/t/1")]
)
def test_request_lines(line: bytes, path: str) -> None:
    (found,) = rtsp(line + b"\r\n\r\n")
    assert isinstance(found, RtspRequest) and found.path == path


OPTIONS, PLAY = (b"%s rtsp://a/live RTSP/1.0\r\nCSeq: 1\r\n\r\n" % verb for verb in (b"OPTIONS", b"PLAY"))
ANNOUNCE = b"ANNOUNCE rtsp://a/live RTSP/1.0\r\nContent-Length: 5\r\n\r\nv=0\r\n"
RECORD = b"RECORD rtsp://a/live RTSP/1.0\r\n\r\n"


@pytest.mark.parametrize(
    ("stream", "methods"),
    [
        (OPTIONS + DESCRIBE + PLAY, ["OPTIONS", "DESCRIBE", "PLAY"]),
        (OPTIONS + PLAY + OPTIONS, ["OPTIONS", "PLAY"]),
        (ANNOUNCE + RECORD, ["ANNOUNCE", "RECORD"]),
        (OPTIONS * 9, ["OPTIONS"] * 8),
        (OPTIONS + b"RTSP/1.0 200 OK\r\n\r\n" + PLAY, ["OPTIONS"]),
        (OPTIONS + b"$\0\0\4abcd", ["OPTIONS"]),
    ],
)
@pytest.mark.parametrize("size", [30, 10_000])
def test_requests_up_to_the_stream(stream: bytes, methods: list[str], size: int) -> None:
    found = rtsp(*[stream[at : at + size] for at in range(0, len(stream), size)])
    assert [one.method for one in found if isinstance(one, RtspRequest)] == methods


@pytest.mark.parametrize(
    ("stream", "name"),
    [
        (b"DESCRIBE rtsp://a nothing\r\n\r\n", "rtsp_request_line"),
        (b"PLAY rtsp://a RTSP/1.0\r\nno colon\r\n\r\n", "rtsp_header_colon"),
    ],
)
def test_malformed(stream: bytes, name: str) -> None:
    assert weird_names(rtsp(stream)) == [name]


@given(st.lists(st.one_of(st.binary(max_size=60), mutated([DESCRIBE])), max_size=4))
def test_any_bytes_give_records_or_a_weird(parts: list[bytes]) -> None:
    assert isinstance(rtsp(*parts), list)
    assert isinstance(rtsp(DESCRIBE[:30], *parts), list)

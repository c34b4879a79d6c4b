from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensor.dissect.http1 import MAX_REQUESTS
from sensor.records import FlowRecord, HttpRequest, PortMapping, Record
from tests.sensor.dissect.given import CLIENT, CLIENT_MAC, SERVER, mutated, read, segments, weird_names

POST = (
    b"POST /v1/story?device=AB12&mac=02%3A54&&debug HTTP/1.1\r\nHost: API.Storybox.example:8080\r\n"
    b"User-Agent: Storybox/2.4\r\nContent-Type: Application/JSON; charset=utf-8\r\n"
    b"Content-Length: 4\r\n\r\nabcd"
)
GET = b"GET / HTTP/1.1\r\nHost: other.example\r\n\r\n"


def requests(*parts: bytes) -> list[HttpRequest]:
    found = read(*segments(parts))
    assert all(isinstance(record, HttpRequest) for record in found), found
    return [record for record in found if isinstance(record, HttpRequest)]


def one(head: bytes) -> HttpRequest:
    (found,) = requests(head)
    return found


def test_a_request() -> None:
    assert one(POST) == HttpRequest(
        1.0,
        "F1",
        CLIENT_MAC,
        CLIENT,
        40000,
        SERVER,
        40001,
        "POST",
        "api.storybox.example",
        "/v1/story",
        ("device", "mac"),
        "Storybox/2.4",
        "application/json",
        4,
        ("host", "user-agent", "content-type", "content-length"),
        (),
        ("device_id", "mac"),
    )


def test_no_value_of_a_parameter_is_kept() -> None:
    assert "AB12" not in repr(one(POST))
    assert "debug" not in repr(one(POST))  # without a name it may be a value


@pytest.mark.parametrize(
    ("line", "host", "path"),
    [
        (b"GET http://A.example:80/x?y=1 HTTP/1.1", "a.example", "/x"),
        (b"GET https://user:secret@a.example/ HTTP/1.1", "a.example", "/"),
        (b"GET http://[2001:db8::1]:8080/ HTTP/1.0", "2001:db8::1", "/"),
        (b"CONNECT a.example:443 HTTP/1.1", "a.example", ""),
        (b"OPTIONS * HTTP/1.1", "h.example", "*"),
        (b"GET /a#b HTTP/1.1", "h.example", "/a"),
        (b"GET /\xff\x01 HTTP/1.1", "h.example", "/\\xff\\x01"),
    ],
)
def test_request_targets(line: bytes, host: str, path: str) -> None:
    found = one(line + b"\r\nHost: H.example.\r\n\r\n")
    assert (found.host, found.path) == (host, path)
    assert "secret" not in repr(found)


def test_what_the_request_did_not_say_is_none() -> None:
    found = one(b"GET / HTTP/1.0\r\n\r\n")
    assert (found.host, found.user_agent, found.content_type, found.content_bytes) == (None,) * 4


@pytest.mark.parametrize("size", [1, 3, 50, 1000])
def test_pipelined_requests_in_pieces(size: int) -> None:
    stream = POST + GET + b"\r\n" + POST + GET
    parts = [stream[at : at + size] for at in range(0, len(stream), size)]
    assert [found.method for found in requests(*parts)] == ["POST", "GET", "POST", "GET"]


def test_a_flood_of_requests_is_bounded() -> None:
    assert len(requests(b"GET / HTTP/1.1\n\n" * 4000)) == MAX_REQUESTS


def test_a_body_is_not_read_as_a_request() -> None:
    body = GET * 3
    head = b"PUT /x HTTP/1.1\r\nContent-Length: " + str(len(body)).encode() + b"\r\n\r\n"
    assert [found.method for found in requests(head + body[:30], body[30:] + GET)] == ["PUT", "GET"]


@pytest.mark.parametrize(
    "head",
    [
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"GET / HTTP/1.1\r\nUpgrade: websocket\r\n\r\n",
        b"CONNECT a.example:443 HTTP/1.1\r\n\r\n",
    ],
)
def test_after_a_body_of_unknown_length_nothing_is_read(head: bytes) -> None:
    assert len(requests(head + GET)) == 1


@pytest.mark.parametrize(
    "stream",
    [
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"GETTING started\r\n\r\n",
        b"get / HTTP/1.1\r\n\r\n",
        b"\x16\x03\x01",
    ],
)
def test_other_protocols_are_left_alone(stream: bytes) -> None:
    assert requests(stream) == []


@pytest.mark.parametrize(
    ("stream", "name"),
    [
        (b"GET / HTTP/2.0\r\n\r\n", "http_request_line"),
        (b"GET /\r\n\r\n", "http_request_line"),
        (b"GET / HTTP/1.1\r\nno colon\r\n\r\n", "http_header_colon"),
        (b"GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", "http_content_length"),
        (b"GET / HTTP/1.1\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\n", "http_content_length"),
        (b"GET / HTTP/1.1\r\nA: " + b"x" * 20_000, "http_long_head"),
    ],
)
def test_malformed_requests(stream: bytes, name: str) -> None:
    found: list[Record] = read(*segments([stream, GET]))
    assert weird_names(found) == [name]
    assert len(found) == 1


FORM = b"POST / HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 27\r\n\r\n"
BODY = b"serial=AB12&password=secret"


@pytest.mark.parametrize("cut", [0, 1, 10, 26])
def test_a_request_waits_for_its_body(cut: int) -> None:
    (found,) = requests(FORM + BODY[:cut], BODY[cut:])
    assert (found.fields, found.leaks) == (("serial", "password"), ("credentials", "serial"))
    assert "AB12" not in repr(found) and "secret" not in repr(found)


def test_a_body_that_never_comes_does_not_hide_its_request() -> None:
    flow = FlowRecord(*[None] * len(FlowRecord._fields))._replace(
        uid="F1", proto="tcp", end="flush", ts=2.0, duration_s=0.0
    )  # type: ignore[arg-type]
    found = read(*segments([FORM + BODY[:5]]), flow)  # type: ignore[arg-type]
    assert [type(record).__name__ for record in found] == ["HttpRequest", "FlowRecord"]


def test_a_request_behind_a_form_is_read() -> None:
    assert [found.method for found in requests(FORM + BODY + GET)] == ["POST", "GET"]


SOAP = (
    b'<s:Body><u:AddPortMapping xmlns:u="urn:schemas-upnp-org:service:WANIPConnection:1"><NewRemoteHost/>'
    b"<NewExternalPort>8443</NewExternalPort><NewProtocol>TCP</NewProtocol><NewInternalPort>443</NewInternalPort>"
    b"<NewInternalClient>192.168.4.21</NewInternalClient><NewEnabled>1</NewEnabled>"
    b"<NewPortMappingDescription>storybox</NewPortMappingDescription><NewLeaseDuration>0</NewLeaseDuration>"
    b"</u:AddPortMapping></s:Body>"
)


@pytest.mark.parametrize("cut", [0, 100, len(SOAP)])
def test_a_port_mapping_asked_of_the_router(cut: int) -> None:
    head = (
        b"POST /ctl/IPConn HTTP/1.1\r\nContent-Type: text/xml\r\nSOAPAction: "
        b'"urn:schemas-upnp-org:service:WANIPConnection:1#AddPortMapping"\r\nContent-Length: %d\r\n\r\n'
    )
    found = read(*segments([head % len(SOAP) + SOAP[:cut], SOAP[cut:]]))
    assert found[1:] == [
        PortMapping(
            1.0, "F1", CLIENT_MAC, CLIENT, SERVER, "igd", "add", "tcp", CLIENT, 443, 8443, 0, "storybox"
        )
    ]


@given(st.lists(st.one_of(st.binary(max_size=60), mutated([POST, GET, FORM + BODY])), max_size=4))
def test_any_bytes_give_records_or_a_weird(parts: list[bytes]) -> None:
    assert isinstance(read(*segments([GET[:20], *parts])), list)
    assert isinstance(read(*segments(parts)), list)

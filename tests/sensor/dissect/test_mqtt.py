from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensor.records import MqttConnect, Record
from tests.sensor.dissect.given import CLIENT, CLIENT_MAC, SERVER, mutated, read, segments, weird_names
from tests.sensor.dissect.hellos import sized


def connect(client_id: bytes, flags: int, *fields: bytes, version: int = 4, properties: bytes = b"") -> bytes:
    """Return a CONNECT with these fields behind the client id."""
    body = sized(b"MQTT") + bytes((version, flags)) + b"\0\x3c" + properties + sized(client_id)
    body += b"".join(fields)
    return (
        b"\x10"
        + (bytes((len(body),)) if len(body) < 128 else bytes((len(body) & 127 | 128, len(body) >> 7)))
        + body
    )


FULL = connect(
    b"02:54:42:00:00:21", 0xC6, sized(b"home/storybox"), sized(b"gone"), sized(b"box"), sized(b"secret")
)
V5 = connect(b"", 0x06, b"\0", sized(b"t"), sized(b"m"), version=5, properties=b"\5\x11\0\0\0\x3c")
LONG = connect(b"x" * 200, 2)


def mqtt(*parts: bytes) -> list[Record]:
    return read(*segments(parts, dport=1883))


def test_all_of_a_connect() -> None:
    found = mqtt(FULL)
    assert found == [
        MqttConnect(1.0, "F1", CLIENT_MAC, CLIENT, SERVER, 1883, 4, "mac", True, True, 60, "home/storybox")
    ]
    assert "secret" not in repr(found)


def test_version_5() -> None:
    (found,) = mqtt(V5)
    assert found[6:] == (5, "empty", False, False, 60, "t")


@pytest.mark.parametrize("size", [13, 50])
def test_in_pieces(size: int) -> None:
    assert mqtt(*[LONG[at : at + size] for at in range(0, len(LONG), size)]) == mqtt(LONG)


@pytest.mark.parametrize(
    ("client_id", "kind"),
    [(b"", "empty"), (b"12345", "number"), (b"storybox", "text"), (b"box-025442000021", "mac"),
     (b"0f8fad5b-d9cb-469f-a165-70867728950e", "uuid")],
)  # fmt: skip
def test_kinds_of_client_id(client_id: bytes, kind: str) -> None:
    (found,) = mqtt(connect(client_id, 2))
    assert isinstance(found, MqttConnect) and found.client_id_kind == kind


@pytest.mark.parametrize(
    ("stream", "name"),
    [(b"\x10\x0a\0\4MQTT\4\2\0\0", "mqtt_truncated"), (b"\x10\xff\x7f\0\4MQTT", "mqtt_long_connect")],
)
def test_malformed(stream: bytes, name: str) -> None:
    assert weird_names(mqtt(stream)) == [name]


@given(st.lists(st.one_of(st.binary(max_size=60), mutated([FULL, V5, LONG])), max_size=4))
def test_any_bytes_give_records_or_a_weird(parts: list[bytes]) -> None:
    assert isinstance(mqtt(*parts), list)
    assert isinstance(mqtt(FULL[:12], *parts), list)

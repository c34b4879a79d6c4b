"""Host names and addresses: what is believed, what is local, what the key is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.parties.domains import believable, is_local_address, is_local_name


@pytest.mark.parametrize(
    ("name", "host"),
    [
        ("A.Example.", "a.example"),
        ("_x.a-b.example", "_x.a-b.example"),
        ("*.a.example", "*.a.example"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("192.0.2.1", None),
        ("2001:db8::1", None),
        ("localhost", None),
        ("a..example", None),
        ("-a.example", None),
        ("a b.example", None),
        ("a" * 64 + ".example", None),
        (".".join(["a" * 60] * 5) + ".example", None),
        ("", None),
        (None, None),
    ],
)
def test_believable(name: str | None, host: str | None) -> None:
    assert believable(name) == host


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("router", True),
        ("bear.local", True),
        ("bear.fritz.box", True),
        ("02:00:00:00:00:01", True),
        ("1.1.168.192.in-addr.arpa", True),
        ("a.example", False),
        ("local.example", False),
        ("a\nb", False),
    ],
)
def test_is_local_name(name: str, expected: bool) -> None:
    assert is_local_name(name) is expected


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("192.168.1.1", True),
        ("172.31.0.1", True),
        ("172.32.0.1", False),
        ("::ffff:192.168.1.1", True),
        ("::ffff:8.8.8.8", False),
        ("fd00::1", True),
        ("ff02::fb", True),
        ("2001:2::1", False),
        ("198.18.0.1", False),
        ("100.64.0.1", False),
        ("", None),
        ("bear", None),
    ],
)
def test_is_local_address(address: str, expected: bool | None) -> None:
    assert is_local_address(address) is expected


@given(st.text())
def test_any_text_is_read(text: str) -> None:
    host = believable(text)
    assert host is None or len(host) <= 253
    is_local_name(text)
    is_local_address(text)

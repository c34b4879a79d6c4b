from __future__ import annotations

import pytest

from sensor.wire.resolvers import is_resolver


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("dns.google", True),
        ("mozilla.cloudflare-dns.com", True),
        ("dns.quad9.net", True),
        ("doh.opendns.com", True),
        ("quad9.net", False),
        ("www.opendns.com", False),
        ("google", False),
        ("cloudflare-dns.com.example", False),
    ],
)
def test_names(name: str, expected: bool) -> None:
    assert is_resolver(name) == expected

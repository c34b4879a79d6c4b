"""JA4 and SNI of every hello in the reference captures, which lie outside the repository."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sensor.records import TlsClientHello
from tests.captures.expect import records

CAPTURES = Path(__file__).parents[2] / ".." / "shared" / "captures"
EXPECTED = CAPTURES / "tls" / "expected_ja4.json"


def test_ja4_and_sni_equal_the_reference() -> None:
    if not EXPECTED.exists():
        pytest.skip("the reference captures in ../shared/captures are not on this machine")
    expected: dict[str, list[dict[str, Any]]] = json.loads(EXPECTED.read_text())
    read = {name: hellos(CAPTURES / name) for name in expected}
    wanted = {name: sorted(tuple(map(str, row.values())) for row in rows) for name, rows in expected.items()}
    assert read == wanted


def hellos(capture: Path) -> list[tuple[str, ...]]:
    """Return source, port, destination, port, SNI and JA4 of each hello over TCP, as text."""
    return sorted(
        tuple(map(str, (found.src, found.sport, found.dst, found.dport, found.server_name, found.ja4)))
        for found in records(capture, native=False)
        if isinstance(found, TlsClientHello) and found.transport == "tcp"
    )

"""Whether the line outside waits for a log-in, by what systemd-networkd noted of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from appliance.gateway import machine, verify
from tests.appliance.gateway.plans import ETHERNET


@pytest.mark.parametrize(
    ("noted", "waits"),
    [
        ("CAPTIVE_PORTAL=https://hotel.example/api\n", True),
        (f"CAPTIVE_PORTAL={machine.UNRESTRICTED}\n", False),
        ("OPER_STATE=routable\n", False),
        ("", False),
    ],
)
def test_a_line_that_names_a_page_to_be_seen_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, noted: str, waits: bool
) -> None:
    (tmp_path / "net/eth0").mkdir(parents=True)
    (tmp_path / "net/eth0/ifindex").write_text("2\n")
    (tmp_path / "2").write_text(noted)
    monkeypatch.setattr(machine, "INTERFACES", tmp_path / "net")
    monkeypatch.setattr(machine, "LINKS", tmp_path)
    sentence = verify.captive(ETHERNET)
    assert (sentence is not None) == waits
    assert not waits or "wants a log-in first" in str(sentence)
    assert "hotel.example" not in str(sentence)  # a text of strangers

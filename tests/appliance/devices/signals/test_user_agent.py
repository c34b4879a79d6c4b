from __future__ import annotations

import pytest

from appliance.devices.signals.user_agent import evidence
from tests.appliance.devices.samples import KNOWLEDGE, http


@pytest.mark.parametrize(
    ("agent", "wanted"),
    [
        ("Withings UserAgent", ("vendor", "Withings")),
        ("Roku/DVP-9.10 (519.10E04111A)", ("category", "tv")),
        ("Mozilla/5.0 (Nintendo Switch; WifiWebAuthApplet) AppleWebKit/606.4", ("model", "Switch")),
        ("Dalvik/2.1.0 (Linux; U; Android 9; SM-T510 Build/PPR1)", ("category", "tablet")),
        ("Mozilla/5.0 (Web0S; Linux/SmartTV) AppleWebKit/537.36", ("vendor", "LG")),
        ("CaptiveNetworkSupport-390.60.1 wispr", ("vendor", "Apple")),
    ],
)
def test_what_a_program_says_of_itself(agent: str, wanted: tuple[str, str]) -> None:
    assert wanted in {(item.field, item.value) for item in evidence(http("x.example", agent), KNOWLEDGE)}


@pytest.mark.parametrize("agent", [None, "", "curl/8.5.0", "Mozilla/5.0"])
def test_what_tells_nothing(agent: str | None) -> None:
    assert list(evidence(http("x.example", agent), KNOWLEDGE)) == []

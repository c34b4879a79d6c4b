"""A stored alert says the same in another language, or stays as it was."""

from __future__ import annotations

import pytest

from appliance.alerts.judge import judge
from appliance.alerts.profile import profile_of
from appliance.alerts.retell import retell
from appliance.devices.device import DeviceRecord
from appliance.findings.finding import Finding

DEVICE = DeviceRecord("d-1", "Bear", (), (), (), None, "toy", None, {}, (), 0.0, 9.0)
FINDING = Finding("d-1", "old_tls", "toy.example", 1.0, 2.0, 3, 2, "offers TLS 1.0", ())


@pytest.mark.parametrize("language", ["en", "fr", "de"])
def test_it_says_what_the_rules_say_in_that_language(language: str) -> None:
    english = judge(FINDING, profile_of(DEVICE, "en"))
    assert english is not None
    said = retell(english, FINDING, DEVICE, language)
    there = judge(FINDING, profile_of(DEVICE, language))
    assert there is not None
    assert (said.title, said.text, said.do) == (there.title, there.text, there.do)
    assert said._replace(title="", text="", do="") == english._replace(title="", text="", do="")


@pytest.mark.parametrize(
    ("fact", "device", "language"),
    [
        (None, DEVICE, "fr"),
        (FINDING, None, "fr"),
        (FINDING, DEVICE, "tlh"),
        (FINDING._replace(code="of another release"), DEVICE, "fr"),
    ],
)
def test_it_stays_as_it_was_where_it_cannot_be_said(
    fact: Finding | None, device: DeviceRecord | None, language: str
) -> None:
    english = judge(FINDING, profile_of(DEVICE, "en"))
    assert english is not None
    assert retell(english, fact, device, language) == english

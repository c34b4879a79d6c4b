from __future__ import annotations

from appliance.devices.knowledge import DeviceKnowledge
from appliance.devices.rows import Catalogue, Rule
from appliance.devices.signals.tls import evidence
from tests.appliance.devices.samples import Registered, hello

JA4 = "t12d040700_352480939188_3c5a66c06c35"
RULE = Rule("ja4", JA4, None, "toy", None, 0.3, "", None)
KNOWLEDGE = DeviceKnowledge(Catalogue((), (RULE,), ()), Registered(None))


def test_a_known_fingerprint_is_weak_evidence() -> None:
    [item] = evidence(hello(None, JA4), KNOWLEDGE)
    assert (item.field, item.value, item.source, item.confidence) == ("category", "toy", "tls", 0.3)


def test_another_fingerprint_tells_nothing() -> None:
    assert list(evidence(hello(None, "t13d1516h2_8daaf6152771_02713d6af862"), KNOWLEDGE)) == []

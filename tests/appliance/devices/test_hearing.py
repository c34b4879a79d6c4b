"""What a device says is read once."""

from __future__ import annotations

from appliance.devices import hearing
from appliance.devices.hearing import Hearing
from appliance.devices.state import DeviceState
from tests.appliance.devices.samples import KNOWLEDGE, PLUG, query


def test_the_same_again_is_not_read_again() -> None:
    ears, box = Hearing(KNOWLEDGE), DeviceState("d-1", 0.0, 0.0)
    ears.hear(box, query("prod.de.tbs.toys"))
    assert ears.dirty == {"d-1"}
    box.evidence.clear()
    ears.hear(box, query("prod.de.tbs.toys"))
    assert not box.evidence
    ears.forget()
    ears.hear(box, query("prod.de.tbs.toys"))
    assert box.evidence


def test_what_nobody_said_is_no_evidence() -> None:
    ears = Hearing(KNOWLEDGE)
    ears.hear(None, query("prod.de.tbs.toys"))
    assert not ears.dirty


def test_what_is_remembered_is_bounded(monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(hearing, "MAX_HEARD", 8)
    ears, box = Hearing(KNOWLEDGE), DeviceState("d-1", 0.0, 0.0)
    for number in range(100):
        ears.hear(box, query(f"h{number}.example"))
    assert len(ears._heard) <= 8


def test_a_new_mac_tells_its_maker() -> None:
    ears, box = Hearing(KNOWLEDGE), DeviceState("d-1", 0.0, 0.0)
    ears.hear_mac(box, PLUG, 0.0)
    assert any(item.source == "oui" for item in box.evidence.values())
    assert any(token.startswith("maker:") for token in box.tokens)

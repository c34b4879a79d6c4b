from __future__ import annotations

from appliance.devices.device import Evidence
from appliance.devices.state import MAX_EVIDENCE, DeviceState, keep_last


def said(value: str, confidence: float, ts: float = 1.0) -> Evidence:
    return Evidence("vendor", value, "oui", confidence, "r", ts)


def test_the_same_again_is_nothing_new_unless_surer() -> None:
    state = DeviceState("d-1", 0.0, 0.0)
    assert state.add_evidence(said("A", 0.5))
    assert not state.add_evidence(said("A", 0.5, 9.0))
    assert state.add_evidence(said("A", 0.9, 9.0))
    [kept] = state.evidence.values()
    assert (kept.confidence, kept.ts) == (0.9, 1.0)


def test_at_the_bound_the_weakest_goes() -> None:
    state = DeviceState("d-1", 0.0, 0.0)
    for number in range(MAX_EVIDENCE):
        state.add_evidence(said(f"v{number}", 0.5 + number / 1000))
    assert not state.add_evidence(said("weak", 0.1))
    assert state.add_evidence(said("strong", 0.9))
    values = {item.value for item in state.evidence.values()}
    assert "strong" in values
    assert "v0" not in values
    assert len(values) == MAX_EVIDENCE


def test_an_ordered_set_keeps_the_last() -> None:
    known: dict[str, None] = {}
    assert [keep_last(known, entry, 2) for entry in ("a", "b", "a", "c")] == [
        (True, None),
        (True, None),
        (False, None),
        (True, "b"),
    ]
    assert list(known) == ["a", "c"]


def test_a_sight_is_told_every_five_minutes() -> None:
    state = DeviceState("d-1", 100.0, 100.0, told_ts=100.0)
    assert [state.saw(ts) for ts in (101.0, 399.0, 400.0, 401.0, 50.0)] == [False, False, True, False, False]
    assert (state.first_ts, state.last_ts) == (50.0, 401.0)


def test_a_device_without_mac_is_named_by_its_address() -> None:
    state = DeviceState("d-1", 0.0, 0.0, addresses={"192.168.1.20": None})
    assert state.record().name == "Unknown device (….1.20)"

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.devices.decision import decide, shown_name
from appliance.devices.device import SOURCES, Evidence


def said(field: str, value: str, source: str, confidence: float, reason: str = "") -> Evidence:
    return Evidence(field, value, source, confidence, reason or f"{source} says {value}", 1.0)


CASES = [
    ("one source", [said("vendor", "Sonos", "oui", 0.9)], "Sonos", 0.9),
    (
        "two that agree",
        [said("vendor", "Sonos", "oui", 0.9), said("vendor", "Sonos", "mdns", 0.9)],
        "Sonos",
        0.99,
    ),
    (
        "one source twice counts once",
        [said("vendor", "Sonos", "dns", 0.6), said("vendor", "Sonos", "dns", 0.5)],
        "Sonos",
        0.6,
    ),
    ("too weak to say", [said("vendor", "Sonos", "ports", 0.2)], None, None),
    (
        "of two strong ones the order of sources decides",
        [said("vendor", "D-Link", "mdns", 0.85), said("vendor", "SerComm", "oui", 0.93)],
        "D-Link",
        0.765,
    ),
    (
        "a name asked for does not beat the address block",
        [said("vendor", "Amazon", "oui", 0.93), said("vendor", "Signify (Philips Hue)", "dns", 0.55)],
        "Amazon",
        0.67,
    ),
    (
        "a guess contradicts nothing better",
        [said("vendor", "Amazon", "oui", 0.93), said("vendor", "Signify (Philips Hue)", "dns", 0.3)],
        "Amazon",
        0.93,
    ),
    (
        "a guess contradicts a guess",
        [said("vendor", "Amazon", "oui", 0.45), said("vendor", "Signify (Philips Hue)", "dns", 0.3)],
        "Amazon",
        0.38,
    ),
    (
        "a house does not contradict its brand",
        [said("vendor", "Google", "oui", 0.93), said("vendor", "Google (Nest)", "dhcp", 0.9)],
        "Google (Nest)",
        0.99,
    ),
    (
        "the parent beats all",
        [said("vendor", "Sonos", "mdns", 0.99), said("vendor", "IKEA", "parent", 1.0)],
        "IKEA",
        1.0,
    ),
    (
        "names of many makers are those of apps",
        [
            said("vendor", "Sonos", "dns", 0.75),
            said("vendor", "LIFX", "dns", 0.75),
            said("vendor", "Arlo", "dns", 0.75),
        ],
        None,
        None,
    ),
]


@pytest.mark.parametrize(
    ("evidence", "vendor", "sure"), [case[1:] for case in CASES], ids=[c[0] for c in CASES]
)
def test_vendor(evidence: list[Evidence], vendor: str | None, sure: float | None) -> None:
    decision = decide(evidence, random_mac=False)
    assert decision.vendor == vendor
    assert decision.confidence.get("vendor") == (None if sure is None else pytest.approx(sure, abs=0.02))


def test_what_was_said_with_a_vendor_we_do_not_believe_is_dropped() -> None:
    app = "it talks to “prod.de.tbs.toys”"
    evidence = [
        said("vendor", "Samsung", "oui", 0.93),
        said("vendor", "Boxine (tonies)", "dns", 0.72, app),
        said("category", "toy", "dns", 0.72, app),
        said("category", "phone", "dhcp", 0.5),
    ]
    decision = decide(evidence, random_mac=False)
    assert (decision.vendor, decision.category) == ("Samsung", "phone")


def test_a_phone_with_a_random_mac_is_not_the_toy_its_app_asks_for() -> None:
    app = "it talks to “prod.de.tbs.toys”"
    evidence = [
        said("vendor", "Boxine (tonies)", "dns", 0.72, app),
        said("category", "toy", "dns", 0.72, app),
        said("category", "phone", "dhcp", 0.5),
    ]
    assert decide(evidence, random_mac=True).category == "phone"


EVIDENCE = st.lists(
    st.builds(
        Evidence,
        st.sampled_from(["vendor", "category", "model", "name"]),
        st.sampled_from(["A", "A (b)", "C", "D"]),
        st.sampled_from(SOURCES),
        st.floats(0, 1),
        st.sampled_from(["r", "s"]),
        st.just(1.0),
    ),
    max_size=12,
)


@given(EVIDENCE, st.booleans())
def test_a_decision_is_one_that_was_said_and_no_surer_than_one(
    evidence: list[Evidence], random: bool
) -> None:
    decision = decide(evidence, random)
    for field in ("vendor", "category", "model"):
        value = getattr(decision, field)
        assert (value is None) == (field not in decision.confidence)
        assert value is None or value in {item.value for item in evidence if item.field == field}
    assert all(0 < sure <= 1 for sure in decision.confidence.values())


@given(EVIDENCE, st.booleans())
def test_the_order_of_evidence_does_not_matter(evidence: list[Evidence], random: bool) -> None:
    first, second = decide(evidence, random), decide(evidence[::-1], random)
    assert (first.vendor, first.category, first.model) == (second.vendor, second.category, second.model)


@pytest.mark.parametrize(
    ("evidence", "name"),
    [
        ([said("name", "Bear", "parent", 1.0), said("name", "Kitchen", "mdns", 0.8)], "Bear"),
        ([said("name", "Kitchen", "mdns", 0.8), said("vendor", "Sonos", "oui", 0.9)], "Kitchen"),
        ([said("vendor", "D-Link", "oui", 0.9), said("model", "DCS-935L", "mdns", 0.9)], "D-Link DCS-935L"),
        ([said("vendor", "LEGO", "oui", 0.9), said("model", "LEGO Boost", "mdns", 0.9)], "LEGO Boost"),
        ([said("vendor", "Boxine (tonies)", "oui", 0.9), said("model", "Toniebox", "oui", 0.6)], "Toniebox"),
        ([said("vendor", "Tiger Media", "dns", 0.7), said("model", "tigerbox", "dns", 0.7)], "tigerbox"),
        (
            [said("vendor", "Meta (Oculus)", "oui", 0.9), said("model", "Meta Quest", "oui", 0.6)],
            "Meta Quest",
        ),
        ([said("vendor", "Sonos", "oui", 0.9), said("model", "Sound One", "oui", 0.6)], "Sonos Sound One"),
        ([said("vendor", "Sonos", "oui", 0.9), said("model", "Sound One", "dns", 0.4)], "Sonos device"),
        ([said("vendor", "Sonos", "oui", 0.9), said("category", "speaker", "oui", 0.9)], "Sonos speaker"),
        (
            [said("vendor", "Google (Nest)", "oui", 0.9), said("category", "camera", "oui", 0.9)],
            "Nest camera",
        ),
        ([said("vendor", "BSH (Bosch, Siemens)", "oui", 0.9)], "BSH device"),
        ([said("name", "study-pc", "dhcp", 0.5), said("category", "computer", "dhcp", 0.9)], "study-pc"),
        ([said("vendor", "TP-Link", "oui", 0.9)], "TP-Link device"),
        ([said("category", "camera", "ports", 0.6)], "Unknown camera (…fc:a3)"),
        ([], "Unknown device (…fc:a3)"),
    ],
)
def test_what_a_device_is_called(evidence: list[Evidence], name: str) -> None:
    assert shown_name(decide(evidence, random_mac=False), "fc:a3") == name


def test_a_more_exact_name_contradicts_no_common_one() -> None:
    common = said("model", "Toniebox", "oui", 0.6)
    exact = decide([common, said("model", "Toniebox 2", "mdns", 0.7)], random_mac=False)
    assert (exact.model, exact.confidence["model"]) == ("Toniebox 2", 0.7)
    less = decide([common, said("model", "Toniebox 2", "mdns", 0.5)], random_mac=False)
    assert (less.model, less.confidence["model"]) == ("Toniebox", 0.6)
    other = decide([common, said("model", "Tonieboxes", "mdns", 0.5)], random_mac=False)
    assert (other.model, other.confidence["model"]) == ("Toniebox", 0.45)


def test_what_a_maker_mostly_sells_is_one_reason_however_often_the_maker_shows() -> None:
    kinds = [said("category", "camera", "oui", 0.7), said("category", "camera", "dns", 0.72)]
    assert decide(kinds, random_mac=False).confidence["category"] == pytest.approx(0.72)
    kinds.append(said("category", "camera", "mdns", 0.8))
    assert decide(kinds, random_mac=False).confidence["category"] == pytest.approx(0.944)

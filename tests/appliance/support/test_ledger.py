"""How a device stands: stated and seen, at the time of the newest record."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from appliance.alerts.words import LANGUAGES, Words
from appliance.behaviour.facts import Update
from appliance.declared.document import SUPPORT_END, Claim
from appliance.devices.device import DeviceRecord, Evidence
from appliance.support.ledger import STATES, ledger, standing
from appliance.support.words import sentence, source
from tests.appliance.samples import DEVICE, PARTY

DAY = 86_400.0


def at(day: str) -> float:
    return datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp()


def stated(*said: tuple[str, str]) -> DeviceRecord:
    evidence = tuple(Evidence("support", value, source, 1.0, "", 0.0) for value, source in said)
    return DEVICE._replace(evidence=(*DEVICE.evidence, *evidence), last_ts=at("2027-06-01"))


@pytest.mark.parametrize(
    ("said", "today", "state", "days"),
    [
        ((), "2027-06-01", "not_stated", None),
        ((("no idea", "parent"),), "2027-06-01", "unreadable", None),
        ((("2028-03", "parent"),), "2027-06-01", "supported", 305),
        ((("2027-08-30", "parent"),), "2027-06-01", "supported", 91),
        ((("2027-08-29", "parent"),), "2027-06-01", "ending", 90),
        ((("2027-05-31", "parent"),), "2027-05-31", "ending", 1),
        ((("2027-05-31", "parent"),), "2027-06-01", "ended", 0),
        ((("2026-10", "parent"),), "2027-06-03", "ended", -214),
        ((("2026-10", "catalogue"), ("2028-10", "parent")), "2027-06-03", "supported", 517),
        ((("2026-10", "catalogue"),), "2027-06-03", "ended", -214),
    ],
)
def test_states(said: tuple[tuple[str, str], ...], today: str, state: str, days: int | None) -> None:
    one = standing(stated(*said), (), (), at(today))
    assert (one.state, one.days) == (state, days)


def test_what_was_seen_is_told_beside_what_was_stated() -> None:
    now = at("2027-06-03")
    met = (
        PARTY._replace(
            domain="fw.example", purpose="update", last_ts=now - 20 * DAY, organisation="Firmware"
        ),
        PARTY._replace(domain="old.example", purpose="update", last_ts=now - 40 * DAY),
        PARTY._replace(last_ts=now - DAY),
        PARTY._replace(domain="10.0.0.1", outcome="local", last_ts=now),
        PARTY._replace(device="d-other", domain="x.example", last_ts=now),
    )
    updates = (
        Update(at("2026-01-02"), DEVICE.device, "updated", (), None, None),
        Update(at("2027-01-02"), DEVICE.device, "restarted", (), None, None),
        Update(at("2027-02-02"), "d-other", "updated", (), None, None),
    )
    one = standing(stated(("2026-10", "parent")), updates, met, now)
    assert one.last_update == at("2026-01-02")
    assert one.update_hosts == (("fw.example", now - 20 * DAY),)
    assert one.still_to == ("Voice Example",)
    assert sentence(Words("en"), one) == (
        "The stated time of updates ended 214 days ago, at the end of October 2026. It still sends to Voice "
        "Example. Last update seen: 2 January 2026. Its server for updates, fw.example, was last met on "
        "14 May 2027."
    )
    assert source(Words("en"), one) == "your own words: “2026-10”"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("said", ["2026-10", "2027-07", "2029", "soon", None])
def test_every_state_can_be_said(language: str, said: str | None) -> None:
    words = Words(language)
    one = standing(stated((said, "catalogue")) if said else stated(), (), (PARTY,), at("2027-06-03"))
    text = sentence(words, one) + source(words, one)
    assert "{" not in text
    assert "None" not in text


def test_hostile_words_of_a_label_are_no_template() -> None:
    one = standing(stated(("{device} until 2027-03 {0}", "parent")), (), (), at("2027-06-03"))
    assert source(Words("en"), one) == "your own words: “{device} until 2027-03 {0}”"


def test_those_past_their_end_come_first() -> None:
    devices = [
        stated((value, "parent"))._replace(device=f"d-{n}", name=f"{n}")
        for n, value in enumerate(("2030-01", "2027-07", "?", "2020-01", "2026-10"))
    ] + [DEVICE]
    found = ledger(devices, (), (), at("2027-06-03"))
    assert [one.state for one in found] == [
        "ended",
        "ended",
        "ending",
        "unreadable",
        "not_stated",
        "supported",
    ]
    assert [one.until for one in found[:2]] == ["2020-01", "2026-10"]
    assert set(STATES) == {one.state for one in found}


def test_a_document_goes_behind_the_family_and_before_our_list() -> None:
    now = at("2027-06-03")
    claims = [
        Claim(1, 1, DEVICE.device, SUPPORT_END, "2026-01", False, "Until 2026-01.", "x", "rule", False),
        Claim(2, 1, DEVICE.device, SUPPORT_END, "2028-01", False, "Until 2028-01.", "x", "rule", False),
        Claim(2, 2, DEVICE.device, SUPPORT_END, "2031-01", False, "", "", "parent", True),
        Claim(2, 3, DEVICE.device, SUPPORT_END, "2032-01", True, "", "", "parent", False),
        Claim(2, 4, "d-other", SUPPORT_END, "2033-01", False, "", "", "parent", False),
        Claim(2, 5, DEVICE.device, "period", "2034-01", False, "", "", "parent", False),
    ]
    one = standing(stated(("2026-10", "catalogue")), (), (), now, claims)
    assert (one.state, one.until, one.source) == ("supported", "2028-01", "document")
    assert source(Words("en"), one) == "a document of its maker: “2028-01”"
    assert standing(stated(("2026-10", "parent")), (), (), now, claims).source == "parent"
    (row,) = ledger([stated()], (), (), now, lambda _: claims)
    assert row.until == "2028-01"

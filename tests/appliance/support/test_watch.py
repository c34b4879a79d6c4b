"""The passing of time: a reminder before the end, a finding after it, each told once."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from appliance.alerts.alert import Alert
from appliance.declared.document import SUPPORT_END, Claim
from appliance.devices.family import LABEL, Word
from appliance.devices.rows import Model
from appliance.findings.finding import Finding
from appliance.home import Home, Knowledge
from appliance.lookup.knowledge import load_knowledge
from tests.appliance.devices.samples import BOX, neighbour

KNOWLEDGE: Knowledge = load_knowledge()
DAY = 86_400.0
START = datetime(2027, 1, 1, 12, tzinfo=UTC).timestamp()


def lived(until: str | None, days: int, *, last_day: int | None = None) -> list[Finding | Alert]:
    """Return the facts of support of a home whose box is seen each day; `until` is the family's word."""
    home, found = Home(KNOWLEDGE), list[Finding | Alert]()
    for day in range(days):
        seen = [neighbour(BOX, "192.168.1.30", START + day * DAY)] if day <= (last_day or day) else []
        for record in [*seen, neighbour("02:00:00:00:00:99", "192.168.1.99", START + day * DAY + 1)]:
            found += [fact for fact in home.feed(record) if isinstance(fact, Finding | Alert)]
        if day == 0 and until is not None:
            device = next(one for one in home.devices.ids() if BOX in home.devices.record(one).macs)
            home.family.hear(Word(1, START, LABEL, device, "support", until))
    return [fact for fact in found if "support" in (fact.code if isinstance(fact, Finding) else fact.kind)]


def test_the_end_in_a_maker_s_document_reminds_as_a_label_does() -> None:
    home, found = Home(KNOWLEDGE), list[Finding | Alert]()
    for day in range(40):
        seen = neighbour(BOX, "192.168.1.30", START + day * DAY)
        found += [fact for fact in home.feed(seen) if isinstance(fact, Finding | Alert)]
        device = next(iter(home.devices.ids()))
        said = Claim(1, 1, device, SUPPORT_END, "2027-01", False, "Until 2027-01.", "", "", False)
        home.stated_ends = (said, said._replace(device="d-another", value="2020"))
    assert told([fact for fact in found if "support" in str(fact)]) == ["support_ending", "support_ended"]


def told(facts: list[Finding | Alert]) -> list[str]:
    return [fact.kind for fact in facts if isinstance(fact, Alert)]


@pytest.mark.parametrize(
    ("until", "days", "alerts"),
    [
        (None, 30, []),
        ("2030-01", 30, []),
        ("nobody knows", 30, []),
        ("2027-03", 5, ["support_ending"]),
        ("2027-05", 90, ["support_ending"]),
        ("2027-01", 40, ["support_ending", "support_ended"]),
        ("2026-12", 10, ["support_ended"]),
        ("Updates bis 31.12.2026", 10, ["support_ended"]),
        ("2020", 3, ["support_ended"]),
        ("2027-01-02", 4, ["support_ending", "support_ended"]),
        *((until, 5, ["support_ended"]) for until in ("2019-06", "2026-12-31", "2024", "31/12/2025")),
        *((until, 5, ["support_ended"]) for until in ("June 2026", "juin 2026", "Juni 2026", "2026-01-01")),
        *((until, 5, ["support_ending"]) for until in ("2027-02", "2027-01-31", "March 2027", "31.03.2027")),
        *((until, 5, ["support_ending"]) for until in ("2027-01", "mars 2027", "März 2027", "2027-03-15")),
        *(
            (until, 5, [])
            for until in ("2027-12", "2028", "31.12.2027", "as long as we like", "5 years", "-")
        ),
        *(
            (until, 5, [])
            for until in ("June 2027", "2126", "2027-04-30", "", "version 2020.1b", "next year")
        ),
    ],
)
def test_a_reminder_before_and_a_finding_after(until: str | None, days: int, alerts: list[str]) -> None:
    assert told(lived(until, days)) == alerts


def test_it_is_noted_once_a_day_and_told_once() -> None:
    facts = lived("2026-12", 10)
    findings = [fact for fact in facts if isinstance(fact, Finding)]
    assert [fact.times for fact in findings] == list(range(1, len(findings) + 1))
    assert len({fact.last_ts // DAY for fact in findings}) == len(findings)
    (alert,) = [fact for fact in facts if isinstance(fact, Alert)]
    assert alert.volume == "digest"
    assert "December 2026" in alert.text


def test_a_device_in_a_drawer_is_passed() -> None:
    assert told(lived("2027-03-15", 120, last_day=5)) == ["support_ending"]


def test_the_same_life_gives_the_same_facts() -> None:
    assert lived("2027-01", 40) == lived("2027-01", 40)


def test_the_catalogue_speaks_where_the_family_does_not(tmp_path: Path) -> None:
    known = KNOWLEDGE.devices
    row = known.models[0]._replace(support_end="2026-12")
    assert isinstance(row, Model)
    home = Home(KNOWLEDGE)
    home.feed(neighbour(BOX, "192.168.1.30", START))
    (device,) = home.devices.ids()
    home.devices._supported = {(row.maker, row.model): row}
    for number, (field, value) in enumerate((("vendor", row.maker), ("model", row.model)), 1):
        home.family.hear(Word(number, START, LABEL, device, field, value))
    (stated,) = [item for item in home.devices.record(device).evidence if item.field == "support"]
    assert (stated.value, stated.source) == ("2026-12", "catalogue")
    assert row.source in stated.reason

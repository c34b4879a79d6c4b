"""Through the home: each newcomer is announced once, a flood of them once in all, known devices stay."""

from __future__ import annotations

from appliance.alerts.alert import Alert
from appliance.behaviour.facts import Change
from appliance.home import Fact, Home, Knowledge
from appliance.lookup.knowledge import load_knowledge
from appliance.newcomers import FLOOD, LEARNING_S, SETTLE_S
from sensor.records import Loss, Record
from tests.appliance.devices.samples import BOX, MODULE, PLUG, PRIVATE, PRIVATE_2, dhcp, neighbour

KNOWLEDGE: Knowledge = load_knowledge()
DAY = LEARNING_S


def facts(home: Home, *records: Record) -> list[Fact]:
    return [fact for record in records for fact in home.feed(record)]


def announced(found: list[Fact]) -> list[str]:
    return [fact.device for fact in found if isinstance(fact, Change) and fact.kind == "new_device"]


def test_a_newcomer_is_announced_once_when_it_has_said_what_it_is() -> None:
    home = Home(KNOWLEDGE)
    found = facts(
        home,
        neighbour(PLUG, "192.168.1.20", 0.0),
        neighbour(BOX, "192.168.1.30", DAY + 1),
        neighbour(PLUG, "192.168.1.20", DAY + 1 + SETTLE_S),
        neighbour(PLUG, "192.168.1.20", 9 * DAY),
        neighbour(BOX, "192.168.1.30", 9 * DAY),
    )
    box = home.devices.owner(BOX, "192.168.1.30")
    assert announced(found) == [box]
    [alert] = [fact for fact in found if isinstance(fact, Alert) and fact.kind == "new_device"]
    assert (alert.title, alert.volume) == ("Toniebox is new in your home", "digest")


def test_what_the_first_day_brings_was_there_before() -> None:
    found = facts(
        Home(KNOWLEDGE),
        neighbour(PLUG, "192.168.1.20", 0.0),
        neighbour(BOX, "192.168.1.30", DAY - 1),
        neighbour(PLUG, "192.168.1.20", 2 * DAY),
    )
    assert announced(found) == []


def test_a_phones_new_private_address_is_no_newcomer() -> None:
    found = facts(
        Home(KNOWLEDGE),
        dhcp(PRIVATE, 0.0, hostname="den-phone"),
        neighbour(PRIVATE_2, "192.168.1.41", 2 * DAY),
        dhcp(PRIVATE_2, 2 * DAY + 1, hostname="den-phone"),
        neighbour(PRIVATE_2, "192.168.1.41", 3 * DAY),
    )
    assert announced(found) == []


def test_a_restart_between_arrival_and_announcement_loses_nothing() -> None:
    before = Home(KNOWLEDGE)
    facts(before, neighbour(PLUG, "192.168.1.20", 0.0), neighbour(BOX, "192.168.1.30", DAY + 1))
    after = Home(KNOWLEDGE)
    for device in before.devices.ids():
        after.devices.load(device, before.devices.dump(device))
    after.first_ts, after.last_ts = before.first_ts, before.last_ts
    after.newcomers.resume(after.devices, after.last_ts)
    assert len(announced(facts(after, neighbour(PLUG, "192.168.1.20", 2 * DAY)))) == 1


def test_ten_thousand_made_up_macs_in_a_minute_are_one_notice_and_known_devices_stay() -> None:
    home = Home(KNOWLEDGE)
    known = [neighbour(mac, f"192.168.1.{n}", 0.0) for n, mac in enumerate((PLUG, BOX, MODULE), 20)]
    facts(home, *known, *(record._replace(ts=DAY + 10) for record in known))
    before = {device: home.devices.record(device) for device in home.devices.ids()}
    flood = [
        neighbour(f"02:00:00:00:{n >> 8:02x}:{n & 255:02x}", f"10.0.{n >> 8}.{n & 127}", DAY + 20 + n * 0.006)
        for n in range(10_000)
    ]
    found = facts(home, *flood, neighbour(PLUG, "192.168.1.20", 3 * DAY))
    assert [fact.kind for fact in found if isinstance(fact, (Loss, Alert))] == [FLOOD]
    assert announced(found) == []
    now = {device: home.devices.record(device) for device in before}
    assert {device: record._replace(last_ts=0.0) for device, record in now.items()} == {
        device: record._replace(last_ts=0.0) for device, record in before.items()
    }

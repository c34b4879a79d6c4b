"""Changes of the newer kinds, what is doubted, and what is remembered of software and restarts."""

import random

import pytest

from appliance.behaviour.behaviour import Behaviour
from appliance.behaviour.facts import Change, Update
from appliance.behaviour.hosts import pattern_of
from sensor.records import DhcpRequest
from tests.appliance.behaviour.home import (
    BEAR,
    DAY,
    agent,
    at,
    boot,
    contact,
    daily,
    gap,
    heartbeat,
    live,
    play,
    quiet_toy,
    told,
)

OTHER = {"role": "third"}
START = boot(at(1, 2))
NIGHT = (1, 2, 3, 4, 5, 22, 23)
LIFE = [*quiet_toy(range(45)), *START]


def asked(day: float, *names: str, host: str = "log.b.example"):
    return agent(at(day, 11), "Bear/1.0", host=host)._replace(parameters=("model", *names))


STORIES = {
    "a party that kept quiet at night": (
        [
            daily(range(45), (8, 10, 12, 14, 16, 18), "b.example", **OTHER),
            daily(range(35, 45), NIGHT, "b.example", **OTHER),
        ],
        "active_at_night",
    ),
    "readable, then encrypted": (
        [
            daily(range(30), (9, 12, 18), "b.example", port=80, encrypted=False, **OTHER),
            daily(range(30, 45), (9, 12, 18), "b.example", **OTHER),
        ],
        "encryption_gained",
    ),
    "names hidden": (
        [
            daily(
                range(35, 45), (9, 12, 18), "cover.example", role="support", organisation="Toy",
                outcome="hidden",
            )
        ],
        "name_hidden",
    ),
    "new words in readable requests": (
        [
            daily(range(45), (11,), "b.example", port=80, encrypted=False, host="log.b.example", **OTHER),
            [asked(day) for day in range(45)],
            [asked(day + 0.1, "childname", "imei") for day in range(35, 45)],
        ],
        "new_data",
    ),
}  # fmt: skip


UNREAD = {"encrypted": None, **OTHER}
BY_PORT = {
    "from the port of TLS to that of HTTP": (
        [daily(range(35), (9, 12, 18), "b.example", **UNREAD),
         daily(range(35, 45), (9, 12, 18), "b.example", port=80, **UNREAD)],
        True,
    ),
    "both ports, under the name of another host on the address": (
        [daily(range(45), (9, 12, 18), "b.example", **UNREAD),
         daily(range(35, 45), (10, 13), "b.example", port=80, **UNREAD)],
        False,
    ),
    "a port that says nothing": (
        [daily(range(35), (9, 12, 18), "b.example", **UNREAD),
         daily(range(35, 45), (9, 12, 18), "b.example", port=9_000, **UNREAD)],
        False,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BY_PORT)
def test_where_nothing_was_read_the_port_tells_of_lost_encryption(name):
    parts, lost = BY_PORT[name]
    found = [it for it in live(LIFE, *parts) if isinstance(it, Change) and it.kind == "encryption_lost"]
    assert bool(found) is lost
    assert all(it.after["read"] is False and it.after["readable_uploads"] >= 4 for it in found)


@pytest.mark.parametrize(
    ("kind", "before", "after"), [("encryption_lost", 443, 80), ("encryption_gained", 80, 443)]
)
@pytest.mark.parametrize(("days_later", "named"), [(0.5, True), (8, False)])
def test_what_went_on_for_days_after_an_update_did_not_change_with_it(kind, before, after, days_later, named):
    versions = [agent(at(day, 3), f"Bear/1.{day >= 28}") for day in range(45)]
    turn = 28 + days_later
    uploads = [
        contact(at(day, hour), "b.example", port=port, encrypted=port == 443, **OTHER)
        for day in range(45)
        for hour in (9, 12, 18)
        for port in [before if day + hour / 24 < turn else after]
    ]
    (found,) = [it for it in live(LIFE, versions, uploads) if isinstance(it, Change) and it.kind == kind]
    assert (found.update is not None) is named


@pytest.mark.parametrize("name", STORIES)
def test_stories(name):
    parts, kind = STORIES[name]
    changes = [fact for fact in live(LIFE, *parts) if isinstance(fact, Change)]
    assert kind in {change.kind for change in changes}
    found = next(change for change in changes if change.kind == kind)
    assert found.certainty == "confirmed" and found.after["doubts"] == []
    assert at(29) <= found.ts <= at(37)


def test_new_words_are_named_and_their_values_never():
    parts, _ = STORIES["new words in readable requests"]
    (found,) = [f for f in live(LIFE, *parts) if isinstance(f, Change) and f.kind == "new_data"]
    assert found.after["fields"] == ["childname", "imei"]


@pytest.mark.parametrize(
    ("name", "parts", "doubt"),
    [
        ("after a gap", [heartbeat([*range(30), 39]), [gap(at(30), at(39))]], "gap"),
        (
            "the clock jumped",
            [heartbeat(range(41)), [gap(at(39, 8), at(39, 8.1))._replace(kind="clock")]],
            "clock",
        ),
        ("back after ten days", [heartbeat([*range(29), 39])], "away"),
    ],
)
def test_what_else_may_explain_it_is_said(name, parts, doubt):
    other = heartbeat(range(41), device="d-00000002")
    new = daily([39], (9,), "new.example", **OTHER)
    facts = live(*parts, other if doubt == "away" else [], START, new)
    found = next(fact for fact in facts if isinstance(fact, Change) and fact.kind == "new_party")
    assert doubt in found.after["doubts"], name


def test_what_appears_while_we_block_is_doubted_until_a_day_after():
    for day, doubted in ((31, True), (35, False)):
        behaviour = Behaviour()
        live(quiet_toy(range(30)), START, behaviour=behaviour)
        behaviour.note_block(BEAR, at(30), None)
        behaviour.note_block(BEAR, at(30), at(32))
        facts = live(
            heartbeat(range(30, 36)), daily([day], (9,), "new.example", **OTHER), behaviour=behaviour
        )
        (found,) = [fact for fact in facts if isinstance(fact, Change)]
        assert (found.after["doubts"] == ["blocked"]) is doubted


def test_a_house_that_is_offline_is_no_departure_of_anybody():
    days = [*range(25), *range(40, 50)]
    others = [contact(c.ts, c.domain, device=f"d-0000000{n}") for n in (2, 3, 4) for c in heartbeat(days)]
    party = daily(days, (9, 12), "b.example", **OTHER)
    clock = daily(range(50), (3,), "ntp.org", role="support", purpose="time")
    facts = live(heartbeat(days), clock, others, START, party)
    assert [fact for fact in facts if isinstance(fact, Change) and fact.device == BEAR] == []


def test_a_speaker_that_nobody_uses_has_not_left_its_station():
    used = [*range(30), *range(45, 60)]
    station = play(used, 3, "station.example", **OTHER)
    index = play(used, 3, "index.example", **OTHER)
    assert told(live(heartbeat(range(60)), station, index, START)) == []


def test_twice_as_often_in_the_same_play_is_found():
    days = range(70)
    once = play(days, 5, "b.example", **OTHER)[::4]
    twice = [c._replace(ts=c.ts + shift) for c in once if c.ts > at(40) for shift in (300, 600)]
    found = live(heartbeat(days), play(days, 5), once, twice, START)
    assert ("more_often", "b.example", "confirmed") in told(found)


def creeping(growth, what):
    """A party met a little more often, or sent a little more, every day from the twentieth on."""
    dice = random.Random(1)
    for day in range(100):
        times = (1 + growth) ** max(0, day - 20)
        count = 6 * times if what == "more_often" else 4
        size = 900 * (times if what == "bigger" else 1)
        for slot in dice.sample(range(288), int(count) + (dice.random() < count % 1)):
            sent = int(size * dice.lognormvariate(0, 0.2))
            yield contact(
                at(day, slot / 12 + 0.01), "b.example", payload_up=sent, bytes_up=sent + 600, **OTHER
            )


@pytest.mark.parametrize("what", ["more_often", "bigger"])
@pytest.mark.parametrize(("growth", "found"), [(0.03, True), (0.0, False)])
def test_what_grows_by_little_every_day_is_no_habit(what, growth, found):
    """The baseline rolls on with it, but by fewer days than lie between its middle and now."""
    told_of = [
        it.kind
        for it in live(quiet_toy(range(100)), START, creeping(growth, what))
        if isinstance(it, Change) and it.domain == "b.example"
    ]
    assert set(told_of) == ({what} if found else set())


def test_more_play_is_not_more_often():
    habit = [*range(0, 40, 2), *range(40, 70)]
    facts = live(heartbeat(range(70)), play(habit, 5), play(habit, 5, "b.example", **OTHER), START)
    assert [kind for kind, *_ in told(facts)] == []


def test_phones_that_come_and_go_are_not_restarted():
    starts = [boot(at(day, hour)) for day in range(20) for hour in (8, 18)]
    updates = [fact for fact in live(heartbeat(range(20)), *starts) if isinstance(fact, Update)]
    assert max((update.ts for update in updates), default=0.0) < at(4)


def test_versions_and_the_last_update_are_remembered():
    behaviour = Behaviour()
    live(
        quiet_toy(range(20)), START, [agent(at(2), "Bear/1.2.0"), agent(at(10), "Bear/1.3.0")],
        behaviour=behaviour,
    )  # fmt: skip
    known = behaviour.software(BEAR)
    assert ("http", "Bear/1.3.0", at(10)) in known.versions
    assert known.last_update.version_after == "1.3.0"
    assert 9 * DAY < known.watched_s < 10 * DAY
    assert behaviour.software("d-unknown") is None


def test_the_state_is_small_and_the_days_that_are_over_are_written_once():
    behaviour = Behaviour()
    live(LIFE, behaviour=behaviour)
    behaviour.sightings()
    live(heartbeat([45]), play([45]), behaviour=behaviour)
    assert behaviour.history(BEAR) is not None and behaviour.history(BEAR) is None
    assert len(str(behaviour.dump(BEAR))) < 15_000
    live(heartbeat([46]), behaviour=behaviour)
    assert len(str(behaviour.history(BEAR))) < 15_000


def test_a_request_for_an_address_alone_is_no_restart():
    mac = "02:00:00:00:00:01"
    joins = [DhcpRequest(at(d), mac, 3, None, None, None, None, None, None, (1, 3)) for d in range(3, 5)]
    assert told(live(heartbeat(range(6)), joins)) == []
    assert pattern_of("a1.b.example", "b.example") == "a#"

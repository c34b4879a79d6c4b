"""Months of scripted life; each story says exactly what must be told, and nothing else may be."""

import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.behaviour.behaviour import Behaviour
from appliance.behaviour.facts import Change, Sighting, Update
from appliance.behaviour.updates import WINDOW_S
from tests.appliance.behaviour.home import (
    BEAR,
    DAY,
    HOUR,
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
    steps,
    told,
)

TRACKER = {"role": "third", "purpose": "analytics", "organisation_country": "CN", "server_country": "CN"}
OTHER = {"role": "third"}
FIRST_START = boot(at(1, 2))
UPDATE = [
    agent(at(5, 3), "Bear/1.2.0 lwip"),
    agent(at(29, 3), "Bear/1.2.0 lwip"),
    contact(at(30, 3.9), "toy.example", host="ota.toy.example", bytes_up=20_000, bytes_down=4_000_000),
    *boot(at(30, 4)),
    agent(at(30, 4.1), "Bear/1.3.0 lwip"),
]
UPDATED = [("probably updated",), ("updated",), ("updated",)]
THREE = (9, 12, 18)
NINE_MORE = (9.5, 10, 10.5, 11, 13, 14, 15, 16, 17)


def rotating(days, every):
    return [
        one
        for day in days
        for one in daily(
            [day], THREE, f"d{day // every}x3h5bk8iotg.cloudfront.net",
            role="support", organisation="Amazon", host=None,
        )
    ]  # fmt: skip


STORIES = {
    "a quiet toy": ([], []),
    "an update that changes nothing": ([UPDATE], [*UPDATED, ("nothing_changed", None, "confirmed")]),
    "an update, then a new party in another country": (
        [UPDATE, daily(range(32, 60), (7, 15.5, 20), "tracker.example", **TRACKER)],
        [*UPDATED, ("new_party", "tracker.example", "seen"), ("new_party", "tracker.example", "confirmed")],
    ),
    "a new party without any update": (
        [daily(range(32, 60), (7,), "tracker.example", **TRACKER)],
        [("new_party", "tracker.example", "seen"), ("new_party", "tracker.example", "confirmed")],
    ),
    "a party seen once stays a first sight": (
        [daily([40], (7,), "once.example", **OTHER)],
        [("new_party", "once.example", "seen")],
    ),
    "the maker's second domain is no news": (
        [daily(range(40, 60), THREE, "toy-cdn.example", organisation="Toy", role="first")],
        [],
    ),
    "a party gone": (
        [daily(range(30), (9, 12), "old.example", **OTHER)],
        [("gone_party", "old.example", "confirmed")],
    ),
    "a party gone and back": (
        [daily([*range(30), *range(50, 60)], (9, 12), "old.example", **OTHER)],
        [
            ("gone_party", "old.example", "confirmed"),
            ("returned_party", "old.example", "seen"),
            ("returned_party", "old.example", "confirmed"),
        ],
    ),
    "three times a day becomes twelve": (
        [
            daily(range(60), THREE, "b.example", **OTHER),
            daily(range(35, 60), NINE_MORE, "b.example", **OTHER),
        ],
        [("more_often", "b.example", "confirmed")],
    ),
    "twelve times a day becomes three": (
        [daily(range(60), THREE, "b.example", **OTHER), daily(range(35), NINE_MORE, "b.example", **OTHER)],
        [("less_often", "b.example", "confirmed")],
    ),
    "four times the bytes": (
        [
            daily(range(30), THREE, "b.example", **OTHER),
            daily(range(30, 60), THREE, "b.example", bytes_up=6_000, payload_up=3_600, **OTHER),
        ],
        [("bigger", "b.example", "confirmed")],
    ),
    "a quarter of the bytes": (
        [
            daily(range(30), THREE, "b.example", bytes_up=6_000, payload_up=3_600, **OTHER),
            daily(range(30, 60), THREE, "b.example", **OTHER),
        ],
        [("smaller", "b.example", "confirmed")],
    ),
    "another country": (
        [
            daily(range(30), THREE, "b.example", **OTHER),
            daily(range(30, 60), THREE, "b.example", server_country="CN", **OTHER),
        ],
        [("new_country", "b.example", "confirmed")],
    ),
    "encryption lost": (
        [
            daily(range(30), THREE, "b.example", **OTHER),
            daily(range(30, 60), THREE, "b.example", port=80, encrypted=False, **OTHER),
        ],
        [("encryption_lost", "b.example", "confirmed")],
    ),
    "a new service of a known party": (
        [
            daily(range(60), THREE, "b.example", **OTHER),
            daily(range(30, 60), [9.5], "b.example", port=8899, encrypted=None, **OTHER),
        ],
        [("new_port", "b.example", "confirmed")],
    ),
    "a CDN that changes its host every week": ([rotating(range(60), 7)], []),
    "numbered and hashed hosts of one party": (
        [
            [
                contact(at(day, hour), "b.example", host=f"n{day}-a{day * 7919:08x}q1z.b.example", **OTHER)
                for day in range(60)
                for hour in THREE
            ]
        ],
        [],
    ),
}


@pytest.mark.parametrize("seed", range(12))
def test_a_party_that_fell_silent_is_gone_and_not_met_less_often(seed):
    dice = random.Random(seed)
    met = [
        contact(at(day, dice.uniform(14, 19)), "old.example", **OTHER)
        for day in range(22)
        for _ in range(dice.randint(3, 7))
    ]
    facts = live(quiet_toy(range(45)), FIRST_START, met)
    assert told(facts) == [("gone_party", "old.example", "confirmed")]


@pytest.mark.parametrize("name", STORIES)
def test_stories(name):
    parts, expected = STORIES[name]
    assert told(live(quiet_toy(range(60)), FIRST_START, *parts)) == expected


def test_an_isp_outage_or_a_stopped_sensor_is_no_departure():
    days = [*range(20), *range(34, 60)]
    party = daily(days, THREE, "b.example", **OTHER)
    assert told(live(quiet_toy(days), party, FIRST_START, [gap(at(20), at(34))])) == []


def test_holidays_are_no_departure():
    played = [*range(30), *range(44, 70)]
    voice = play(played, 3, "voice.example", **OTHER)
    assert told(live(heartbeat(range(70)), play(played), voice, FIRST_START)) == []


@pytest.mark.parametrize("seed", range(3))
def test_play_comes_and_goes_without_news(seed):
    music = play(range(120), seed + 50, "music.example", **OTHER)
    assert told(live(heartbeat(range(120)), play(range(120), seed), music, FIRST_START)) == []


def test_geo_dns_that_flaps_is_no_new_country():
    dice = random.Random(4)
    flapping = [
        contact(at(day, hour), "b.example", server_country="NL" if dice.random() < 0.1 else "DE", **OTHER)
        for day in range(60)
        for hour in THREE
    ]
    assert told(live(quiet_toy(range(60)), FIRST_START, flapping)) == []


def test_a_connection_held_open_is_one_answer_of_geo_dns():
    held = [
        contact(
            at(day, hour / 12),
            "b.example",
            server_country="SG" if day in (40, 42, 44) else "DE",
            uid=f"C{day}",
            **OTHER,
        )
        for day in range(60)
        for hour in range(0, 288, 4)
    ]
    assert told(live(quiet_toy(range(60)), FIRST_START, held)) == []


@pytest.mark.parametrize(("visits", "certainties"), [(0, ["seen", "confirmed"]), (30, ["seen"])])
def test_a_second_upload_minutes_later_is_enough_where_nobody_browses(visits, certainties):
    sites = [contact(at(day, 9), f"site-{day}.example", **OTHER) for day in range(10, 10 + visits)]
    twice = [contact(at(45, hour), "b.example", **OTHER) for hour in (9, 9.2)]
    facts = live(quiet_toy(range(50)), FIRST_START, sites, twice)
    assert [
        it.certainty for it in facts if isinstance(it, Change) and it.domain == "b.example"
    ] == certainties


def test_changes_say_the_update_they_follow_and_their_numbers():
    facts = live(
        quiet_toy(range(60)),
        FIRST_START,
        UPDATE,
        daily(range(32, 60), (7, 15.5, 20), "tracker.example", **TRACKER),
    )
    update = [fact for fact in facts if isinstance(fact, Update)][-1]
    seen, confirmed = [fact for fact in facts if isinstance(fact, Change)]
    assert (update.version_before, update.version_after) == ("1.2.0", "1.3.0")
    assert update.ts == at(30, 3.9)
    assert seen.id == confirmed.id and seen.ts == confirmed.ts == at(32, 7)
    assert confirmed.update == update.ts
    assert confirmed.before == {"contacts_per_day": 0.0, "watched_days": 32.29}
    assert confirmed.after["server_countries"] == ["CN"]
    assert confirmed.after["uploads"] == 2
    assert len(confirmed.evidence) == 2


def test_one_device_before_and_after_a_version_change_minutes_apart():
    """Set-up captures of one device: the same destinations, another version of its agent."""
    runs = []
    for run, version in enumerate(("udhcp 1.12.1", "udhcp 1.12.1", "udhcp 1.15.3")):
        begin = at(0, 10) + run * 300
        runs += [record._replace(vendor_class=version) if hasattr(record, "vendor_class") else record
                 for record in boot(begin)]  # fmt: skip
        runs += [contact(begin + 20, "toy.example"), contact(begin + 25, "ntp.org", role="support")]
    updates = [fact for fact in live(runs) if isinstance(fact, Update) and fact.certainty != "restarted"]
    assert [(u.certainty, u.version_before, u.version_after, u.ts) for u in updates] == [
        ("probably updated", "1.12.1", "1.15.3", at(0, 10) + 600),
        ("updated", "1.12.1", "1.15.3", at(0, 10) + 600),  # the names of its start follow
    ]
    assert not [fact for fact in live(runs) if isinstance(fact, Change)]


def test_two_ages_of_one_device_name_exactly_the_new_parties():
    first = [*boot(at(0, 10)), contact(at(0, 10.01), "toy.example"), contact(at(0, 10.01), "old.example")]
    later = [*boot(at(90, 10)), contact(at(90, 10.01), "toy.example"), contact(at(90, 10.02), "new.example")]
    changes = [fact for fact in live(first, later) if isinstance(fact, Change)]
    assert told(changes) == [("new_party", "new.example", "seen")]
    assert changes[0].after["learned"] is False


def test_a_version_heard_after_the_new_party_still_names_it():
    first = [*boot(at(0, 10)), agent(at(0, 10.005), "Bear/1.0.2"), contact(at(0, 10.01), "toy.example")]
    later = [
        *boot(at(0, 10.2)),
        contact(at(0, 10.205), "new.example", **OTHER),
        agent(at(0, 10.21), "Bear/1.0.3"),
        contact(at(0, 10.22), "toy.example"),
    ]
    facts = live(first, later)
    assert told(fact for fact in facts if isinstance(fact, Change)) == [("new_party", "new.example", "seen")]
    assert facts[-1].update == at(0, 10.2)


SITES = [daily([8 + 4 * number], (10,), f"site{number}.example", **OTHER) for number in range(6)]


def test_a_device_that_meets_many_confirms_a_party_before_it_is_said_to_last():
    facts = live(LIFE, *SITES, daily(range(34, 45), (9, 15), "tracker.example", **OTHER))
    found = [it for it in facts if isinstance(it, Change) and it.domain == "tracker.example"]
    assert [(it.certainty, it.after["lasting"]) for it in found] == [
        ("seen", False), ("confirmed", False), ("confirmed", True),
    ]  # fmt: skip
    assert found[0].after["seldom_parties"] >= 6 and len({it.id for it in found}) == 1


@pytest.mark.parametrize(("parts", "named"), [([], True), (SITES, False)])
def test_where_discoveries_are_usual_an_update_long_before_is_not_named(parts, named):
    facts = live(LIFE, UPDATE, *parts, daily(range(42, 50), (9, 15), "tracker.example", **OTHER))
    found = [it for it in facts if isinstance(it, Change) and it.domain == "tracker.example"]
    assert found and {it.update is not None for it in found} == {named}


def test_sightings_hold_whole_values_of_the_hour():
    behaviour = Behaviour()
    for ts in (at(0, 1), at(0, 1) + 10, at(0, 1) + 400):
        list(behaviour.meet(contact(ts, "toy.example")))
    hour = int(at(0, 1) // HOUR)
    assert behaviour.sightings() == [Sighting(BEAR, "toy.example", hour, 2, 3, 4_500, 12_000)]
    assert behaviour.sightings() == []
    list(behaviour.meet(contact(at(0, 1.5), "toy.example")))
    assert behaviour.sightings() == [Sighting(BEAR, "toy.example", hour, 3, 4, 6_000, 16_000)]
    assert behaviour.take_dirty() == {BEAR} and behaviour.take_dirty() == set()


def test_party_records_count_contacts_and_remember_hosts():
    behaviour = Behaviour()
    live(
        [contact(at(0, 1), "b.example", host="x.b.example"), contact(at(0, 2), "b.example", encrypted=False)],
        behaviour=behaviour,
    )
    (party,) = behaviour.party_records(BEAR)
    assert (party.contacts, party.bytes_up, party.bytes_down, party.encrypted) == (2, 3_000, 8_000, False)
    assert party.hosts == ("x.b.example", "api.b.example")
    assert behaviour.party_records("d-unknown") == []


def test_learning_says_what_is_missing_and_ends_by_coverage():
    behaviour = Behaviour()
    live(heartbeat(range(2)), behaviour=behaviour)
    assert behaviour.learning(BEAR) == (
        "6 more days of watching", "3 more sessions of use", "2 more days with use", "1 restart",
    )  # fmt: skip
    behaviour = Behaviour()
    live(quiet_toy(range(12)), FIRST_START, behaviour=behaviour)
    assert behaviour.learning(BEAR) == ()
    assert behaviour.learning("d-unknown")


def test_epochs_are_divided_by_updates_not_by_restarts():
    behaviour = Behaviour()
    live(quiet_toy(range(40)), FIRST_START, boot(at(10, 4)), UPDATE, behaviour=behaviour)
    first, second = behaviour.epochs(BEAR)
    assert (first.update, first.end, second.start, second.end) == (None, at(30, 3.9), at(30, 3.9), None)
    assert second.update.certainty == "updated"


def test_a_flood_of_new_names_is_bounded():
    behaviour = Behaviour()
    live(quiet_toy(range(10)), FIRST_START, behaviour=behaviour)
    made_up = [contact(at(10, 1) + n / 10, f"n{n}.example", organisation=None, **OTHER) for n in range(2_000)]
    facts = live(made_up, behaviour=behaviour)
    assert len(facts) <= 20
    kept = {party.domain for party in behaviour.party_records(BEAR)}
    assert len(kept) <= 1_024
    assert "toy.example" in kept


def whole_life():
    tracker = daily(range(32, 45), (7, 15.5), "tracker.example", **TRACKER)
    gone = daily(range(25), (9, 12), "old.example", **OTHER)
    return sorted([*quiet_toy(range(45)), *FIRST_START, *UPDATE, *tracker, *gone], key=lambda event: event.ts)


LIFE = whole_life()
LIFE_LED = Behaviour()
LIFE_TOLD = list(steps(LIFE_LED, LIFE))
LIFE_SIGHTINGS = LIFE_LED.sightings()


def test_the_same_life_twice_tells_the_same():
    assert list(steps(Behaviour(), LIFE)) == LIFE_TOLD
    assert len(LIFE_TOLD) > 5


@settings(max_examples=5, deadline=None)
@given(st.lists(st.integers(0, len(LIFE)), min_size=1, max_size=3))
def test_interrupted_anywhere_and_resumed_tells_the_same(cuts):
    behaviour, facts, sightings, begin, stored = Behaviour(), [], {}, 0, {"history": "null"}
    for cut in [*sorted(cuts), len(LIFE)]:
        facts += steps(behaviour, LIFE[begin:cut])
        sightings.update({row[:3]: row for row in behaviour.sightings()})
        begin = cut
        resumed = Behaviour()
        stored["now"] = json.dumps(behaviour.dump(BEAR))
        aged = behaviour.history(BEAR)
        stored["history"] = json.dumps(aged) if aged is not None else stored["history"]
        resumed.load(BEAR, json.loads(stored["now"]))
        if stored["history"] != "null":
            resumed.load_history(BEAR, json.loads(stored["history"]))
        assert resumed.dump(BEAR) == behaviour.dump(BEAR)
        behaviour = resumed
    assert facts == LIFE_TOLD
    assert sorted(sightings.values()) == LIFE_SIGHTINGS


contacts = st.builds(
    contact,
    st.one_of(st.floats(0, 4e9), st.floats(at(0), at(30))),
    st.sampled_from(["a.example", "b.example", "192.0.2.1", "", "ü.example"]),
    host=st.one_of(st.none(), st.text(max_size=30), st.just("ota.a.example")),
    organisation=st.sampled_from([None, "A", "B"]),
    role=st.sampled_from(["first", "support", "third", "unknown"]),
    outcome=st.sampled_from(["named", "address", "hidden", "local"]),
    server_country=st.sampled_from([None, "DE", "CN", "US"]),
    bytes_down=st.integers(0, 10**12),
    payload_up=st.integers(0, 10**9),
    encrypted=st.sampled_from([None, True, False]),
    port=st.integers(0, 65_535),
    user_agent=st.one_of(st.none(), st.text(max_size=20)),
)
records = st.builds(
    agent, st.floats(0, 4e9), st.text(max_size=40), st.text(max_size=20), st.text(max_size=10)
)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.one_of(contacts, records), max_size=20))
def test_contacts_in_any_order_never_raise(events):
    behaviour = Behaviour()
    for fact in steps(behaviour, events):
        assert fact.device == BEAR
    list(behaviour.advance(5e9))
    json.dumps(behaviour.dump(BEAR))


def test_the_window_of_cues_is_as_documented():
    assert WINDOW_S == 6 * HOUR
    assert at(1) - at(0) == DAY


def test_who_runs_the_servers_is_remembered_and_never_forgotten_for_not_knowing() -> None:
    cloud = {"operator": "Cloud", "network": "CLOUD-1", "country_certainty": "agreed"}
    behaviour = Behaviour()
    live([contact(at(0, 8), "toy.example", **cloud), contact(at(0, 9), "toy.example")], behaviour=behaviour)
    [party] = behaviour.party_records(BEAR)
    assert (party.operator, party.network) == ("Cloud", "CLOUD-1")

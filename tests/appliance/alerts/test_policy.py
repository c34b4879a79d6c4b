"""A family's wishes, and when the same is told again."""

import json

import pytest

from appliance.alerts.judge import Judge, judge
from appliance.alerts.policy import Expected, Mute, Policy, Snooze, is_news
from appliance.alerts.profile import Senses
from appliance.alerts.words import Words
from appliance.behaviour.facts import Update
from appliance.devices.device import DeviceRecord
from tests.appliance.alerts.made import BEAR, TS, change

ALERT = judge(change("new_party"), BEAR)
DAY = 86_400
ENGLISH = ["once", "3 times", "900 bytes", "1.5 kB", "3.0 MB", "less than once a day", "about once a day"]
RECORD = DeviceRecord(BEAR.device, "Bear", ("02:00:00:00:00:01",), (), (), "Toy", "toy", None, {}, (), TS, TS)


@pytest.mark.parametrize(
    ("name", "mute", "covers"),
    [
        ("this device", Mute(device=BEAR.device), True),
        ("another device", Mute(device="d-other"), False),
        ("this party", Mute(party="tracker.example"), True),
        ("this kind", Mute(kind="new_party"), True),
        ("another kind of this party", Mute(party="tracker.example", kind="bigger"), False),
        ("a snooze that is over", Mute(device=BEAR.device, until=TS - 1), False),
        ("a snooze that is not", Mute(device=BEAR.device, until=TS + 1), True),
    ],
)
def test_mutes(name, mute, covers):
    assert mute.covers(ALERT) is covers, name


def test_what_is_hushed_is_logged_with_its_reason():
    expected = Policy(expected=(Expected(BEAR.device, "tracker.example"),))
    for policy, words in ((expected, "expected"), (Policy(mutes=(Mute(),)), "not to be told")):
        alert = Judge("en", policy)(change("new_party"), RECORD)
        assert alert.volume == "log"
        assert words in alert.text
    assert Judge("en")(change("new_party"), RECORD).volume == "push"


@pytest.mark.parametrize(
    ("name", "alert", "former", "news"),
    [
        ("the first", ALERT, None, True),
        ("the same again", ALERT._replace(ts=TS + DAY), ALERT, False),
        ("the same, louder", ALERT, ALERT._replace(volume="log"), True),
        ("the same after a month", ALERT._replace(ts=TS + 29 * DAY), ALERT, True),
    ],
)
def test_the_same_is_told_once(name, alert, former, news):
    assert is_news(alert, former) is news, name


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ENGLISH),
        ("fr", ["une fois", "3 fois", "900 octets", "1,5 ko", "3,0 Mo", "moins d'une fois par jour",
                "environ une fois par jour"]),
        ("xx", ENGLISH),
    ],
)  # fmt: skip
def test_words(language, said):
    words = Words(language)
    assert said == [
        words.count("times", 1),
        words.count("times", 3),
        words.size(900),
        words.size(1_500),
        words.size(3_000_000),
        words.rate(0.3),
        words.rate(1.0),
    ]


def test_words_for_what_is_not_known():
    words = Words("en")
    assert words.country("QQ") == "QQ"
    assert words.country(None) == "an unknown country"
    assert words.countries(["DE", "CN"]) == "Germany and China"
    assert words.days(0.4) == "less than a day"
    assert words.rate(0) == "never"


WISHES = [
    Mute(device=BEAR.device, kind="bigger", until=TS),
    Snooze(BEAR.device, TS - 10),
    Expected(BEAR.device, "tracker.example"),
]


@pytest.mark.parametrize("wish", WISHES)
def test_every_wish_survives_the_store_and_is_undone(wish):
    policy = Policy().wish(wish)
    assert policy.wish(wish) == policy != Policy()
    assert Policy.from_json(json.loads(json.dumps(policy.to_json()))) == policy
    assert policy.without(wish) == policy.forgotten(BEAR.device) == Policy()


@pytest.mark.parametrize(
    ("name", "expected", "kind", "covers"),
    [
        ("the party", Expected(BEAR.device, "tracker.example"), "bigger", True),
        ("another party", Expected(BEAR.device, "other.example"), "bigger", False),
        ("of another device", Expected("d-other", "tracker.example"), "bigger", False),
        (
            "readable data is told all the same",
            Expected(BEAR.device, "tracker.example"),
            "encryption_lost",
            False,
        ),
        (
            "without a party, that kind",
            Expected(BEAR.device, None, "nothing_changed"),
            "nothing_changed",
            True,
        ),
        ("and no other kind", Expected(BEAR.device, None, "new_device"), "nothing_changed", False),
    ],
)
def test_what_is_expected(name, expected, kind, covers):
    assert expected.covers(judge(change(kind), BEAR)) is covers, name


def test_a_snooze_ends_with_the_next_update_and_not_with_a_restart():
    judge_all = Judge("en", Policy(snoozes=(Snooze(BEAR.device, TS - 10),)))
    assert judge_all(change("new_party"), RECORD).volume == "log"
    restart = Update(TS, BEAR.device, "restarted", (), None, None)
    assert judge_all(restart, RECORD) is None
    assert judge_all(change("new_party"), RECORD).volume == "log"
    judge_all(restart._replace(certainty="updated"), RECORD)
    assert judge_all(change("new_party"), RECORD).volume == "push"


def test_what_is_more_severe_is_told_although_the_party_was_told_of():
    lost = judge(change("encryption_lost"), BEAR)
    assert lost.identifier == ALERT.identifier
    assert is_news(lost, ALERT) and not is_news(ALERT, lost)


def test_the_catalogue_knows_better_than_the_category_who_has_ears():
    far = change("new_party", certainty="seen")
    assert Judge("en")(far, RECORD).volume == "log"
    assert Judge("en", senses=lambda _: Senses(microphone=True))(far, RECORD).volume == "push"
    camera = RECORD._replace(category="camera")
    assert Judge("en", senses=lambda _: Senses(False, False))(far, camera).volume == "log"

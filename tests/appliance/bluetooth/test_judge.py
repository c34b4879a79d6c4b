"""Toys that offer themselves to anyone are told of, once it is sure; ordinary things never are."""

from __future__ import annotations

import pytest

from appliance.bluetooth.adoption import Unfit, words_of_adoption
from appliance.bluetooth.heard import Toys, heard
from appliance.bluetooth.judge import OCCASIONS, judge, occasions
from appliance.bluetooth.kind import kind_of
from appliance.devices.categories import CATEGORIES
from appliance.devices.family import ADOPT, LABEL
from appliance.findings.kinds import KINDS
from appliance.lookup.knowledge_files import load_catalogue, load_reported
from sensor.records import Nearby
from tests.appliance.bluetooth.things import (
    CAYLA,
    GOOD_TOY,
    HOUR,
    I_QUE,
    OPEN_LE_TOY,
    ORDINARY,
    TALKING_DOLL,
    advertisement,
    inquiry,
)

REPORTED = load_reported()
TOYS = Toys(load_catalogue().models, REPORTED)


def codes(records: list[Nearby], category: str | None = "toy") -> list[str]:
    return [finding.code for finding in judge("d-1", category, records, TOYS)]


def often(record: Nearby, times: int = 5, apart: float = HOUR) -> list[Nearby]:
    return [record._replace(ts=record.ts + apart * n) for n in range(times)]


@pytest.mark.parametrize("thing", ORDINARY.values(), ids=ORDINARY.keys())
def test_an_ordinary_thing_is_never_accused(thing):
    """Even when a parent takes it for one of the family's and it is heard all the time."""
    assert heard([thing], TOYS, ())[0].reported is None
    if not kind_of(thing).trackable:
        with pytest.raises(Unfit):
            words_of_adoption([thing], 1.0)
        return
    said = {word.detail: word.value for word in words_of_adoption([thing], 1.0) if word.act == LABEL}
    assert codes(often(thing), said["category"]) in ([], ["bluetooth_trackable"])


def test_a_well_made_toy_is_never_accused():
    assert codes(often(GOOD_TOY)) == []
    assert heard([GOOD_TOY], TOYS, ())[0].offers == ()
    with pytest.raises(Unfit, match="nobody can follow it"):
        words_of_adoption([GOOD_TOY], 1.0)


NAMES = (
    "My friend Cayla", "MY FRIEND CAYLA", "My Friend Cayla 2", "i-QUE",
    "iQue", "i-Que Intelligent Robot", "I QUE",
    "Furby", "Furby Connect", "CloudPets", "cloudpets", "Toy-Fi Teddy", "Toy Fi Teddy", "Chatter Telephone",
)  # fmt: skip
OTHERS = ("Cayla's phone", "Furbyland", "Toy", "iQuest 3", "Cloud", "Kayla", "Teddy", "My friend", "", None)


@pytest.mark.parametrize("name", NAMES)
def test_a_toy_of_public_reports_is_known_by_its_name_at_once(name):
    assert codes([advertisement(name)]) == ["bluetooth_reported"]
    [row] = heard([inquiry(name, 0x240404, "111e")], TOYS, ())
    assert row.reported and row.model in {report.model for report in REPORTED}


@pytest.mark.parametrize("name", OTHERS)
def test_a_like_name_is_not(name):
    assert TOYS.report(name) is None
    assert codes([advertisement(name)]) == []


def test_every_reported_toy_is_in_the_catalogue_with_a_name():
    models = {model.model: model for model in load_catalogue().models}
    for report in REPORTED:
        assert models[report.model].bluetooth, f"{report.model} has no Bluetooth name to know it by"
        assert report.what and report.source and report.date


@pytest.mark.parametrize(
    ("name", "thing", "code"),
    [
        ("a doll with a microphone profile", TALKING_DOLL, "bluetooth_open"),
        ("Cayla", CAYLA, "bluetooth_open"),
        ("i-Que", I_QUE, "bluetooth_open"),
        ("an LE toy", OPEN_LE_TOY, "bluetooth_connectable"),
        ("a toy by its class", inquiry("Robot", 0x000804, "1108"), "bluetooth_open"),
        ("heard through BlueZ", OPEN_LE_TOY._replace(connectable=None, event=""), "bluetooth_connectable"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_offered_to_anyone_again_and_again_is_told(name, thing, code):
    assert code not in codes(often(thing, OCCASIONS - 1)), "twice may be chance"
    assert code not in codes(often(thing, 9, apart=60.0)), "nine times within minutes are one occasion"
    assert code in codes(often(thing, OCCASIONS)), name
    [finding] = [f for f in judge("d-1", "toy", often(thing, 4), TOYS) if f.code == code]
    assert (finding.times, finding.last_ts - finding.first_ts) == (4, 3 * HOUR)


@pytest.mark.parametrize(
    "thing",
    [
        OPEN_LE_TOY._replace(flags=5),
        OPEN_LE_TOY._replace(event="directed"),
        OPEN_LE_TOY._replace(event="scannable", connectable=False),
        OPEN_LE_TOY._replace(address_kind="resolvable"),
        OPEN_LE_TOY._replace(connectable=None, flags=None),
        OPEN_LE_TOY._replace(connectable=None, name=None, services=()),
    ],
    ids=[
        "just told to be found",
        "calls one phone",
        "no connection",
        "private",
        "BlueZ, no flags",
        "BlueZ, bare",
    ],
)
def test_what_is_not_offered_to_anyone_is_not_told(thing):
    assert "bluetooth_connectable" not in codes(often(thing))


def test_a_fixed_address_is_noted_and_a_changing_one_is_not():
    assert "bluetooth_trackable" in codes(often(OPEN_LE_TOY))
    assert "bluetooth_trackable" not in codes(often(OPEN_LE_TOY._replace(address_kind="resolvable")))


@pytest.mark.parametrize("category", sorted(set(CATEGORIES) - {"toy", "robot"}))
def test_of_what_is_no_toy_nothing_is_said(category):
    assert codes(often(CAYLA), category) == []


def test_the_name_is_enough_for_a_toy_that_is_heard_once():
    [finding] = judge("d-1", "toy", [CAYLA], TOYS)
    assert finding.severity == 3 and "CNIL" in finding.detail and finding.times == 1


def test_occasions_are_an_hour_apart():
    assert occasions([0, 10, 3_599, 3_600, 7_199, 7_300]) == [0, 3_600, 7_300]


def test_adoption_says_what_it_is():
    words = words_of_adoption([CAYLA], 5.0, " Cayla of the attic ")
    assert [(w.act, w.detail, w.value) for w in words] == [
        (ADOPT, CAYLA.address, "public"),
        (LABEL, "category", "toy"),
        (LABEL, "name", "Cayla of the attic"),
    ]
    assert words_of_adoption([OPEN_LE_TOY], 5.0, None, "robot")[0].value == "static"
    with pytest.raises(Unfit, match="not heard"):
        words_of_adoption([], 5.0)


def test_records_of_one_device_are_one_row_the_strongest_first():
    answer = OPEN_LE_TOY._replace(name=None, event="scan_response", rssi_dbm=-40)
    rows = heard(
        [CAYLA._replace(rssi_dbm=-60), OPEN_LE_TOY._replace(rssi_dbm=-70), answer], TOYS, [CAYLA.address]
    )
    assert [(row.name, row.rssi_dbm, row.adopted) for row in rows] == [
        ("Racing car", -40, False),
        ("My friend Cayla", -60, True),
    ]


SENTENCES = [kind for kind in KINDS if kind.code.startswith("bluetooth_")]


@pytest.mark.parametrize("kind", SENTENCES, ids=lambda kind: kind.code)
def test_sentences_observe_and_do_not_accuse(kind):
    for words in (kind.english, kind.french):
        said = words.sentence.format(device="Bear", times=3)
        assert "Bear" in said
        assert words.cannot_prove and words.do
        for word in ("violat", "illegal", "hack", "infraction", "illégal"):
            assert word not in " ".join(words).casefold()
    assert len(SENTENCES) == 4

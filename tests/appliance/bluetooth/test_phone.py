"""The app of a toy is a guess from the phone's parties, with low confidence, and of phones alone."""

from __future__ import annotations

from appliance.behaviour.facts import Sighting
from appliance.bluetooth.phone import APART, CONFIDENCE, MAX_HOURS, app_traffic
from appliance.devices.device import DeviceRecord
from appliance.lookup.knowledge_files import load_catalogue
from appliance.parties.party import PartyRecord

MODELS = load_catalogue().models


def device(name: str, category: str, vendor: str | None = None, model: str | None = None) -> DeviceRecord:
    return DeviceRecord(name, name, (), (), (), vendor, category, model, {}, (), 1.0, 2.0)


def party(who: str, domain: str, organisation: str | None, contacts: int = 3) -> PartyRecord:
    return PartyRecord(
        who, domain, organisation, "third", None, None, (), 5.0, 6.0, contacts, 1, 1, True, "named", "", ()
    )


ROBOT = device("d-robot", "robot", "Anki", "Vector")
HOME = [ROBOT, device("d-phone", "phone"), device("d-tv", "tv"), device("d-pad", "tablet")]


def test_a_phone_that_meets_the_maker_probably_runs_the_app():
    parties = [
        party("d-phone", "anki.example", "Anki, Inc.", 2),
        party("d-pad", "cloud.anki.example", "anki", 9),
        party("d-phone", "google.com", "Google"),
        party("d-tv", "anki.example", "Anki"),
        party("d-phone", "198.51.100.7", None),
    ]
    found = app_traffic(ROBOT, MODELS, HOME, parties)
    assert [(one.phone, one.domain, one.confidence) for one in found] == [
        ("d-pad", "cloud.anki.example", APART),
        ("d-phone", "anki.example", APART),
    ]
    assert APART < CONFIDENCE <= 0.3 and all(one.toy == "d-robot" for one in found)


def test_the_model_s_own_domains_count_whoever_owns_them():
    model = next(model for model in MODELS if model.domains)
    toy = device("d-toy", "toy", None, model.model)
    found = app_traffic(toy, MODELS, [toy, *HOME], [party("d-phone", model.domains[0], None)])
    assert [one.domain for one in found] == [model.domains[0]]


def test_of_a_toy_without_a_known_maker_nothing_is_guessed():
    toy = device("d-toy", "toy")
    assert app_traffic(toy, MODELS, [toy, *HOME], [party("d-phone", "x.example", None)]) == []
    assert app_traffic(toy, MODELS, [toy, *HOME], [party("d-phone", "x.example", "Google")]) == []


def test_what_a_phone_sends_in_the_hours_of_the_toy_is_told_apart_from_the_rest():
    """The toy is heard at hours 10 and 12; the phone meets the maker at 9 and 12, the tablet at 9 alone."""
    rows = {
        "d-phone": [(9, "anki.example", 5), (12, "anki.example", 2), (12, "google.com", 8)],
        "d-pad": [(9, "anki.example", 7)],
    }

    def hourly(device: str, since: int, until: int) -> list[Sighting]:
        found = [row for row in rows[device] if since <= row[0] < until]
        return [Sighting(device, domain, hour, contacts, 1, 1, 1) for hour, domain, contacts in found]

    parties = [party("d-phone", "anki.example", "Anki", 7), party("d-pad", "anki.example", "Anki", 7)]
    found = app_traffic(ROBOT, MODELS, HOME, parties, heard=[10 * 3600.0, 12 * 3600.0 + 59], hourly=hourly)
    assert [(one.phone, one.together, one.contacts, one.confidence) for one in found] == [
        ("d-phone", 1, 2, CONFIDENCE),
        ("d-pad", 0, 7, APART),
    ]
    assert (found[0].first_ts, found[0].last_ts) == (12 * 3600.0, 13 * 3600.0)


def test_the_latest_hours_alone_are_asked_for():
    asked: list[int] = []

    def hourly(device: str, since: int, until: int) -> list[Sighting]:
        asked.append(since)
        return []

    heard = [hour * 3600.0 for hour in range(MAX_HOURS + 50)]
    app_traffic(ROBOT, MODELS, HOME, [party("d-phone", "anki.example", "Anki")], heard=heard, hourly=hourly)
    assert asked == list(range(50, MAX_HOURS + 50))

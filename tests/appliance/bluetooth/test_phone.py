"""The app of a toy is a guess from the phone's parties, with low confidence, and of phones alone."""

from __future__ import annotations

from appliance.bluetooth.phone import CONFIDENCE, app_traffic
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
        ("d-pad", "cloud.anki.example", CONFIDENCE),
        ("d-phone", "anki.example", CONFIDENCE),
    ]
    assert CONFIDENCE <= 0.3 and all(one.toy == "d-robot" for one in found)


def test_the_model_s_own_domains_count_whoever_owns_them():
    model = next(model for model in MODELS if model.domains)
    toy = device("d-toy", "toy", None, model.model)
    found = app_traffic(toy, MODELS, [toy, *HOME], [party("d-phone", model.domains[0], None)])
    assert [one.domain for one in found] == [model.domains[0]]


def test_of_a_toy_without_a_known_maker_nothing_is_guessed():
    toy = device("d-toy", "toy")
    assert app_traffic(toy, MODELS, [toy, *HOME], [party("d-phone", "x.example", None)]) == []
    assert app_traffic(toy, MODELS, [toy, *HOME], [party("d-phone", "x.example", "Google")]) == []

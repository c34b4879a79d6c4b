"""`tattlebox presets` on a folder that stands for the card, with the gateway's helper as the outer edge."""

from contextlib import closing

import pytest

from appliance.cli import main, presets
from appliance.gateway.plan import Plan, from_plain, to_plain
from appliance.store.book import Book
from appliance.store.people import People
from appliance.store.settings import Settings
from tests.appliance.card.test_presets import KEY


@pytest.fixture
def card(tmp_path, monkeypatch):
    """A card, and the helper that notes what it was asked."""
    asked, watched = [], []
    plan = [Plan()]

    def ask(verb, **fields):
        asked.append(verb)
        if verb == "apply":
            plan[0] = from_plain(fields["plan"])
        return {"plan": to_plain(plan[0])}

    monkeypatch.setattr(presets.client, "ask", ask)
    monkeypatch.setattr(presets, "_watch", watched.append)

    def run(text):
        (tmp_path / "tattlebox.txt").write_text(text)
        asked.clear()
        places = [
            "--card",
            str(tmp_path),
            "--keys",
            str(tmp_path / "keys"),
            "--store",
            str(tmp_path / "home.db"),
        ]
        return main(["presets", *places])

    run.folder, run.asked, run.watched, run.plan = tmp_path, asked, watched, plan
    return run


def settings(card):
    with closing(Book(card.folder / "home.db")) as book:
        return Settings(book).all()


def test_nothing_preset_changes_nothing(card):
    assert card("# nothing\n") == 0
    assert (card.asked, card.watched) == (["status"], [])
    assert settings(card)["language"] == ""
    assert not (card.folder / "keys").exists()


def test_language_and_zone_are_set_until_the_pages_say_otherwise(card):
    assert card("language = fr\nzone = Europe/Paris\n") == 0
    assert settings(card)["language"] == "fr"
    assert settings(card)["zone"] == "Europe/Paris"
    with closing(Book(card.folder / "home.db")) as book:
        Settings(book).set({"language": "de"}, 1.0)
    assert card("language = fr\n") == 0
    assert settings(card)["language"] == "de"


def test_the_toys_wifi_is_made_once_and_watched(card):
    wifi = "country = FR\nssid = Toys\nwifi_password = four bears\n"
    assert card(wifi) == 0
    assert card.asked == ["status", "apply", "confirm"]
    assert (card.plan[0].mode, card.plan[0].upstream, card.plan[0].toys) == ("access_point", "eth0", "wlan0")
    assert card.plan[0].wifi.ssid == "Toys"
    assert card.plan[0].welcome
    assert card(wifi.replace("Toys", "Other")) == 0
    assert card.asked == ["status"]
    assert card.watched == ["wlan0", "wlan0"]


def test_a_mistake_is_told_beside_the_file_until_it_is_mended(card, capsys):
    problems = card.folder / "tattlebox-problems.txt"
    assert card("language = fr\ncountry = France\n") == 1
    assert "line 2" in problems.read_text()
    assert capsys.readouterr().err.startswith("tattlebox: ")
    assert card.asked == []
    assert card("language = fr\n") == 0
    assert not problems.exists()


def test_what_the_gateway_refuses_is_told_there_too(card, monkeypatch):
    def refuse(verb, **fields):
        raise presets.client.GatewayError("there is no interface wlan0")

    monkeypatch.setattr(presets.client, "ask", refuse)
    assert card("country = FR\nssid = Toys\nwifi_password = four bears\n") == 1
    assert "no interface wlan0" in (card.folder / "tattlebox-problems.txt").read_text()


def test_a_key_that_is_taken_out_of_the_file_opens_nothing_more(card):
    assert card(f"ssh_key = {KEY}\n") == 0
    assert (card.folder / "keys").read_text() == KEY + "\n"
    assert card("") == 0
    assert not (card.folder / "keys").exists()


def test_a_phone_is_led_to_the_first_page_only_where_nobody_moved_in(card):
    with closing(Book(card.folder / "home.db")) as book:
        People(book).add("Robin", "parent", "nobody's password", 1.0)
    assert card("country = FR\nssid = Toys\nwifi_password = four bears\n") == 0
    assert not card.plan[0].welcome

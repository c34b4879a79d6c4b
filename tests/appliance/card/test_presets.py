"""What an owner may write into tattlebox.txt, and what is said of what is wrong."""

import base64
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.card.presets import Presets, PresetsError, parse

SHIPPED = Path(__file__).parents[3] / "image-build/boot/tattlebox.txt"
KEY = "ssh-ed25519 " + base64.b64encode(b"\0\0\0\x0bssh-ed25519\0\0\0 " + bytes(32)).decode()


def test_the_shipped_file_presets_nothing_and_names_everything():
    text = SHIPPED.read_text()
    assert parse(text.encode()) == Presets()
    offered = {
        line[1:].partition("=")[0].strip() for line in text.splitlines() if line[:1] == "#" and " = " in line
    }
    assert offered >= set(Presets._fields)


def test_a_whole_file_as_an_editor_on_windows_saves_it():
    text = "\ufeffcountry = FR\r\nssid = Chez les ours\r\nwifi_password = miel = bon\r\n\r\n# x\r\n"
    text += "language=fr\r\nzone = Europe/Paris\r\n"
    text += f"ssh_key = {KEY} me\r\n"
    assert parse(text.encode()) == Presets(
        "FR", "Chez les ours", "miel = bon", "fr", "Europe/Paris", f"{KEY} me"
    )


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("country = France", "two capital letters"),
        ("country = fr", "two capital letters"),
        ("ssid = " + "ä" * 17, "at most 32 bytes"),
        ("ssid = a\x07b", "at most 32 bytes"),
        ("wifi_password = short", "8 to 63"),
        ("language = xx", "one of en, fr, de"),
        ("zone = ../../etc/passwd", "time zone"),
        ("zone = Europe/Paris;reboot", "time zone"),
        ("ssh_key = hello", "public key"),
        ("ssh_key = ssh-ed25519 AAAA", "public key"),
        (f"ssh_key = command=evil {KEY}", "public key"),
        ("password = secret", "expected one of country"),
        ("country", "expected name = value"),
        ("country = FR\ncountry = DE", "line 2: country is given twice"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(line, says):
    with pytest.raises(PresetsError, match="line ") as caught:
        parse(line.encode())
    assert says in str(caught.value)


def test_a_wifi_without_password_or_country_is_no_wifi():
    with pytest.raises(PresetsError, match="needs country, ssid, wifi_password; given: ssid"):
        parse(b"ssid = Toys")


def test_a_wrong_password_is_not_repeated():
    with pytest.raises(PresetsError) as caught:
        parse(b"wifi_password = s3cret")
    assert "s3cret" not in str(caught.value)


def test_all_that_is_wrong_is_said_at_once():
    with pytest.raises(PresetsError) as caught:
        parse(b"country = x\n\nlanguage = y\n")
    assert [sentence.split(":")[0] for sentence in str(caught.value).splitlines()] == ["line 1", "line 3"]


def test_a_file_of_another_kind_is_refused():
    with pytest.raises(PresetsError, match="at most"):
        parse(bytes(20_000))
    with pytest.raises(PresetsError, match="UTF-8"):
        parse(b"ssid = caf\xe9")


@given(st.binary(max_size=300))
def test_any_bytes_are_presets_or_sentences(data):
    try:
        assert isinstance(parse(data), Presets)
    except PresetsError as error:
        assert str(error)

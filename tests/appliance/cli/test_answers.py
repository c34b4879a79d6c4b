"""What a family says of alerts on the command line, and what it gets to read."""

import json

import pytest

from appliance.cli import main
from appliance.store.reader import Reader
from appliance.store.writer import Writer
from tests.appliance import samples

ALERT = samples.ALERT.identifier
DAY_S = 86_400


@pytest.fixture
def store(tmp_path):
    writer = Writer(tmp_path / "home.db")
    for fact in samples.FACTS:
        writer.add(fact)
    writer.commit(origin="live", first_ts=samples.TS - 9 * DAY_S, last_ts=samples.TS + 2 * DAY_S)
    writer.close()
    return str(tmp_path / "home.db")


def rows(capsys, *argv):
    assert main([*argv, "--json"]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["expected", ALERT], {"act": "expected", "party": "voice.example", "device": samples.DOLL}),
        (["useful", ALERT], {"act": "useful", "alert": ALERT}),
        (["wrong", ALERT], {"act": "wrong", "alert": ALERT}),
        (["snooze", "talking doll"], {"act": "snooze", "device": samples.DOLL, "party": None}),
        (["mute", "--kind", "more_often"], {"act": "mute", "device": None, "kind": "more_often"}),
        (["mute", samples.DOLL, "--party", "Voice Example"], {"act": "mute", "party": "voice.example"}),
        (["mute", samples.DOLL, "--days", "2"], {"act": "mute", "until": samples.TS + 4 * DAY_S}),
    ],
)
def test_what_is_said_is_kept_listed_and_taken_back(store, capsys, argv, said):
    (noted,) = rows(capsys, *argv, "--store", store)
    assert noted | said == noted
    assert rows(capsys, "wishes", "--store", store) == [noted]
    assert main(["wishes", "--store", store]) == 0
    assert said["act"] in capsys.readouterr().out
    assert main(["undo", "--store", store]) == 0
    capsys.readouterr()
    assert rows(capsys, "wishes", "--store", store) == []


def test_unmute_takes_back_what_was_said_in_the_same_words(store, capsys):
    for argv in (["mute", "Talking doll"], ["snooze", "Talking doll"], ["mute", "--kind", "bigger"]):
        assert main([*argv, "--store", store]) == 0
    assert main(["unmute", "Talking doll", "--store", store]) == 0
    capsys.readouterr()
    assert [row["kind"] for row in rows(capsys, "wishes", "--store", store)] == ["bigger"]


def test_undo_takes_back_whatever_was_said_last(store, capsys):
    assert main(["mute", "Talking doll", "--store", store]) == 0
    assert main(["name", "Talking doll", "Dolly", "--store", store]) == 0
    assert main(["undo", "--store", store]) == 0
    capsys.readouterr()
    assert len(rows(capsys, "wishes", "--store", store)) == 1
    assert main(["undo", "--store", store]) == 0
    capsys.readouterr()
    assert rows(capsys, "wishes", "--store", store) == []


def test_answers_are_counted(store, capsys):
    assert main(["answers", "--store", store]) == 0
    assert "95 %" not in capsys.readouterr().out
    assert main(["wrong", ALERT, "--store", store]) == 0
    assert main(["answers", "--store", store]) == 0
    assert "100%" in capsys.readouterr().out
    counts = rows(capsys, "answers", "--store", store)
    assert [(count["kind"], count["wrong"]) for count in counts] == [(None, 1), (samples.ALERT.kind, 1)]


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        (["expected", "a-nothing"], "no alert has the id"),
        (["mute"], "say what to mute"),
        (["mute", "Talking doll", "--party", "nobody"], "expected one of: voice.example"),
        (["mute", "Talking doll", "--days", "0"], "above 0"),
        (["mute", "nobody"], "no device is called"),
        (["unmute", "Talking doll"], "nothing is muted"),
        (["undo"], "nothing to take back"),
        (["digest", "--week", "soon"], "expected one such as"),
        (["report", "Talking doll", "--update", "2001-01-01"], "no update of this device"),
    ],
)
def test_what_cannot_be_is_one_sentence(store, capsys, argv, says):
    assert main([*argv, "--store", store]) == 1
    said = capsys.readouterr().err
    assert says in said and said.count("\n") == 1


def test_without_a_store_nothing_is_made(tmp_path, capsys):
    assert main(["mute", "--kind", "bigger", "--store", str(tmp_path / "none.db")]) == 1
    assert "no store" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_week_is_told_in_words_and_in_rows(store, capsys):
    assert main(["digest", "--store", store]) == 0
    assert samples.ALERT.title in capsys.readouterr().out
    assert [row["identifier"] for row in rows(capsys, "digest", "--store", store)] == [ALERT]
    assert main(["digest", "--week", "2020-01-01", "--store", store]) == 0
    assert samples.ALERT.title not in capsys.readouterr().out


@pytest.mark.parametrize("language", ["en", "fr", "de"])
def test_the_report_of_an_update_has_both_sides(store, capsys, language):
    assert main(["report", "Talking doll", "--language", language, "--store", store]) == 0
    said = capsys.readouterr().out
    assert "Voice Example" in said and "voice.example" in said
    (row,) = rows(capsys, "report", "Talking doll", "--store", store)
    assert (row["verdict"], row["changes"]) == ("changed", [samples.CHANGE.id])
    assert row["watched_before_s"] == 8 * DAY_S
    assert row["watched_after_s"] == 3 * DAY_S - 30


def test_a_replay_made_anew_keeps_what_was_said(tmp_path, capsys):
    capture = "tests/captures/dns-home.pcap"
    store = str(tmp_path / "home.db")
    assert main(["replay", capture, "--store", store]) == 0
    assert main(["mute", "--kind", "new_party", "--store", store]) == 0
    assert main(["replay", capture, "--store", store]) == 0
    capsys.readouterr()
    assert [row["kind"] for row in rows(capsys, "wishes", "--store", store)] == ["new_party"]
    with Reader(tmp_path / "home.db") as reader:
        assert reader.meta("answers")["last"] == 1

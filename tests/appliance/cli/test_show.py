"""The listing verbs and `explain`: tables for people, the documented fields with --json, clear refusals."""

import json
from pathlib import Path

import pytest

from appliance.cli import main
from appliance.store.writer import Writer
from tests.appliance import samples


@pytest.fixture
def store(tmp_path):
    writer = Writer(tmp_path / "home.db")
    for fact in samples.FACTS:
        writer.add(fact)
    writer.add_observation((7, samples.DOLL, samples.HELLO))
    writer.commit(origin="replay", totals={"flows": 1})
    writer.close()
    return str(tmp_path / "home.db")


@pytest.fixture
def empty_store(tmp_path):
    Writer(tmp_path / "empty.db").close()
    return str(tmp_path / "empty.db")


VERBS = {
    "devices": (samples.DEVICE, "Talking doll"),
    "parties": (samples.PARTY, "Voice Example"),
    "updates": (samples.UPDATE, "its version went from 1.0 to 1.1"),
    "changes": (samples.CHANGE, "c-00000000c0de"),
    "findings": (samples.FINDING, "cleartext_upload"),
    "alerts": (samples.ALERT, "a-00000000a1e7"),
}


@pytest.mark.parametrize("verb", VERBS)
def test_a_list_is_a_table_for_people(store, capsys, verb):
    assert main([verb, "--store", store]) == 0
    heading, *rows = capsys.readouterr().out.splitlines()
    assert heading == heading.upper()
    assert len(rows) == 1
    assert VERBS[verb][1] in rows[0]


@pytest.mark.parametrize("verb", VERBS)
def test_a_list_is_json_lines_for_programs(store, capsys, verb):
    assert main([verb, "--json", "--store", store]) == 0
    (row,) = map(json.loads, capsys.readouterr().out.splitlines())
    assert list(row) == list(VERBS[verb][0]._fields)


@pytest.mark.parametrize("verb", VERBS)
def test_an_empty_list_is_a_sentence(empty_store, capsys, verb):
    assert main([verb, "--store", empty_store]) == 0
    assert capsys.readouterr().out.strip().endswith(".")


@pytest.mark.parametrize("device", [samples.DOLL, "talking DOLL", "02:00:00:00:d0:11"])
def test_a_device_is_found_by_id_name_and_mac(store, capsys, device):
    assert main(["parties", device, "--store", store]) == 0
    assert "voice.example" in capsys.readouterr().out


def test_an_unknown_device_is_refused_with_those_known(store, capsys):
    assert main(["parties", "teddy", "--store", store]) == 1
    assert "'teddy'; known devices: Talking doll" in capsys.readouterr().err


@pytest.mark.parametrize("identifier", [samples.ALERT.identifier, samples.CHANGE.id])
def test_explain_leads_from_the_alert_to_what_was_read(store, capsys, identifier):
    assert main(["explain", identifier, "--json", "--store", store]) == 0
    chain = json.loads(capsys.readouterr().out)
    assert list(chain) == [
        "rule", "alert", "update", "change", "findings", "sightings", "flows", "observations",
    ]  # fmt: skip
    assert chain["rule"]["code"] == samples.CHANGE.kind
    assert chain["change"]["id"] == samples.CHANGE.id
    assert chain["update"]["evidence"] == list(samples.UPDATE.evidence)
    assert [sighting["hour"] for sighting in chain["sightings"]] == [samples.SIGHTING.hour]
    assert [flow["uid"] for flow in chain["flows"]] == [samples.FLOW.uid]
    assert [observation["type"] for observation in chain["observations"]] == ["tls"]


def test_explain_says_it_in_words(store, capsys):
    assert main(["explain", samples.ALERT.identifier, "--store", store]) == 0
    said = capsys.readouterr().out
    for words in (
        "Talking doll now talks", "What you can do", "Why it matters", "before: ", "after: ",
        "an update was seen 2023-11-13 22:13 (updated: its version", "3 contacts, 4 flows, 900 B sent",
        "198.51.100.7:443",
    ):  # fmt: skip
        assert words in said


def test_explain_of_a_finding_shows_it(store, capsys):
    writer = Writer(Path(store))
    evidence = ("finding:cleartext_upload",)
    writer.add(
        samples.ALERT._replace(identifier="a-f", kind="cleartext_upload", domain=None, evidence=evidence)
    )
    writer.commit()
    writer.close()
    assert main(["explain", "a-f", "--store", store]) == 0
    assert "Finding cleartext_upload: 2 times" in capsys.readouterr().out


def test_an_unknown_id_is_refused(store, capsys):
    assert main(["explain", "a-nothing", "--store", store]) == 1
    assert "`tattlebox alerts` lists them" in capsys.readouterr().err


def test_hostile_names_cannot_steer_the_terminal(tmp_path, capsys):
    writer = Writer(tmp_path / "home.db")
    writer.add(samples.DEVICE._replace(name="bear\x1b[2J\u202eevil\nnew line"))
    writer.commit()
    writer.close()
    assert main(["devices", "--store", str(tmp_path / "home.db")]) == 0
    out = capsys.readouterr().out
    assert "\x1b" not in out and "\u202e" not in out
    assert len(out.splitlines()) == 2


def test_a_missing_store_is_one_sentence(tmp_path, capsys):
    assert main(["devices", "--store", str(tmp_path / "none.db")]) == 1
    assert "no store at" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [[], ["melody"], ["explain"], ["replay"], ["devices", "--nonsense"]])
def test_a_wrong_command_line_is_exit_code_2(arguments, capsys):
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == 2
    assert "usage: tattlebox" in capsys.readouterr().err


def test_doctor_says_what_is_well_and_what_is_not(store, tmp_path, capsys):
    assert main(["doctor", "--store", store]) == 0
    said = capsys.readouterr().out
    assert "ok    imports" in said
    assert "with 1 flows" in said
    (tmp_path / "broken.db").write_bytes(b"not a database, only some text that is long enough" * 100)
    assert main(["doctor", "--json", "--store", str(tmp_path / "broken.db")]) == 1
    states = {row["name"]: row["state"] for row in map(json.loads, capsys.readouterr().out.splitlines())}
    assert states["store"] == "bad"

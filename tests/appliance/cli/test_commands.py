"""The table of commands says what each module adds, since only the module asked for is loaded."""

import argparse
import importlib
import json
import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest

from appliance import cli
from appliance.cli.live import AsJson


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_a_module_adds_the_commands_that_the_table_names(name):
    commands = argparse.ArgumentParser().add_subparsers()
    importlib.import_module(f"appliance.cli.{name}").add(commands)
    assert tuple(commands.choices) == cli.COMMANDS[name], f"correct the line of {name} in appliance/cli"


def test_every_module_with_commands_is_in_the_table():
    files = Path(cli.__file__).parent.glob("*.py")
    adding = {path.stem for path in files if "\ndef add(commands: Any)" in path.read_text()}
    assert adding == set(cli.COMMANDS)


def test_a_replay_loads_no_other_command():
    script = "import sys; from appliance.cli import parser; parser('replay'); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert not {"appliance.cli.show", "flask", "duckdb", "pyarrow"} & set(loaded.split())


@pytest.mark.parametrize(
    "line",
    ["run", "replay F", "dissect F", "devices", "parties D", "changes", "alerts", "explain ID", "doctor"],
)
def test_what_tells_something_tells_it_programs_too(line):
    verb, *rest = line.split()
    assert cli.parser(verb).parse_args([verb, "--json", *rest]).json is True


def test_a_replay_and_a_service_speak_json(tmp_path, capsys):
    capture = Path(__file__).parents[2] / "captures" / "dns-home.pcap"
    assert cli.main(["replay", "--json", "--store", str(tmp_path / "home.db"), str(capture)]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["packets"] == said["flow_packets"] + said["weird_packets"] + sum(n for _, n in said["other"])
    assert said["packets"] > 0
    record = logging.LogRecord("a", logging.WARNING, "", 0, "sensor_away %s", ("x\ny",), None)
    logged = {"level": "WARNING", "logger": "a", "message": "sensor_away x\ny"}
    assert json.loads(AsJson().format(record)) == logged


def test_an_unknown_command_is_refused_with_all_that_there_are(capsys):
    with pytest.raises(SystemExit) as end:
        cli.main(["listen"])
    assert end.value.code == 2
    assert "replay" in capsys.readouterr().err


@pytest.mark.parametrize("seconds", ["0", "121", "often"])
def test_a_service_stores_often_enough(capsys, seconds):
    with pytest.raises(SystemExit) as end:
        cli.main(["run", "--commit-s", seconds])
    assert end.value.code == 2
    assert "--commit-s" in capsys.readouterr().err


@pytest.mark.parametrize("command", [["devices"], ["export", "flows"], ["replay", "lines.jsonl"]])
def test_a_store_that_is_no_file_is_refused(tmp_path, monkeypatch, capsys, command):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "lines.jsonl").write_text("")
    os.mkfifo(tmp_path / "pipe")
    for place, what in (("pipe", "a pipe or a device"), (".", "a folder")):
        assert cli.main([*command, "--store", place]) == 1
        assert f"{place} is {what}, expected a file" in capsys.readouterr().err

"""The table of commands says what each module adds, since only the module asked for is loaded."""

import argparse
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

from appliance import cli


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

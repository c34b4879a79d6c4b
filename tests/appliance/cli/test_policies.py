"""`tattlebox block`, `pause`, `lift`, `policies` on a store."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from appliance.cli import main
from appliance.home import Home
from appliance.lookup.knowledge import load_knowledge
from appliance.service import Service
from appliance.store.writer import Writer
from tests.household.generate import generate


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("policies") / "home.db"
    writer = Writer(path)
    service = Service(Home(load_knowledge()), writer)
    service.take(generate(seed=5, days=1))
    service.finish()
    writer.close()
    return path


def run(store: Path, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    code = main([words[0], "--store", str(store), *words[1:]])
    said = capsys.readouterr()
    return code, said.out + said.err


def test_from_block_to_lift(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, said = run(store, capsys, "block", "98:9e:80:3c:51:0e", "tbs.toys", "--for", "2h", "--json")
    row = json.loads(said)
    assert code == 0 and (row["kind"], row["party"]) == ("block", "tbs.toys")
    assert row["until"] - row["ts"] == pytest.approx(7_200)
    code, said = run(store, capsys, "policies")
    assert code == 0 and "tbs.toys" in said and "block" in said
    code, said = run(store, capsys, "lift", str(row["id"]))
    assert code == 0 and "Lifted" in said
    assert "Nothing is forbidden" in run(store, capsys, "policies")[1]
    assert "ended" in run(store, capsys, "policies", "--all")[1]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("block", "98:9e:80:3c:51:0e", "nobody.example"), "expected one of"),
        (("pause", "nobody"), "no device is called"),
        (("pause", "98:9e:80:3c:51:0e", "--for", "soon"), "such as 2h"),
        (("pause", "98:9e:80:3c:51:0e", "--for", "0h"), "such as 2h"),
        (("lift", "999"), "no policy 999"),
    ],
)
def test_what_cannot_be_is_said(
    store: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], said: str
) -> None:
    code, heard = run(store, capsys, *words)
    assert code == 1 and said in heard

"""`tattlebox dossier` and `tattlebox verify`, as a family and an authority use them."""

from __future__ import annotations

import json
import sqlite3
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from appliance.cli import main
from appliance.store.reader import Reader
from tests.appliance.dossier.made import case_store

CAPTURE = Path(__file__).parents[2] / "captures" / "household.pcapng.gz"

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return case_store(tmp_path_factory.mktemp("cli") / "home.db")


@pytest.fixture
def run(store: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    def command(verb: str, *words: object) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main([verb, "--store", str(store), *map(str, words)])
        said = capsys.readouterr()
        return code, said.out, said.err

    return command


def test_a_dossier_is_made_and_found_sound(run: Run, tmp_path: Path) -> None:
    code, out, _ = run("dossier", "talking doll", "--out", tmp_path)
    assert code == 0
    assert "Signed with the key" in out
    code, out, _ = run("verify", tmp_path / "dossier-talking-doll.zip")
    assert code == 0
    assert "(this appliance)" in out


def test_a_file_taken_out_is_checked_beside_the_bundle(run: Run, tmp_path: Path) -> None:
    bundle = tmp_path / "d.zip"
    run("dossier", "talking doll", "--out", bundle)
    with zipfile.ZipFile(bundle) as opened:
        opened.extractall(tmp_path / "out")
        (tmp_path / "d.pdf").write_bytes(opened.read("dossier.pdf"))
    for path in (tmp_path / "out", tmp_path / "out/dossier.pdf", tmp_path / "d.pdf"):
        assert run("verify", path)[0] == 0, path
    content = bytearray((tmp_path / "d.pdf").read_bytes())
    content[len(content) // 2] ^= 1
    (tmp_path / "d.pdf").write_bytes(content)
    code, _, err = run("verify", tmp_path / "d.pdf")
    assert code == 1
    assert "was changed" in err
    (tmp_path / "alone").mkdir()
    (tmp_path / "d.pdf").rename(tmp_path / "alone/d.pdf")
    assert "cannot be checked alone" in run("verify", tmp_path / "alone/d.pdf")[2]


def test_another_key_is_refused_where_one_is_named(run: Run, tmp_path: Path) -> None:
    bundle = tmp_path / "d.zip"
    made = json.loads(run("dossier", "talking doll", "--out", bundle, "--json")[1])
    assert run("verify", bundle, "--key", made["key"])[0] == 0
    assert run("verify", bundle, "--key", made["key"].replace(" ", "").upper())[0] == 0
    code, _, err = run("verify", bundle, "--key", "0000 1111")
    assert code == 1
    assert "signed with the key" in err
    assert json.loads(run("verify", bundle, "--json")[1])["own_key"] is True


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("nobody",), "no device is called"),
        (("talking doll", "--from", "2026-06-02", "--to", "2026-06-01"), "the end lies before"),
        (("talking doll", "--out", "/nowhere/at/all.zip"), "there is no folder"),
        (("talking doll", "--out", "/dev/null"), "is a pipe or a device, expected a file"),
    ],
)
def test_what_cannot_be_is_a_sentence(run: Run, words: tuple[str, ...], sentence: str) -> None:
    code, _, err = run("dossier", *words)
    assert code == 1
    assert sentence in err


def test_a_file_that_is_none_is_a_sentence(run: Run, tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_bytes(b"nothing")
    assert "no whole bundle" in run("verify", tmp_path / "x.zip")[2]
    assert "cannot read" in run("verify", tmp_path / "none.zip")[2]


def test_the_chain_of_the_store_is_checked_and_a_change_found(run: Run, store: Path, tmp_path: Path) -> None:
    run("dossier", "talking doll", "--out", tmp_path)
    code, out, _ = run("verify")
    assert code == 0
    assert "Talking doll" in out
    with closing(sqlite3.connect(store)) as db, db:
        db.execute("UPDATE daily SET bytes_up = bytes_up + 1 WHERE day = 20610")
    code, out, err = run("verify")
    assert code == 1
    assert "CHANGED: 2026-06-06" in out
    assert "not those that were hashed" in err
    with closing(sqlite3.connect(store)) as db, db:
        db.execute("UPDATE daily SET bytes_up = bytes_up - 1 WHERE day = 20610")
    rows = [json.loads(line) for line in run("verify", "--json")[1].splitlines()]
    assert all(row["holds"] for row in rows)


def test_a_letter_is_printed_and_the_authorities_are_listed(run: Run) -> None:
    code, out, _ = run("letter", "talking doll", "--to", "cnil")
    assert code == 0
    assert "Madame, Monsieur" in out
    assert "\u202e" not in out
    code, out, _ = run("letter", "--list")
    assert code == 0
    assert "https://www.cnil.fr" in out
    assert "expected one of maker" in run("letter", "talking doll", "--to", "nobody")[2]
    assert "name the device" in run("letter")[2]


def test_the_same_capture_and_key_give_the_same_dossier(tmp_path: Path) -> None:
    made = []
    for n in range(2):
        (tmp_path / str(n)).mkdir()
        place = tmp_path / str(n) / "home.db"
        assert main(["replay", "--store", str(place), str(CAPTURE)]) == 0
        secrets = tmp_path / "0" / "home.db.secrets"
        if n:
            place.with_name(secrets.name).write_bytes(secrets.read_bytes())
        with Reader(place) as reader:
            busiest = max(reader.parties(), key=lambda party: party.bytes_up).device
        bundle = tmp_path / f"{n}.zip"
        assert main(["dossier", "--store", str(place), busiest, "--out", str(bundle)]) == 0
        made.append(bundle.read_bytes())
    assert made[0] == made[1]
    with zipfile.ZipFile(tmp_path / "0.zip") as opened:
        case = json.loads(opened.read("dossier.json"))
    assert case["parties"]
    assert case["chain"]["device"]["holds"]

"""`tattlebox lists`: status, import and update say what they did, and what stays in use when they did not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from appliance import cli
from appliance.lookup import pack_sources
from appliance.lookup.pack_age import OLD_DAYS
from appliance.lookup.pack_sources import Fetched
from tests.appliance.lookup.test_packs import mmdb, put, web


def lists(*words: str) -> int:
    return cli.main(["lists", *words])


def test_without_packs_status_names_each_as_absent(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert lists("status", "--packs", str(tmp_path)) == 0
    assert capsys.readouterr().out.count("not there") == len(pack_sources.FETCHERS)


def test_a_file_is_imported_beside_the_store(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store = str(tmp_path / "home.db")
    path = str(put(tmp_path / "w.json", web()))
    assert lists("import", "third-party-web", path, "--date", "2026-01-02", "--store", store) == 0
    assert capsys.readouterr().out == "third-party-web: now of 2026-01-02, MIT\n"
    assert (tmp_path / "packs" / "packs.json").is_file()
    assert lists("status", "--json", "--store", store) == 0
    first = json.loads(capsys.readouterr().out.splitlines()[0])
    assert (first["name"], first["date"], first["problem"]) == ("third-party-web", "2026-01-02", None)


def test_an_owners_own_table_is_dated_by_itself(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = mmdb(tmp_path / "GeoLite2-Country.mmdb")
    assert lists("import", "country", str(path), "--packs", str(tmp_path / "p")) == 1
    assert "read date '1970-01-01', expected YYYY-MM-DD" in capsys.readouterr().err
    assert lists("import", "country", str(path), "--packs", str(tmp_path / "p"), "--date", "2026-11-01") == 0


def test_an_old_pack_is_called_old(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = str(put(tmp_path / "w.json", web()))
    lists("import", "third-party-web", path, "--date", "2020-01-02", "--packs", str(tmp_path / "p"))
    lists("status", "--packs", str(tmp_path / "p"))
    assert OLD_DAYS < 365
    assert "time for an update" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("import", "gossip", "FILE"), "expected one of third-party-web"),
        (("import", "third-party-web", "absent"), "No such file"),
        (("import", "third-party-web", "FILE", "--sha256", "00"), "with sha256"),
        (("import", "companiesdb", "FILE"), "read a list, expected a dict"),
        (("import", "country", "FILE"), "expected an MMDB file"),
        (("update", "gossip"), "no list is called gossip"),
        (("update", "companiesdb"), "no package carries companiesdb"),
    ],
)
def test_a_refusal_is_one_sentence(
    words: tuple[str, ...], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = str(put(tmp_path / "w.json", web()))
    named = [path if word == "FILE" else word for word in words]
    assert lists(*named, "--packs", str(tmp_path / "p")) == 1
    said = capsys.readouterr().err
    assert message in said
    assert said.count("\n") == 1


def test_an_update_takes_what_it_gets_and_keeps_what_it_does_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The package clients are the outer edge: here they hand over files of ours."""

    def fetch(work: Path) -> Fetched:
        return Fetched(put(work / "w.json", web()), "2026-11-02")

    def fail(work: Path) -> Fetched:
        return Fetched(put(work / "w.json", web()[:-50]), "2026-11-03")

    folder = str(tmp_path / "p")
    monkeypatch.setattr(pack_sources, "FETCHERS", {"third-party-web": fetch})
    assert lists("update", "--packs", folder) == 0
    assert lists("update", "--packs", folder) == 0
    assert capsys.readouterr().out == (
        "third-party-web: now of 2026-11-02\nthird-party-web: already the newest, of 2026-11-02\n"
    )
    monkeypatch.setattr(pack_sources, "FETCHERS", {"third-party-web": fail})
    assert lists("update", "--packs", folder) == 1
    assert "expected whole JSON" in capsys.readouterr().err
    lists("status", "--packs", folder)
    assert "2026-11-02" in capsys.readouterr().out


def test_without_the_package_client_the_way_out_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(pack_sources, "TOR_FOLDER", tmp_path)
    assert lists("update", "--packs", str(tmp_path / "p")) == 1
    said = capsys.readouterr().err
    assert "sudo apt-get install npm" in said
    assert said.count("stays in use") == 4

"""`tattlebox declared`: documents in, the table out, corrections, and a MUD file of what was seen."""

from __future__ import annotations

import io
import json
from pathlib import Path
from types import SimpleNamespace

import pytest
import segno

from appliance.cli import main
from appliance.declared.mud import parse
from appliance.store.reader import Reader
from tests.appliance.declared.test_mud import entry, mud
from tests.appliance.lookup.test_signature import self_signed, signed
from tests.web.household import DOLL, household
from tests.web.test_store import stored

NOTICE = """Privacy notice of the talking doll

We share recordings with Google Ireland Limited and with Sternfunk Cloud. We never share data with Adorchard.
Recordings are kept for 24 months.
"""


@pytest.fixture(scope="module")
def written(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("declared") / "home.db"
    stored(household(), path)
    return path


@pytest.fixture
def store(written, tmp_path) -> Path:
    copy = tmp_path / "home.db"
    copy.write_bytes(written.read_bytes())
    return copy


def run(store: Path, *words: str) -> int:
    return main(["declared", DOLL, *words, "--store", str(store)])


def lines(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


@pytest.fixture
def notice(store, tmp_path, capsys) -> Path:
    path = tmp_path / "notice.txt"
    path.write_text(NOTICE)
    assert run(store, "--add", str(path)) == 0
    capsys.readouterr()
    return path


def test_a_code_on_a_label_is_scanned(store, tmp_path, capsys):
    link = "https://id.bear.example/01/09506000134352"
    segno.make(link, micro=False).save(str(tmp_path / "label.png"), scale=6)
    assert run(store, "--scan", str(tmp_path / "label.png")) == 0
    out = capsys.readouterr().out
    assert f"GTIN 09506000134352; {link}" in out and "(label," in out
    (tmp_path / "text.png").write_text("no picture")
    assert run(store, "--scan", str(tmp_path / "text.png")) == 1
    assert "expected a photograph" in capsys.readouterr().err


def test_a_mud_file_says_what_its_signature_is_worth(store, tmp_path, capsys):
    file, beside = tmp_path / "bear.json", tmp_path / "bear.p7s"
    file.write_text(json.dumps(mud(entry("cl0-frdev"))))
    adding = ("--add", str(file), "--kind", "mud")
    assert run(store, *adding) == 0 and run(store) == 0
    assert "Its signature was not given" in capsys.readouterr().out

    self_signed(tmp_path, "maker", "/O=Bear Toys")
    beside.write_bytes(signed(tmp_path, "maker", data=file.read_bytes()))
    assert run(store, *adding, "--signature", str(beside)) == 0 and run(store) == 0
    assert capsys.readouterr().out.count("nobody you told us to trust") == 2
    trust = ("--trust", str(tmp_path / "maker.pem"))
    assert run(store, *adding, "--signature", str(beside), *trust) == 0 and run(store) == 0
    assert capsys.readouterr().out.count("was made by someone you trust: O=Bear Toys") == 2
    assert run(store, *adding) == 0  # without the signature it is the version that is kept
    assert "kept already" in capsys.readouterr().out

    file.write_text(file.read_text().replace("443", "444"))
    assert run(store, *adding, "--signature", str(beside), *trust) == 1
    assert "does not fit this file" in capsys.readouterr().err
    assert run(store, "--add", str(file), "--signature", str(beside)) == 1  # a notice is not signed
    assert run(store, *adding, *trust) == 1 and run(store, "--claims", *trust) == 1  # nothing to check
    assert capsys.readouterr().err.count("are for a MUD file that is added") == 3
    with Reader(store) as reader:
        assert [document.signature for document in reader.documents(DOLL)] == [None, "stranger", "trusted"]


def test_a_notice_is_kept_read_and_compared(store, notice, capsys):
    assert run(store, "--json") == 0
    rows = {(row["topic"], row["value"]): row["standing"] for row in lines(capsys.readouterr().out)}
    assert rows["party", "Sternfunk Cloud"] == "declared and not seen"
    assert "seen and not declared" in rows.values()
    with Reader(store) as reader:
        [document] = reader.documents(DOLL)
        assert (document.language, document.source, document.text) == ("en", "notice.txt", NOTICE)
        assert {(c.value, c.denied) for c in reader.claims(DOLL) if c.topic == "party"} == {
            ("Google Ireland Limited", False),
            ("Sternfunk Cloud", False),
            ("Adorchard", True),
        }


def test_the_table_and_the_claims_are_shown(store, notice, capsys):
    assert run(store) == 0 and run(store, "--claims") == 0
    told = capsys.readouterr().out
    assert (
        "declared and not seen" in told
        and "We share recordings with Google Ireland" in told
        and "1.1" in told
    )


def test_the_same_text_is_no_new_version_and_a_changed_one_says_what_is_new(store, notice, capsys):
    assert run(store, "--add", str(notice)) == 0
    assert "kept already" in capsys.readouterr().out
    notice.write_text(NOTICE.replace("Sternfunk Cloud", "Mondmetrik Labs"))
    assert run(store, "--add", str(notice)) == 0 and run(store) == 0
    told = capsys.readouterr().out
    assert "new: party Mondmetrik Labs" in told and "gone: party Sternfunk Cloud" in told


def test_the_parent_corrects(store, notice, capsys):
    assert run(store, "--say", "party", "Klangwolke SAS") == 0
    assert run(store, "--strike", "1.1") == 0
    capsys.readouterr()
    assert run(store, "--json") == 0
    values = {row["value"] for row in lines(capsys.readouterr().out)}
    assert "Klangwolke SAS" in values and "Google Ireland Limited" not in values
    assert run(store, "--strike", "1.1") == 0
    assert "counts again" in capsys.readouterr().out
    assert run(store, "--drop", "1") == 0 and run(store) == 0
    assert "Nothing is declared yet" in capsys.readouterr().out


def test_a_mud_file_of_what_was_seen_is_one_and_can_be_compared_with(store, tmp_path, capsys):
    assert run(store, "--mud") == 0
    text = capsys.readouterr().out
    assert parse(text).entries
    path = tmp_path / "doll.mud"
    path.write_text(text)
    assert run(store, "--add", str(path), "--kind", "mud", "--source", "the maker") == 0
    capsys.readouterr()
    assert run(store, "--json") == 0
    rows = [row for row in lines(capsys.readouterr().out) if row["topic"] == "network"]
    assert rows and {row["standing"] for row in rows} == {"declared and seen"}


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--add", "/nonexistent"], "cannot read /nonexistent"),
        (["--say", "colour", "red"], "read the topic"),
        (["--say", "party", "X"], "there is no document yet"),
        (["--strike", "7.7"], "expected the document and number"),
        (["--drop", "7"], "has no document 7"),
    ],
)
def test_what_is_wrong_is_one_sentence(words, sentence, store, capsys):
    assert run(store, *words) == 1
    error = capsys.readouterr().err
    assert sentence in error and error.count("\n") == 1


@pytest.mark.parametrize(
    ("data", "kind", "sentence"),
    [
        (b"", "notice", "is empty"),
        (b"\xff\xfe\x00", "notice", "no text in UTF-8"),
        (b"x" * 400_001, "notice", "no notice is so long"),
        (b"{}", "mud", "is no MUD file"),
    ],
)
def test_a_text_that_cannot_be_kept_is_refused(data, kind, sentence, store, monkeypatch, capsys):
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(data)))
    assert run(store, "--add", "-", "--kind", kind) == 1
    assert sentence in capsys.readouterr().err
    with Reader(store) as reader:
        assert reader.documents(DOLL) == []

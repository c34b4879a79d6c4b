"""A whole dossier: twice the same, nothing of the rest of the home, coarse times, every byte signed."""

from __future__ import annotations

import csv
import gzip
import io
import json
import random
import re
import shutil
import sqlite3
import zipfile
import zlib
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from appliance.dossier import build as building
from appliance.dossier.build import build, main
from appliance.dossier.bundle import BundleError, verify
from appliance.dossier.keys import PLACE, fingerprint, known_key, pseudonyms_of
from appliance.dossier.order import Order
from appliance.store import chain, database
from appliance.store.database import StoreError
from appliance.store.secrets import Secrets
from tests.appliance.dossier.made import (
    BOX,
    DAY,
    DAYS,
    DOLL_MAC,
    DOLL_V6,
    OTHER_ADDRESS,
    OTHER_MAC,
    OTHER_NAME,
    OTHER_V6,
    START,
    UPDATED,
    case_store,
)
from tests.appliance.samples import DOLL

END = START + DAYS * DAY + 1
ORDER = Order(DOLL, START, END)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return case_store(tmp_path_factory.mktemp("case") / "home.db")


def test_the_chain_of_a_merged_device_goes_with_it(store: Path, tmp_path: Path) -> None:
    path = tmp_path / "home.db"
    shutil.copy(store, path)
    with closing(database.open_for_writing(path)) as db:
        chain.extend(db, chain.closed_before(END, ended=True))
        former = [link.digest for link in chain.links(db, BOX)]
        said = (
            "INSERT INTO word (ts, act, device, detail, value, undoes) VALUES (1, 'merge', ?, ?, NULL, NULL)"
        )
        db.execute(said, (DOLL, BOX))
        db.commit()
    build(path, ORDER, tmp_path / "doll.zip")
    found = members(tmp_path / "doll.zip")
    linked = [json.loads(line) for line in found["chain.jsonl"].decode().splitlines()]
    assert [link["digest"] for link in linked if link["device"] == BOX] == former != []
    [told] = json.loads(found["dossier.json"])["chain"]["former"]
    assert (told["links"], told["head"], told["holds"]) == (len(former), former[-1], True)


def test_a_device_that_was_never_merged_has_no_former_chain(made: Path) -> None:
    assert json.loads(members(made)["dossier.json"])["chain"]["former"] == []


@pytest.fixture(scope="module")
def made(store: Path) -> Path:
    build(store, ORDER, store.with_name("doll.zip"))
    return store.with_name("doll.zip")


def members(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as bundle:
        found = {name: bundle.read(name) for name in bundle.namelist()}
    return found | {name: gzip.decompress(data) for name, data in found.items() if name.endswith(".gz")}


def case(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(members(path)["dossier.json"])
    return found


def flows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(members(path)["flows.csv.gz"].decode())))


def inflated(pdf: bytes) -> bytes:
    """Return a PDF with its compressed streams opened beside it."""
    parts = [pdf]
    for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        try:
            parts.append(zlib.decompress(stream))
        except zlib.error:
            continue
    return b"\n".join(parts)


def test_it_is_sound_and_signed_by_this_appliance(store: Path, made: Path) -> None:
    assert fingerprint(verify(made).key) == known_key(store)
    assert set(members(made)) == {
        "dossier.pdf", "dossier.json", "days.csv", "flows.csv.gz", "chain.jsonl", "README.txt",
        "MANIFEST.sha256", "MANIFEST.sig",
    }  # fmt: skip


def test_two_builds_of_the_same_records_are_identical(store: Path, made: Path, tmp_path: Path) -> None:
    build(store, ORDER, tmp_path / "again.zip")
    assert (tmp_path / "again.zip").read_bytes() == made.read_bytes()


def test_another_store_of_the_same_records_gives_the_same(store: Path, made: Path, tmp_path: Path) -> None:
    other = case_store(tmp_path / "other.db")
    Secrets(other).keep(PLACE, Secrets(store).of(PLACE))
    build(other, ORDER, tmp_path / "other.zip")
    assert (tmp_path / "other.zip").read_bytes() == made.read_bytes()


def test_random_single_byte_changes_are_all_found(made: Path, tmp_path: Path) -> None:
    content, chance = made.read_bytes(), random.Random(4)
    changed = tmp_path / "changed.zip"
    for _ in range(60):  # benchmarks/dossier.py tries 1,000
        place = chance.randrange(len(content))
        other = bytearray(content)
        other[place] ^= chance.randrange(1, 256)
        changed.write_bytes(other)
        with pytest.raises(BundleError):
            verify(changed)


def test_nothing_of_the_rest_of_the_home_is_in_it(made: Path) -> None:
    for name, content in members(made).items():
        seen = inflated(content) if name.endswith(".pdf") else content
        for secret in (
            OTHER_NAME,
            OTHER_MAC,
            OTHER_ADDRESS,
            OTHER_V6,
            "tracker.secret",
            "Secret Tracker",
            "resolver.secret",
        ):
            assert secret.encode() not in seen, (name, secret)


def test_hardware_addresses_names_and_home_addresses_are_not_in_it(made: Path) -> None:
    for name, content in members(made).items():
        for secret in (DOLL_MAC, DOLL_V6, "192.168.7.20", "Lena", "Main Street"):
            assert secret.encode() not in content, (name, secret)
    (address,) = case(made)["device"]["addresses"]
    assert re.fullmatch(r"02:00:00:… \([0-9a-f]{16}\)", address)


def test_another_home_gives_the_device_another_pseudonym(made: Path, tmp_path: Path) -> None:
    other = case_store(tmp_path / "other.db")
    build(other, ORDER, tmp_path / "other.zip")
    assert case(tmp_path / "other.zip")["device"]["addresses"] != case(made)["device"]["addresses"]


def test_times_are_days(made: Path) -> None:
    for name in ("dossier.json", "days.csv", "flows.csv.gz", "chain.jsonl"):
        text = members(made)[name].decode()
        assert not re.search(r"\dT\d\d|T\d\d:\d\d", text), name
        assert f"{int(UPDATED)}" not in text, name
        assert not re.search(r"\b17[89]\d{7}(\.\d+)?\b", text), name
    assert case(made)["updates"][0]["ts"] == "2026-06-16"
    order = [row["uid"] for row in flows(made) if row["time"] == "2026-06-01"]
    assert order != sorted(order), "flows of a day in the order of time tell when they were"


def test_exact_times_are_there_where_they_were_asked_for(store: Path, tmp_path: Path) -> None:
    build(store, ORDER._replace(exact=True), tmp_path / "exact.zip")
    found = case(tmp_path / "exact.zip")
    assert found["updates"][0]["ts"] == "2026-06-16T19:00:34Z"
    assert found["times"] == "to the second"
    assert flows(tmp_path / "exact.zip")[0]["time"] == "2026-05-27T02:00:00Z"
    assert "body" in members(tmp_path / "exact.zip")["chain.jsonl"].decode()


def test_flows_are_seen_from_the_device(made: Path) -> None:
    rows = flows(made)
    assert len(rows) == DAYS * 12 - DAYS * 2
    assert {row["direction"] for row in rows} == {"out", "in"}
    home = [row for row in rows if row["remote"] == "home"]
    assert len(home) == DAYS * 4
    assert {row["domain"] for row in home} == {""}
    assert {row["remote"] for row in rows} == {"home", "198.51.100.9"}


def test_flows_can_be_left_out(store: Path, tmp_path: Path) -> None:
    assert build(store, ORDER._replace(flows=False), tmp_path / "lean.zip")["flows"] == 0
    assert "flows.csv.gz" not in members(tmp_path / "lean.zip")
    verify(tmp_path / "lean.zip")


@pytest.mark.parametrize("language", ["en", "fr", "de"])
def test_the_pdf_is_tagged_titled_and_a4(store: Path, tmp_path: Path, language: str) -> None:
    build(store, ORDER._replace(language=language), tmp_path / "x.zip")
    pdf = inflated(members(tmp_path / "x.zip")["dossier.pdf"])
    for mark in (b"/StructTreeRoot", b"/MarkInfo", b"pdfuaid", b"/TH", b"/Figure", b"/H1"):
        assert mark in pdf, mark
    assert re.search(rb"/Lang ?\(%s\)" % language.encode(), pdf)
    assert re.search(rb"/MediaBox ?\[0 0 595\.\d+ 841\.\d+\]", pdf)


def test_a_span_tells_only_of_itself(store: Path, tmp_path: Path) -> None:
    before = Order(DOLL, START, START + 10 * DAY)
    build(store, before, tmp_path / "x.zip")
    found = case(tmp_path / "x.zip")
    assert [party["domain"] for party in found["parties"]] == ["dolls.example"]
    assert found["updates"] == found["changes"] == []
    assert [one["code"] for one in found["findings"]] == ["old_tls"]
    assert {row["time"] for row in flows(tmp_path / "x.zip")} <= {
        f"2026-0{m}-{d:02}" for m in (5, 6) for d in range(1, 32)
    }
    assert max(row["time"] for row in flows(tmp_path / "x.zip")) == "2026-06-06"


def test_a_span_without_anything_is_a_dossier_all_the_same(store: Path, tmp_path: Path) -> None:
    build(store, Order(DOLL, START - 90 * DAY, START - 60 * DAY), tmp_path / "x.zip")
    found = case(tmp_path / "x.zip")
    assert (found["parties"], found["coverage"]["watched_seconds"]) == ([], 0)
    verify(tmp_path / "x.zip")


def test_an_unknown_device_leaves_nothing(store: Path, tmp_path: Path) -> None:
    with pytest.raises(LookupError):
        build(store, ORDER._replace(device="d-nothing"), tmp_path / "x.zip")
    assert list(tmp_path.iterdir()) == []


def test_a_store_that_is_busy_for_long_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = case_store(tmp_path / "busy.db")
    pseudonyms_of(other)
    monkeypatch.setattr(database, "BUSY_TIMEOUT_S", 0.05)
    with closing(sqlite3.connect(other, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="locked"):
            build(other, ORDER, tmp_path / "x.zip")
    assert not (tmp_path / "x.zip").exists()


def test_the_chain_is_told_with_its_head(made: Path) -> None:
    found = case(made)["chain"]
    assert found["device"]["holds"]
    assert found["device"]["links"] >= DAYS
    lines = [json.loads(line) for line in members(made)["chain.jsonl"].decode().splitlines()]
    assert [line["digest"] for line in lines if line["device"] == DOLL][-1] == found["device"]["head"]
    assert {line["device"] for line in lines} == {"", DOLL}


def test_the_process_for_the_dashboard_says_what_came_of_it(
    store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ordered = json.dumps(ORDER._asdict())
    assert main([str(store), str(tmp_path / "x.zip"), ordered]) == 0
    assert json.loads(capsys.readouterr().out)["parties"] == 3
    assert main([str(tmp_path / "none.db"), str(tmp_path / "y.zip"), ordered]) == 1
    assert "no store" in capsys.readouterr().err


def test_a_key_is_made_once_and_kept_from_others(tmp_path: Path) -> None:
    store = tmp_path / "home.db"
    assert known_key(store) is None
    first = pseudonyms_of(store).device("x")
    assert pseudonyms_of(store).device("x") == first
    assert (tmp_path / "home.db.secrets").stat().st_mode & 0o077 == 0
    shutil.move(tmp_path / "home.db.secrets", tmp_path / "gone")
    assert pseudonyms_of(store).device("x") != first


def test_names_of_files_are_the_readme_s(made: Path) -> None:
    text = members(made)["README.txt"].decode()
    for name in (building.PDF, building.CASE, building.DAYS, building.FLOWS, building.CHAIN):
        assert name in text

"""Packs: taken in one step when sound, refused in a sentence when not; the old one stays in use."""

from __future__ import annotations

import hashlib
import io
import json
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.lookup import mmdb_table, pack_readers, packs
from appliance.lookup.geography import open_geography
from appliance.lookup.knowledge import load_knowledge
from appliance.lookup.pack_readers import PackError
from appliance.parties.attribution import Parties
from appliance.parties.party import Destination


def web(count: int = 120, name: str = "Firm") -> bytes:
    entities = [
        {"name": f"{name} {n}", "category": "ad", "domains": [f"*.f{n}.example"]} for n in range(count)
    ]
    entities.append(
        {"name": "Bear Ads", "company": "Mattel", "category": "other", "domains": ["mattel-x.example"]}
    )
    return json.dumps(entities).encode()


def companies(count: int = 120) -> bytes:
    return json.dumps(
        {
            "categories": {"4": "advertising"},
            "trackers": {"a": {"name": "A Ads", "categoryId": 4}},
            "trackerDomains": {f"a{n}.example": "a" for n in range(count)} | {"lost.example": "nobody"},
        }
    ).encode()


def lists(count: int = 120, **more: str) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("m@v1/data/firm", "\n".join(f"f{n}.example @cn # note" for n in range(count)))
        archive.writestr(
            "m@v1/data/bear", "include:firm\nfull:ads.bear.example @ads\nregexp:.*\nbear.example\n"
        )
        archive.writestr("m@v1/data/category-games", "games.example\n")
        archive.writestr("m@v1/readme.example", "readme.example\n")
        for name, text in more.items():
            archive.writestr(f"m@v1/data/{name}", text)
    return held.getvalue()


EVERYWHERE = mmdb_table.Span(0, (1 << 127) - 1, "x")


def mmdb(path: Path, field: str = "country_code", text: str = "DE") -> Path:
    table = mmdb_table.build((EVERYWHERE._replace(text=text),), field=field, kind="test", epoch=1)
    path.write_bytes(table)
    return path


def circling(path: Path) -> Path:
    """Write a table whose entry holds a pointer to itself."""
    table = mmdb(path, field="name", text="x").read_bytes()
    assert table.count(b"\xe1\x44name\x41x") == 1
    path.write_bytes(table.replace(b"\x44name\x41x", b"\x44name\x20\x00"))
    return path


def looping(path: Path) -> Path:
    """Write a table whose first node is its own child, on both sides."""
    table = mmdb(path).read_bytes()
    path.write_bytes(bytes(8) + table[8:])
    return path


def put(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def test_a_pack_is_taken_and_used(tmp_path: Path) -> None:
    folder = tmp_path / "packs"
    data = web()
    known = packs.import_pack(
        folder, "third-party-web", put(tmp_path / "w", data), "2026-11-01", hashlib.sha256(data).hexdigest()
    )
    assert (known.problem, known.date) == (None, "2026-11-01")
    parties = Parties(load_knowledge(folder).parties)
    stranger = parties.attribute("Boxine", Destination("", 443, "tcp", "x.f7.example", "dns"))
    assert (stranger.organisation, stranger.role, stranger.purpose) == ("Firm 7", "third", "advertising")
    own = parties.attribute("Mattel", Destination("", 443, "tcp", "mattel-x.example", "dns"))
    assert own.role == "first"


def test_without_packs_everything_is_not_there(tmp_path: Path) -> None:
    assert {known.problem for known in packs.status(None)} == {"not there"}
    assert {known.problem for known in packs.status(tmp_path)} == {"not there"}
    assert load_knowledge(tmp_path / "absent").parties.geography is None


def test_companiesdb_and_v2fly_name_owners() -> None:
    owners = pack_readers.read_companiesdb(companies())
    assert (owners["a1.example"].organisation, owners["a1.example"].kind) == ("A Ads", "tracker")
    assert "lost.example" not in owners
    owners = pack_readers.read_v2fly(lists())
    assert owners["f1.example"].organisation == "firm"
    assert (owners["bear.example"].kind, owners["ads.bear.example"].kind) == ("company", "tracker")
    assert not {"games.example", "readme.example"} & set(owners)


def test_lists_that_include_each_other_do_no_harm() -> None:
    owners = pack_readers.read_v2fly(lists(a="include:b\na.example", b="include:a\nb.example"))
    assert (owners["a.example"].organisation, owners["b.example"].organisation) == ("a", "b")


REFUSED = [
    ("cut short", "third-party-web", web()[:-20], "expected whole JSON"),
    ("too few", "third-party-web", web(3), "seems cut short"),
    ("another schema", "third-party-web", b'{"a": 1}', "another schema"),
    ("another shape", "third-party-web", b'[{"name": "x"}]', "an entity with domains"),
    ("deep", "third-party-web", b"[" * 100_000, "expected whole JSON"),
    ("no tables", "companiesdb", b'{"trackers": []}', "expected categories"),
    ("cut short", "companiesdb", companies()[:-9], "expected whole JSON"),
    ("no zip", "v2fly", b"PK\x03\x04 nothing", "expected a whole zip"),
    ("cut short", "v2fly", lists()[:-30], "expected a whole zip"),
    ("an empty zip", "v2fly", lists(0), "seems cut short"),
    ("no table", "country", b"MMDB?", "expected an MMDB"),
    ("empty", "country", b"", "expected an MMDB"),
]


@pytest.mark.parametrize(
    ("case", "name", "data", "message"), REFUSED, ids=[f"{name} {case}" for case, name, *_ in REFUSED]
)
def test_a_bad_pack_is_refused(case: str, name: str, data: bytes, message: str, tmp_path: Path) -> None:
    with pytest.raises(PackError, match=message):
        packs.import_pack(tmp_path / "packs", name, put(tmp_path / "p", data), "2026-11-01")
    assert {known.problem for known in packs.status(tmp_path / "packs")} == {"not there"}


def test_the_old_pack_stays_when_the_new_one_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "packs"
    good = put(tmp_path / "good", web())
    packs.import_pack(folder, "third-party-web", good, "2026-11-02")
    before = packs.read_owners(folder)
    for data, date, sha256, message in (
        (web(name="New"), "2026-11-01", None, "older than the one in use"),
        (web(name="New"), "2026-11-03", "00", "with sha256"),
        (web(name="New"), "3 November", None, "expected YYYY-MM-DD"),
        (web()[:50], "2026-11-03", None, "whole JSON"),
    ):
        with pytest.raises(PackError, match=message):
            packs.import_pack(folder, "third-party-web", put(tmp_path / "n", data), date, sha256)
    assert packs.read_owners(folder) == before


def test_a_newer_pack_replaces_the_old_and_leaves_no_file_behind(tmp_path: Path) -> None:
    folder = tmp_path / "packs"
    packs.import_pack(folder, "third-party-web", put(tmp_path / "a", web()), "2026-11-02")
    packs.import_pack(folder, "third-party-web", put(tmp_path / "b", web(name="New")), "2026-11-02")
    assert packs.read_owners(folder)["third-party-web"]["f1.example"].organisation == "New 1"
    assert sorted(path.suffix for path in folder.iterdir()) == [".json", ".json", ".txt"]


def test_a_huge_pack_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packs, "MAX_PACK_BYTES", 1_000)
    with pytest.raises(PackError, match="more than 1000 bytes"):
        packs.import_pack(tmp_path, "third-party-web", put(tmp_path / "p", web()), "2026-11-01")


def test_an_archive_that_swells_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pack_readers, "MAX_UNPACKED_BYTES", 1_000)
    with pytest.raises(PackError, match="unpacks to more"):
        pack_readers.read_v2fly(lists(200))


def test_an_unknown_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PackError, match="expected one of third-party-web"):
        packs.import_pack(tmp_path, "gossip", tmp_path / "p", "2026-11-01")


def test_a_file_changed_on_the_disk_is_not_used(tmp_path: Path) -> None:
    folder = tmp_path / "packs"
    known = packs.import_pack(folder, "third-party-web", put(tmp_path / "a", web()), "2026-11-02")
    assert known.file is not None
    (folder / known.file).write_bytes(b"[]")
    assert "was changed on the disk" in str(packs.status(folder)[0].problem)
    assert packs.read_owners(folder) == {}
    (folder / known.file).unlink()
    assert "is missing" in str(packs.status(folder)[0].problem)


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"country": 1}', '{"country": {"file": "../x", "sha256": "", "date": ""}}']
)
def test_a_damaged_manifest_is_told(text: str, tmp_path: Path) -> None:
    (tmp_path / packs.MANIFEST).write_text(text, encoding="utf-8")
    with pytest.raises(PackError, match=r"packs\.json"):
        packs.status(tmp_path)
    assert load_knowledge(tmp_path).parties.geography is None


@pytest.mark.parametrize("make", [circling, looping])
def test_a_table_that_points_at_itself_is_refused_and_the_old_one_stays(make: Any, tmp_path: Path) -> None:
    folder = tmp_path / "packs"
    packs.import_pack(folder, "country", mmdb(tmp_path / "good.mmdb"), "2026-11-01")
    started = time.monotonic()
    with pytest.raises(PackError, match="expected"):
        packs.import_pack(folder, "country", make(tmp_path / "bad.mmdb"), "2026-11-02")
    assert time.monotonic() - started < 2
    assert packs.status(folder)[3].date == "2026-11-01"
    assert load_knowledge(folder).parties.geography.country("198.51.100.7") == "DE"  # type: ignore[union-attr]


@pytest.mark.parametrize("make", [circling, looping])
def test_a_damaged_entry_in_use_is_unknown_and_counted(make: Any, tmp_path: Path) -> None:
    geography = open_geography(make(tmp_path / "bad.mmdb"), None)
    assert geography is not None
    assert geography.country("198.51.100.7") is None
    assert geography.damaged > 0


def test_a_cut_table_is_refused(tmp_path: Path) -> None:
    whole = mmdb(tmp_path / "m.mmdb").read_bytes()
    for end in range(0, len(whole) - 1, 40):
        with pytest.raises(PackError, match="expected"):
            packs.import_pack(tmp_path, "country", put(tmp_path / "c", whole[:end]), "2026-11-01")


def test_a_pack_of_another_schema_is_not_used(tmp_path: Path) -> None:
    folder = tmp_path / "packs"
    packs.import_pack(folder, "third-party-web", put(tmp_path / "w", web()), "2026-11-01")
    manifest = json.loads((folder / packs.MANIFEST).read_bytes())
    manifest["third-party-web"]["schema"] = 2
    (folder / packs.MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    assert "schema 2, expected 1" in str(packs.status(folder)[0].problem)
    assert packs.read_owners(folder) == {}


def test_a_pack_that_can_no_longer_be_read_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "packs"
    packs.import_pack(folder, "third-party-web", put(tmp_path / "w", web()), "2026-11-01")
    monkeypatch.setattr(pack_readers, "MIN_DOMAINS", 10_000)
    assert packs.read_owners(folder) == {}


def test_every_pack_keeps_its_notice_beside_it(tmp_path: Path) -> None:
    packs.import_pack(tmp_path, "companiesdb", put(tmp_path / "c", companies()), "2026-11-01")
    assert "CC BY-SA 4.0" in (tmp_path / "companiesdb-NOTICE.txt").read_text(encoding="utf-8")


def test_a_table_of_addresses_answers(tmp_path: Path) -> None:
    folder = tmp_path / "packs"
    country = mmdb(tmp_path / "c.mmdb")
    path = mmdb(tmp_path / "m.mmdb", "autonomous_system_organization", "AMAZON-02")
    packs.import_pack(folder, "country", country, "2026-11-01")
    packs.import_pack(folder, "country-second", mmdb(tmp_path / "s.mmdb", text="NL"), "2026-11-01")
    packs.import_pack(folder, "network", path, "2026-11-01")
    geography = load_knowledge(folder).parties.geography
    assert geography is not None
    assert geography.country("198.51.100.7") == "DE"
    assert geography.second_country("198.51.100.7") == "NL"
    assert geography.network("198.51.100.7") == "AMAZON-02"
    assert geography.country("nonsense") is None
    assert open_geography(None, path).country("198.51.100.7") is None  # type: ignore[union-attr]


@given(st.binary(max_size=200), st.integers(0, 3_000))
def test_any_bytes_are_read_or_refused(data: bytes, cut: int) -> None:
    for read, whole in (
        (pack_readers.read_third_party_web, web()),
        (pack_readers.read_companiesdb, companies()),
        (pack_readers.read_v2fly, lists()),
    ):
        for candidate in (data, whole[:cut] + data + whole[cut:]):
            try:
                assert len(read(candidate)) >= pack_readers.MIN_DOMAINS
            except PackError as error:
                assert "expected" in str(error)

"""Backups open with their password alone, restore whole, and an erasure leaves nothing."""

from __future__ import annotations

import io
import os
import sqlite3
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance import backup
from appliance.cli import main
from appliance.settings import FLOW_DAYS
from appliance.store import copies
from appliance.store.book import Book
from appliance.store.copies import LEFT_OUT
from appliance.store.database import StoreError, StoreReplacedError
from appliance.store.people import People
from appliance.store.reader import Reader
from appliance.store.sessions import Sessions
from appliance.store.settings import Settings
from appliance.store.writer import Writer
from appliance.vault import BLOCK_BYTES, MAGIC, VaultError, seal, unseal
from tests.web.household import DOLL, household
from tests.web.test_store import stored

PASSWORD = "giraffe under the bridge"  # noqa: S105 - of nobody


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("backup") / "home.db"
    home = household()
    home.seen = home.seen[-500:]
    stored(home, path)
    book = Book(path)
    robin = People(book).add("Robin", "parent", "no hash", 1.0)
    Sessions(book).begin(robin.id, "test", 1.0)
    Settings(book).set({"retention.flow_days": 30}, 1.0)
    book.close()
    return path


@pytest.fixture
def sealed(original: Path) -> bytes:
    with backup.sealed(original, PASSWORD) as blocks:
        return b"".join(blocks)


def rows(path: Path) -> dict[str, list[tuple[object, ...]]]:
    db = sqlite3.connect(path)
    tables = [row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    found = {table: db.execute(f'SELECT * FROM "{table}"').fetchall() for table in tables}  # noqa: S608
    db.close()
    return {table: held for table, held in found.items() if not table.startswith("sqlite_")}


def test_everything_but_the_log_comes_back(original: Path, sealed: bytes, tmp_path: Path) -> None:
    target = tmp_path / "other.db"
    backup.restore(target, io.BytesIO(sealed), PASSWORD)
    before, after = rows(original), rows(target)
    assert before["flow"] or before["pack"] or before["evidence_flow"]
    for table, held in before.items():
        if table in LEFT_OUT:
            assert after[table] == [], table
        elif table != "meta":
            assert after[table] == held, table
    with Reader(target) as reader:
        assert reader.device(DOLL) is not None


def test_no_name_stands_readable_in_the_file(sealed: bytes) -> None:
    assert b"Talking doll" not in sealed
    assert b"SQLite" not in sealed


def test_a_running_writer_begins_anew(sealed: bytes, tmp_path: Path) -> None:
    target = tmp_path / "home.db"
    writer = Writer(target)
    writer.commit(origin="live")
    backup.restore(target, io.BytesIO(sealed), PASSWORD)
    with pytest.raises(StoreReplacedError):
        writer.commit(last_ts=5.0)
    writer.close()
    with Reader(target) as reader:
        assert reader.meta("last_ts") != 5.0
    again = Writer(target)
    again.commit(last_ts=6.0)
    again.close()


BROKEN = {
    "empty": lambda whole: b"",
    "another file": lambda whole: b"PK\x03\x04" + whole,
    "cut in the header": lambda whole: whole[: len(MAGIC) + 5],
    "cut after the header": lambda whole: whole[: len(MAGIC) + 16],
    "cut in a block": lambda whole: whole[:-9],
    "a bit": lambda whole: whole[:-30] + bytes([whole[-30] ^ 1]) + whole[-29:],
    "salt": lambda whole: MAGIC + bytes(16) + whole[len(MAGIC) + 16 :],
    "something behind": lambda whole: whole + b"\0\0\0\x20" + bytes(32),
    "a length of gigabytes": lambda whole: whole[: len(MAGIC) + 16] + b"\xff\xff\xff\xff" + bytes(64),
}


@pytest.mark.parametrize("change", BROKEN.values(), ids=BROKEN.keys())
def test_a_changed_backup_does_not_open_and_changes_nothing(sealed: bytes, tmp_path: Path, change) -> None:
    target = tmp_path / "home.db"
    Writer(target).close()
    before = rows(target)
    with pytest.raises(VaultError):
        backup.restore(target, io.BytesIO(change(sealed)), PASSWORD)
    assert rows(target) == before
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".tattlebox")] == []


def test_blocks_cannot_be_left_out_or_moved() -> None:
    plain = io.BytesIO(os.urandom(3 * BLOCK_BYTES))
    head, *blocks = list(seal(plain, PASSWORD))
    for chosen in (blocks[1:], blocks[:-1], [blocks[1], blocks[0], *blocks[2:]]):
        with pytest.raises(VaultError):
            list(unseal(io.BytesIO(head + b"".join(chosen)), PASSWORD, 1 << 30))


def test_the_wrong_password_opens_nothing(sealed: bytes) -> None:
    with pytest.raises(VaultError, match="password"):
        next(unseal(io.BytesIO(sealed), "giraffe over the bridge", 1 << 30))


def test_a_bomb_is_refused_before_it_fills_the_disk() -> None:
    """100 MB of zeros pack to 100 kB: what opens to more than there is room for is given up."""
    bomb = b"".join(seal(io.BytesIO(bytes(100 << 20)), PASSWORD))
    assert len(bomb) < 1 << 18
    given = 0
    with pytest.raises(VaultError, match="no room"):
        for part in unseal(io.BytesIO(bomb), PASSWORD, 5 << 20):
            given += len(part)
    assert given <= 5 << 20
    assert len(zlib.compress(b"")) < 100


@pytest.mark.parametrize(
    "poison",
    ["CREATE TRIGGER t AFTER INSERT ON person BEGIN DELETE FROM alert; END", "CREATE VIEW v AS SELECT 1"],
)
def test_a_record_with_foreign_programs_is_refused(original: Path, tmp_path: Path, poison: str) -> None:
    source = tmp_path / "source.db"
    copies.snapshot(original, source)
    db = sqlite3.connect(source)
    db.execute(poison)
    db.commit()
    db.close()
    with pytest.raises(StoreError, match="not of Tattlebox"):
        copies.replace(tmp_path / "home.db", source)


@given(st.binary(max_size=300))
def test_any_bytes_are_a_vault_error(data: bytes) -> None:
    with pytest.raises(VaultError):
        list(unseal(io.BytesIO(data), PASSWORD, 1 << 20))


def test_erasing_leaves_no_row_and_no_byte(original: Path, tmp_path: Path) -> None:
    home = tmp_path / "home.db"
    with backup.sealed(original, PASSWORD) as blocks:
        backup.restore(home, io.BytesIO(b"".join(blocks)), PASSWORD)
    archive = tmp_path / "home-archive"
    archive.mkdir()
    (archive / "day.parquet").write_bytes(b"doll")
    (tmp_path / "home.db.secrets").write_text("{}")
    backup.erase(home)
    left = {table: held for table, held in rows(home).items() if held}
    assert list(left) == ["meta"]
    assert [row[0] for row in left["meta"]] == ["generation"]
    assert sorted(path.name for path in tmp_path.iterdir()) in (
        ["home.db"],
        ["home.db", "home.db-shm", "home.db-wal"],
    )
    bytes_left = b"".join(path.read_bytes() for path in tmp_path.glob("home.db*"))
    for word in (b"Talking doll", b"dolls.example", DOLL.encode(), b"Robin"):
        assert word not in bytes_left


def test_the_commands(original: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    secret, file, store = tmp_path / "password", tmp_path / "home.backup", tmp_path / "home.db"
    secret.write_text(PASSWORD + "\n")
    options = ["--password-file", str(secret)]
    assert main(["backup", str(file), "--store", str(original), *options]) == 0
    assert file.stat().st_mode & 0o777 == 0o600
    assert main(["restore", str(file), "--store", str(store), *options]) == 0
    assert main(["restore", str(file), "--store", str(store), *options]) == 1
    assert "--yes" in capsys.readouterr().err
    assert main(["settings", FLOW_DAYS.key, "--json", "--store", str(store)]) == 0
    assert capsys.readouterr().out == '{"retention.flow_days":30}\n'
    assert main(["settings", FLOW_DAYS.key, "none", "--store", str(store)]) == 1
    assert main(["password", "reset", "--store", str(store)]) == 0
    assert main(["erase", "--store", str(store)]) == 1
    assert main(["erase", "--yes", "--store", str(store)]) == 0
    with Reader(store) as reader:
        assert reader.devices() == []


def test_a_short_password_makes_no_backup(original: Path, tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text("short")
    command = ["backup", str(tmp_path / "b"), "--store", str(original), "--password-file", str(secret)]
    assert main(command) == 1
    assert not (tmp_path / "b").exists()

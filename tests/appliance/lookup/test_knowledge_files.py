from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from appliance.lookup.knowledge_files import FOLDER, KnowledgeFileError, load_knowledge, read_rows


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FOLDER, tmp_path / "devices"))


def test_our_own_files_load() -> None:
    assert len(load_knowledge().models) >= 150


def test_a_comment_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("# why\na,b\n1,2\n")
    assert read_rows("x.csv", ("a", "b"), tmp_path) == [{"a": "1", "b": "2"}]


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        ("rules.csv", "signal,pattern", "signal,glob", "expected the columns pattern"),
        ("rules.csv", "signal,pattern,vendor", "signal,pattern,vendor,extra", "fields than the heading"),
        ("rules.csv", ",0.9,", ",often,", "could not convert"),
        ("catalogue.csv", ",Boxine (tonies),", ",Boxing,", "Boxing"),
        ("blocks.csv", "00/28", "00/24", "ending in /28 or /36"),
    ],
)
def test_a_damaged_file_is_named(folder: Path, file: str, old: str, new: str, says: str) -> None:
    path = folder / file
    path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(KnowledgeFileError, match=says):
        load_knowledge(folder)


def test_a_missing_file_is_an_os_error(folder: Path) -> None:
    (folder / "makers.csv").unlink()
    with pytest.raises(FileNotFoundError):
        load_knowledge(folder)

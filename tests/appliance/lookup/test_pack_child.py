"""The check in a process of its own: sound files pass; hostile ones cost neither time nor memory of ours."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from appliance.lookup import pack_child
from appliance.lookup.pack_child import check_apart
from appliance.lookup.pack_readers import PackError
from tests.appliance.lookup.test_packs import put, web


def test_a_sound_pack_passes(tmp_path: Path) -> None:
    check_apart("third-party-web", put(tmp_path / "w", web()))


def test_the_sentence_of_refusal_comes_back(tmp_path: Path) -> None:
    with pytest.raises(PackError, match="expected whole JSON"):
        check_apart("third-party-web", put(tmp_path / "w", web()[:-9]))


def test_a_file_of_gigabytes_is_refused_in_two_seconds(tmp_path: Path) -> None:
    path = tmp_path / "w"
    with path.open("wb") as sparse:
        sparse.truncate(8 << 30)
    started = time.monotonic()
    with pytest.raises(PackError, match="expected a pack of usual size"):
        check_apart("third-party-web", path)
    assert time.monotonic() - started < 2


def test_more_memory_than_allowed_ends_in_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pack_child, "MEMORY_BYTES", 48 << 20)
    with pytest.raises(PackError, match="more than 60 s or 48 MB"):
        check_apart("third-party-web", put(tmp_path / "w", b"[" + b'{"a":[1,2,3]},' * 2_000_000 + b"{}]"))

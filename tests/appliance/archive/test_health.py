"""What the health page says of the archive."""

import time
from contextlib import closing

import pytest

from appliance.archive.folder import ArchiveError, folder_of
from appliance.archive.health import LONG_S, health, note
from appliance.archive.parquet import Engine
from appliance.archive.run import run
from appliance.store import catalogue
from appliance.store.database import open_for_writing
from appliance.store.flowlog import Sums
from tests.appliance.archive.made import home


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    path = tmp_path_factory.mktemp("home") / "home.db"
    home(path)
    run(path)
    return path


@pytest.mark.parametrize(
    ("written", "state", "word"),
    [(5_000_000, "ok", "5 MB a day"), (900_000_000, "note", "more than a card bears")],
)
def test_wear_is_judged_by_its_mean(store, written, state, word):
    with closing(open_for_writing(store)) as db:
        db.execute("DELETE FROM card_day")
        catalogue.add_written(db, 19_730, written)
    found, text = health(store)
    assert found == state
    assert word in text


def test_a_file_that_is_gone_is_bad(store):
    path = min(folder_of(store).glob("*.parquet"))
    hidden = path.rename(path.with_suffix(".away"))
    try:
        assert health(store)[0] == "bad"
        assert path.name in health(store)[1]
    finally:
        hidden.rename(path)


def test_a_file_that_was_cut_short_is_bad(store):
    path = min(folder_of(store).glob("*.parquet"))
    whole = path.read_bytes()
    path.write_bytes(whole[:-100])
    try:
        state, text = health(store)
        assert state == "bad"
        assert text.startswith("1 archived files are not as long as they were written")
        assert path.name in text
    finally:
        path.write_bytes(whole)


def test_what_stopped_the_last_run_is_said_until_one_ends_well(tmp_path, monkeypatch):
    store = tmp_path / "home.db"
    home(store)
    with monkeypatch.context() as patch:
        patch.setattr(Engine, "sums", lambda *_: Sums(*[0] * 8))
        with pytest.raises(ArchiveError):
            run(store)
    state, text = health(store)
    assert (state, text[:6]) == ("bad", "since ")
    assert "nothing was dropped" in text
    run(store)
    assert health(store)[0] != "bad"


def test_a_run_that_was_ended_by_force_is_said(tmp_path):
    store = tmp_path / "home.db"
    home(store)
    with closing(open_for_writing(store)) as db:
        note(db, time.time(), "")
        assert health(store)[0] != "bad", "it may be at work"
        note(db, time.time() - LONG_S - 1, "")
    assert "did not end: is memory full?" in health(store)[1]


def test_no_store_is_no_illness(tmp_path):
    assert health(tmp_path / "none.db")[0] == "note"


def test_what_is_no_store_is_bad(tmp_path):
    path = tmp_path / "home.db"
    path.write_text("not a store at all, but long enough to look like one" * 100)
    assert health(path)[0] == "bad"

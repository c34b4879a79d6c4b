"""What the health page says of the archive."""

from contextlib import closing

import pytest

from appliance.archive.folder import folder_of
from appliance.archive.health import health
from appliance.archive.run import run
from appliance.store import catalogue
from appliance.store.database import open_for_writing
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


def test_no_store_is_no_illness(tmp_path):
    assert health(tmp_path / "none.db")[0] == "note"


def test_what_is_no_store_is_bad(tmp_path):
    path = tmp_path / "home.db"
    path.write_text("not a store at all, but long enough to look like one" * 100)
    assert health(path)[0] == "bad"

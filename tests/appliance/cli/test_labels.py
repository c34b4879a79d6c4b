"""The family's words through the command: kept, applied, taken back; wrong ones refused in a sentence."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from appliance.cli import main
from appliance.home import Home, Knowledge
from appliance.lookup.knowledge import load_knowledge
from appliance.service import Service
from appliance.store.reader import Reader
from appliance.store.writer import Writer
from sensor.records import Record
from tests.appliance.devices.samples import BOX, PLUG, dhcp, flow, neighbour, query

KNOWLEDGE: Knowledge = load_knowledge()
RECORDS: tuple[Record, ...] = (
    neighbour(PLUG, "192.168.1.20", 90.0),
    neighbour(BOX, "192.168.1.30"),
    dhcp(BOX, hostname="den-box"),
    flow(orig_mac=BOX, orig_h="192.168.1.30", resp_mac=None, orig_dst_mac=None, resp_pkts=0),
    query("prod.de.tbs.toys", BOX, "192.168.1.30"),
)

Say = Callable[..., int]


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """Return the store of a live home with a plug and a box, no service running."""
    path = tmp_path / "home.db"
    writer = Writer(path)
    service = Service(Home(KNOWLEDGE), writer)
    service.take(RECORDS)
    service.commit()
    writer.commit(origin="live")
    writer.close()
    return path


@pytest.fixture
def say(store: Path) -> Say:
    """Return a function that gives a command with this store."""
    return lambda verb, *words: main([*verb.split(), "--store", str(store), *map(str, words)])


def after_a_start(store: Path, *records: Record) -> dict[str, str]:
    """Return id -> name of the devices after the service has started and stopped."""
    writer = Writer(store)
    service = Service(Home(KNOWLEDGE), writer)
    service.take(records)
    service.commit()
    writer.close()
    with Reader(store) as reader:
        return {device.device: device.name for device in reader.devices()}


def names(store: Path) -> list[str]:
    return list(after_a_start(store).values())


def test_a_name_is_kept_and_beats_the_guess(say: Say, store: Path) -> None:
    assert say("name", BOX, "Bear") == 0
    assert names(store) == ["TP-Link device", "Bear"]
    assert names(store) == ["TP-Link device", "Bear"]  # once heard, not heard again
    assert say("name", "bear") == 0  # without a word: taken back
    assert names(store) == ["TP-Link device", "Toniebox"]


def test_a_running_service_hears_it_at_its_next_commit(say: Say, store: Path) -> None:
    writer = Writer(store)
    service = Service(Home(KNOWLEDGE), writer)
    service.take(RECORDS)
    service.commit()
    assert say("category", BOX, "speaker") == 0
    service.commit()
    with Reader(store) as reader:
        assert [device.category for device in reader.devices()][1] == "speaker"
    writer.close()


def test_undo_takes_back_one_word_at_a_time(say: Say, store: Path) -> None:
    for name in ("Bear", "Panda"):
        assert say("name", BOX, name) == 0
    for wanted in ("Panda", "Bear", "Toniebox"):
        assert names(store)[1] == wanted
        say("undo")
    assert names(store)[1] == "Toniebox"


def test_nothing_to_undo_is_a_sentence(say: Say, capsys: pytest.CaptureFixture[str]) -> None:
    assert say("undo") == 1
    assert "nothing to take back" in capsys.readouterr().err


def test_a_merge_can_be_undone(say: Say, store: Path) -> None:
    before = after_a_start(store)
    assert say("merge", BOX, PLUG) == 0
    assert len(after_a_start(store)) == 1
    assert say("undo") == 0
    assert after_a_start(store) == before


def test_a_split_can_be_undone(say: Say, store: Path) -> None:
    say("merge", BOX, PLUG)
    after_a_start(store)
    assert say("split", BOX, PLUG) == 0
    assert len(after_a_start(store)) == 2
    assert say("undo") == 0
    assert len(after_a_start(store)) == 1


def test_what_is_forgotten_is_in_no_table(say: Say, store: Path) -> None:
    assert say("forget", BOX) == 1  # not without --yes
    assert say("forget", "--yes", BOX) == 0
    assert names(store) == ["TP-Link device"]
    assert b"prod.de.tbs.toys" not in _checkpointed(store)
    assert say("undo") == 1


def _checkpointed(store: Path) -> bytes:
    with sqlite3.connect(store) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        db.execute("DELETE FROM word")
        db.commit()
        db.execute("VACUUM")
    db.close()
    return store.read_bytes()


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        (("name", "nobody", "Bear"), "no device is called"),
        (("category", BOX, "teddy"), "expected one of alarm"),
        (("name", BOX, "\u202e\x00 "), "expected a word"),
        (("merge", BOX, BOX), "the same device already"),
        (("split", BOX, PLUG), "expected one of several"),
        (("split", BOX, BOX), "expected one of several"),
    ],
)
def test_wrong_words_are_refused(
    say: Say, capsys: pytest.CaptureFixture[str], command: tuple[str, ...], sentence: str
) -> None:
    assert say(*command) == 1
    assert sentence in capsys.readouterr().err


@pytest.mark.parametrize("verb", ["name", "category", "merge", "split", "forget", "undo", "labels export"])
def test_every_verb_helps(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main([*verb.split(), "--help"])
    assert stop.value.code == 0
    assert "usage: tattlebox" in capsys.readouterr().out


@pytest.mark.parametrize("suffix", ["csv", "json"])
def test_labels_go_out_and_come_back(say: Say, store: Path, tmp_path: Path, suffix: str) -> None:
    say("name", BOX, "=Bear, the big one")
    say("category", BOX, "toy")
    before = names(store)
    file = tmp_path / f"labels.{suffix}"
    assert say("labels export", file) == 0
    say("undo")
    say("undo")
    assert names(store)[1] == "Toniebox"
    assert say("labels import", file) == 0
    assert names(store) == before == ["TP-Link device", "=Bear, the big one"]


def test_labels_of_a_device_not_yet_seen_wait_for_it(say: Say, store: Path, tmp_path: Path) -> None:
    say("name", BOX, "Bear")
    names(store)
    say("labels export", tmp_path / "labels.csv")
    fresh = tmp_path / "fresh.db"
    Writer(fresh).close()
    assert main(["labels", "import", "--store", str(fresh), str(tmp_path / "labels.csv")]) == 0
    assert after_a_start(fresh) == {}
    assert list(after_a_start(fresh, *RECORDS).values()) == ["TP-Link device", "Bear"]


def test_a_contribution_says_nothing_of_the_home(say: Say, store: Path, tmp_path: Path) -> None:
    say("name", BOX, "Bear of the den")
    say("category", BOX, "toy")
    names(store)
    file = tmp_path / "give.json"
    assert say("labels export", "--contribute", file) == 0
    assert json.loads(file.read_text()) == [{"macs": [BOX[:8]], "category": "toy"}]


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff\xfe\x00", b"[1]", b"[{", b"a,b\n1,2\n", b'[{"device":"d-1","macs":["x"]}]', b"[" * 9999],
)
def test_a_file_that_is_none_is_a_sentence(say: Say, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "bad.csv"
    file.write_bytes(content)
    assert say("labels import", file) == 1

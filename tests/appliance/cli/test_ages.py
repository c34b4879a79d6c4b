"""`tattlebox replay` of set-up captures of one device at two ages, as another program would call it."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from appliance.cli import main
from tests.appliance.behaviour.visits import MAKER, Visit, write

DAY_S = 86_400.0
BEFORE = Visit(1_780_000_000.0)
SHOWN = ("http", "ssdp", "dhcp", "mdns", "tls", "http+ssdp+dhcp+mdns+tls")
NEW = ("collect.tracker.example", "ads.banner.example")


class Said(NamedTuple):
    """What the replay wrote of the one device."""

    updates: list[dict[str, Any]]  # restarts left out
    new: set[str]  # domains of new parties
    devices: int


def said(out: Path, mac: str) -> Said:
    def rows(name: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in (out / f"{name}.jsonl").read_text().splitlines()]

    ours = {it["device"] for it in rows("devices") if mac in it["macs"]}
    updates = [it for it in rows("updates") if it["device"] in ours and it["certainty"] != "restarted"]
    new = {it["domain"] for it in rows("changes") if it["device"] in ours and it["kind"] == "new_party"}
    return Said(updates, new, len(ours))


def replayed(folder: Path, *visits: Visit, suffix: str = ".pcap") -> Said:
    """Write each visit into a file of its own, and replay them in an order drawn from the first."""
    paths = [write(folder / f"{number}{suffix}", visit) for number, visit in enumerate(visits)]
    random.Random(visits[0].seed).shuffle(paths)
    assert main(["replay", *map(str, paths), "--out", str(folder / "out")]) == 0
    return said(folder / "out", visits[0].mac)


VARIANTS = {
    "a day later": (DAY_S, {}),
    "an hour later": (3_600.0, {}),
    "a month later": (30 * DAY_S, {}),
    "two years later": (730 * DAY_S, {}),
    "another address": (DAY_S, {"host": 77}),
    "another home": (5 * DAY_S, {"lan": "10.0.0", "host": 9}),
    "a short visit": (DAY_S, {"minutes": 2.0}),
    "a longer visit": (DAY_S, {"minutes": 5.0}),
}


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("shown", SHOWN)
def test_another_version_and_the_same_destinations(tmp_path: Path, shown: str, variant: str) -> None:
    later, changed = VARIANTS[variant]
    before = BEFORE._replace(shown=shown)
    after = before._replace(ts=before.ts + later, version="2.5.0", seed=2, **changed)
    found = replayed(tmp_path, before, after)
    assert (len(found.updates), found.new, found.devices) == (1, set(), 1)
    if shown != "tls":
        assert (found.updates[0]["version_before"], found.updates[0]["version_after"]) == ("2.4.1", "2.5.0")


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("shown", ["http", "tls"])
def test_other_destinations_name_exactly_the_new_ones(tmp_path: Path, shown: str, variant: str) -> None:
    later, changed = VARIANTS[variant]
    before = BEFORE._replace(shown=shown)
    names = (*MAKER, *NEW)
    after = before._replace(ts=before.ts + later, version="2.5.0", names=names, seed=2, **changed)
    found = replayed(tmp_path, before, after)
    assert (len(found.updates), found.new) == (1, {"tracker.example", "banner.example"})


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("shown", ["http", "tls"])
def test_the_same_version_and_the_same_destinations(tmp_path: Path, shown: str, variant: str) -> None:
    later, changed = VARIANTS[variant]
    before = BEFORE._replace(shown=shown)
    found = replayed(tmp_path, before, before._replace(ts=before.ts + later, seed=2, **changed))
    assert (found.updates, found.new) == ([], set())


@pytest.mark.parametrize("suffix", [".pcap", ".pcapng"])
@pytest.mark.parametrize("shown", SHOWN)
def test_several_visits_of_each_age(tmp_path: Path, shown: str, suffix: str) -> None:
    """Three of the old and three of the new, an hour apart in each age, given in any order."""
    before = BEFORE._replace(shown=shown)
    visits = [before._replace(ts=before.ts + number * 3_600, seed=number + 1) for number in range(3)]
    visits += [it._replace(ts=it.ts + 9 * DAY_S, version="2.5.0", names=(*MAKER, NEW[0])) for it in visits]
    found = replayed(tmp_path, *visits, suffix=suffix)
    assert (len(found.updates), found.new) == (1, {"tracker.example"})


def test_a_destination_that_is_gone_is_no_new_one(tmp_path: Path) -> None:
    before = BEFORE._replace(names=(*MAKER, *NEW))
    found = replayed(tmp_path, before, BEFORE._replace(ts=BEFORE.ts + DAY_S, version="2.5.0", seed=2))
    assert (len(found.updates), found.new) == (1, set())


def test_two_devices_of_one_model_are_not_one_at_two_ages(tmp_path: Path) -> None:
    other = BEFORE._replace(
        ts=BEFORE.ts + DAY_S, version="2.5.0", mac="d0:73:d5:99:99:01", names=(*MAKER, *NEW)
    )
    found = replayed(tmp_path, BEFORE, other)
    assert (found.updates, found.new) == ([], set())


def test_as_another_program_calls_it(tmp_path: Path) -> None:
    before = write(tmp_path / "z.pcap", BEFORE)
    after = write(tmp_path / "a.pcap", BEFORE._replace(ts=BEFORE.ts + DAY_S, version="2.5.0", seed=2))
    tattlebox = str(Path(sys.executable).with_name("tattlebox"))
    command = [tattlebox, "replay", str(after), str(before), "--out", str(tmp_path / "o")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    found = said(tmp_path / "o", BEFORE.mac)
    assert (len(found.updates), found.new, found.devices) == (1, set(), 1)

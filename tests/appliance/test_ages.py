"""One device at two ages, in captures of its set-up: updates are seen, exactly the new parties are named."""

import csv
import json
from ipaddress import ip_address
from pathlib import Path

import dpkt
import pytest

from appliance.cli import main
from tests.appliance import known
from tests.appliance.behaviour import visits
from tests.appliance.setups import DAY_S, START_TS, moved, setup, told

SHARED = Path(__file__).parents[2].parent / "shared" / "captures" / "devices"
BEFORE, AFTER = "Storybox/2.4.1", "Storybox/2.5.0"
MAKER = ("api.storybox.example", "time.storybox.example")


@pytest.fixture(scope="module")
def knowledge():
    return known.knowledge()


@pytest.mark.parametrize("days", [0.01, 1.0, 40.0])
def test_another_version_and_the_same_destinations(tmp_path, knowledge, days):
    before = setup(tmp_path / "before.pcap", START_TS, BEFORE, *MAKER)
    after = setup(tmp_path / "after.pcap", START_TS + days * DAY_S, AFTER, *MAKER)
    said = told(knowledge, (before, after))
    assert [(one.version_before, one.version_after) for one in said.updates] == [("2.4.1", "2.5.0")]
    assert said.new == set()


@pytest.mark.parametrize(
    ("name", "days", "agent", "update"),
    [
        ("another version minutes later", 0.01, AFTER, True),
        ("another version a month later", 30.0, AFTER, True),
        ("the same version a month later", 30.0, BEFORE, False),
        ("the same version a day later", 1.0, BEFORE, False),
    ],
)
def test_two_ages_with_other_destinations_name_exactly_the_new_ones(
    tmp_path, knowledge, name, days, agent, update
):
    before = setup(tmp_path / "before.pcap", START_TS, BEFORE, *MAKER)
    others = ("collect.tracker.example", "ads.banner.example")
    after = setup(tmp_path / "after.pcap", START_TS + days * DAY_S, agent, *MAKER, *others)
    said = told(knowledge, (before, after))
    assert said.new == {"tracker.example", "banner.example"}, name
    assert bool(said.updates) is update, name


def test_the_command_writes_what_two_captures_differ_in(tmp_path):
    """Given in any order: `replay` reads files in the order of their time."""
    before = setup(tmp_path / "a.pcap", START_TS, BEFORE, *MAKER)
    after = setup(tmp_path / "b.pcap", START_TS + 2 * DAY_S, AFTER, *MAKER, "collect.tracker.example")
    assert main(["replay", str(after), str(before), "--out", str(tmp_path / "out")]) == 0

    def rows(name):
        return [json.loads(line) for line in (tmp_path / "out" / f"{name}.jsonl").read_text().splitlines()]

    (update,) = [row for row in rows("updates") if row["certainty"] != "restarted"]
    assert (update["version_before"], update["version_after"]) == ("2.4.1", "2.5.0")
    (new,) = [row for row in rows("changes") if row["kind"] == "new_party"]
    assert (new["domain"], new["certainty"], new["update"]) == ("tracker.example", "seen", update["ts"])
    assert new["before"]["watched_days"] < 0.1
    (alert,) = [row for row in rows("alerts") if row["kind"] == "new_party"]
    assert alert["volume"] == "log" and "too short a time" in alert["text"]


@pytest.mark.parametrize("shown", ["http", "ssdp", "dhcp", "mdns"])
@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("1.0", "1.1"),
        ("7", "8"),
        ("v100", "v101"),
        ("1.0.3-rc1", "1.0.3-rc2"),
        ("2.00.4494.PVT-OWRT", "2.00.10885.PVT-OWRT"),
        ("20240110", "20250612"),
        ("1.02B03", "1.02B05"),
        ("build1234", "build1301"),
        ("3.4.1 (r2811)", "3.4.1 (r2999)"),
        ("1.2", "1.2.1"),
        ("a1b2c3d", "d4e5f6a"),
    ],
)
def test_versions_of_many_makes(tmp_path, knowledge, shown, before, after):
    visit = visits.Visit(START_TS, before, shown)
    earlier = visits.write(tmp_path / "a.pcap", visit)
    later = visits.write(tmp_path / "b.pcap", visit._replace(ts=START_TS + DAY_S, version=after, seed=2))
    said = told(knowledge, (earlier, later))
    assert (len(said.updates), said.new) == (1, set())


@pytest.mark.parametrize("minutes", [1.0, 2.0, 5.0])
def test_a_handshake_of_minutes_counts_with_all_peers_together(tmp_path, knowledge, minutes):
    visit = visits.Visit(START_TS, shown="tls", minutes=minutes)
    earlier = visits.write(tmp_path / "a.pcap", visit)
    later = visits.write(tmp_path / "b.pcap", visit._replace(ts=START_TS + DAY_S, version="3.0", seed=2))
    said = told(knowledge, (earlier, later))
    assert [one.certainty for one in said.updates] == ["updated"]  # it started, too
    assert said.new == set()


def real_devices():
    """Yield the model, MAC and captures of each real device of which there are two set-ups or more."""
    if not (SHARED / "labels.csv").exists():
        return
    runs = {}
    with (SHARED / "labels.csv").open(newline="") as table:
        for row in csv.DictReader(table):
            path = SHARED.parent / row["file"]
            if path.exists():
                runs.setdefault((row["model"], row["mac"]), []).append(path)
    yield from ((model, mac, paths) for (model, mac), paths in runs.items() if len(paths) > 1)


REAL = pytest.mark.skipif(
    not (SHARED / "labels.csv").exists(),
    reason="the shared captures of real devices are not beside the repository",
)


def begin(capture):
    with capture.open("rb") as file:
        return float(next(iter(dpkt.pcap.Reader(file)))[0])


def a_month_later(capture, before, path, turn=(b"", b"")):
    return moved(capture, path, 30 + (begin(before) - begin(capture)) / DAY_S, turn)


def named(domains):
    """Return the domains that are names: a bare address is no news once others were met."""
    found = set()
    for domain in domains:
        try:
            ip_address(domain)
        except ValueError:
            found.add(domain)
    return found


@REAL
@pytest.mark.parametrize(
    ("model", "mac", "runs"), list(real_devices()), ids=lambda it: it if isinstance(it, str) else ""
)
def test_two_ages_of_a_real_device_name_exactly_the_new_ones(tmp_path, knowledge, model, mac, runs):
    for before, later in ((runs[0], runs[-1]), (runs[-1], runs[0]), (runs[0], runs[len(runs) // 2])):
        after = a_month_later(later, before, tmp_path / "after.pcap")
        alone = [told(knowledge, [capture], mac).met for capture in (before, after)]
        said = told(knowledge, (before, after), mac)
        assert said.new == named(alone[1] - alone[0]), (before.name, later.name)
        assert said.updates == []


@REAL
@pytest.mark.parametrize(
    ("folder", "old", "first", "second"),
    [
        ("Withings", b"Withings UserAgent", b"Withings Agent/1.0", b"Withings Agent/1.1"),
        ("D-LinkCam", b"udhcp 1.22.1", b"udhcp 1.22.1", b"udhcp 1.23.0"),
        ("EdimaxPlug1101W", b"udhcp 1.15.2", b"udhcp 1.15.2", b"udhcp 1.15.3"),
        ("TP-LinkPlugHS100", b"udhcp 0.9.9-pre", b"udhcp 0.9.9-pre", b"udhcp 1.0.0-pre"),
    ],
)
@pytest.mark.parametrize("days", [0, 30])
def test_a_real_device_with_another_version_of_its_agent(
    tmp_path, knowledge, folder, old, first, second, days
):
    """The same set-up twice, its agent's version turned by us: no capture at hand holds two of them."""
    capture = sorted((SHARED / folder).glob("*.pcap"))[0]
    before = moved(capture, tmp_path / "before.pcap", 0, (old, first))
    after = moved(capture, tmp_path / "after.pcap", days or 0.01, (old, second))
    said = told(knowledge, (before, after))
    assert len(said.updates) == 1
    assert said.updates[0].version_after in second.decode()
    assert said.new == set()

"""The home as a whole: a restart at any point changes nothing, and a flood leaves the home intact."""

import random
import sqlite3
from contextlib import closing
from itertools import pairwise

import pytest

from appliance.cli import main
from appliance.findings.finding import Finding
from appliance.home import Home
from appliance.lookup.knowledge import load_knowledge
from appliance.out import OutputFolder
from appliance.service import Service
from appliance.store.observations import unpack
from appliance.store.reader import Reader
from appliance.store.writer import Writer
from sensor.records import BleAdvertisement, DnsAnswer, FlowRecord, Neighbour, TlsClientHello
from tests.appliance.devices.samples import PLUG, hello, neighbour
from tests.household.generate import generate

DAYS = 12
HELLO = TlsClientHello(
    0.0, "", None, "tcp", "", 40_000, "", 443, "", ("h2",), (772,), "t13d1516h2_a_b", False
)


@pytest.fixture(scope="module")
def knowledge():
    return load_knowledge()


@pytest.fixture(scope="module")
def records():
    return generate(seed=3, days=DAYS)


def final_state(path):
    with Reader(path) as reader:
        return (
            reader.devices(),
            reader.parties(),
            reader.updates(),
            reader.changes(limit=100_000),
            reader.findings(),
            reader.alerts(limit=100_000),
            [reader.sightings(device.device, 0, 2**40) for device in reader.devices()],
            reader.watch(),
        )


def run(path, knowledge, *parts):
    """Take the parts in, each by a home of its own that goes on from the store."""
    for number, part in enumerate(parts):
        writer = Writer(path)
        service = Service(Home(knowledge), writer)
        service.take(part)
        if number == len(parts) - 1:
            service.finish()
        else:
            service.commit()
        writer.close()
    return final_state(path)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.77])
def test_a_restart_at_any_point_gives_the_same_facts(tmp_path, knowledge, records, share):
    cut = int(len(records) * share)
    whole = run(tmp_path / "whole.db", knowledge, records)
    resumed = run(tmp_path / "resumed.db", knowledge, records[:cut], records[cut:])
    for name, one, other in zip(
        ("devices", "parties", "updates", "changes", "findings", "alerts", "sightings", "watch"),
        whole,
        resumed,
        strict=True,
    ):
        assert other == one, f"{name} differ after a restart"


@pytest.mark.parametrize("seed", [1, 2])
def test_restarts_again_and_again_give_the_same_facts(tmp_path, knowledge, seed):
    """Cut at a dozen places anywhere, after the first record and before the last, too."""
    rows = generate(seed=seed, days=5)
    draw = random.Random(seed)
    cuts = sorted({0, 1, len(rows) - 1, *draw.sample(range(len(rows)), 10)})
    parts = [rows[begin:end] for begin, end in pairwise([*cuts, len(rows)])]
    whole = run(tmp_path / "whole.db", knowledge, rows)
    assert run(tmp_path / "resumed.db", knowledge, *parts) == whole


def test_devices_are_found_and_their_traffic_is_theirs(tmp_path, knowledge, records):
    devices, parties, *_ = run(tmp_path / "home.db", knowledge, records)
    assert {device.category for device in devices} >= {
        "toy",
        "tablet",
        "camera",
        "speaker",
        "tv",
        "phone",
        "computer",
    }
    known = {device.device for device in devices}
    assert {party.device for party in parties} <= known


def test_a_flood_of_addresses_leaves_known_devices_intact(tmp_path, knowledge, records):
    writer = Writer(tmp_path / "home.db")
    home = Home(knowledge)
    service = Service(home, writer)
    service.take(records)
    before = {device: home.devices.record(device) for device in home.devices.ids()}
    last = records[-1].ts
    service.take(
        Neighbour(
            last + n / 200, f"02:aa:00:00:{n >> 8:02x}:{n & 255:02x}", f"192.168.7.{n % 250 + 1}", "arp"
        )
        for n in range(10_000)
    )
    service.finish()
    after = {device: home.devices.record(device) for device in home.devices.ids()}
    assert set(before) <= set(after)
    assert all(after[device].macs == record.macs for device, record in before.items())
    assert len(after) < 2_000
    writer.close()


def test_a_flood_of_names_leaves_known_parties_intact_and_is_told_once(tmp_path, knowledge, records):
    writer = Writer(tmp_path / "home.db")
    home = Home(knowledge)
    service = Service(home, writer)
    service.take(records)
    flow = next(record for record in records if isinstance(record, FlowRecord) and record.proto == "tcp")
    device = home.devices.owner(flow.orig_mac, flow.orig_h)
    lived_with = {it.domain for it in home.behaviour.party_records(device) if it.contacts > 20}
    last = records[-1].ts
    for n in range(6_000):
        ts, uid = last + n, f"F{n}"
        named = dict(ts=ts, uid=uid, src=flow.orig_h, dst="198.18.9.9", mac=flow.orig_mac)
        service.take([HELLO._replace(server_name=f"w{n}.invented-{n}.example", **named)])
        service.take([flow._replace(ts=ts, uid=uid, resp_h="198.18.9.9")])
        if n % 1_500 == 0:
            service.commit()
    service.finish()
    writer.close()
    with Reader(tmp_path / "home.db") as reader:
        parties = {it.domain for it in reader.parties() if it.device == device}
        alerts = [it for it in reader.alerts(limit=1_000) if it.kind == "many_names"]
    assert lived_with and lived_with <= parties
    assert len(parties) <= 1_024
    assert [(it.device, it.volume) for it in alerts] == [(device, "digest")]


def test_the_folder_is_the_same_twice(tmp_path, knowledge, records):
    contents = []
    for name in ("one", "two"):
        out = OutputFolder(tmp_path / name)
        writer = Writer(tmp_path / f"{name}.db")
        service = Service(Home(knowledge), writer, out)
        service.take(records)
        service.finish()
        out.finish()
        writer.close()
        contents.append({path.name: path.read_bytes() for path in (tmp_path / name).iterdir()})
    assert contents[0] == contents[1]
    assert contents[0]["flows.jsonl"]


def test_what_the_family_wants_forgotten_is_in_no_part_and_no_table(tmp_path, knowledge, records):
    writer = Writer(tmp_path / "home.db")
    home = Home(knowledge)
    service = Service(home, writer)
    service.take(records)
    service.commit()
    doll = next(d for d in home.devices.ids() if home.devices.record(d).model == "Talking Doll")
    assert main(["forget", "--yes", doll, "--store", str(writer.path)]) == 0
    service.commit()
    service.finish()
    assert doll not in home.devices.ids()
    assert not home.behaviour.knows(doll)
    assert home.findings.all(doll) == []
    assert home.names.dump(doll) == {}
    with closing(sqlite3.connect(writer.path)) as database:
        for table in (
            "device",
            "party",
            "sighting",
            "change",
            "finding",
            "alert",
            "flow",
            "state",
        ):
            query = f"SELECT count(*) FROM {table} WHERE device = ?"  # noqa: S608 - names only
            (rows,) = database.execute(query, (doll,)).fetchone()
            assert rows == 0, f"{table} still speaks of it"
        packs = database.execute("SELECT body FROM observation").fetchall()
        assert all(device != doll for (body,) in packs for _, device, _ in unpack(body))
    writer.close()


def test_what_neighbours_say_over_bluetooth_leaves_no_trace(knowledge):
    home = Home(knowledge)
    heard = BleAdvertisement(
        1.0, "c4:00:00:11:22:33", "static", "connectable", True, "Toy", None, (), None, 6, None, -60
    )
    assert home.feed(heard) == []
    assert list(home.devices.ids()) == []


@pytest.mark.parametrize(
    ("outer", "hidden"),
    [("toy.example", False), ("cover.example", True), (None, True), ("x.toy.example", True)],
)
def test_a_pretended_ech_hides_no_name(knowledge, outer, hidden):
    home = Home(knowledge)
    answer = DnsAnswer(
        101.0, "q", PLUG, "192.168.1.20", "192.168.1.1", "udp", "toy.example", 1, 0, (), ("198.51.100.7",), 60
    )
    offered = hello(outer, ech=True)._replace(ts=102.0)
    facts = [
        fact for record in (neighbour(PLUG, "192.168.1.20"), answer, offered) for fact in home.feed(record)
    ]
    assert [fact.code for fact in facts if isinstance(fact, Finding)] == (["hidden_names"] if hidden else [])

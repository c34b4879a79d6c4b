"""Looking through the log finds what is there, once and in order, however small the steps."""

from __future__ import annotations

from pathlib import Path

import pytest

from appliance.behaviour.facts import Sighting
from appliance.flowrow import FlowRow
from appliance.parties.party import PartyRecord
from appliance.store import looking
from appliance.store.looking import END, Question
from appliance.store.reader import Reader
from appliance.store.writer import Writer
from sensor.records import DnsAnswer

HOURS = 30


def flow(n: int) -> FlowRow:
    device, domain = ("d-1", "toy.example") if n % 3 else ("d-2", "ad.example")
    return FlowRow(
        n * 600.0, 1.0, f"C{n:03}", f"1:{n}=", 1, "tcp" if n % 5 else "udp", "192.0.2.1", 4000, "198.18.0.9",
        443 if n % 7 else 80, 1, 1, 90, 90, 80, 80, 50, 50, None, None, None, None, 0, 0, "fin", device,
        domain, f"h{n % 2}.{domain}",
    )  # fmt: skip


@pytest.fixture
def reader(tmp_path: Path) -> Reader:
    writer = Writer(tmp_path / "h.db")
    for n in range(HOURS * 6):
        writer.add(flow(n))
    for n in range(0, HOURS * 6, 3):
        writer.add(Sighting("d-2", "ad.example", n * 600 // 3600, 1, 1, 1, 1))
    writer.add(
        PartyRecord("d-2", "ad.example", None, "third", None, None, (), 0, 0, 1, 1, 1, None, "named", "", ())
    )
    for n in range(5):
        answer = DnsAnswer(n * 10.0, "C", None, "192.0.2.1", "192.0.2.2", "udp", f"n{n}", 1, 0, (), (), None)
        writer.add_observation((n, "d-1" if n else None, answer))
    writer.commit()
    writer.close()
    return Reader(tmp_path / "h.db")


CASES = {
    "everything": (Question(), lambda n: True),
    "device": (Question(device="d-2"), lambda n: n % 3 == 0),
    "party": (Question(domain="ad.example"), lambda n: n % 3 == 0),
    "party of a device": (Question(device="d-2", domain="ad.example"), lambda n: n % 3 == 0),
    "part of a name": (Question(text="H1.toy"), lambda n: n % 3 and n % 2),
    "uid": (Question(text="C017"), lambda n: n == 17),
    "community id": (Question(text="1:9="), lambda n: n == 9),
    "protocol and port": (Question(proto="udp", port=80), lambda n: n % 35 == 0),
    "span": (Question(since=6000.0, until=9000.0), lambda n: 10 <= n < 15),
}


@pytest.mark.parametrize(("question", "wanted"), CASES.values(), ids=CASES.keys())
@pytest.mark.parametrize("looked", [7, 20_000])
def test_paging_finds_each_flow_once_newest_first(
    reader: Reader, monkeypatch: pytest.MonkeyPatch, question: Question, wanted, looked: int
) -> None:
    monkeypatch.setattr(looking, "LOOKED", looked)
    found: list[str] = []
    after = END
    for _ in range(200):
        look = reader.look(question, after, 10)
        assert len(look.flows) <= 10
        found += [row.uid for row in look.flows]
        if look.after is None:
            break
        after = look.after
    expected = [f"C{n:03}" for n in range(HOURS * 6) if wanted(n)]
    assert found == expected[::-1]


def test_names_are_newest_first_and_page(reader: Reader) -> None:
    found, before = reader.names("", float("inf"), 2)
    assert [one.record.query for one in found] == ["n4", "n3"]
    assert before == 30.0
    rest, before = reader.names("d-1", before, 10)
    assert ([one.record.query for one in rest], before) == (["n2", "n1"], None)

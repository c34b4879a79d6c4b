"""The folder of a replay: whole files under their names, or none."""

import json

from appliance.out import FINAL, STREAMED, OutputFolder
from sensor.records import DnsAnswer
from tests.appliance import samples

ANSWER = DnsAnswer(
    1.0,
    "Fdns000000000001",
    "02:00:00:00:d0:11",
    "192.168.7.20",
    "192.168.7.1",
    "udp",
    "a.example",
    1,
    0,
    (),
    ("198.51.100.7",),
    60,
)


def _lines(folder, name):
    return [json.loads(line) for line in (folder / f"{name}.jsonl").read_text().splitlines()]


def test_each_fact_stands_in_its_file(tmp_path):
    out = OutputFolder(tmp_path)
    for fact in samples.FACTS:
        out.fact(fact)
    out.observation(ANSWER, samples.DOLL)
    out.final("devices", [samples.DEVICE])
    out.final("alerts", [samples.ALERT])
    out.finish()
    assert _lines(tmp_path, "flows")[0]["server_name"] == "api.voice.example"
    assert _lines(tmp_path, "weird")[0]["name"] == "dns_truncated_name"
    assert _lines(tmp_path, "loss")[0]["kind"] == "gap"
    assert _lines(tmp_path, "dns") == [
        {"device": samples.DOLL, **ANSWER._asdict(), "cnames": [], "addresses": ["198.51.100.7"], "alpn": []}
    ]
    assert _lines(tmp_path, "devices")[0]["evidence"][0]["source"] == "dhcp"
    assert _lines(tmp_path, "alerts")[0]["identifier"] == samples.ALERT.identifier
    assert _lines(tmp_path, "changes") == []


def test_every_promised_file_is_there_and_no_other(tmp_path):
    OutputFolder(tmp_path).finish()
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        f"{name}.jsonl" for name in STREAMED + FINAL
    )


def test_an_abandoned_replay_leaves_earlier_output_alone(tmp_path):
    (tmp_path / "flows.jsonl").write_text("earlier\n")
    out = OutputFolder(tmp_path)
    out.fact(samples.FLOW)
    out.discard()
    assert [path.name for path in tmp_path.iterdir()] == ["flows.jsonl"]
    assert (tmp_path / "flows.jsonl").read_text() == "earlier\n"

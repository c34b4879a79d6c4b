"""Exports that are cut off, have no room, find nothing, or are asked for what there is not."""

import json
import os
import subprocess

import pytest

from appliance.archive.run import run
from appliance.archive.span import Span
from appliance.cli import main
from appliance.export import session
from appliance.export.csv_table import CsvTable
from appliance.export.ipfix import Ipfix
from appliance.export.json_lines import JsonLines
from appliance.export.kinds import CHANGES, DNS, FLOWS
from appliance.export.session import Order, export
from appliance.export.source import Source
from appliance.export.zeek_log import ZeekLog
from appliance.store.flowlog import Wanted
from appliance.store.writer import Writer
from sensor.records import DnsAnswer
from tests.appliance.archive.made import home
from tests.appliance.samples import DOLL


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    path = tmp_path_factory.mktemp("home") / "home.db"
    made = home(path, days=20, each=100)
    writer = Writer(path)
    for seq, flow in enumerate(made[-500:], 100_000):
        answer = DnsAnswer(
            flow.ts,
            flow.uid,
            None,
            flow.orig_h,
            "192.168.7.1",
            "udp",
            "a.example",
            1,
            0,
            (),
            ("198.51.100.7",),
            60,
        )
        writer.add_observation((seq, flow.device, answer))
    writer.commit()
    writer.close()
    run(path)
    return path


class Cut(Exception):
    """The power fails here."""


@pytest.mark.parametrize("form", [CsvTable, JsonLines, ZeekLog, Ipfix])
@pytest.mark.parametrize("rows", [1, 700, 1999])
def test_a_cut_export_goes_on_and_gives_the_same_bytes(store, tmp_path, monkeypatch, form, rows):
    monkeypatch.setattr("appliance.store.flowlog.PAGE", 90)
    monkeypatch.setattr("appliance.archive.parquet.PAGE", 90)
    monkeypatch.setattr("appliance.archive.span.PAGE", 90)
    monkeypatch.setattr(session, "SAVE_ROWS", 200)
    whole, cut = (Order(FLOWS, form, Wanted(), tmp_path / name) for name in ("whole", "cut"))
    seen = 0

    def stop(count):
        nonlocal seen
        seen += count
        if seen >= rows:
            raise Cut

    with Source(store) as source:
        export(source, whole)
        with pytest.raises(Cut):
            export(source, cut, stop)
        assert not cut.out.exists()
        done = export(source, cut)
    assert done.rows == 2000
    assert done.resumed == (rows > 300)
    assert cut.out.read_bytes() == whole.out.read_bytes()
    assert [path.name for path in tmp_path.glob("cut.part*")] == []


def test_another_order_does_not_go_on_with_a_former_one(store, tmp_path):
    out = tmp_path / "flows.csv"
    (tmp_path / "flows.csv.part").write_text("old")
    (tmp_path / "flows.csv.part.json").write_text(
        json.dumps({"order": ["?"], "rows": 9, "bytes": 3, "place": None})
    )
    with Source(store) as source:
        assert not export(source, Order(FLOWS, CsvTable, Wanted(devices=(DOLL,)), out)).resumed
    assert out.read_text().startswith("ts,")


def test_names_asked_for_carry_the_community_id_of_their_flow(store, tmp_path):
    with Source(store) as source:
        export(source, Order(DNS, JsonLines, Wanted(), tmp_path / "dns"))
    lines = [json.loads(line) for line in (tmp_path / "dns").read_text().splitlines()]
    assert len(lines) == 500
    with Span(store) as span:
        ids = {flow.uid: flow.community_id for page in span.flows(Wanted()) for flow in page}
    assert [line["community_id"] for line in lines] == [ids[line["uid"]] for line in lines]
    assert list(lines[0])[:3] == ["device", "community_id", "ts"]


def test_changes_of_one_device(store, tmp_path):
    with Source(store) as source:
        assert export(source, Order(CHANGES, CsvTable, Wanted(devices=(DOLL,)), tmp_path / "a")).rows == 1
        assert export(source, Order(CHANGES, CsvTable, Wanted(devices=("d-0",)), tmp_path / "b")).rows == 0


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        (["--device", "nobody"], "no device is called"),
        (["--out", "/nowhere/at/all.csv"], "there is no folder"),
        (["--out", "/dev/null"], "is a pipe or a device, expected a file"),
        (["--format", "ipfix", "--out", "udp://127.0.0.1:99999"], "expected a collector"),
    ],
)
def test_what_cannot_be_is_a_sentence(store, capsys, args, sentence):
    assert main(["export", "flows", "--store", str(store), *args]) == 1
    assert sentence in capsys.readouterr().err


def test_an_empty_span_says_what_there_is(store, tmp_path, capsys):
    args = ["--from", "2031-01-01", "--to", "2031-02-01T12:00", "--out", str(tmp_path / "x.csv")]
    assert main(["export", "flows", "--store", str(store), *args]) == 0
    assert "the record goes from 2023-12-09" in capsys.readouterr().err
    assert (tmp_path / "x.csv").read_text().count("\n") == 1


def test_a_wrong_time_is_a_wrong_command_line(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["export", "flows", "--from", "yesterday"])
    assert ended.value.code == 2
    assert "2026-11-23" in capsys.readouterr().err


def test_an_estimate_writes_nothing(store, tmp_path, capsys):
    out = tmp_path / "x.csv"
    assert main(["export", "flows", "--store", str(store), "--out", str(out), "--estimate"]) == 0
    assert "2000 rows, about" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_a_full_disk_is_a_sentence(store, tmp_path, capsys, monkeypatch, form):
    if os.geteuid():
        pytest.skip("mounting a small file system needs root")
    folder = tmp_path / "small"
    folder.mkdir()
    args = ["export", "flows", "--format", form, "--store", str(store), "--out", str(folder)]
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8k", "none", folder], check=True)
    try:
        assert main(args) == 1
        assert "free some space" in capsys.readouterr().err
        monkeypatch.setattr(session, "check_space", lambda *_: None)  # it looked larger than it is
        assert main(args) == 1
        assert "tattlebox: " in capsys.readouterr().err
        assert not (folder / f"flows.{form}").exists()
    finally:
        subprocess.run(["umount", folder], check=True)

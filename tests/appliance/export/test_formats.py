"""Every kind in every format, read back by programs that know nothing of ours where there are any."""

import csv
import io
import json
import shutil
import socket
import subprocess
import threading
import time
from ipaddress import ip_address
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.archive.run import run
from appliance.archive.span import Span
from appliance.cli import main
from appliance.export import EXPORTERS
from appliance.export.csv_table import FORMULA, cell
from appliance.export.kinds import KINDS
from appliance.export.zeek_log import conn_state, text
from appliance.store.flowlog import Wanted
from sensor.communityid import community_id
from sensor.meter.names import PROTOCOLS
from tests.appliance.archive.made import home
from tests.appliance.samples import FLOW

DOCS = Path(__file__).parents[3] / "docs" / "exports.md"


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    path = tmp_path_factory.mktemp("home") / "home.db"
    home(path, days=20)
    run(path)
    return path


def exported(store, folder, kind, form, *more):
    out = folder / f"{kind}.{form}"
    assert main(["export", kind, "--format", form, "--store", str(store), "--out", str(out), *more]) == 0
    return out


def flows(store):
    with Span(store) as span:
        return [flow for page in span.flows(Wanted()) for flow in page]


@pytest.mark.parametrize("exporter", EXPORTERS, ids=lambda exporter: exporter.NAME)
def test_a_format_has_its_heading(exporter):
    assert f"## `{exporter.__module__.rpartition('.')[2]}.py`" in DOCS.read_text()


@pytest.mark.parametrize("form", [exporter.NAME for exporter in EXPORTERS])
@pytest.mark.parametrize("kind", [kind.name for kind in KINDS])
def test_every_kind_in_every_format_or_a_sentence(store, tmp_path, capsys, kind, form):
    out = tmp_path / f"{kind}.{form}"
    code = main(["export", kind, "--format", form, "--store", str(store), "--out", str(out)])
    if code:
        assert "choose csv" in capsys.readouterr().err
        assert list(tmp_path.iterdir()) == []
        return
    said = json.loads(out.with_name(out.name + ".dictionary.json").read_text())
    assert said["kind"] == kind
    assert [column["name"] for column in said["columns"] if not column["meaning"]] == []
    assert {path.name for path in tmp_path.iterdir()} == {out.name, out.name + ".dictionary.json"}


def test_csv_and_json_lines_give_back_every_flow(store, tmp_path):
    there = flows(store)
    table = exported(store, tmp_path, "flows", "csv").read_bytes().decode()
    rows = list(csv.DictReader(io.StringIO(table, newline="")))
    lines = [
        json.loads(line) for line in exported(store, tmp_path, "flows", "jsonl").read_text().splitlines()
    ]
    assert lines == [flow._asdict() for flow in there]
    assert len(rows) == len(there)
    for row, flow in zip(rows, there, strict=True):
        assert float(row["ts"]) == flow.ts
        assert row["domain"].removeprefix("'") == (flow.domain or "")
        assert int(row["orig_wire_bytes"]) == flow.orig_wire_bytes


@given(st.text() | st.none() | st.integers() | st.booleans() | st.lists(st.text()))
def test_no_cell_is_a_formula(value):
    made = str(cell(value))
    assert not made.startswith(FORMULA) or isinstance(value, int)


@pytest.mark.parametrize("library", ["duckdb", "pandas", "polars"])
def test_parquet_opens_elsewhere_with_the_same_sums(store, tmp_path, library):
    module = pytest.importorskip(library, reason=f"{library} is not installed")
    out, there = exported(store, tmp_path, "flows", "parquet", "--ids"), flows(store)
    if library == "duckdb":
        sums = "count(*), sum(orig_wire_bytes), sum(duration_us)"
        found = module.sql(f"SELECT {sums} FROM '{out}'").fetchall()[0]  # noqa: S608
    elif library == "pandas":
        frame = module.read_parquet(out).sort_values(["ts", "uid", "part"])
        found = len(frame), frame.orig_wire_bytes.sum(), frame.duration_us.sum()
        assert list(frame.community_id) == [flow.community_id for flow in there]
        assert [
            None if missing else name for name, missing in zip(frame.domain, frame.domain.isna(), strict=True)
        ] == [flow.domain for flow in there]
    else:
        frame = module.read_parquet(out).sort("ts", "uid", "part")
        found = len(frame), frame["orig_wire_bytes"].sum(), frame["duration_us"].sum()
        assert frame["ts"].dt.epoch("us").to_list() == [round(flow.ts * 1e6) for flow in there]
    expected = (
        len(there),
        sum(f.orig_wire_bytes for f in there),
        sum(round(f.duration_s * 1e6) for f in there),
    )
    assert tuple(map(int, found)) == expected


def test_compact_parquet_leaves_out_what_can_be_made_of_the_rest(store, tmp_path):
    """A file says all that the flows say but their uids; the documented recipe gives the community ids."""
    duckdb = pytest.importorskip("duckdb")
    out = exported(store, tmp_path, "flows", "parquet")
    table = duckdb.sql(f"SELECT * FROM '{out}'")  # noqa: S608
    said = json.loads(out.with_name(out.name + ".dictionary.json").read_text())
    assert sorted(table.columns) == sorted(column["name"] for column in said["columns"])
    assert "uid" not in table.columns
    recipe = {}
    exec(code_of(DOCS, "community_id"), recipe)  # noqa: S102 - our own documentation
    bytes_of = "orig_ip_bytes - orig_header_bytes, resp_ip_bytes + resp_link_bytes"
    names = "orig_mac, proto, orig_h, orig_p, resp_h, resp_p"
    made = table.query("t", f"SELECT {bytes_of}, {names} FROM t").fetchall()  # noqa: S608
    found = sorted((*row[:3], recipe["community_id"](*row[3:])) for row in made)
    there = flows(store)
    assert found == sorted((f.orig_bytes, f.resp_wire_bytes, f.orig_mac, own_id(f)) for f in there)


@pytest.mark.parametrize(
    ("proto", "ends"),
    [
        (1, ("192.0.2.1", 8, "192.0.2.9", 0)),
        (1, ("192.0.2.9", 3, "192.0.2.1", 1)),
        (58, ("fe80::2", 135, "fe80::1", 136)),
        (58, ("fe80::2", 1, "fe80::1", 4)),
        (47, ("192.0.2.9", 0, "192.0.2.1", 0)),
    ],
)
def test_the_recipe_for_community_ids_holds_for_protocols_without_ports(proto, ends):
    recipe = {}
    exec(code_of(DOCS, "community_id"), recipe)  # noqa: S102 - our own documentation
    orig, orig_p, resp, resp_p = ends
    packed = ip_address(orig).packed, orig_p, ip_address(resp).packed, resp_p
    assert recipe["community_id"](PROTOCOLS[proto], *ends) == community_id(proto, *packed)


def own_id(flow):
    """Return the community id that the sensor gives such a flow."""
    ends = ip_address(flow.orig_h).packed, flow.orig_p, ip_address(flow.resp_h).packed, flow.resp_p
    return community_id(PROTOCOLS.index(flow.proto), *ends)


def code_of(document, name):
    """Return the Python of a document that defines a function of this name."""
    blocks = document.read_text(encoding="utf-8").split("```python\n")[1:]
    return next(code for code in (block.split("```")[0] for block in blocks) if f"def {name}(" in code)


def zeek_rows(path):
    """Read a log by the rules of Zeek's documentation alone."""
    lines = path.read_text().splitlines()
    head = dict(
        line[1:].split(None, 1) for line in lines if line.startswith("#") and " " in line.split("\t")[0]
    )
    separator = bytes(head["separator"], "ascii").decode("unicode_escape")
    meta = {line[1:].split(separator)[0]: line.split(separator)[1:] for line in lines if line[0] == "#"}
    rows = [line.split(separator) for line in lines if line[0] != "#"]
    assert all(len(row) == len(meta["fields"]) == len(meta["types"]) for row in rows)
    return meta, [dict(zip(meta["fields"], row, strict=True)) for row in rows]


@pytest.mark.parametrize(("kind", "log"), [("flows", "conn"), ("dns", "dns"), ("devices", "known_devices")])
def test_zeek_logs_are_read_by_their_own_rules(store, tmp_path, kind, log):
    meta, rows = zeek_rows(exported(store, tmp_path, kind, "zeek"))
    assert meta["path"] == [log]
    assert "close" in meta
    if kind == "flows":
        there = flows(store)
        assert [row["uid"] for row in rows] == [flow.uid for flow in there]
        assert [row["community_id"] for row in rows] == [flow.community_id for flow in there]
        assert sum(int(row["orig_pkts"]) for row in rows) == sum(flow.orig_pkts for flow in there)


def test_zeek_logs_are_read_by_zat(store, tmp_path):
    reader = pytest.importorskip(
        "zat.zeek_log_reader", reason="zat (PyPI), a reader of Zeek's logs, is not installed"
    )
    rows = list(reader.ZeekLogReader(str(exported(store, tmp_path, "flows", "zeek"))).readrows())
    assert [row["uid"] for row in rows] == [flow.uid for flow in flows(store)]


def test_zeek_cut_reads_them(store, tmp_path):
    if shutil.which("zeek-cut") is None:
        pytest.skip("zeek-cut (package zeek-aux) is not installed")
    out = exported(store, tmp_path, "flows", "zeek")
    text = out.read_text()
    said = subprocess.run(["zeek-cut", "uid"], input=text, capture_output=True, text=True, check=True)
    assert said.stdout.split() == [flow.uid for flow in flows(store)]


@pytest.mark.parametrize(
    ("value", "kind", "expected"),
    [
        (None, "string", "-"),
        ("", "string", "(empty)"),
        ("-", "string", "\\x2d"),
        ("a\tb\\c", "string", "a\\x09b\\x5cc"),
        ("ü", "string", "\\xc3\\xbc"),
        ((), "vector[string]", "(empty)"),
        (("a,b", "c"), "vector[string]", "a\\x2cb,c"),
        (1.5, "interval", "1.500000"),
    ],
)
def test_zeek_values(value, kind, expected):
    assert text(value, kind) == expected


@given(st.text())
def test_any_text_is_one_zeek_field(value):
    made = text(value, "string")
    assert made
    assert made.isprintable() and made.isascii() and "\t" not in made


@pytest.mark.parametrize(
    ("flags", "state"),
    [
        ((0x02, 0), "S0"),
        ((0x1B, 0x1B), "SF"),
        ((0x02, 0x14), "REJ"),
        ((0x1A, 0x16), "RSTR"),
        ((0x1E, 0x1A), "RSTO"),
        ((0x1A, 0x1A), "S1"),
        ((0x18, 0x18), "OTH"),
    ],
)
def test_conn_state(flags, state):
    flow = FLOW._replace(orig_tcp_flags=flags[0], resp_tcp_flags=flags[1], resp_pkts=1 if flags[1] else 0)
    assert conn_state(flow._asdict()) == state


def test_tshark_decodes_every_flow_of_an_ipfix_file(store, tmp_path):
    if shutil.which("tshark") is None:
        pytest.skip("tshark is not installed")
    out, there = exported(store, tmp_path, "flows", "ipfix"), flows(store)
    fields = ["-e", "cflow.packets", "-e", "cflow.octets", "-e", "cflow.srcport", "-E", "occurrence=a"]
    said = subprocess.run(
        ["tshark", "-r", out, "-T", "fields", *fields], capture_output=True, text=True, check=True
    )
    columns = [[], [], []]
    for line in said.stdout.splitlines():
        for column, cells in zip(columns, line.split("\t"), strict=True):
            column += [int(cell) for cell in cells.split(",") if cell]
    ports = columns[2]
    assert len(ports) == len(there)
    assert sorted(ports) == sorted(flow.orig_p for flow in there)
    assert sum(columns[0]) == sum(flow.orig_pkts + flow.resp_pkts for flow in there)
    assert sum(columns[1]) == sum(flow.orig_ip_bytes + flow.resp_ip_bytes for flow in there)
    warned = subprocess.run(
        ["tshark", "-r", out, "-Y", "_ws.malformed"], capture_output=True, text=True, check=True
    )
    assert warned.stdout == ""


def free_port(kind):
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_nfcapd_collects_every_flow(store, tmp_path, capsys):
    if shutil.which("nfcapd") is None or shutil.which("nfdump") is None:
        pytest.skip("nfcapd and nfdump (package nfdump) are not installed")
    port, there = free_port(socket.SOCK_DGRAM), flows(store)
    taken = tmp_path / "nf"
    taken.mkdir()
    command = ["nfcapd", "-b", "127.0.0.1", "-p", str(port), "-w", taken, "-t", "3600"]
    collector = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        listening = f":{port:04X}"
        deadline = time.monotonic() + 10
        while listening not in Path("/proc/net/udp").read_text() and time.monotonic() < deadline:
            time.sleep(0.05)
        args = [
            "export",
            "flows",
            "--format",
            "ipfix",
            "--store",
            str(store),
            "--out",
            f"udp://127.0.0.1:{port}",
        ]
        assert main(args) == 0
        assert f"{len(there)} flows sent" in capsys.readouterr().out
        time.sleep(0.5)
    finally:
        collector.terminate()
        collector.wait()
    said = subprocess.run(["nfdump", "-R", taken, "-I"], capture_output=True, text=True, check=True).stdout
    counts = dict(line.split(": ", 1) for line in said.splitlines() if ": " in line)
    assert int(counts["Flows"]) == len(there)


def test_a_collector_over_tcp_gets_whole_messages(store):
    taken = bytearray()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def take():
            link, _ = server.accept()
            with link:
                while data := link.recv(65_536):
                    taken.extend(data)

        thread = threading.Thread(target=take)
        thread.start()
        place = f"tcp://127.0.0.1:{server.getsockname()[1]}"
        assert main(["export", "flows", "--format", "ipfix", "--store", str(store), "--out", place]) == 0
        thread.join()
    while taken:
        length = int.from_bytes(taken[2:4], "big")
        assert taken[:2] == b"\0\x0a"
        del taken[:length]


def test_no_collector_is_a_sentence(store, capsys):
    place = f"tcp://127.0.0.1:{free_port(socket.SOCK_STREAM)}"
    assert main(["export", "flows", "--format", "ipfix", "--store", str(store), "--out", place]) == 1
    assert "listens" in capsys.readouterr().err

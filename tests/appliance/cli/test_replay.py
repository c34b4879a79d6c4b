"""`tattlebox replay`: the same input gives the same bytes, good files survive bad ones, no fragments stay."""

import gzip
import json
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from appliance.cli import main
from appliance.store.reader import Reader
from appliance.store.writer import Writer

CAPTURES = Path(__file__).parents[2] / "captures"
DNS = CAPTURES / "dns-home.pcap"
TLS = CAPTURES / "tls-split-hello.pcap"


def contents(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*.jsonl"))}


def replay(tmp_path, *files, out="out", expect=0):
    folder = tmp_path / out
    assert (
        main(["replay", "--store", str(tmp_path / f"{out}.db"), "--out", str(folder), *map(str, files)])
        == expect
    )
    return contents(folder)


def test_the_same_input_gives_the_same_bytes_in_any_order(tmp_path):
    first = replay(tmp_path, DNS, TLS, out="first")
    assert first["flows.jsonl"] and first["dns.jsonl"] and first["devices.jsonl"]
    assert replay(tmp_path, TLS, DNS, out="second") == first


def test_record_lines_say_what_the_capture_said(tmp_path, capsys):
    assert main(["dissect", str(DNS)]) == 0
    lines = tmp_path / "records.jsonl.gz"
    lines.write_bytes(gzip.compress(capsys.readouterr().out.encode()))
    assert replay(tmp_path, lines, out="lines") == replay(tmp_path, DNS, out="capture")


def test_the_store_holds_what_the_folder_shows(tmp_path):
    files = replay(tmp_path, DNS)
    with Reader(tmp_path / "out.db") as reader:
        assert [device.device for device in reader.devices()]
        assert reader.watch().flows == len(files["flows.jsonl"].splitlines())
        assert {p.domain for p in reader.parties()} == {
            json.loads(line)["domain"] for line in files["parties.jsonl"].splitlines()
        }


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("empty.pcap", b"", "empty"),
        ("notes.txt", b"Dear diary, today the doll spoke.\n" * 20, "notes.txt"),
        ("missing.pcap", None, "missing.pcap"),
        ("strange.jsonl", b'{"type":"melody"}\n', "expected an object whose type"),
    ],
)
def test_a_bad_file_is_one_sentence_and_the_good_ones_go_on(tmp_path, capsys, name, content, sentence):
    bad = tmp_path / name
    if content is not None:
        bad.write_bytes(content)
    assert replay(tmp_path, bad, DNS, out="both", expect=1) == replay(tmp_path, DNS, out="good")
    complaints = [line for line in capsys.readouterr().err.splitlines() if line.startswith("tattlebox:")]
    assert len(complaints) == 1
    assert sentence in complaints[0]


def test_a_link_type_nobody_knows_is_one_sentence_and_its_packets_are_counted(tmp_path, capsys):
    strange = tmp_path / "strange.pcap"
    strange.write_bytes(DNS.read_bytes()[:20] + b"\x93\x00\x00\x00" + DNS.read_bytes()[24:])
    files = replay(tmp_path, strange, expect=1)
    assert files["flows.jsonl"] == b""
    assert json.loads(files["weird.jsonl"].splitlines()[0])["name"] == "unknown_link_type"
    complaints = [line for line in capsys.readouterr().err.splitlines() if line.startswith("tattlebox:")]
    assert len(complaints) == 1
    assert "link type 147" in complaints[0]


def test_a_folder_in_place_of_a_file_is_refused(tmp_path, capsys):
    assert main(["replay", "--store", str(tmp_path / "x.db"), str(tmp_path)]) == 1
    assert re.search("folder|directory", capsys.readouterr().err)
    assert list(tmp_path.iterdir()) == []


def test_a_truncated_capture_keeps_its_whole_packets_and_says_so(tmp_path):
    cut = tmp_path / "cut.pcap"
    cut.write_bytes(DNS.read_bytes()[:-7])
    files = replay(tmp_path, cut)
    assert json.loads(files["loss.jsonl"].splitlines()[0])["kind"] == "truncated_file"
    assert files["dns.jsonl"]


def test_nothing_is_written_when_no_file_can_be_read(tmp_path):
    assert main(["replay", "--out", str(tmp_path / "out"), str(tmp_path / "none.pcap")]) == 1
    assert not (tmp_path / "out").exists()


def test_a_full_disk_leaves_the_earlier_store_and_no_fragments(tmp_path):
    replay(tmp_path, DNS)
    before = (tmp_path / "out.db").read_bytes()
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192))"
    code = f"{limit}; import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); "
    code += "import sys; from appliance.cli import main; sys.exit(main(sys.argv[1:]))"
    command = [sys.executable, "-c", code, "replay", "--store", tmp_path / "out.db", DNS, TLS]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "out.db" in done.stderr
    assert (tmp_path / "out.db").read_bytes() == before
    assert not list(tmp_path.glob("*.part*"))


def test_the_record_of_a_live_home_is_never_replaced(tmp_path, capsys):
    writer = Writer(tmp_path / "home.db")
    writer.commit(origin="live")
    writer.close()
    assert main(["replay", "--store", str(tmp_path / "home.db"), str(DNS)]) == 1
    assert "live home" in capsys.readouterr().err


def test_a_replay_of_an_earlier_release_is_made_anew(tmp_path):
    command = ["replay", "--reuse", "--store", str(tmp_path / "home.db"), str(DNS)]
    assert main(command) == 0
    with closing(sqlite3.connect(tmp_path / "home.db")) as connection:
        connection.execute("PRAGMA user_version = 1")
    assert main(command) == 0
    with Reader(tmp_path / "home.db") as reader:
        assert reader.devices()


def test_reuse_does_nothing_only_while_nothing_changed(tmp_path, capsys):
    copy = tmp_path / "copy.pcap"
    copy.write_bytes(DNS.read_bytes())
    command = ["replay", "--reuse", "--store", str(tmp_path / "home.db"), str(copy)]
    assert main(command) == 0
    capsys.readouterr()
    assert main(command) == 0
    assert "nothing to do" in capsys.readouterr().err
    copy.write_bytes(TLS.read_bytes())
    assert main(command) == 0
    assert "nothing to do" not in capsys.readouterr().err


def test_what_may_not_be_read_is_refused(tmp_path):
    secret = tmp_path / "secret.pcap"
    secret.write_bytes(DNS.read_bytes())
    secret.chmod(0)
    tmp_path.chmod(0o755)
    command = [
        "setpriv",
        "--reuid=65534",
        "--clear-groups",
        sys.executable,
        "-m",
        "appliance.cli",
        "dissect",
        secret,
    ]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    except FileNotFoundError:
        pytest.skip("setpriv is not installed, so another user cannot be tried")
    if "setpriv" in done.stderr or "No module named" in done.stderr or "Permission denied: " in done.stderr:
        pytest.skip("only root can become another user, and that user must be able to read the code")
    assert done.returncode == 1
    assert "secret.pcap" in done.stderr
    assert "Traceback" not in done.stderr

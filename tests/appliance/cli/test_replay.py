"""`tattlebox replay`: the same input gives the same bytes, good files survive bad ones, no fragments stay."""

import gzip
import json
import os
import re
import sqlite3
import struct
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from appliance.cli import main
from appliance.store.reader import Reader
from appliance.store.writer import Writer
from tests.sensor.meter import frames

CAPTURES = Path(__file__).parents[2] / "captures"
DNS = CAPTURES / "dns-home.pcap"
TLS = CAPTURES / "tls-split-hello.pcap"


def another(before, *words):
    """Run the command in a process of its own, behind the Python code `before`."""
    code = f"{before}import sys; from appliance.cli import main; sys.exit(main(sys.argv[1:]))"
    command = [sys.executable, "-c", code, *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


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
    files = replay(tmp_path, strange, TLS, expect=1)
    assert len(files["tls.jsonl"].splitlines()) == 3
    assert json.loads(files["weird.jsonl"].splitlines()[0])["name"] == "unknown_link_type"
    complaints = [line for line in capsys.readouterr().err.splitlines() if line.startswith("tattlebox:")]
    assert len(complaints) == 1
    assert "strange.pcap: read link type 147" in complaints[0]


def test_a_pipe_is_refused_and_not_waited_for(tmp_path, capsys):
    os.mkfifo(tmp_path / "pipe")
    assert replay(tmp_path, tmp_path / "pipe", DNS, expect=1)["dns.jsonl"]
    assert "pipe is a pipe or a device, expected a file" in capsys.readouterr().err


def test_a_folder_in_place_of_a_file_is_refused(tmp_path, capsys):
    assert main(["replay", "--store", str(tmp_path / "x.db"), str(tmp_path)]) == 1
    assert re.search("folder|directory", capsys.readouterr().err)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("packed", "kept", "answers"),
    [
        pytest.param(False, 10, 0, id="inside the file's header"),
        pytest.param(False, -7, 3, id="inside the last packet"),
        pytest.param(True, 24, 0, id="packed, near the beginning"),
        pytest.param(True, -7, 3, id="packed, near the end"),
    ],
)
def test_a_truncated_capture_keeps_its_whole_packets_and_says_so(tmp_path, capsys, packed, kept, answers):
    cut, whole = tmp_path / "cut.pcap", DNS.read_bytes()
    cut.write_bytes((gzip.compress(whole) if packed else whole)[:kept])
    files = replay(tmp_path, cut, TLS, expect=1)
    assert (len(files["dns.jsonl"].splitlines()), len(files["tls.jsonl"].splitlines())) == (answers, 3)
    assert json.loads(files["loss.jsonl"].splitlines()[0])["kind"] == "truncated_file"
    (complaint,) = [line for line in capsys.readouterr().err.splitlines() if line.startswith("tattlebox:")]
    assert re.search("cut.pcap: .*fetch the file again", complaint)


def test_a_file_larger_than_memory(tmp_path):
    large, skipped = tmp_path / "large.pcapng", 16_000_000  # bytes of a block that nobody knows: a hole
    with large.open("wb") as file:
        file.write(frames.section() + frames.interface())
        for number in range(250):
            file.write(frames.enhanced(frames.up(frames.PSH, b"x"), number * 1_000_000))
            file.write(struct.pack("<II", 0xBAD, skipped))
            file.seek(skipped - 12, os.SEEK_CUR)
            file.write(struct.pack("<I", skipped))
    memory = "import resource; resource.setrlimit(resource.RLIMIT_AS, (1_000_000_000,) * 2); "
    done = another(memory, "replay", "--store", tmp_path / "out.db", large)
    assert (done.returncode, done.stdout) == (0, "250 packets: 250 in 1 flows, 0 other, 0 malformed\n")


def test_nothing_is_written_when_no_file_can_be_read(tmp_path):
    assert main(["replay", "--out", str(tmp_path / "out"), str(tmp_path / "none.pcap")]) == 1
    assert not (tmp_path / "out").exists()


def test_a_full_disk_leaves_the_earlier_store_and_no_fragments(tmp_path):
    replay(tmp_path, DNS)
    before = (tmp_path / "out.db").read_bytes()
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192))"
    limit += "; import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); "
    done = another(limit, "replay", "--store", tmp_path / "out.db", DNS, TLS)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "out.db" in done.stderr
    done = another(limit, "replay", "--store", tmp_path / "new.db", "--out", tmp_path / "new", DNS, TLS)
    assert (done.returncode, "Traceback" in done.stderr) == (1, False)
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("new")] == []
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
    if "setpriv" in done.stderr or "No module named" in done.stderr:
        pytest.skip("only root can become another user, and that user must be able to read the code")
    assert done.returncode == 1
    assert "secret.pcap: no permission to read it" in done.stderr
    assert "Traceback" not in done.stderr

"""The lab for real: it records every protocol, and leaves nothing behind, however it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from sensor.offline import capture_records
from sensor.records import (
    DhcpAck,
    DnsAnswer,
    HttpRequest,
    MdnsService,
    NtpRequest,
    SsdpAnnouncement,
    TlsClientHello,
    Weird,
)
from tests.lab import lab, namespaces

NAME = f"test{os.getpid()}"
PATIENCE_S = 40.0


def namespaces_work() -> bool:
    """Return whether a namespace can be made here; a container may be root and still not be allowed to."""
    probe = f"tbx-probe-{os.getpid()}"
    made = subprocess.run(["ip", "netns", "add", probe], capture_output=True, check=False).returncode == 0
    if made:
        subprocess.run(["ip", "netns", "delete", probe], check=True)
    return made


needs_lab = pytest.mark.skipif(
    os.geteuid() != 0 or bool(lab.missing_tools()) or not namespaces_work(),
    reason="the lab needs root, network namespaces, iproute2, dnsmasq-base, nftables and systemd-networkd",
)
pytestmark = [
    pytest.mark.lab,
    pytest.mark.slow,
    pytest.mark.xdist_group("namespaces"),
    needs_lab,
]


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "tests.lab", "--name", NAME, *words]


def lab_processes() -> list[str]:
    """Return the command lines of this test's lab that are running."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            line = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue  # it ended while we looked
        if NAME in line:
            found.append(line)
    return found


@pytest.fixture(autouse=True, scope="module")
def lock_file_removed() -> Iterator[None]:
    """Remove the lock of a name that nobody will use again."""
    yield
    (lab.STATE / f"{NAME}.lock").unlink(missing_ok=True)


def assert_nothing_left() -> None:
    assert namespaces.existing(NAME) == []
    assert lab_processes() == []
    assert not lab.folder_of(NAME).exists()


def await_that(condition) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.1)


def test_a_recording_holds_every_protocol_and_leaves_nothing(tmp_path: Path) -> None:
    out = tmp_path / "home.pcapng.gz"
    done = subprocess.run(command("record", str(out), "--rounds", "1"), capture_output=True, text=True,
                          timeout=90, check=False)  # fmt: skip
    assert done.returncode == 0, done.stderr
    records = list(capture_records([out], lambda error: pytest.fail(str(error))))
    kinds = {type(record) for record in records}
    assert kinds >= {
        DhcpAck,
        DnsAnswer,
        HttpRequest,
        MdnsService,
        NtpRequest,
        SsdpAnnouncement,
        TlsClientHello,
    }
    assert Weird not in kinds
    assert {record.transport for record in records if isinstance(record, TlsClientHello)} == {"tcp", "quic"}
    assert_nothing_left()


def test_up_and_down() -> None:
    assert subprocess.run(command("up"), capture_output=True, timeout=90, check=False).returncode == 0
    try:
        assert len(namespaces.existing(NAME)) == 12
    finally:
        assert subprocess.run(command("down"), capture_output=True, timeout=90, check=False).returncode == 0
    assert_nothing_left()


def test_killed_it_leaves_nothing_and_can_be_run_again(tmp_path: Path) -> None:
    victim = subprocess.Popen(command("record", str(tmp_path / "never.pcapng")), stdout=subprocess.DEVNULL)
    await_that(lambda: any("tests.lab.toy" in line for line in lab_processes()))
    victim.send_signal(signal.SIGKILL)
    victim.wait()
    await_that(lambda: not lab_processes() and not namespaces.existing(NAME))
    assert_nothing_left()
    assert not (tmp_path / "never.pcapng").exists()
    again = subprocess.run(command("record", str(tmp_path / "again.pcapng"), "--rounds", "1"),
                           capture_output=True, timeout=90, check=False)  # fmt: skip
    assert again.returncode == 0, again.stderr
    assert_nothing_left()

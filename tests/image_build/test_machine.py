"""What an emulated card is started with, and how what it said is read."""

import os

from card import cuts, machine


def test_the_emulated_kernel_is_told_what_a_cards_is_told():
    words = machine.OURS.sub("", (machine.HERE / "boot/cmdline.txt").read_text()).split()
    assert "boot=tattlebox" in words and "transparent_hugepage=never" in words
    assert not [word for word in words if word.startswith("console=") or word == "quiet"]


def test_it_has_a_network_of_the_emulator_or_cables():
    alone = list(machine._network(8443, None))
    assert alone[1].startswith("user,hostfwd=tcp:127.0.0.1:8443-:443")
    wires = machine.Wires(("ip", "netns", "exec", "there"), ("tap0", "tap1"))
    assert [word.split(",")[:2] for word in list(machine._network(1, wires))[1::4]] == [
        ["tap", "ifname=tap0"],
        ["tap", "ifname=tap1"],
    ]


class Running:
    """A process that goes on, where the outer edge would be an emulator."""

    pid = os.getpid()

    def poll(self):
        return None


def test_a_report_is_read_by_its_headings(tmp_path, monkeypatch):
    report = tmp_path / "report"
    one = machine.Machine(Running(), 1, report, tmp_path / "console", 0.0, 0)
    report.write_text("=== token\r\nabc\r\n=== done\r\n")
    monkeypatch.setattr(machine, "PATIENCE_S", 1e12)
    assert machine.reported(one) == {"token": "abc", "done": ""}


def test_what_a_start_found_is_read():
    found = cuts.BEGUN.search("begun with 120, databases ok none, file system errors 0")
    assert found is not None and found.groups() == ("120", "ok", "none", "0")

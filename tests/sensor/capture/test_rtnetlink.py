"""What the kernel says of interfaces, from a real one in a network namespace."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sensor.capture import rtnetlink
from sensor.capture.rtnetlink import Link

NAME = f"tbx-n{os.getpid()}"

pytestmark = [
    pytest.mark.xdist_group("namespaces"),
    pytest.mark.skipif(os.geteuid() != 0, reason="these tests make a network namespace: they need root"),
    pytest.mark.skipif(shutil.which("ip") is None, reason="these tests need ip: apt-get install iproute2"),
]

FOLLOW = """
import json, select, subprocess, sys
from sensor.capture.links import Changes, links
changes, told = Changes(), [links()]
for words in json.loads(sys.argv[1]):
    subprocess.run(["ip", *words], check=True)
    found = []
    while select.select([changes], [], [], 0.2)[0]:
        found += changes.read()
    told.append(found)
print(json.dumps(told))
"""


@pytest.fixture
def namespace() -> Iterator[str]:
    subprocess.run(["ip", "netns", "add", NAME], check=True)
    try:
        yield NAME
    finally:
        subprocess.run(["ip", "netns", "delete", NAME], check=True)


def follow(namespace: str, *commands: str) -> list[list[Link]]:
    """Return all interfaces, and what was said after each command."""
    script = [sys.executable, "-c", FOLLOW, json.dumps([command.split() for command in commands])]
    done = subprocess.run(
        ["ip", "netns", "exec", namespace, *script],
        cwd=Path(__file__).parents[3], check=True, capture_output=True, text=True,
    )  # fmt: skip
    return [[Link(*one)._replace(kin=tuple(one[4])) for one in told] for told in json.loads(done.stdout)]


def test_interfaces_are_told_with_their_kin_and_what_becomes_of_them(namespace: str) -> None:
    first, bridged, pair, _, member, left, renamed, gone = follow(
        namespace,
        "link add home type bridge",
        "link add toy type veth peer name far",
        "link set toy up",
        "link set toy master home",
        "link set toy nomaster",
        "link set toy name doll",
        "link del doll",
    )
    assert [(link.name, link.hardware, link.running, link.kin) for link in first] == [("lo", 772, False, ())]
    toy = next(link for link in pair if link.name == "toy")
    far = next(link.number for link in pair if link.name == "far")
    home = bridged[-1].number
    assert toy.hardware == 1 and toy.kin == (far,)
    assert Link(toy.number, "toy", 1, False, (home, far)) in member
    assert (toy.number, (far,)) in [(link.number, link.kin) for link in left]
    assert not any(link.gone for link in left)  # gone from the bridge alone
    assert [link.name for link in renamed if link.number == toy.number] == ["doll"]
    assert toy.number in [link.number for link in gone if link.gone]


def test_an_answer_in_parts_has_an_end() -> None:
    done = b"\x14\0\0\0\x03\0\2\0" + bytes(12)
    assert rtnetlink.read(done) == ([], True)
    assert rtnetlink.read(b"") == ([], False)
    assert rtnetlink.read(b"\1\0\0\0") == ([], False)

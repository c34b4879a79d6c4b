"""Names from the network are hostile: kept as evidence, shortened, never interpreted, never an exception."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.devices.labels import label_rows, parse_labels, to_csv
from appliance.devices.registry import Devices
from appliance.devices.upnp import Description
from sensor.records import MAX_TEXT, Dhcp6Request, LocalName, Record, TlsCertificate
from tests.appliance.devices.samples import KNOWLEDGE, PLUG, dhcp, hello, http, mdns, neighbour, query, ssdp

HERE = "192.168.1.20"
NAMES = {
    "a megabyte": "x" * 1_000_000,
    "control characters": "a\x00\x07\x1b[2Jb\r\nc\x7f",
    "right to left": "\u202egnp.exe\u2066\u200f",
    "HTML": "<script>alert(1)</script>\"'>",
    "a formula": '=HYPERLINK("http://x")',
    "a shell": "$(reboot); `reboot` | rm -rf / &",
    "SQL": "'; DROP TABLE device; --",
    "a pattern": "*?[a-z]" * 30 + "(a+)+$",
    "a template": "{device}{0}%s%n{{7*7}}",
    "half a character": "\ud800x",
    "combining marks": "e" + "\u0301" * 5_000,
    "nothing": "",
    "blanks": " \t\u2003 ",
}


def said_in_every_place(name: str) -> list[Record]:
    return [
        neighbour(PLUG, HERE),
        dhcp(PLUG, hostname=name, fqdn=name, vendor_class=name, client_id=name),
        mdns(service=name, instance=name, hostname=name, txt=((name, name), ("md", name), ("fn", name))),
        ssdp(target=name, usn=name, server=name, location=name),
        ssdp(kind="search", user_agent=name),
        query(name),
        hello(name, ja4=name),
        http(name, name),
        Dhcp6Request(1.0, PLUG, "fe80::1", 1, name, name, name, 1, name, (), ()),
        LocalName(1.0, PLUG, HERE, "llmnr", "claim", name, None, ()),
        TlsCertificate(1.0, "u", PLUG, HERE, 1, HERE, 443, f"CN={name}, O={name}", name, 0, 0, (), True, 1),
    ]


def observed(name: str) -> Devices:
    devices = Devices(KNOWLEDGE)
    for record in said_in_every_place(name):
        devices.observe(record)
    devices.describe(HERE, Description(name, name, name, name, name), 1.0)
    return devices


def is_fit_to_show(text: str) -> bool:
    return text.isprintable() and len(text) <= 200


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_hostile_names_are_shortened_evidence(name: str) -> None:
    devices = observed(name)
    record = devices.record(devices.ids()[0])
    assert is_fit_to_show(record.name)
    assert all(len(hostname) <= MAX_TEXT for hostname in record.hostnames)
    for item in record.evidence:
        assert is_fit_to_show(item.value), item
        assert is_fit_to_show(item.reason), item
    assert record.vendor is not None  # the registry's word stands whatever a name says


@given(st.text(max_size=60))
def test_any_name(name: str) -> None:
    devices = observed(name)
    dumped = json.dumps(devices.dump(devices.ids()[0]))
    again = Devices(KNOWLEDGE)
    again.load(devices.ids()[0], json.loads(dumped))
    assert again.record(devices.ids()[0]) == devices.record(devices.ids()[0])


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_a_label_file_is_computed_by_no_spreadsheet(name: str) -> None:
    devices = Devices(KNOWLEDGE)
    devices.observe(neighbour(PLUG, HERE))
    label = name[:200].encode("utf-8", "replace").decode().replace("\x00", "").replace("\r", "") or "x"
    devices.set_label(devices.ids()[0], "name", label)
    text = to_csv(label_rows([devices.record(devices.ids()[0])]))
    assert not any(
        cell.startswith(("=", "+", "-", "@")) for line in text.splitlines() for cell in line.split(",")
    )
    [row] = parse_labels(text.encode())
    assert dict(row.fields)["name"] == label

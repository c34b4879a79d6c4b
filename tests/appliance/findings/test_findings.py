"""Findings: each kind sees its own, passes its look-alikes, and the collection counts and stays bounded."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.findings import findings as findings_module
from appliance.findings.cleartext_identifiers import kind_of
from appliance.findings.findings import MAX_EVIDENCE, Findings
from appliance.findings.kinds import KINDS
from sensor.records import DnsQuery, FlowRecord, HttpRequest, Record, TlsClientHello

OUTSIDE = "198.51.100.7"


def http(**changes: Any) -> HttpRequest:
    plain = HttpRequest(
        10.0,
        "h1",
        None,
        "192.168.1.2",
        40000,
        OUTSIDE,
        80,
        "GET",
        "toy.example",
        "/",
        (),
        None,
        None,
        None,
        ("host",),
    )
    return plain._replace(**changes)


def tls(**changes: Any) -> TlsClientHello:
    plain = TlsClientHello(
        10.0,
        "t1",
        None,
        "tcp",
        "192.168.1.2",
        40000,
        OUTSIDE,
        443,
        "toy.example",
        (),
        (0x0304, 0x0303),
        "t13",
        False,
    )
    return plain._replace(**changes)


def dns(resolver: str, client: str = "192.168.1.2") -> DnsQuery:
    return DnsQuery(10.0, "q1", None, client, resolver, "udp", "toy.example", 1)


def flow(resp_h: str, resp_p: int) -> FlowRecord:
    return FlowRecord(
        10.0, 1.0, "f1", "1:x", 0, "tcp", "192.168.1.2", 40000, resp_h, resp_p, 1, 1, 60, 60, 60, 60, 0, 0,
        None, None, None, None, 0, 0, "idle",
    )  # fmt: skip


FOUND = [
    (
        "a posted form",
        http(method="POST", content_bytes=120, content_type="text/plain"),
        {"cleartext_upload"},
    ),
    ("a put of unknown size", http(method="PUT"), {"cleartext_upload"}),
    ("fields in the address", http(parameters=("v", "lang")), {"cleartext_upload"}),
    ("a MAC in the address", http(parameters=("mac",)), {"cleartext_upload", "cleartext_identifiers"}),
    ("a serial number", http(parameters=("serial_number",)), {"cleartext_upload", "cleartext_identifiers"}),
    ("a place", http(parameters=("lat", "lon")), {"cleartext_upload", "cleartext_identifiers"}),
    ("a device header", http(header_names=("host", "x-device-id")), {"cleartext_identifiers"}),
    ("a password header", http(header_names=("authorization",)), {"cleartext_identifiers"}),
    ("over IPv6", http(dst="2001:db8::1", method="POST", content_bytes=5), {"cleartext_upload"}),
    ("TLS 1.0 alone", tls(versions=(0x0301,)), {"old_tls"}),
    ("TLS 1.1 at best", tls(versions=(0x0302, 0x0301)), {"old_tls"}),
    ("SSL 3.0", tls(versions=(0x0300,)), {"old_tls"}),
    ("a resolver outside", dns("8.8.8.8"), {"own_dns"}),
    ("a resolver outside over IPv6", dns("2620:fe::fe"), {"own_dns"}),
    ("one outside, by a public address", dns("2620:fe::fe", client="2003:a:b:c01::9"), {"own_dns"}),
    ("a neighbour of the home", dns("2003:a:b:d00::1", client="2003:a:b:c01::9"), {"own_dns"}),
    ("ECH", tls(ech=True), {"hidden_names"}),
    ("DNS over TLS", flow("9.9.9.9", 853), {"hidden_names"}),
]

LOOKALIKES = [
    ("the router by its public address", dns("2003:a:b:c00::1", client="2003:a:b:c01::9")),
    ("a plain page", http()),
    ("an empty post", http(method="POST", content_bytes=0)),
    ("a post to a speaker in the home", http(method="POST", content_bytes=9, dst="192.168.1.9")),
    ("a MAC sent to the router", http(parameters=("mac",), dst="10.0.0.1")),
    ("link-local", http(parameters=("mac",), dst="fe80::1")),
    ("multicast", http(method="POST", content_bytes=9, dst="239.255.255.250")),
    ("a head request", http(method="HEAD")),
    ("usual headers", http(header_names=("host", "user-agent", "accept", "x-requested-with"))),
    ("TLS 1.2", tls(versions=(0x0303,))),
    ("TLS 1.2 with older offered", tls(versions=(0x0303, 0x0302, 0x0301))),
    ("no version read", tls(versions=())),
    ("old TLS inside the home", tls(versions=(0x0301,), dst="192.168.1.9")),
    ("the router's resolver", dns("192.168.1.1")),
    ("the router's resolver, IPv6", dns("fd00::1")),
    ("the provider's shared space", dns("100.64.0.1")),
    ("no address at all", dns("nonsense")),
    ("a name like a resolver's", tls(server_name="mydns.google.example")),
    ("port 853 in the home", flow("192.168.1.1", 853)),
    ("TLS", flow(OUTSIDE, 443)),
]


def codes(record: Record) -> set[str]:
    return {finding.code for finding in Findings().observe("bear", record, "toy.example")}


@pytest.mark.parametrize(("case", "record", "expected"), FOUND, ids=[case for case, _, _ in FOUND])
def test_it_is_found(case: str, record: Record, expected: set[str]) -> None:
    assert codes(record) == expected


@pytest.mark.parametrize(("case", "record"), LOOKALIKES, ids=[case for case, _ in LOOKALIKES])
def test_a_lookalike_is_passed(case: str, record: Record) -> None:
    assert codes(record) == set()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("device_id", "device identity"),
        ("deviceId", "device identity"),
        ("device-id", "device identity"),
        ("toy.mac", "network card address"),
        ("SN", "serial number"),
        ("ssid", "network name"),
        ("childName", "person"),
        ("access_token", "password or key"),
        ("lang", None),
        ("machine", None),
        ("", None),
        ("late", None),
    ],
)
def test_field_names_speak_of_kinds(name: str, expected: str | None) -> None:
    assert kind_of(name) == expected


def test_a_detail_names_fields_and_holds_no_value() -> None:
    record = http(parameters=("mac", "lang"), path="/upload")
    details = [finding.detail for finding in Findings().observe("bear", record, None)]
    assert details == ["HTTP GET with fields mac, lang", "readable fields mac (network card address)"]


def test_occurrences_are_counted_with_first_last_and_ten_flows() -> None:
    findings = Findings()
    for number in range(15):
        list(findings.observe("bear", tls(ts=100.0 - number, uid=f"t{number}", ech=True), "toy.example"))
    (finding,) = findings.all("bear")
    assert (finding.times, finding.first_ts, finding.last_ts) == (15, 86.0, 100.0)
    assert finding.evidence == tuple(f"t{number}" for number in range(MAX_EVIDENCE))


def test_each_party_has_its_own_and_the_gravest_comes_first() -> None:
    findings = Findings()
    list(findings.observe("bear", dns("8.8.8.8"), "8.8.8.8"))
    list(findings.observe("bear", http(method="POST", content_bytes=1), "a.example"))
    list(findings.observe("bear", http(method="POST", content_bytes=1), "b.example"))
    assert [(finding.severity, finding.domain) for finding in findings.all("bear")] == [
        (3, "a.example"),
        (3, "b.example"),
        (1, "8.8.8.8"),
    ]
    assert findings.all("doll") == []


def test_findings_and_devices_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(findings_module, "MAX_PER_DEVICE", 3)
    monkeypatch.setattr(findings_module, "MAX_DEVICES", 2)
    findings = Findings()
    for number in range(5):
        list(findings.observe("bear", dns("8.8.8.8"), f"d{number}"))
        list(findings.observe(f"toy{number}", dns("8.8.8.8"), None))
    assert findings.forgotten > 0
    assert all(len(findings.all(f"toy{number}")) <= 1 for number in range(5))


def test_a_restart_keeps_the_findings() -> None:
    findings = Findings()
    list(findings.observe("bear", dns("8.8.8.8"), "8.8.8.8"))
    again = Findings()
    again.load("bear", json.loads(json.dumps(findings.dump("bear"))))
    assert again.all("bear") == findings.all("bear")
    list(again.observe("bear", dns("8.8.8.8"), "8.8.8.8"))
    assert again.all("bear")[0].times == 2


def test_a_damaged_dump_is_refused_with_a_sentence() -> None:
    with pytest.raises(ValueError, match="read a finding of bear"):
        Findings().load("bear", [{"code": "x"}])


def test_every_kind_says_what_it_is() -> None:
    assert len({kind.code for kind in KINDS}) == len(KINDS)
    for kind in KINDS:
        assert kind.severity in (1, 2, 3)
        assert all((kind.title, kind.sentence, kind.do, kind.cannot_prove)), kind.code
        assert "violat" not in (kind.sentence + kind.do + kind.cannot_prove), kind.code


def test_every_kind_has_a_heading_in_the_documentation() -> None:
    text = (Path(__file__).parents[3] / "docs" / "findings.md").read_text(encoding="utf-8")
    for kind in KINDS:
        assert f"\n## {kind.code}\n" in text, f"describe {kind.code} in docs/findings.md"


texts = st.text(max_size=40)


@given(texts, texts, st.lists(texts, max_size=5), texts)
def test_any_text_is_read_without_raising(dst: str, method: str, fields: list[str], name: str) -> None:
    findings = Findings()
    for record in (
        http(dst=dst, method=method, parameters=tuple(fields), header_names=tuple(fields)),
        http(method=method, parameters=tuple(fields), header_names=tuple(fields)),
        tls(dst=dst, server_name=name),
        dns(dst),
        flow(dst, 853),
    ):
        list(findings.observe("bear", record, name))
    assert len(findings.all("bear")) <= len(KINDS)

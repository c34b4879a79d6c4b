"""Each kind of finding against ten variants and more that it must find, and ten look-alikes it must pass."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from appliance.findings import weak_cipher
from appliance.findings.findings import Findings
from appliance.findings.kind import ASKED, ASKER
from appliance.findings.kinds import KINDS, words_of
from sensor.records import Record
from tests.appliance.findings.records import (
    OUTSIDE,
    PHONE,
    PHONE_MAC,
    ROUTER,
    ROUTER_MAC,
    TOY,
    TOY_MAC,
    certificate,
    coap,
    dns,
    encrypted_dns,
    flow,
    http,
    mapping,
    mqtt,
    rtsp,
    server,
    tls,
    tunnel,
    within,
)

TOY_6, PHONE_6, GUEST_6 = "2001:db8:5:1::2", "2001:db8:5:1::9", "2001:db8:5:2::9"
"""Public addresses of one home, in two networks of it: what goes between them stays at home."""
HOME_6 = (PHONE_6, GUEST_6)
INSIDE = ("192.168.1.9", "10.1.2.3", "172.16.4.5", "169.254.9.9", "fd00::9", "fe80::9", "239.255.255.250")
ABROAD = ("198.51.100.7", "8.8.8.8", "2001:db8::1", "2606:4700::1111", "172.32.0.1", "11.0.0.1")
DAY = 86_400.0


class Case(NamedTuple):
    """Records in order, and how the home hands them over."""

    records: tuple[Record, ...]
    side: str = ASKER
    domain: str | None = "toy.example"
    purpose: str | None = None


def one(*records: Record, **handed: Any) -> list[Case]:
    return [Case((record,), **handed) for record in records]


def sent(purpose: str, megabytes: float, parts: int = 10, **changes: Any) -> Case:
    """A day's upload in equal parts."""
    each = int(megabytes * 1_000_000 / parts)
    records = tuple(flow(ts=60.0 * n, orig_ip_bytes=each, **changes) for n in range(parts))
    return Case(records, purpose=purpose)


QUERY, HELLO = dns(ROUTER), tls()


def dns_for(name: str, ts: float) -> Record:
    return QUERY._replace(query=name, ts=ts)


def hello_for(name: str, ts: float) -> Record:
    return HELLO._replace(server_name=name, ts=ts)


def names(make: Callable[[str, float], Record], count: int, span_s: float) -> Case:
    """So many different names over a time."""
    return Case(tuple(make(f"n{n}.example", n * span_s / count) for n in range(count)))


MAKERS = (dns_for, hello_for, lambda name, ts: dns("8.8.8.8", query=f"{name}.tunnel.example", ts=ts))


def hours(days: int, each: int, **changes: Any) -> Case:
    """Uploads in the first hours of each day, for days on end."""
    sending = {"orig_ip_bytes": 5_000} | changes
    records = tuple(flow(ts=d * DAY + h * 3600.0 + 5, **sending) for d in range(days) for h in range(each))
    return Case(records)


def meeting(**changes: Any) -> Case:
    """The toy has led outside before, and now connects within the home."""
    within_home = flow(resp_h=PHONE, resp_p=8009, resp_mac=PHONE_MAC, orig_dst_mac=PHONE_MAC)
    return Case((flow(), within_home._replace(**changes)), domain=None)


IDENTIFIERS = (
    "mac", "serial_number", "deviceId", "lat", "ssid", "childName", "access_token", "imei", "birthdate",
    "email", "toy.uuid", "gps-lon", "Password",
)  # fmt: skip
OF_THINGS = (
    "song.name", "track-name", "file_name", "product_name", "os.name", "sort_key", "cache.key", "max-age",
    "playlist.position", "scroll_position", "host_address", "item_uid", "channel.id", "productId",
)  # fmt: skip
HARMLESS = (
    "lang", "page", "format", "theme", "q", "width", "machine", "late", "v", "ts", "count", "volume",
)  # fmt: skip
FIRMWARE = (
    "fw",
    "fwVer",
    "firmware_version",
    "sw-version",
    "os_version",
    "ROMVersion",
    "sysver",
    "otaVersion",
)

FOUND: dict[str, list[Case]] = {
    "cleartext_upload": one(
        *(http(method=method, content_bytes=5) for method in ("POST", "PUT", "PATCH")),
        *(http(method="POST", content_bytes=size) for size in (1, 100, 10_000_000, None)),
        *(http(dst=address, method="POST", content_bytes=5) for address in ABROAD),
        http(parameters=("q",)),
        http(method="POST", content_bytes=5, content_type="application/ocsp-request-log"),
        mqtt(),
        mqtt(dport=8080, dst="2001:db8::1"),
        *(coap(method=method) for method in ("POST", "PUT", "PATCH", "iPATCH")),
        rtsp(method="ANNOUNCE"),
        rtsp(method="RECORD"),
        *(flow(resp_p=port, orig_bytes=9) for port in (20, 21, 23, 2323)),
    ),
    "cleartext_identifiers": one(
        *(http(parameters=(name,)) for name in IDENTIFIERS),
        *(http(method="POST", fields=("x", name)) for name in IDENTIFIERS),
        *(
            http(leaks=(leak,))
            for leak in ("mac", "serial", "device_id", "credentials", "person", "location", "account")
        ),
        *(
            http(header_names=("host", name))
            for name in ("authorization", "proxy-authorization", "x-api-key", "x-auth-token", "x-device-id")
        ),
        *(coap(parameters=(name,)) for name in IDENTIFIERS),
        mqtt(has_username=True),
        mqtt(has_password=True),
        mqtt(client_id_kind="mac"),
        rtsp(authorization="basic"),
    ),
    "readable_firmware": one(
        *(http(parameters=(name,)) for name in FIRMWARE),
        *(http(method="POST", fields=(name,)) for name in FIRMWARE),
        *(coap(parameters=(name,)) for name in FIRMWARE),
        http(header_names=("x-firmware-version",)),
        http(leaks=("firmware",)),
    ),
    "old_tls": one(
        *(
            tls(versions=versions)
            for versions in ((0x0301,), (0x0302,), (0x0300,), (0x0002,), (0x0302, 0x0301))
        ),
        *(tls(versions=(0x0301,), dst=address) for address in ABROAD),
        *(server(version=version) for version in (0x0300, 0x0301, 0x0302)),
        *(server(version=0x0301, server=address) for address in ABROAD),
    ),
    "weak_cipher": one(
        *(server(cipher=number) for numbers in weak_cipher.WEAK.values() for number in numbers),
        *(server(cipher=0x0005, server=address) for address in ABROAD),
    ),
    "bad_certificate": one(
        *(certificate(not_after=1e9 - late) for late in (1, 60, 3_600, DAY, 30 * DAY, 3_650 * DAY)),
        *(certificate(self_signed=True, chain=1, server=address) for address in ABROAD),
        *(certificate(self_signed=True, chain=1, server_port=port) for port in (853, 4433, 8443, 8883)),
        *(certificate(self_signed=True, chain=1, not_after=1e9 + left) for left in (60, DAY, 1.1e9)),
        certificate(self_signed=True, chain=1, not_before=1e9 + DAY),
        certificate(self_signed=True, chain=1, not_after=5.0),
        *(certificate(not_after=5.0, server=address) for address in ABROAD),
    ),
    "own_dns": one(
        *(dns(address) for address in ("8.8.8.8", "1.1.1.1", "9.9.9.9", "2620:fe::fe", "114.114.114.114")),
        *(dns(address, transport="tcp") for address in ABROAD),
    ),
    "hidden_names": one(
        *(
            tls(ech=True, dst=address, server_name=name)
            for address in ABROAD
            for name in (None, "cover.example")
        ),
        *(encrypted_dns(dst=address) for address in ABROAD),
        encrypted_dns(server_name=None, reason="address"),
        *(flow(resp_p=853, proto=proto, resp_h=address) for proto in ("tcp", "udp") for address in ABROAD),
        *(tunnel(kind=kind) for kind in ("wireguard", "openvpn", "ipsec")),
    ),
    "port_opened": one(
        *(mapping(protocol=protocol) for protocol in ("igd", "nat-pmp", "pcp")),
        *(mapping(proto=proto) for proto in ("tcp", "udp", "all", "ip-47")),
        *(mapping(external_port=port) for port in (None, 0, 22, 80, 65535)),
        mapping(internal_address=PHONE),
        mapping(internal_address=None, description=None, lifetime_s=3600),
    ),
    "reached_from_outside": one(
        *(
            flow(orig_h=address, resp_h=TOY, resp_p=port, resp_tcp_flags=0x1B)
            for address in ABROAD
            for port in (80, 8080)
        ),
        flow(orig_h="2001:db8::1", resp_h="2001:db8:2::2", resp_tcp_flags=0x12),
        side=ASKED,
    ),
    "open_service": one(
        *(
            within(resp_p=port, resp_tcp_flags=flags)
            for port in (21, 23, 2323, 5555, 5900)
            for flags in (0x12, 0x1B)
        ),
        *(within(resp_p=23, orig_h=address, resp_h=TOY_6) for address in HOME_6),
        within(resp_p=23, orig_h="fe80::9", resp_h="fe80::2"),
        rtsp(src=PHONE, dst=TOY),
        side=ASKED,
        domain=None,
    ),
    "open_page": one(
        *(
            http(src=PHONE, dst=TOY, path=path, user_agent="Mozilla/5.0 (Linux; Android 14)")
            for path in (
                "/admin",
                "/admin.html",
                "/cgi-bin/luci",
                "/goform/set",
                "/setup/",
                "/wifi_settings.htm",
                "/config.asp",
                "/system/reboot",
                "/api/../admin/",
                "/firmware-upgrade",
                "/Settings.php",
            )
        ),
        *(http(src=a, dst=TOY_6, path="/admin", user_agent="Mozilla/5.0 (X11)") for a in HOME_6),
        http(src=PHONE, dst=TOY, path="/setup", user_agent="Mozilla/5.0", method="POST", content_bytes=9),
        side=ASKED,
        domain=None,
    ),
    "home_neighbours": [
        *(meeting(resp_p=port) for port in (80, 443, 554, 1400, 7000, 8008, 8009, 9100)),
        *(meeting(resp_h=address) for address in INSIDE[:6]),
        *(meeting(orig_h=TOY_6, resp_h=address) for address in HOME_6),
    ],
    "heavy_upload": [
        *(sent(purpose, 110) for purpose in ("time", "dns", "push", "login", "update", "telemetry", "crash")),
        sent("time", 1.1),
        sent("advertising", 11, parts=1),
        sent("analytics", 11, parts=1_000),
        sent("content", 51),
        sent("connectivity", 2.1, proto="udp"),
    ],
    "many_names": [
        *(names(make, count, 20_000) for make in MAKERS for count in (3_000, 3_001, 4_000)),
        names(dns_for, 3_000, 86_000),
    ],
    "always_on": [
        *(hours(days, each) for days in (3, 4, 9) for each in (22, 23, 24)),
        hours(3, 24, proto="udp", resp_p=443),
    ],
}

LOOKALIKES: dict[str, list[Case]] = {
    "cleartext_upload": one(
        *(http(src=TOY_6, dst=address, method="POST", content_bytes=5) for address in HOME_6),
        *(mqtt(src=TOY_6, dst=address) for address in HOME_6),
        *(coap(src=TOY_6, dst=address, method="PUT") for address in HOME_6),
        rtsp(src=TOY_6, dst=PHONE_6, method="RECORD"),
        flow(orig_h=TOY_6, resp_h=PHONE_6, resp_p=21, orig_bytes=9),
        *(http(dst=address, method="POST", content_bytes=5) for address in INSIDE),
        *(
            http(method="POST", content_bytes=83, content_type="application/ocsp-request", path=path)
            for path in ("/", "/gts1c3")
        ),
        *(http(method=method) for method in ("GET", "HEAD", "OPTIONS", "DELETE")),
        *(http(method=method, content_bytes=0) for method in ("POST", "PUT", "PATCH")),
        *(mqtt(dst=address) for address in INSIDE),
        coap(),
        *(coap(method="POST", dst=address) for address in INSIDE),
        rtsp(method="PLAY"),
        rtsp(method="RECORD", dst=PHONE),
        flow(resp_p=21, orig_bytes=0),
        flow(resp_p=21, orig_bytes=9, proto="udp"),
        flow(resp_p=23, orig_bytes=9, resp_h=ROUTER),
        flow(resp_p=990, orig_bytes=9),
    ),
    "cleartext_identifiers": one(
        *(http(parameters=(name,)) for name in OF_THINGS),
        *(http(src=TOY_6, dst=address, parameters=("mac",)) for address in HOME_6),
        rtsp(src=TOY_6, dst=PHONE_6, authorization="basic"),
        *(http(parameters=("mac",), dst=address) for address in INSIDE),
        *(http(fields=(name,)) for name in HARMLESS),
        *(http(header_names=(name,)) for name in ("cookie", "accept", "x-requested-with", "x-powered-by")),
        http(leaks=("session",)),
        mqtt(dst=PHONE, has_password=True),
        *(mqtt(client_id_kind=kind) for kind in ("empty", "uuid", "number", "text")),
        rtsp(authorization="digest"),
        rtsp(authorization="basic", dst=PHONE),
        coap(parameters=HARMLESS),
    ),
    "readable_firmware": one(
        *(http(src=TOY_6, dst=address, parameters=("fw",)) for address in HOME_6),
        *(http(parameters=(name,)) for name in ("fwlink", "romance", "hardware_version", "apiVersion")),
        *(http(parameters=("fw",), dst=address) for address in INSIDE),
        *(http(parameters=(name,)) for name in ("forward", "fwd", "version", "v", "swap", "firm")),
        http(leaks=("session",)),
        http(user_agent="Toy/1.2.3"),
        coap(parameters=("fw",), dst=PHONE),
    ),
    "old_tls": one(
        *(tls(versions=(0x0301,), src=TOY_6, dst=address) for address in HOME_6),
        *(server(version=0x0301, client=TOY_6, server=address) for address in HOME_6),
        *(
            tls(versions=versions)
            for versions in ((0x0303,), (0x0304,), (0x0303, 0x0302, 0x0301), (), (0x0304, 0x0301))
        ),
        *(tls(versions=(0x0301,), dst=address) for address in INSIDE),
        *(server(version=version) for version in (0x0303, 0x0304)),
        *(server(version=0x0301, server=address) for address in INSIDE),
    ),
    "weak_cipher": one(
        *(server(cipher=0x0005, client=TOY_6, server=address) for address in HOME_6),
        *(server(cipher=n) for n in (0x1301, 0x1302, 0x1303, 0xC02B, 0xC02F, 0xC030, 0xCCA8, 0x009C, 0x002F)),
        *(server(cipher=n) for n in (0, 0x00FF, 0x5600)),  # no suite was chosen: signalling values
        *(server(cipher=0x0005, server=address) for address in INSIDE),
    ),
    "bad_certificate": one(
        *(certificate(not_after=5.0, client=TOY_6, server=address) for address in HOME_6),
        certificate(),
        *(certificate(not_after=1e9 + left) for left in (0, 1, DAY, 90 * DAY)),
        *(certificate(not_before=1e9 + early) for early in (60, DAY)),
        certificate(self_signed=True, chain=2),
        *(certificate(not_after=5.0, server=address) for address in INSIDE),
        *(certificate(self_signed=True, chain=1, server=address) for address in INSIDE),
    ),
    "own_dns": one(*(dns(address) for address in (*INSIDE, ROUTER, "100.64.0.1", "127.0.0.1", "nonsense"))),
    "hidden_names": one(
        *(tls(ech=True, src=TOY_6, dst=address) for address in HOME_6),
        *(flow(resp_p=853, orig_h=TOY_6, resp_h=address) for address in HOME_6),
        tunnel(src=TOY_6, dst=GUEST_6),
        tls(),
        tls(server_name="mydns.google.example"),
        *(encrypted_dns(dst=address) for address in INSIDE),
        *(flow(resp_p=853, resp_h=address) for address in INSIDE),
        *(flow(resp_p=port) for port in (443, 8530, 53, 85)),
        tunnel(dst=PHONE),
    ),
    "port_opened": one(
        *(mapping(action="delete", protocol=protocol) for protocol in ("igd", "nat-pmp", "pcp")),
        *(mapping(action="delete", external_port=port) for port in (None, 0, 22, 80)),
        *(
            http(dst=ROUTER, method="POST", path=path)
            for path in ("/upnp/control", "/ctl/IPConn", "/rootDesc.xml")
        ),
        domain=None,
    ),
    "reached_from_outside": [
        *one(
            *(flow(orig_h=address, resp_h=TOY_6, resp_tcp_flags=0x12) for address in HOME_6),
            *(
                flow(orig_h=OUTSIDE, resp_h=TOY, resp_tcp_flags=flags)
                for flags in (0, 0x04, 0x14, 0x02, 0x10)
            ),
            *(flow(orig_h=address, resp_h=TOY) for address in INSIDE),
            flow(orig_h=OUTSIDE, resp_h=TOY, proto="udp", resp_tcp_flags=0),
            flow(orig_h=OUTSIDE, resp_h=TOY, part=1),
            side=ASKED,
        ),
        *one(flow()),
    ],
    "open_service": [
        *one(
            *(within(resp_p=23, resp_tcp_flags=flags) for flags in (0, 0x04, 0x14, 0x10)),
            *(within(resp_p=port) for port in (22, 80, 443, 554, 8009, 2324)),
            within(resp_p=23, proto="udp"),
            within(resp_p=23, part=2),
            rtsp(src=PHONE, dst=TOY, authorization="digest"),
            rtsp(src=PHONE, dst=TOY, method="OPTIONS"),
            side=ASKED,
            domain=None,
        ),
        *one(within(resp_p=23), domain=None),
    ],
    "open_page": [
        *one(
            *(
                http(src=PHONE, dst=TOY, path=path, user_agent="Mozilla/5.0")
                for path in (
                    "/",
                    "/index.html",
                    "/description.xml",
                    "/badminton",
                    "/systemic",
                    "/favicon.ico",
                )
            ),
            *(
                http(src=PHONE, dst=TOY, path="/admin", user_agent="Mozilla/5.0", header_names=("host", name))
                for name in ("authorization", "cookie", "x-csrf-token")
            ),
            *(
                http(src=PHONE, dst=TOY, path="/admin", user_agent=agent)
                for agent in (None, "okhttp/4", "curl/8")
            ),
            http(src=PHONE, dst=TOY, path="/admin", user_agent="Mozilla/5.0", method="HEAD"),
            side=ASKED,
            domain=None,
        ),
        *one(http(path="/admin", user_agent="Mozilla/5.0")),
    ],
    "home_neighbours": [
        *(meeting(resp_p=port) for port in (53, 123, 1900, 5351, 5353)),
        *(meeting(resp_tcp_flags=flags) for flags in (0, 0x04, 0x14)),
        meeting(resp_mac=ROUTER_MAC),
        meeting(resp_mac=None),
        meeting(resp_mac=TOY_MAC),
        meeting(proto="udp"),
        meeting(part=1),
        meeting()._replace(side=ASKED),
        Case(meeting().records[1:], domain=None),
    ],
    "heavy_upload": [
        *(sent(purpose, 500) for purpose in ("voice", "video", "storage", "control", "api", "ai")),
        sent("telemetry", 49),
        sent("time", 0.9),
        sent("update", 19),
        Case(tuple(flow(ts=n * DAY, orig_ip_bytes=900_000) for n in range(20)), purpose="time"),
        *(sent("stun", 500, proto=proto, resp_p=port) for proto in ("tcp", "udp") for port in (443, 3478)),
        sent("time", 500)._replace(domain=None),
        sent("time", 500)._replace(side=ASKED),
        sent("", 500),
        Case((flow(orig_ip_bytes=10, resp_ip_bytes=10**9),), purpose="update"),
    ],
    "many_names": [
        *(names(make, count, 20_000) for make in MAKERS for count in (300, 2_999)),
        *(names(make, 5_900, 2 * DAY) for make in MAKERS),
        Case(names(dns_for, 2_999, 20_000).records * 3),
    ],
    "always_on": [
        *(hours(days, 24) for days in (1, 2)),
        *(hours(9, each) for each in (1, 6, 12, 18, 21)),
        hours(9, 24, orig_ip_bytes=300),
        hours(9, 24, orig_bytes=0),
        Case(tuple(r for n, r in enumerate(hours(9, 24).records) if n // 24 % 3)),
        hours(9, 24)._replace(domain=None),
        hours(9, 24)._replace(side=ASKED),
    ],
}


def codes(case: Case) -> set[str]:
    findings = Findings()
    for record in case.records:
        list(findings.observe("toy", record, case.domain, side=case.side, purpose=case.purpose))
    return {finding.code for finding in findings.all("toy")}


SHOWN_BY_RECORDS = [kind.code for kind in KINDS if kind.reads]
"""The others follow from the passing of time: tests/appliance/support."""


@pytest.mark.parametrize("code", SHOWN_BY_RECORDS)
def test_every_variant_is_found(code: str) -> None:
    assert len(FOUND[code]) >= 10
    for case in FOUND[code]:
        assert code in codes(case), case


@pytest.mark.parametrize("code", SHOWN_BY_RECORDS)
def test_every_lookalike_is_passed(code: str) -> None:
    assert len(LOOKALIKES[code]) >= 10
    for case in LOOKALIKES[code]:
        assert code not in codes(case), case


def test_what_is_heavy_or_always_on_is_told_once_a_day() -> None:
    findings = Findings()
    for day in range(5):
        for record in sent("time", 50).records:
            moved = record._replace(ts=record.ts + day * DAY)
            list(findings.observe("toy", moved, "toy.example", purpose="time"))
    assert [finding.times for finding in findings.all("toy")] == [5]


def test_two_devices_are_counted_apart() -> None:
    findings = Findings()
    for record in sent("time", 1.5).records:
        for device in ("toy", "doll"):
            half = record._replace(orig_ip_bytes=record.orig_ip_bytes // 2)
            list(findings.observe(device, half, "toy.example", purpose="time"))
    assert findings.all("toy") == findings.all("doll") == []


@pytest.mark.parametrize("language", ["fr", "de"])
def test_every_kind_speaks_french_and_german_too(language: str) -> None:
    for kind in KINDS:
        words = words_of(kind, language)
        assert all(words), kind.code
        assert words != kind.english, kind.code
        assert ("{device}" in kind.sentence) == ("{device}" in words.sentence), kind.code
        assert "{times}" not in kind.sentence + words.sentence, kind.code


def test_a_language_nobody_wrote_speaks_english() -> None:
    assert words_of(KINDS[0], "it") == KINDS[0].english

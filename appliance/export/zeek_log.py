"""Zeek's logs as tab-separated text (conn, dns, ssl, dhcp, known_devices), read by zeek-cut and its like.

Source of the format: Zeek's ASCII log writer, https://docs.zeek.org/en/master/log-formats.html, and the field
tables of each log there. Fields that Tattlebox does not know are left out of the header; `community_id` and
`device` stand at the end, as Zeek's own packages add theirs. Writes only to the file it is given.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, BinaryIO, Final, NamedTuple

from appliance.export.kinds import DEVICES, DHCP, DNS, FLOWS, TLS, ExportError, Kind, Row

FIN, SYN, RST = 0x01, 0x02, 0x04
_VERSIONS: Final = {0x0304: "TLSv13", 0x0303: "TLSv12", 0x0302: "TLSv11", 0x0301: "TLSv10", 0x0300: "SSLv3"}
_QTYPES: Final = {1: "A", 2: "NS", 5: "CNAME", 12: "PTR", 16: "TXT", 28: "AAAA", 33: "SRV", 65: "HTTPS"}
_RCODES: Final = {0: "NOERROR", 1: "FORMERR", 2: "SERVFAIL", 3: "NXDOMAIN", 5: "REFUSED"}
_DHCP: Final = {1: "DISCOVER", 2: "OFFER", 3: "REQUEST", 4: "DECLINE", 5: "ACK", 7: "RELEASE", 8: "INFORM"}

Fields = dict[str, Any]


class Log(NamedTuple):
    """One of Zeek's logs: its fields with their types, and how a value is had."""

    path: str
    fields: tuple[tuple[str, str, Callable[[Fields], Any]], ...]


def _get(name: str) -> Callable[[Fields], Any]:
    return lambda row: row[name]


def _transport(row: Fields) -> str:
    return "tcp" if row["transport"] == "tcp" else "udp"


def conn_state(row: Fields) -> str:
    """Return Zeek's conn_state, as far as flags and counts of both directions show it."""
    there, back = row["orig_tcp_flags"], row["resp_tcp_flags"]
    if row["proto"] != "tcp":
        return "SF" if row["resp_pkts"] else "S0"
    if not there & SYN:
        return "OTH"
    if not row["resp_pkts"]:
        return "S0"
    if back & RST:
        return "RSTR" if back & SYN else "REJ"
    if there & RST:
        return "RSTO"
    return "SF" if there & FIN and back & FIN else "S1"


_ENDS: Final = ("orig_h", "addr"), ("orig_p", "port"), ("resp_h", "addr"), ("resp_p", "port")
_TAIL: Final = (
    ("community_id", "string", _get("community_id")),
    ("device", "string", _get("device")),
)

LOGS: Final = {
    FLOWS.name: Log(
        "conn",
        (
            ("ts", "time", _get("ts")),
            ("uid", "string", _get("uid")),
            *((f"id.{name}", kind, _get(name)) for name, kind in _ENDS),
            ("proto", "enum", lambda row: row["proto"].replace("icmp6", "icmp")),
            ("duration", "interval", _get("duration_s")),
            ("orig_bytes", "count", _get("orig_bytes")),
            ("resp_bytes", "count", _get("resp_bytes")),
            ("conn_state", "string", conn_state),
            ("orig_pkts", "count", _get("orig_pkts")),
            ("orig_ip_bytes", "count", _get("orig_ip_bytes")),
            ("resp_pkts", "count", _get("resp_pkts")),
            ("resp_ip_bytes", "count", _get("resp_ip_bytes")),
            ("orig_l2_addr", "string", _get("orig_mac")),
            ("resp_l2_addr", "string", _get("resp_mac")),
            ("vlan", "int", _get("vlan")),
            *_TAIL,
            ("server_name", "string", _get("server_name")),
        ),
    ),
    DNS.name: Log(
        "dns",
        (
            ("ts", "time", _get("ts")),
            ("uid", "string", _get("uid")),
            ("id.orig_h", "addr", _get("client")),
            ("id.resp_h", "addr", _get("resolver")),
            ("id.resp_p", "port", lambda _: 53),
            ("proto", "enum", _transport),
            ("query", "string", _get("query")),
            ("qtype", "count", _get("qtype")),
            ("qtype_name", "string", lambda row: _QTYPES.get(row["qtype"], f"query-{row['qtype']}")),
            ("rcode", "count", _get("rcode")),
            ("rcode_name", "string", lambda row: _RCODES.get(row["rcode"], f"rcode-{row['rcode']}")),
            ("answers", "vector[string]", lambda row: (*row["cnames"], *row["addresses"])),
            *_TAIL,
        ),
    ),
    TLS.name: Log(
        "ssl",
        (
            ("ts", "time", _get("ts")),
            ("uid", "string", _get("uid")),
            ("id.orig_h", "addr", _get("src")),
            ("id.orig_p", "port", _get("sport")),
            ("id.resp_h", "addr", _get("dst")),
            ("id.resp_p", "port", _get("dport")),
            ("version", "string", lambda row: _VERSIONS.get(max(row["versions"], default=0))),
            ("server_name", "string", _get("server_name")),
            ("ja4", "string", _get("ja4")),
            *_TAIL,
        ),
    ),
    DHCP.name: Log(
        "dhcp",
        (
            ("ts", "time", _get("ts")),
            ("client_addr", "addr", _get("client")),
            ("server_addr", "addr", _get("server")),
            ("mac", "string", _get("mac")),
            ("host_name", "string", _get("hostname")),
            ("client_fqdn", "string", _get("fqdn")),
            ("requested_addr", "addr", _get("requested_address")),
            ("assigned_addr", "addr", _get("address")),
            ("lease_time", "interval", _get("lease_s")),
            ("msg_types", "vector[string]", lambda row: (_DHCP.get(row["message_type"], "OTHER"),)),
            ("device", "string", _get("device")),
        ),
    ),
    DEVICES.name: Log(
        "known_devices",
        (
            ("ts", "time", _get("first_ts")),
            ("mac", "string", lambda row: next(iter(row["macs"]), None)),
            ("dhcp_host_name", "string", lambda row: next(iter(row["hostnames"]), None)),
            ("device", "string", _get("device")),
        ),
    ),
}


class ZeekLog:
    """One log with Zeek's header lines."""

    NAME = "zeek"
    SUFFIX = ".log"
    KINDS = (FLOWS, DNS, TLS, DHCP, DEVICES)
    ROW_BYTES = 230

    def __init__(self, kind: Kind, out: BinaryIO, *, rows: int = 0) -> None:
        """Raises ExportError for a kind that Zeek has no log of."""
        if kind.name not in LOGS:
            raise ExportError(f"Zeek has no log of {kind.name}; choose csv, jsonl or parquet")
        self._kind, self._out, self._log = kind, out, LOGS[kind.name]
        self._closed_ts = 0.0
        del rows

    def begin(self) -> None:
        """Write the header."""
        head = (
            "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n"
            f"#path\t{self._log.path}\n#open\t{_stamp(0.0)}\n"
        )
        names = "\t".join(("#fields", *(name for name, _, _ in self._log.fields)))
        kinds = "\t".join(("#types", *(kind for _, kind, _ in self._log.fields)))
        self._out.write(f"{head}{names}\n{kinds}\n".encode())

    def rows(self, rows: Sequence[Row]) -> None:
        """Write rows."""
        columns, fields = self._kind.columns, self._log.fields
        lines = []
        for row in rows:
            known = dict(zip(columns, row, strict=True))
            lines.append("\t".join([text(value(known), kind) for _, kind, value in fields]))
            self._closed_ts = max(self._closed_ts, known.get("ts") or 0.0)
        self._out.write(("\n".join(lines) + "\n").encode())

    def end(self) -> None:
        """Write the closing line, with the time of the last row."""
        self._out.write(f"#close\t{_stamp(self._closed_ts)}\n".encode())


def text(value: Any, kind: str) -> str:
    """Return a value as Zeek writes it: unset -, empty (empty), times with six digits, bytes escaped."""
    if value is None:
        return "-"
    if kind in ("time", "interval"):
        return f"{value:.6f}"
    if isinstance(value, tuple):
        return ",".join(_escaped(str(item)).replace(",", "\\x2c") for item in value) or "(empty)"
    return _escaped(str(value)) if isinstance(value, str) else str(value)


def _escaped(value: str) -> str:
    if value in ("", "-", "(empty)"):
        return "(empty)" if value != "-" else "\\x2d"
    if value.isascii() and value.isprintable() and "\\" not in value:
        return value
    raw = value.encode(errors="surrogatepass")
    return "".join(chr(b) if 0x20 <= b < 0x7F and b != 0x5C else f"\\x{b:02x}" for b in raw)


def _stamp(ts: float) -> str:
    try:
        return datetime.fromtimestamp(ts, UTC).strftime("%Y-%m-%d-%H-%M-%S")
    except (ValueError, OverflowError, OSError):
        return _stamp(0.0)

"""The data dictionary: what each field means, from the comments beside the fields of the record types."""

from __future__ import annotations

import ast
import inspect
from typing import Any, Final

from appliance.archive.compact import DIFFERENCES, IDS
from appliance.export.kinds import FLOWS, Kind
from sensor.records import VERSION, FlowRecord

COMMON: Final = {
    "ts": "capture time",
    "uid": "of the flow it was read from",
    "mac": "link-layer source",
    "src": "IP source",
    "dst": "IP destination",
    "sport": "source port",
    "dport": "destination port",
    "client": "who asked",
    "resolver": "who was asked",
    "device": "the device it belongs to",
    "domain": "key of the party: its registrable domain, or the address where there was no name",
    "organisation": "who is behind the domain",
    "resp_h": "the other end",
    "resp_p": "the other end's port",
    **{
        f"resp_{what}": "the same, sent by the responder"
        for what in ("pkts", "wire_bytes", "ip_bytes", "bytes")
    },
    "resp_tcp_flags": "the same, of the responder",
    "orig_pkts": "packets the originator sent",
    "query": "the name asked for",
    "transport": "tcp or udp",
    "qtype": "type of record asked for: 1 A, 28 AAAA, 65 HTTPS",
    "port": "SRV port; null when only the service was named",
    "addresses": "IPv4 and IPv6 addresses that it named",
    "address": "the address that is bound",
    "usn": "USN: the device's unique service name",
    "user_agent": "User-Agent header",
    "alpn": "protocols offered (RFC 7301)",
    "method": "request method",
    "content_type": "Content-Type header",
    "version": "NTP version number",
    "detail": "what was read, in words",
    "macs": "its link-layer addresses",
    "hostnames": "names it gave itself",
    "vendor": "who makes it",
    "model": "which product it is",
    "evidence": "reasons, each as below, or flow uids",
    "first_ts": "first seen",
    "last_ts": "last seen",
    "role": "of the party for this device: first, support, third, unknown",
    "purpose": "what it is for, as we guess from the host name",
    "organisation_country": "where the organisation has its seat, ISO 3166-1 alpha-2",
    "server_countries": "where its servers probably stand, ISO 3166-1 alpha-2",
    "operator": "who ran the server met last, as far as the CNAME chain or its network tells",
    "network": "organisation of the autonomous system of the address met last",
    "country_certainty": "of the latest server country: agreed, probably, anycast, disagreed",
    "bytes_down": "IP bytes received",
    "outcome": "named, address (no name seen), hidden (ECH, DoH, DoT, VPN)",
    "reason": "why, in plain words",
    "version_before": "software version the device showed before, where it showed one",
    "version_after": "and after",
    "after": "the same numbers afterwards",
    "times": "how often",
    "value": "what it says",
}
"""Meaning of fields that say none themselves."""

ADDED: Final = {
    "community_id": "Community ID v1, seed 0, of the flow it was read from; null when that flow was not kept",
    "type": "type of the record, as in docs/records.md",
    "duration_us": "first to last packet of this part, in microseconds; duration_s elsewhere",
}
"""Columns that are no fields of a record."""


def fields(record_type: type[Any]) -> list[tuple[str, str, str]]:
    """Return (name, type, meaning) of each field, the meaning from the comments beside and beneath it."""
    source = inspect.getsource(record_type).splitlines()
    (definition,) = ast.parse("\n".join(source)).body
    assert isinstance(definition, ast.ClassDef)  # noqa: S101 - record types are classes
    statements = [s for s in definition.body if isinstance(s, ast.AnnAssign)]
    found = []
    for number, statement in enumerate(statements):
        last = statements[number + 1].lineno - 1 if number + 1 < len(statements) else len(source)
        lines = source[statement.lineno - 1 : last]
        meaning = " ".join(
            line.partition("  # ")[2] or line.strip().removeprefix("# ") for line in lines if "# " in line
        )
        found.append((ast.unparse(statement.target), ast.unparse(statement.annotation), meaning))
    return found


def dictionary(kind: Kind, form: str, *, compact: bool = False) -> dict[str, Any]:
    """Return the data dictionary of an export, for a file beside it; `compact`: of flows as Parquet."""
    known = COMMON | {name: text for name, _, text in fields(FlowRecord) if text} | ADDED
    said: dict[str, tuple[str, str]] = {}
    for record_type in kind.types:
        for name, annotation, meaning in fields(record_type):
            said.setdefault(name, (annotation, meaning))
    columns = []
    for column in kind.columns:
        if compact and column in IDS:
            continue
        if instead := _instead(kind, form, column, compact=compact):
            columns.append({"name": instead[0], "type": "int", "meaning": instead[1]})
            continue
        annotation, meaning = said.get(column, ("str | None", ""))
        columns.append({"name": column, "type": annotation, "meaning": meaning or known.get(column, "")})
    return {
        "made_by": "Tattlebox",
        "kind": kind.name,
        "format": form,
        "records_version": VERSION,
        "times": "UTC epoch seconds of the packet; durations in seconds, sizes in bytes",
        "columns": columns,
    }


def _instead(kind: Kind, form: str, column: str, *, compact: bool) -> tuple[str, str] | None:
    """Return name and meaning of the column that Parquet files of flows have in the place of another."""
    if kind is not FLOWS or form != "parquet":
        return None
    if column == "duration_s":
        return "duration_us", ADDED["duration_us"]
    found = DIFFERENCES.get(column) if compact else None
    return found and (found.name, found.meaning)

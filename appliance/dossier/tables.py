"""The numbers behind a dossier as tables: sums by day and party, and every flow; not the rest of the home.

Where times are coarse a flow carries its day alone, and the flows of a day are put in an order that does not
tell theirs.
"""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from appliance.dossier.order import Order
from appliance.export.csv_table import cell
from appliance.findings.addresses import is_outside
from appliance.flowrow import FlowRow
from appliance.store.pruning import DAY_S
from appliance.store.rollups import Sum

HOME: Final = "home"
"""What stands for every other thing in the home."""

MOST_A_DAY: Final = 200_000
"""Flows of one day that are put in order together: 100 MB; a device with more has them in several runs."""

FLOW_COLUMNS: Final = (
    "time", "duration_s", "direction", "protocol", "remote", "remote_port", "domain", "server_name",
    "packets_up", "packets_down", "wire_bytes_up", "wire_bytes_down", "payload_up", "payload_down",
    "end", "uid", "part",
)  # fmt: skip
LEVEL: Final = 3
"""Of gzip: half the time of the usual 6 for a tenth more bytes."""

DAY_COLUMNS: Final = ("day", "domain", "contacts", "flows", "bytes_up", "bytes_down")


def write_days(path: Path, order: Order, sums: Iterable[tuple[int, Sum]]) -> None:
    """Write the sums by day and party as CSV."""
    with path.open("w", encoding="utf-8", errors="backslashreplace", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(DAY_COLUMNS)
        when = order._replace(exact=False).when
        table.writerows(
            (when(day * DAY_S), cell(row.domain), row.contacts, row.flows, row.bytes_up, row.bytes_down)
            for day, row in sums
        )


class Own(NamedTuple):
    """How the device's own end of a flow is known, and which parties are things in the home."""

    macs: frozenset[str]
    addresses: frozenset[str]
    local: frozenset[str]  # domains (Party.domain) of what stayed in the home


def write_flows(path: Path, order: Order, pages: Iterable[Sequence[FlowRow]], own: Own) -> int:
    """Write the flows as compressed CSV; return how many. The same flows give the same bytes."""
    count = 0
    with (
        path.open("wb") as raw,
        gzip.GzipFile(filename="", mode="wb", compresslevel=LEVEL, fileobj=raw, mtime=0) as file,
    ):
        file.write((",".join(FLOW_COLUMNS) + "\n").encode())
        for day in _days(pages):
            lines = _Lines()
            csv.writer(lines, lineterminator="\n").writerows(_rows(order, day, own))
            if not order.exact:
                lines.sort()
            file.write("".join(lines).encode(errors="backslashreplace"))
            count += len(lines)
    return count


class _Lines(list[str]):
    """What a CSV writer writes, a line an item."""

    write = list[str].append


def _days(pages: Iterable[Sequence[FlowRow]]) -> Iterator[list[FlowRow]]:
    """Yield the flows day by day, at most MOST_A_DAY at once."""
    held: list[FlowRow] = []
    for page in pages:
        for flow in page:
            if held and (flow.ts // DAY_S != held[0].ts // DAY_S or len(held) >= MOST_A_DAY):
                yield held
                held = []
            held.append(flow)
    if held:
        yield held


def _rows(order: Order, day: Sequence[FlowRow], own: Own) -> Iterator[tuple[Any, ...]]:
    """Yield a line for each flow of one day."""
    date = order.when(day[0].ts)
    for flow in day:
        yield _row(flow, own, order.when(flow.ts) if order.exact else date, 6 if order.exact else None)


def _row(flow: FlowRow, own: Own, time: str, digits: int | None) -> tuple[Any, ...]:
    """Return one line: the device's side is "up", whoever began; other things in the home have no address."""
    up = flow.orig_mac in own.macs or (flow.resp_mac not in own.macs and flow.orig_h in own.addresses)
    remote, port = (flow.resp_h, flow.resp_p) if up else (flow.orig_h, flow.orig_p)
    at_home = flow.domain in own.local or not is_outside(remote)
    pairs = (
        (flow.orig_pkts, flow.resp_pkts),
        (flow.orig_wire_bytes, flow.resp_wire_bytes),
        (flow.orig_bytes, flow.resp_bytes),
    )
    return (
        time,
        round(flow.duration_s, digits),
        "out" if up else "in",
        flow.proto,
        HOME if at_home else remote,
        port,
        "" if at_home else cell(flow.domain),
        "" if at_home else cell(flow.server_name),
        *(number for pair in pairs for number in (pair if up else pair[::-1])),
        flow.end,
        flow.uid,
        flow.part,
    )

"""`tattlebox export`: flows, names, handshakes, devices, parties and changes, in the formats of the field."""

from __future__ import annotations

import argparse
import json
import re
import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tqdm import tqdm

from appliance.cli.common import CommandError, add_store, complain, size, store_of, to_write
from appliance.cli.show import find_device
from appliance.export import EXPORTERS
from appliance.export.collector import is_collector, send
from appliance.export.kinds import BY_NAME, FLOWS, KINDS, ExportError, Kind
from appliance.export.parquet_file import ParquetFile
from appliance.export.veil import VEILED, Veil
from appliance.export.zeek_log import LOGS, ZeekLog
from appliance.privacy import KEY_BYTES
from appliance.store.flowlog import Wanted


def add(commands: Any) -> None:
    """Add the verb."""
    parser = commands.add_parser(
        "export",
        help="write flows and what is known of them to a file",
        description="Writes what the store and its archive hold to a file, with a data dictionary beside it. "
        "An export that was cut off goes on where it stopped when the same command is given again.",
    )
    parser.add_argument("kind", choices=[kind.name for kind in KINDS], help="what to export")
    formats = [exporter.NAME for exporter in EXPORTERS]
    parser.add_argument("--format", choices=formats, default="csv", help="default: csv")
    parser.add_argument("--device", metavar="DEVICE", help="only this device: its id, name or MAC")
    parser.add_argument("--from", dest="since", metavar="TIME", type=moment, default=0.0, help=TIME_HELP)
    parser.add_argument(
        "--to", dest="until", metavar="TIME", type=moment, default=float("inf"), help=TIME_HELP
    )
    parser.add_argument(
        "--out",
        metavar="FILE",
        help="where to; a folder, a file, or with ipfix udp://HOST:PORT or tcp://HOST:PORT (default: here)",
    )
    parser.add_argument(
        "--ids",
        action="store_true",
        help="parquet flows with uids and community ids, which nothing compresses: three times the size",
    )
    parser.add_argument(
        "--pseudonyms",
        action="store_true",
        help="devices and addresses replaced, names of the home left out; flows, dns and tls, not as parquet",
    )
    parser.add_argument("--estimate", action="store_true", help="only say how large it would be")
    parser.add_argument("--json", action="store_true", help="with --estimate: rows and bytes as JSON")
    add_store(parser)
    parser.set_defaults(run=_run)


TIME_HELP = "a day or time in UTC: 2026-11-23, 2026-11-23T14:00, or epoch seconds; the end is not included"


def moment(text: str) -> float:
    """Return a time as people write it on the command line. Raises ArgumentTypeError."""
    if re.fullmatch(r"[0-9]{1,12}(\.[0-9]+)?", text):
        return float(text)
    try:
        time = datetime.fromisoformat(text)
        return (time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp()
    except ValueError:
        raise argparse.ArgumentTypeError(f"read {text!r}, expected {TIME_HELP}") from None


def _run(args: argparse.Namespace) -> int:
    from appliance.export.session import Order, check_space, estimate_bytes, export  # noqa: PLC0415 - duckdb
    from appliance.export.source import Source  # noqa: PLC0415 - duckdb takes 40 MB and a third of a second

    kind = BY_NAME[args.kind]
    form = next(exporter for exporter in EXPORTERS if args.format == exporter.NAME)
    if kind not in form.KINDS:
        others = ", ".join(other.name for other in form.KINDS)
        raise CommandError(f"{form.NAME} has no form for {kind.name}, only for {others}; choose csv or jsonl")
    veil = _veil(args, kind) if args.pseudonyms else None
    try:
        with Source(store_of(args)) as source:
            device = find_device(source.reader, args.device)
            wanted = Wanted(args.since, args.until, source.ids(device) if device else ())
            rows = source.estimate(kind, wanted)
            if args.out and is_collector(args.out):
                return _collect(args, source, wanted, kind is FLOWS and form.NAME == "ipfix")
            order = Order(kind, form, wanted, _place(args, form), args.ids, veil)
            if args.estimate and args.json:
                print(json.dumps({"rows": rows, "bytes": estimate_bytes(order, rows)}))
                return 0
            complain(f"{rows} rows, about {size(estimate_bytes(order, rows))}")
            if args.estimate:
                return 0
            if not rows:
                complain(_nothing(source, args))
            check_space(order, rows)
            with tqdm(total=rows, unit=" rows", unit_scale=True, desc="Exporting", disable=None) as bar:
                done = export(source, order, lambda count: _move(bar, count))
    except ExportError as error:
        raise CommandError(str(error)) from error
    resumed = ", going on where an earlier export stopped" if done.resumed else ""
    print(f"{done.rows} {kind.name} in {order.out} ({size(done.size_bytes)}){resumed}")
    return 0


def _veil(args: argparse.Namespace, kind: Kind) -> Veil:
    if kind not in VEILED or args.format == ParquetFile.NAME or (args.out and is_collector(args.out)):
        kinds = ", ".join(each.name for each in VEILED)
        raise CommandError(
            f"read --pseudonyms with {kind.name} as {args.format}, expected one of {kinds} in a file that is "
            "not parquet; for a study see `tattlebox study`"
        )
    return Veil(kind, secrets.token_bytes(KEY_BYTES))


def _move(bar: Any, count: int) -> None:
    bar.update(count)


def _collect(args: argparse.Namespace, source: Any, wanted: Wanted, fits: bool) -> int:
    if not fits:
        raise CommandError("a collector takes flows as IPFIX: export flows --format ipfix")
    count = send(args.out, source.span.flows(wanted))
    print(f"{count} flows sent to {args.out}")
    return 0


def _place(args: argparse.Namespace, form: Any) -> Path:
    name = f"{LOGS[args.kind].path if form is ZeekLog else args.kind}{form.SUFFIX}"
    return to_write(Path(args.out) if args.out else None, name)


def _nothing(source: Any, args: argparse.Namespace) -> str:
    """Return why an export is empty."""
    watch = source.reader.watch()
    if watch.first_ts is None:
        return "nothing was recorded yet; the file will have no rows"
    first, last = (
        datetime.fromtimestamp(ts, UTC).strftime("%Y-%m-%d") for ts in (watch.first_ts, watch.last_ts)
    )
    return f"nothing fits: the record goes from {first} to {last}; the file will have no rows"

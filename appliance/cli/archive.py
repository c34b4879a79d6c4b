"""`tattlebox archive`: old flows to daily Parquet files, old rows away, and what the card had to bear."""

from __future__ import annotations

import argparse
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from appliance.archive.folder import ArchiveError, folder_of
from appliance.archive.health import WEAR_BYTES
from appliance.archive.limits import limits_of
from appliance.cli.common import (
    add_json,
    add_store,
    complain,
    print_json,
    print_table,
    size,
    store_of,
)
from appliance.store import catalogue, pruning
from appliance.store.database import open_for_reading
from appliance.store.flowlog import Wanted, count
from appliance.store.pruning import DAY_S

SHOWN_DAYS: Final = 14
"""Days of writing that are listed: a fortnight shows what is usual."""


def add(commands: Any) -> None:
    """Add the verb."""
    text = "move old flows to daily Parquet files, and keep within the time and space that is set"
    parser = commands.add_parser("archive", help=text, description=text.capitalize() + ".")
    parser.add_argument(
        "act",
        nargs="?",
        default="run",
        choices=("run", "status", "verify"),
        help="run (default): do what is due; status: what is kept, and bytes written a day; "
        "verify: read every archived file",
    )
    add_store(parser)
    add_json(parser)
    parser.set_defaults(run=_act)


def _act(args: argparse.Namespace) -> int:
    store = store_of(args)
    return {"run": _run, "status": _status, "verify": _verify}[args.act](store, args)


def _run(store: Path, args: argparse.Namespace) -> int:
    from appliance.archive.run import run  # noqa: PLC0415 - duckdb takes 40 MB and a third of a second

    report = run(store, complain)
    if args.json:
        print_json(report._asdict())
        return 0
    print(
        f"{report.flows} flows moved to {report.files} files ({size(report.archived_bytes)}), "
        f"{report.expired} rows past their time deleted, {report.forgotten} flows of forgotten devices, "
        f"{report.squeezed} flows for want of space."
    )
    if report.note:
        complain(report.note)
    return 0


def _status(store: Path, args: argparse.Namespace) -> int:
    with closing(open_for_reading(store)) as db:
        files = catalogue.files(db)
        archived = sum(file.size_bytes for file in files)
        flows, taken = count(db, Wanted()), pruning.size_bytes(db)
        limits, written = limits_of(db), catalogue.written(db, SHOWN_DAYS)
    if args.json:
        print_json(
            {
                "store_bytes": taken,
                "store_flows": flows,
                "archive_files": len(files),
                "archive_flows": sum(file.flows for file in files),
                "archive_bytes": archived,
                "first_day": _date(files[0].day) if files else None,
                "written_bytes": {_date(day): count for day, count in written},
                **limits._asdict(),
            }
        )
        return 0
    print(f"Store: {flows} flows, {size(taken)}. Moved to the archive after {limits.flow_days} days.")
    since = f" since {_date(files[0].day)}" if files else ""
    print(
        f"Archive: {sum(file.flows for file in files)} flows in {len(files)} files, {size(archived)}{since}. "
        f"Deleted after {limits.archive_days} days. Folder: {folder_of(store)}"
    )
    print(f"Budget: {size(taken + archived)} of {size(limits.budget_bytes)} used.\n")
    rows = [(_date(day), size(count), "much" if count > WEAR_BYTES else "") for day, count in written]
    print_table(("DAY (UTC)", "WRITTEN TO THE DISK", ""), rows, "Bytes written were not measured yet.")
    return 0


def _verify(store: Path, args: argparse.Namespace) -> int:
    from appliance.archive.parquet import Engine  # noqa: PLC0415 - as above

    folder, bad = folder_of(store), 0
    with closing(open_for_reading(store)) as db:
        files = catalogue.files(db)
    engine = Engine(folder if folder.exists() else store.parent)
    try:
        for file in files:
            problem = _problem(engine, folder, file)
            bad += bool(problem)
            if args.json:
                print_json({"file": file.name, "flows": file.flows, "problem": problem})
            elif problem:
                complain(problem)
    finally:
        engine.close()
    if not args.json:
        print(f"{len(files) - bad} of {len(files)} archived files are sound.")
    return 1 if bad else 0


def _problem(engine: Any, folder: Path, file: catalogue.ArchiveFile) -> str | None:
    """Return what is wrong with a file, in a sentence."""
    path = folder / file.name
    if not path.exists():
        return f"{path} is gone: its {file.flows} flows are lost unless a backup has it"
    try:
        found = engine.sums(path).flows
    except ArchiveError as error:
        return str(error)
    if found != file.flows:
        return f"{path} holds {found} flows, expected {file.flows}"
    return None


def _date(day: int) -> str:
    return datetime.fromtimestamp(day * DAY_S, UTC).strftime("%Y-%m-%d")

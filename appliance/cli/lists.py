"""`tattlebox lists update|status|import`: the knowledge packs (docs/packs.md)."""

from __future__ import annotations

import argparse
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import maxminddb

from appliance.cli.common import (
    CommandError,
    add_json,
    add_store,
    complain,
    default_store,
    print_json,
    print_table,
)
from appliance.lookup import pack_age, pack_sources, packs
from appliance.lookup.pack_child import check_apart
from appliance.lookup.pack_readers import PackError
from appliance.lookup.pack_sources import NoPackageError


def add(commands: Any) -> None:
    """Add the verb."""
    parser = commands.add_parser(
        "lists",
        help="lists of companies and countries",
        description="Optional lists of who owns which domain and address. An update asks the package "
        "registries alone (npm, Debian), and only when you say so.",
    )
    acts = parser.add_subparsers(title="acts", metavar="ACT", required=True)
    for name, run, told in (
        ("update", _update, "get the newest lists through npm and apt-get"),
        ("status", _show, "which lists are in use, and how old they are"),
        ("import", _import, "use a file that you have"),
    ):
        act = acts.add_parser(name, help=told, description=f"{told[0].upper()}{told[1:]}.")
        if name == "update":
            act.add_argument("names", nargs="*", metavar="NAME", help="which lists (default: all)")
        elif name == "import":
            act.add_argument("name", metavar="NAME", help=", ".join(pack.name for pack in packs.PACKS))
            act.add_argument("file", type=Path, metavar="FILE")
            act.add_argument("--date", metavar="YYYY-MM-DD", help="of the content (default: the file's own)")
            act.add_argument("--sha256", metavar="HEX", help="refuse the file when its checksum differs")
        else:
            add_json(act)
        add_store(act)
        add_packs(act)
        act.set_defaults(run=run)


def add_packs(parser: argparse.ArgumentParser) -> None:
    """Add --packs."""
    parser.add_argument(
        "--packs", type=Path, metavar="DIR", help="folder of the lists (default: packs, beside the store)"
    )


def packs_folder(args: argparse.Namespace, store: Path | None = None) -> Path:
    """Return the folder of packs that the arguments name, or that lies beside the store."""
    folder: Path | None = args.packs
    return folder or (store or args.store or default_store()).parent / "packs"


def _update(args: argparse.Namespace) -> int:
    unknown = set(args.names) - set(pack_sources.FETCHERS)
    if unknown:
        raise CommandError(
            f"no list is called {', '.join(sorted(unknown))}; there are {', '.join(pack_sources.FETCHERS)}"
        )
    folder, failed = packs_folder(args), False
    for name in args.names or pack_sources.FETCHERS:
        try:
            print(_updated(folder, name))
        except NoPackageError as error:
            complain(error)
            failed = failed or bool(args.names)
        except (PackError, OSError) as error:
            complain(f"{name}: {error}. What was in use stays in use.")
            failed = True
    return 1 if failed else 0


def _updated(folder: Path, name: str) -> str:
    """Get and take one pack; return the sentence that says so."""
    before = _known(folder, name)
    with tempfile.TemporaryDirectory(prefix="tattlebox-lists-") as work:
        fetched = pack_sources.FETCHERS[name](Path(work))
        now = packs.import_pack(folder, name, fetched.path, fetched.date, check=check_apart)
    if before.sha256 == now.sha256 and before.problem is None:
        return f"{name}: already the newest, of {now.date}"
    return f"{name}: now of {now.date}" + (f", was of {before.date}" if before.date else "")


def _known(folder: Path, name: str) -> packs.PackStatus:
    return next(known for known in packs.status(folder) if known.name == name)


def _import(args: argparse.Namespace) -> int:
    folder = packs_folder(args)
    try:
        day = args.date or _own_date(args.file)
        taken = packs.import_pack(folder, args.name, args.file, day, args.sha256, check=check_apart)
    except (PackError, OSError) as error:
        raise CommandError(f"{args.name}: {error}. What was in use stays in use.") from error
    print(f"{args.name}: now of {taken.date}, {taken.licence}")
    return 0


def _own_date(path: Path) -> str:
    """Return the day an MMDB says it was built, or the day another file was changed."""
    try:
        with maxminddb.open_database(str(path)) as table:
            built = float(table.metadata().build_epoch)
    except (maxminddb.InvalidDatabaseError, ValueError):
        built = path.stat().st_mtime
    try:
        return datetime.fromtimestamp(built, UTC).strftime("%Y-%m-%d")
    except (ValueError, OverflowError, OSError):
        return "unknown"


def _show(args: argparse.Namespace) -> int:
    folder = packs_folder(args)
    try:
        known = packs.status(folder)
    except (PackError, OSError) as error:
        raise CommandError(str(error)) from error
    if args.json:
        for pack in known:
            print_json(pack._asdict())
        return 0
    print_table(
        ("list", "date", "state", "licence", "source"),
        [(pack.name, pack.date or "-", pack_age.state(pack), pack.licence, pack.origin) for pack in known],
        "",
    )
    return 0

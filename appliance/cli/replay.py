"""`tattlebox replay FILE…`: captures and record lines through the whole pipeline into a store."""

from __future__ import annotations

import argparse
import hashlib
import shutil
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

from tqdm import tqdm

from appliance.cli.common import (
    CommandError,
    add_json,
    add_store,
    as_file,
    calm_collector,
    complain,
    default_store,
    print_json,
    version,
)
from appliance.cli.inputs import Inputs
from appliance.cli.lists import add_packs, packs_folder
from appliance.cli.sensor import accounted, from_meta
from appliance.home import Home, Knowledge
from appliance.lookup.knowledge import load_knowledge
from appliance.lookup.packs import MANIFEST
from appliance.lookup.party_tables import TableError
from appliance.out import OutputFolder
from appliance.service import Service
from appliance.store.database import HASTY, StoreError, origin
from appliance.store.reader import Reader
from appliance.store.writer import Writer
from sensor.records import SensorStats

FREE_BYTES: Final = 50_000_000
"""Free space below which a replay does not begin: a small store and its journal need this much."""


def add(commands: Any) -> None:
    """Add the verb."""
    parser = commands.add_parser(
        "replay",
        help="take captures or record lines through the whole pipeline",
        description="Reads pcap, pcapng (gzip or not) and JSON lines of records, in the order of their time, "
        "and stores who talked to whom and what changed. Works offline and without root.",
    )
    parser.add_argument(
        "files", nargs="+", type=Path, metavar="FILE", help="a capture, or lines of `tattlebox dissect`"
    )
    parser.add_argument(
        "--out", type=Path, metavar="DIR", help="also write flows.jsonl, devices.jsonl, … there"
    )
    add_store(parser)
    add_packs(parser)
    add_json(parser)
    parser.add_argument(
        "--parties", type=Path, metavar="CSV", help="an owner's own table of domains and organisations"
    )
    parser.add_argument(
        "--reuse", action="store_true", help="do nothing when the store holds just these files already"
    )
    parser.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    calm_collector()  # and again below, over what is loaded until then
    store = as_file(args.store or (args.out / "home.db" if args.out else default_store()))
    packs = packs_folder(args, store)
    marks = _fingerprint([*args.files, packs / MANIFEST, *([args.parties] if args.parties else [])])
    if args.reuse and _holds(store, marks):
        complain(f"{store} holds these files already; nothing to do")
        return 0
    inputs = Inputs(args.files)
    if not inputs.files:
        raise CommandError("none of the files could be read, so nothing was written")
    _check_space(store)
    _refuse_live(store)
    part = store.with_name(store.name + ".part")
    _remove(part)
    try:
        stats = _replay(inputs, (part, store), args.out, _knowledge(packs, args.parties), marks)
        _remove(store)
        part.replace(store)
    except OSError as error:
        where = error.filename or (f"{store} and {args.out}" if args.out else store)
        raise CommandError(f"cannot write {where}: {error.strerror}; choose another place") from error
    finally:
        _remove(part)
    if stats is not None and args.json:
        print_json(stats._asdict())
    elif stats is not None:
        print(accounted(stats))
    return 1 if inputs.failed else 0


def _knowledge(packs: Path, parties: Path | None) -> Knowledge:
    try:
        return load_knowledge(packs, extra=parties)
    except TableError as error:
        raise CommandError(str(error)) from error


def _replay(
    inputs: Inputs, stores: tuple[Path, Path], folder: Path | None, knowledge: Knowledge, marks: str
) -> SensorStats | None:
    """Fill the first store; it takes over what the family said from the second, which it is to replace.

    Returns where every packet went, None where the files held record lines alone.
    """
    store, former = stores
    with ExitStack() as undo:
        out = OutputFolder(folder) if folder else None
        if out:
            undo.callback(out.discard)
        writer = Writer(store, HASTY)
        undo.callback(writer.close)
        if former.exists():
            writer.keep_words(former)
        calm_collector()
        service = Service(Home(knowledge), writer, out)
        with tqdm(total=inputs.size_bytes, unit="B", unit_scale=True, desc="Reading", disable=None) as bar:
            service.take(inputs.records(bar.update))
            service.finish()
            bar.update(max(0, inputs.size_bytes - bar.n))
        stats = from_meta(writer.meta("sensor"))
        writer.commit(origin="replay", inputs=marks)
        writer.settle()
        writer.close()
        if out:
            out.finish()
        undo.pop_all()
    return stats


def _fingerprint(paths: list[Path]) -> str:
    """Return what makes two replays the same: release, code, and each file's place, size and time."""
    digest = hashlib.sha256(version().encode())
    for path in [*paths, *sorted(Path(__file__).parents[1].rglob("*.py"))]:
        if path.is_file():
            stat = path.stat()
            digest.update(f"{path.absolute()}|{stat.st_size}|{stat.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _holds(store: Path, marks: str) -> bool:
    try:
        with Reader(store) as reader:
            return bool(reader.meta("inputs") == marks)
    except StoreError:
        return False


def _refuse_live(store: Path) -> None:
    """A replay begins a store anew; the record of a real home is never the one to go."""
    if store.exists() and origin(store) != "replay":
        raise CommandError(
            f"{store} holds the record of a live home; give the replay a place with --store FILE"
        )


def _check_space(store: Path) -> None:
    folder = next(parent for parent in store.absolute().parents if parent.exists())
    free = shutil.disk_usage(folder).free
    if free < FREE_BYTES:
        raise CommandError(
            f"{folder} has {free // 1_000_000} MB free, a replay needs {FREE_BYTES // 1_000_000} MB: "
            "free some space or choose another place with --store"
        )


def _remove(store: Path) -> None:
    for suffix in ("", "-wal", "-shm", ".reserve"):
        store.with_name(store.name + suffix).unlink(missing_ok=True)

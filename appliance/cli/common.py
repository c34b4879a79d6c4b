"""What the subcommands share: the store's place, reading it, printing."""

from __future__ import annotations

import argparse
import gc
import json
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any, Final

from appliance.store.database import StoreError
from appliance.store.reader import Reader

Run = Callable[[argparse.Namespace], int]
"""What a verb does; returns the exit code."""

SYSTEM_STORE: Final = Path("/var/lib/tattlebox/home.db")


class CommandError(Exception):
    """One sentence for the person at the terminal: what was read, what was expected, what to do."""


def version() -> str:
    """Return the installed version."""
    return metadata.version("tattlebox")


def default_store() -> Path:
    """Return $TATTLEBOX_STORE, the appliance's store where this user may write it, else one at home."""
    if place := os.environ.get("TATTLEBOX_STORE"):
        return Path(place)
    if os.access(SYSTEM_STORE.parent, os.W_OK):
        return SYSTEM_STORE
    data = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share"
    return Path(data) / "tattlebox" / "home.db"


def add_store(parser: argparse.ArgumentParser) -> None:
    """Add --store."""
    parser.add_argument(
        "--store",
        type=Path,
        metavar="FILE",
        help=f"the database (default: $TATTLEBOX_STORE or {default_store()})",
    )


def add_json(parser: argparse.ArgumentParser) -> None:
    """Add --json."""
    parser.add_argument(
        "--json", action="store_true", help="one JSON object a line, the fields of docs/records.md"
    )


def add_verb(commands: Any, name: str, text: str, *, json: bool = False) -> argparse.ArgumentParser:
    """Add a verb that works on the store; return its parser. `text` is its help, a sentence in lower case."""
    parser: argparse.ArgumentParser = commands.add_parser(
        name, help=text, description=text[0].upper() + text[1:] + "."
    )
    add_store(parser)
    if json:
        add_json(parser)
    return parser


def told(run: Run, *errors: type[Exception]) -> Run:
    """Return `run` with these errors said as a sentence."""

    def said(args: argparse.Namespace) -> int:
        try:
            return run(args)
        except errors as error:
            raise CommandError(printable(str(error))) from error

    return said


def store_of(args: argparse.Namespace) -> Path:
    """Return the place of the store that the arguments name; it may not be there yet. Raises CommandError."""
    return as_file(args.store or default_store())


def as_file(path: Path) -> Path:
    """Return the path of a file, there or not yet. Raises CommandError for a folder, a pipe or a device."""
    if path.exists() and not path.is_file():
        what = "a folder" if path.is_dir() else "a pipe or a device"
        raise CommandError(f"{path} is {what}, expected a file: choose another place")
    return path


def present_store(args: argparse.Namespace) -> Path:
    """Return the place of the store that the arguments name. Raises StoreError where there is none."""
    place = store_of(args)
    if not place.exists():
        raise StoreError(f"no store at {place}: `tattlebox run` or `replay` makes one, or pass --store")
    return place


def to_write(out: Path | None, name: str) -> Path:
    """Return where a file is to be written: at `out`, or under this name in that folder, or here.

    Raises CommandError where no file can be: what is written beside its name and then takes it would take the
    place of a device or a pipe.
    """
    path = Path(name) if out is None else out / name if out.is_dir() else out
    if not path.absolute().parent.is_dir():
        raise CommandError(f"there is no folder {path.absolute().parent}: make it, or choose another place")
    return as_file(path)


def open_reader(args: argparse.Namespace) -> Reader:
    """Return a reader of the store that the arguments name. Raises StoreError."""
    return Reader(store_of(args))


def print_json(fields: dict[str, Any]) -> None:
    """Print one object as a line."""
    print(json.dumps(fields, ensure_ascii=True, separators=(",", ":")))


def print_table(headings: Sequence[str], rows: Iterable[Sequence[object]], empty: str) -> None:
    """Print rows in columns, or the sentence `empty` when there are none."""
    cells = [[printable(str(cell)) for cell in row] for row in rows]
    if not cells:
        print(empty)
        return
    table = [list(headings), *cells]
    widths = [max(len(row[n]) for row in table) for n in range(len(headings))]
    for row in table:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def printable(text: str) -> str:
    """Return hostile text fit for a terminal: control, format and direction characters escaped."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def when(ts: float) -> str:
    """Return a capture time as UTC text; one outside the calendar as its number."""
    try:
        return datetime.fromtimestamp(ts, UTC).strftime("%Y-%m-%d %H:%M")
    except (ValueError, OverflowError, OSError):
        return f"{ts:.0f}"


def size(count: int) -> str:
    """Return a byte count in decimal units."""
    amount = float(count)
    for unit in ("B", "kB", "MB", "GB"):
        if amount < 1000:
            return f"{amount:.0f} {unit}" if unit == "B" or amount >= 100 else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:.1f} TB"


def calm_collector() -> None:
    """Let the garbage collector run seldom, and never over the knowledge tables that are loaded by now.

    Records are tuples that reference counting frees at once; looking through all of them for cycles every few
    hundred records took a fifth of a replay.
    """
    gc.freeze()
    gc.set_threshold(200_000, 50, 1_000)


def complain(sentence: object) -> None:
    """Print one sentence on standard error."""
    print(f"tattlebox: {sentence}", file=sys.stderr)

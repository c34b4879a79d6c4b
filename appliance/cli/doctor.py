"""`tattlebox doctor`: is this installation sound? Each check is one line with what to do when it is not."""

from __future__ import annotations

import argparse
import importlib.util
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

from appliance.cli import lists
from appliance.cli.common import add_json, add_store, default_store, print_json, version
from appliance.lookup import packs
from appliance.lookup.knowledge import load_knowledge
from appliance.store.database import StoreError
from appliance.store.reader import Reader

FREE_BYTES: Final = 500_000_000
"""Free space that a home's first months need."""


class Check(NamedTuple):
    """One line of the report."""

    name: str
    state: str  # "ok", "note" (works, with less), "bad"
    text: str


def add(commands: Any) -> None:
    """Add the verb."""
    parser = commands.add_parser(
        "doctor",
        help="check this installation",
        description="Checks this installation; exit code 1 when it is ill.",
    )
    add_store(parser)
    add_json(parser)
    parser.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    checks = list(_checks(args.store or default_store()))
    for check in checks:
        if args.json:
            print_json(check._asdict())
        else:
            print(f"{check.state:5} {check.name}: {check.text}")
    return 1 if any(check.state == "bad" for check in checks) else 0


def _checks(store: Path) -> Iterator[Check]:
    yield Check("release", "ok", f"tattlebox {version()} on Python {sys.version.split()[0]}")
    yield _imports()
    yield _native()
    yield _knowledge(store.parent / "packs")
    yield _packs(store.parent / "packs")
    yield _store(store)
    yield _space(store)
    yield _capture()


def _imports() -> Check:
    """The import names are generic: another distribution could lie over ours (docs/decisions.md)."""
    home = Path(__file__).parents[2]
    for name in ("sensor", "appliance", "web"):
        spec = importlib.util.find_spec(name)
        if spec is None or spec.origin is None or Path(spec.origin).parents[1] != home:
            found = spec.origin if spec else "nothing"
            return Check(
                "imports",
                "bad",
                f"`{name}` is {found}, expected it in {home}: install in an environment of its own",
            )
    return Check("imports", "ok", f"all from {home}")


def _native() -> Check:
    if importlib.util.find_spec("sensor.meter._meter") is None:
        return Check(
            "meter",
            "note",
            "plain Python, about 100 times slower: install gcc and python3-dev, and set up again",
        )
    return Check("meter", "ok", "native")


def _packs(folder: Path) -> Check:
    """The optional lists: without them it works, and says less."""
    try:
        known = packs.status(folder)
    except (OSError, ValueError) as error:
        return Check("lists", "bad", str(error))
    told = ", ".join(f"{pack.name} {lists.state(pack)}" for pack in known)
    sound = all(pack.problem is None for pack in known if pack.date is not None)
    missing = any(pack.date is None for pack in known)
    return Check(
        "lists", "ok" if sound and not missing else "note", f"{told}; `tattlebox lists update` gets them"
    )


def _knowledge(folder: Path) -> Check:
    try:
        load_knowledge(folder)
    except (OSError, ValueError) as error:
        return Check("knowledge", "bad", f"cannot be read ({error}): install Tattlebox again")
    return Check("knowledge", "ok", "device and party tables read")


def _store(store: Path) -> Check:
    if not store.exists():
        return Check("store", "note", f"none at {store} yet; `tattlebox run` or `tattlebox replay` makes it")
    try:
        with Reader(store) as reader:
            return Check("store", "ok", f"{store} with {reader.watch().flows} flows")
    except StoreError as error:
        return Check("store", "bad", str(error))


def _space(store: Path) -> Check:
    folder = next(parent for parent in store.absolute().parents if parent.exists())
    free = shutil.disk_usage(folder).free
    text = f"{free // 1_000_000} MB free in {folder}"
    return Check("space", "ok" if free >= FREE_BYTES else "bad", text)


def _capture() -> Check:
    cap_net_raw = 13
    status = Path("/proc/self/status").read_text(encoding="ascii")
    effective = next(int(line.split()[1], 16) for line in status.splitlines() if line.startswith("CapEff"))
    if effective >> cap_net_raw & 1:
        return Check("capture", "ok", "live capture is allowed")
    return Check(
        "capture", "note", f"user {os.geteuid()} may not capture live packets; captures in files work"
    )

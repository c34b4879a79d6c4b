"""`tattlebox dossier` and `tattlebox verify`: the case of one device in one signed file, and its check."""

from __future__ import annotations

import argparse
import re
import zipfile
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from appliance.alerts.words import LANGUAGES
from appliance.cli.common import (
    CommandError,
    add_json,
    add_store,
    complain,
    print_json,
    print_table,
    printable,
    size,
    store_of,
    to_write,
    when,
)
from appliance.cli.export import TIME_HELP, moment
from appliance.cli.show import find_device
from appliance.dossier import bundle
from appliance.dossier.bundle import BundleError
from appliance.dossier.keys import fingerprint, known_key
from appliance.dossier.letter import MAKER
from appliance.dossier.order import Order
from appliance.lookup.authorities import load_authorities
from appliance.store.chain import Check
from appliance.store.database import open_for_writing
from appliance.store.reader import Reader


def add(commands: Any) -> None:
    """Add the verbs."""
    parser = commands.add_parser(
        "dossier",
        help="all that was observed of one device, as a signed file for the maker or an authority",
        description="Writes a bundle (.zip) with a PDF, the same as data, the numbers behind it and a signed "
        "manifest. Other devices are left out, hardware addresses are replaced, times are whole days.",
    )
    parser.add_argument("device", metavar="DEVICE", help="its id, name or MAC")
    parser.add_argument("--from", dest="since", metavar="TIME", type=moment, help=TIME_HELP)
    parser.add_argument("--to", dest="until", metavar="TIME", type=moment, help=TIME_HELP)
    parser.add_argument("--out", metavar="FILE", type=Path, help="where to (default: here)")
    parser.add_argument(
        "--exact-times", action="store_true", help="times to the second; they tell when somebody plays"
    )
    parser.add_argument("--no-flows", action="store_true", help="leave the single flows out")
    parser.add_argument("--language", choices=sorted(LANGUAGES), default="en")
    add_store(parser)
    add_json(parser)
    parser.set_defaults(run=_dossier)
    _add_letter(commands)
    check = commands.add_parser(
        "verify",
        help="check that no byte of a dossier was changed; without FILE, the chain of days of the store",
        description="Checks a bundle, or a file taken out of one (with its bundle or manifest beside it). "
        "Without FILE it checks that the rows of the store are those that were hashed day by day.",
    )
    check.add_argument("file", nargs="?", metavar="FILE", type=Path, help="a dossier's .zip, or a file of it")
    check.add_argument("--key", metavar="FINGERPRINT", help="fail unless this key signed it")
    add_store(check)
    add_json(check)
    check.set_defaults(run=_verify)


def _add_letter(commands: Any) -> None:
    letter = commands.add_parser(
        "letter",
        help="a draft of a letter to the maker or an authority, filled with what was observed",
        description="Prints a letter that tells what was observed and asks; what you fill in is in brackets.",
    )
    letter.add_argument("device", nargs="?", metavar="DEVICE", help="its id, name or MAC")
    letter.add_argument(
        "--to",
        dest="recipient",
        metavar="WHOM",
        default=MAKER,
        help="maker (default), or a key that --list shows",
    )
    letter.add_argument("--list", action="store_true", help="list the authorities, by country")
    letter.add_argument("--from", dest="since", metavar="TIME", type=moment, help=TIME_HELP)
    letter.add_argument("--until", metavar="TIME", type=moment, help=TIME_HELP)
    letter.add_argument("--language", choices=sorted(LANGUAGES), help="default: the recipient's")
    add_store(letter)
    letter.set_defaults(run=_letter)


def _letter(args: argparse.Namespace) -> int:
    if args.list:
        rows = [(one.country, one.key, one.about, one.name, one.site) for one in load_authorities()]
        print_table(("COUNTRY", "KEY", "ABOUT", "NAME", "SITE"), sorted(rows), "")
        return 0
    from appliance.archive.folder import ArchiveError  # noqa: PLC0415 - as below
    from appliance.dossier.letters import draft  # noqa: PLC0415

    if args.device is None:
        raise CommandError("name the device that the letter is about: tattlebox letter DEVICE --to cnil")
    store = store_of(args)
    order = _ordered(store, args)
    try:
        text = draft(store, order, args.recipient, args.language)
    except KeyError:
        known = ", ".join([MAKER, *(one.key for one in load_authorities())])
        raise CommandError(f"read --to {printable(args.recipient)!r}, expected one of {known}") from None
    except ArchiveError as error:
        raise CommandError(str(error)) from error
    print("\n".join(printable(line) for line in text.splitlines()))
    return 0


def _dossier(args: argparse.Namespace) -> int:
    from appliance.archive.folder import ArchiveError  # noqa: PLC0415 - duckdb and typst take a second
    from appliance.dossier.build import build  # noqa: PLC0415

    store = store_of(args)
    order = _ordered(store, args)._replace(exact=args.exact_times, flows=not args.no_flows)
    plain = re.sub(r"[^a-z0-9]+", "-", args.device.casefold()).strip("-") or "device"
    out = to_write(args.out, f"dossier-{plain}.zip")
    try:
        made = build(store, order, out)
    except ArchiveError as error:
        raise CommandError(str(error)) from error
    except OSError as error:
        raise CommandError(
            f"cannot write {out}: {error.strerror or error}; choose another place with --out"
        ) from error
    if args.json:
        print_json({**made, "file": str(out), "size_bytes": out.stat().st_size})
        return 0
    print(f"{out} ({size(out.stat().st_size)}): {made['parties']} parties, {made['flows']} flows.")
    print(f"Signed with the key {made['key']}.\nCheck it with: tattlebox verify {out}")
    return 0


def _ordered(store: Path, args: argparse.Namespace) -> Order:
    """Return which device and time the arguments name. Raises CommandError, StoreError."""
    if store.exists():
        open_for_writing(store).close()  # brings an older store up to date
    with Reader(store) as reader:
        device = find_device(reader, args.device)
        watch = reader.watch()
    if device is None or watch.first_ts is None or watch.last_ts is None:
        raise CommandError("nothing was recorded yet: there is nothing to tell")
    since = watch.first_ts if args.since is None else args.since
    until = watch.last_ts + 1 if args.until is None else args.until
    if not since < until:
        raise CommandError(f"read --from {when(since)} and --to {when(until)}: the end lies before it")
    return Order(device, since, until, language=args.language or "en")


def _verify(args: argparse.Namespace) -> int:
    if args.file is None:
        return _chains(args)
    store = store_of(args)
    try:
        found, what = _checked(args.file)
    except BundleError as error:
        raise CommandError(printable(str(error))) from error
    except OSError as error:
        raise CommandError(f"cannot read {args.file}: {error.strerror or error}") from error
    key = fingerprint(found.key)
    if args.key is not None and re.sub(r"\W", "", args.key.casefold()) != key.replace(" ", ""):
        raise CommandError(f"it is whole, but signed with the key {key}, not with {printable(args.key)}")
    own = known_key(store) == key
    if args.json:
        print_json(
            {"file": str(args.file), "sound": True, "key": key, "own_key": own, "files": list(found.files)}
        )
        return 0
    print(f"{what}: no byte was changed since it was signed.\nKey: {key}{' (this appliance)' if own else ''}")
    if not own:
        print("Compare the key with the one that its maker's appliance shows: a forger has another.")
    return 0


def _checked(path: Path) -> tuple[bundle.Verified, str]:
    """Return what a check of a bundle, a folder or one file found. Raises BundleError, OSError."""
    if path.is_dir():
        return bundle.verify_folder(path), f"{path} with all its files"
    if zipfile.is_zipfile(path) or path.suffix == ".zip":
        return bundle.verify(path), str(path)
    if (path.parent / bundle.MANIFEST).exists():
        return bundle.verify_folder(path.parent, path.name), str(path)
    beside = path.with_suffix(".zip")
    if not beside.exists():
        raise BundleError(
            f"there is no {bundle.MANIFEST} and no {beside.name} beside {path}: it cannot be checked alone"
        )
    return bundle.verify_one(beside, path), f"{path}, as in {beside}"


def _chains(args: argparse.Namespace) -> int:
    from appliance.archive.folder import ArchiveError  # noqa: PLC0415 - as above
    from appliance.dossier.chains import checked  # noqa: PLC0415

    store = store_of(args)
    with closing(open_for_writing(store)) if store.exists() else Reader(store):
        pass
    try:
        found = checked(store)
    except ArchiveError as error:
        raise CommandError(str(error)) from error
    if args.json:
        for name, device, check in found:
            print_json({"name": name, "device": device, "holds": check.holds, **check._asdict()})
    else:
        rows = [
            (name, one.links, _day(one.first_day), _day(one.last_day), _state(one), one.head[:16])
            for name, _, one in found
        ]
        print_table(("DEVICE", "LINKS", "FROM", "TO", "CHAIN", "LAST LINK"), rows, "No day is chained yet.")
    bad = [name for name, _, check in found if not check.holds]
    if bad:
        complain(f"rows of {', '.join(map(printable, bad))} are not those that were hashed")
    return 1 if bad else 0


def _state(found: Check) -> str:
    days = {*found.broken, *(day for day, _ in found.changed)}
    return "CHANGED: " + ", ".join(map(_day, sorted(days))) if days else "holds"


def _day(day: int | None) -> str:
    return "-" if day is None else datetime.fromtimestamp(day * 86_400, UTC).strftime("%Y-%m-%d")

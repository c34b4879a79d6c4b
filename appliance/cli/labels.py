"""The family's word on its devices: `tattlebox name`, `category`, `merge`, `split`, `undo` and their like."""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any, Final

from appliance.cli.answers import undo_after
from appliance.cli.common import CommandError, add_verb, printable, store_of
from appliance.cli.show import find_device
from appliance.devices.categories import CATEGORIES
from appliance.devices.family import FORGET, LABEL, MERGE, SPLIT, Word, inverse, last_word
from appliance.devices.identity import plain_text
from appliance.devices.labels import LabelFileError, contribution, label_rows, parse_labels, to_csv
from appliance.settle import settle
from appliance.store.database import is_recorded
from appliance.store.family_words import WordBook
from appliance.store.reader import Reader

MAX_FILE_BYTES: Final = 1_000_000
"""Largest label file read: a thousand devices with every field need a fifth of it."""


def add(commands: Any) -> None:
    """Add the verbs."""
    for name, field, text in (
        ("name", "name", "what the family calls it"),
        ("category", "category", "its kind: " + ", ".join(CATEGORIES)),
        ("vendor", "vendor", "who made it"),
        ("model", "model", "which model it is"),
    ):
        verb = add_verb(commands, name, f"say {text.partition(':')[0]}; your word beats every guess")
        verb.add_argument("device", metavar="DEVICE", help="its id, name or MAC")
        verb.add_argument("value", metavar=field.upper(), nargs="?", help=text + " (empty: take it back)")
        verb.set_defaults(run=_label, field=field)
    merge = add_verb(commands, "merge", "two rows are one thing")
    merge.add_argument("device", metavar="DEVICE", help="the row that stays")
    merge.add_argument("other", metavar="OTHER", help="the row that is the same thing")
    merge.set_defaults(run=_merge)
    split = add_verb(commands, "split", "one row is two things")
    split.add_argument("device", metavar="DEVICE", help="the row that holds both")
    split.add_argument("mac", metavar="MAC", help="the address of the one that is another thing")
    split.set_defaults(run=_split)
    forget = add_verb(commands, "forget", "delete all that was recorded about a device; cannot be undone")
    forget.add_argument("device", metavar="DEVICE", help="its id, name or MAC")
    forget.add_argument("--yes", action="store_true", help="delete without asking again")
    forget.set_defaults(run=_forget)
    add_verb(
        commands, "undo", "take back the last name, category, merge, split, answer or wish"
    ).set_defaults(run=_undo)
    _add_files(commands)


def _add_files(commands: Any) -> None:
    text = "write or read the family's labels"
    verbs = commands.add_parser("labels", help=text, description=text.capitalize() + ".").add_subparsers(
        title="verbs", metavar="VERB", required=True
    )
    export = add_verb(verbs, "export", "write the labels to a file a family can read")
    export.add_argument("file", metavar="FILE", type=Path, help="ends in .csv or .json; - for the screen")
    export.add_argument(
        "--contribute",
        action="store_true",
        help="without anything about the home: no names, addresses, times, and only the maker's half of MACs",
    )
    export.set_defaults(run=_export)
    imported = add_verb(verbs, "import", "take the labels of a file that export wrote")
    imported.add_argument("file", metavar="FILE", type=Path, help="a .csv or .json file")
    imported.set_defaults(run=_import)


def _device(args: argparse.Namespace, text: str) -> str:
    return device_of(store_of(args), text)


def device_of(store: Path, text: str) -> str:
    """Return the id of the device called `text`. Raises CommandError."""
    with WordBook(store), Reader(store) as reader:  # the book brings an older store up to date
        found = find_device(reader, text)
    assert found is not None  # noqa: S101 - a text was given
    return found


def _label(args: argparse.Namespace) -> int:
    value = None if args.value is None else _checked(args.field, args.value)
    _say(args, _word(LABEL, _device(args, args.device), args.field, value))
    return 0


def _checked(field: str, text: str) -> str:
    """Return a label as it is kept. Raises CommandError for one that says nothing or is no category."""
    value = plain_text(text)
    if not value:
        raise CommandError(
            f"read the {field} {printable(text)!r}, expected a word; leave it out to take back"
        )
    if field == "category" and value not in CATEGORIES:
        raise CommandError(f"read the category {printable(value)!r}, expected one of {', '.join(CATEGORIES)}")
    return value


def _merge(args: argparse.Namespace) -> int:
    into, other = _device(args, args.device), _device(args, args.other)
    if into == other:
        raise CommandError("both are the same device already; name two different ones")
    _say(args, _word(MERGE, into, other))
    return 0


def _split(args: argparse.Namespace) -> int:
    device, mac = _device(args, args.device), args.mac.casefold()
    with Reader(store_of(args)) as reader:
        record = reader.device(device)
    macs = record.macs if record else ()
    if mac not in macs or len(macs) == 1:
        held = ", ".join(macs) or "none"
        raise CommandError(f"read the MAC {printable(mac)!r}, expected one of several it has; it has {held}")
    _say(args, _word(SPLIT, device, mac))
    return 0


def _forget(args: argparse.Namespace) -> int:
    device = _device(args, args.device)
    if not args.yes:
        raise CommandError(
            "this deletes all that was recorded about it for good; say so by adding --yes "
            "(the evidence of what it sent goes too: make an export first if you may need it)"
        )
    _say(args, _word(FORGET, device, ""))
    return 0


def _undo(args: argparse.Namespace) -> int:
    with WordBook(store_of(args)) as book:
        said = book.all()
    last = last_word(said)
    if undo_after(store_of(args), last.ts if last else 0.0) is not None:
        print("The last answer to an alert, or wish, is taken back.")
        return 0
    if last is None:
        raise CommandError("there is nothing to take back")
    if last.act == FORGET:
        raise CommandError("the last word was to forget a device: what is deleted cannot be brought back")
    _say(args, _inverse(args, last, said))
    return 0


def _inverse(args: argparse.Namespace, word: Word, said: list[Word]) -> Word:
    """Return the word that takes another back."""
    return inverse(word, said, time.time(), lambda text: _device(args, text))


def _export(args: argparse.Namespace) -> int:
    with Reader(store_of(args)) as reader:
        devices = reader.devices()
    rows = contribution(devices) if args.contribute else label_rows(devices)
    as_json = args.file.suffix == ".json"
    text = json.dumps(rows, ensure_ascii=False, indent=1) + "\n" if as_json else to_csv(rows)
    if str(args.file) == "-":
        sys.stdout.write(text)
        return 0
    try:
        args.file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise CommandError(f"cannot write {args.file}: {error.strerror}; choose another place") from error
    print(f"{len(rows)} labelled devices written to {args.file}")
    return 0


def _import(args: argparse.Namespace) -> int:
    try:
        with args.file.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise CommandError(f"cannot read {args.file}: {error.strerror}") from error
    if len(data) > MAX_FILE_BYTES:
        raise CommandError(f"{args.file} is larger than {MAX_FILE_BYTES} bytes: no label file is so large")
    try:
        labels = parse_labels(data)
    except LabelFileError as error:
        raise CommandError(f"{args.file}: {error}") from error
    with WordBook(store_of(args)), Reader(store_of(args)) as reader:
        by_mac = {mac: device.device for device in reader.devices() for mac in device.macs}
    words = [
        _word(LABEL, next((by_mac[mac] for mac in label.macs if mac in by_mac), label.device), field, value)
        for label in labels
        for field, value in label.fields
    ]
    _say(args, *(word._replace(value=_checked(word.detail, word.value or "")) for word in words))
    return 0


def _word(act: str, device: str, detail: str, value: str | None = None) -> Word:
    return Word(0, time.time(), act, device, detail, value)


def _say(args: argparse.Namespace, *words: Word) -> None:
    say(store_of(args), *words)


def say(store: Path, *words: Word) -> None:
    """Keep the words; apply them at once where no service is at work on the store."""
    with WordBook(store) as book:
        book.say(list(words))
    if not is_recorded(store):
        print("Noted; the running appliance takes it up within seconds.")
        return
    settle(store)
    print("Done.")

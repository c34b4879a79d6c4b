"""`tattlebox notify` and `tattlebox sink`: who is told, what is copied where; the process that does it."""

from __future__ import annotations

import argparse
import getpass
import logging
import signal
import sys
import threading
import time
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from appliance.cli.common import (
    CommandError,
    Run,
    add_json,
    add_verb,
    present_store,
    print_json,
    print_table,
    printable,
    store_of,
    told,
)
from appliance.delivery.message import CONTENTS, DeliveryError, Field, SettingsError, divided
from appliance.notify import CHANNELS
from appliance.notify.carrier import carry
from appliance.notify.compose import Known, compose, trial
from appliance.notify.courier import zone_of
from appliance.notify.postman import Postman
from appliance.notify.quiet import Quiet, parse_hours, show_hours
from appliance.settings import LANGUAGE
from appliance.sinks import SINKS
from appliance.sinks.pump import spool_of
from appliance.store.book import Book
from appliance.store.channels import TELLS, ChannelError, ChannelRow, Channels
from appliance.store.minutes import MINUTE_S, Minutes
from appliance.store.reader import Reader
from appliance.store.settings import Settings

SEVERITIES: Final = ("1", "2", "3")
MAX_SECRET: Final = 2_000


def add(commands: Any) -> None:
    """Add the verbs."""
    tell = _group(commands, "notify", "who is told of alerts, and how", CHANNELS)
    _add_choices(tell)
    quiet = _verb(tell, "quiet", _quiet, "say when a person wants no messages, or show it")
    quiet.add_argument("person", nargs="?", help="as in --for; leave it out to show all, '' for everyone")
    quiet.add_argument("hours", nargs="?", help="such as 22:00-07:00; none: take the hours back")
    quiet.add_argument(
        "--severity",
        action="append",
        choices=SEVERITIES,
        help="for messages of this severity (1 note, 2 worth knowing, 3 act now); else 1 and 2",
    )
    add_json(quiet)
    _verb(tell, "run", _run, "deliver to all channels and sinks until stopped")
    _group(commands, "sink", "copy what was recorded to a database of yours", SINKS)


def _group(commands: Any, name: str, text: str, modules: tuple[ModuleType, ...]) -> Any:
    group = commands.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
    verbs = group.add_subparsers(title="verbs", metavar="VERB", required=True)
    kinds = _verb(verbs, "kinds", _kinds, "the kinds there are, and their settings")
    added = _verb(verbs, "add", _add, "set one up")
    added.add_argument("kind", choices=[module.KIND for module in modules])
    added.add_argument("name", help="what you call it")
    added.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="SETTING=VALUE",
        help="a setting (`kinds` lists them). A secret is read from a file: SETTING=@FILE, or asked for",
    )
    added.set_defaults(modules=modules)
    listed = _verb(verbs, "list", _list, "what is set up; secrets are never shown")
    tested = _verb(verbs, "test", _test, "send a test at once")
    removed = _verb(verbs, "remove", _remove, "forget one, with its secrets")
    for verb in (tested, removed):
        verb.add_argument("name", help="what you call it")
    status = _verb(verbs, "status", _status, "how each one stands; exit code 1 when one does not work")
    for verb in (kinds, listed, tested, status):
        add_json(verb)
    for verb in (kinds, listed, tested, removed, status):
        verb.set_defaults(modules=modules)
    if name == "sink":
        added.add_argument("--unchecked", action="store_true", help="do not try to write first")
        added.set_defaults(person="", content="full", tells="everything", severity="1")
    else:
        added.set_defaults(unchecked=True)
    return verbs


def _add_choices(verbs: Any) -> None:
    added = verbs.choices["add"]
    added.add_argument("--for", dest="person", default="", metavar="PERSON", help="whose it is (quiet hours)")
    added.add_argument(
        "--content",
        choices=CONTENTS,
        help='what a message may say: "something changed", the toy and the kind of change, or all of it',
    )
    added.add_argument("--tell", dest="tells", choices=TELLS, default="urgent", help="what it tells (urgent)")
    added.add_argument("--severity", choices=SEVERITIES, default="1", help="the least severity it tells (1)")


def _verb(verbs: Any, name: str, run: Run, text: str) -> argparse.ArgumentParser:
    parser = add_verb(verbs, name, text)
    parser.set_defaults(run=told(run, ChannelError, SettingsError))
    return parser


def _channels(args: argparse.Namespace) -> Channels:
    return Channels(Book(store_of(args)))


def _own(args: argparse.Namespace, channels: Channels) -> list[ChannelRow]:
    kinds = {module.KIND for module in args.modules}
    return [row for row in channels.all() if row.kind in kinds]


def _module(args: argparse.Namespace, kind: str) -> ModuleType:
    found: ModuleType = next(module for module in args.modules if kind == module.KIND)
    return found


def _kinds(args: argparse.Namespace) -> int:
    for module in args.modules:
        if args.json:
            fields = [field._asdict() for field in module.SETTINGS]
            print_json({"kind": module.KIND, "title": module.TITLE, "settings": fields})
            continue
        print(f"{module.KIND}: {module.TITLE}")
        for field in module.SETTINGS:
            print(f"  {field.name}{_of_default(field)}: {field.help}")
    return 0


def _of_default(field: Field) -> str:
    if field.secret:
        return " (secret)"
    return "" if not field.default else f" ({field.default})"


def _add(args: argparse.Namespace) -> int:
    module = _module(args, args.kind)
    settings, secret = divided(module.SETTINGS, _given(module.SETTINGS, args.set))
    content = args.content or module.CONTENT
    channels, now = _channels(args), time.time()
    if not args.unchecked:
        try:
            module.check({**settings, **secret})
        except DeliveryError as error:
            raise CommandError(
                f"{error}; nothing was set up (--unchecked sets it up all the same)"
            ) from error
    place = None
    if args.modules is SINKS:
        wanted = int((now - int(settings["backfill_days"]) * 86_400) // MINUTE_S)
        place = max(wanted, Minutes(channels.book).archived_until())
    row = ChannelRow(
        args.name, args.kind, "", args.person, content, args.tells, int(args.severity), settings, now
    )
    channels.add(row, secret, place)
    group = "sink" if args.modules is SINKS else "notify"
    print(f"{args.name} is set up; `tattlebox {group} test {args.name}` tries it")
    return 0


def _given(fields: tuple[Field, ...], texts: list[str]) -> dict[str, str]:
    """Return what was given, secrets read from files or asked for. Raises CommandError."""
    given = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals:
            raise CommandError(f"read --set {printable(name)}, expected SETTING=VALUE")
        given[name] = value
    for field in fields:
        if not field.secret:
            continue
        value = given.get(field.name, "")
        if value.startswith("@"):
            given[field.name] = _from_file(Path(value[1:]))
        elif value:
            raise CommandError(
                f"{field.name} is a secret, and a command line is seen by others: write it to a file "
                f"that only you read and give --set {field.name}=@FILE, or leave it out to be asked"
            )
        elif sys.stdin.isatty():
            given[field.name] = getpass.getpass(f"{field.name} ({field.help}): ")
    return given


def _from_file(path: Path) -> str:
    try:
        with path.open(encoding="utf-8") as file:
            return file.read(MAX_SECRET + 1).strip()
    except (OSError, ValueError) as error:
        raise CommandError(f"cannot read the secret in {path}: {type(error).__name__}") from error


def _list(args: argparse.Namespace) -> int:
    rows = _own(args, _channels(args))
    if args.json:
        for row in rows:
            plain = row._asdict()
            del plain["uid"]
            print_json(plain)
        return 0
    print_table(
        ("NAME", "KIND", "FOR", "SAYS", "TELLS", "FROM SEVERITY"),
        [
            (row.name, row.kind, row.person or "everyone", row.content, row.tells, row.severity)
            for row in rows
        ],
        "Nobody is told yet: `add` sets up a channel, `kinds` lists what there is."
        if args.modules is CHANNELS
        else "Nothing is copied anywhere: `add` sets up a sink.",
    )
    return 0


def _test(args: argparse.Namespace) -> int:
    channels = _channels(args)
    row = channels.get(args.name)
    settings, now = channels.settings(row), time.time()
    try:
        if row.kind in [module.KIND for module in SINKS]:
            next(module for module in SINKS if row.kind == module.KIND).check(settings)
        else:
            home = Settings(channels.book)
            known = Known(home.get(LANGUAGE) or "en", zone_of(home), {})
            carry(row.kind, compose(trial(row, now), row, known), settings)
    except DeliveryError as error:
        if args.json:
            print_json({"name": row.name, "taken": False, "fault": error.fault, "text": error.reason})
            return 1
        raise CommandError(f"{row.name}: {error.reason}") from error
    if args.json:
        print_json({"name": row.name, "taken": True, "fault": "", "text": ""})
    else:
        print(f"{row.name} took the test; look whether it arrived")
    return 0


def _remove(args: argparse.Namespace) -> int:
    channels = _channels(args)
    row = channels.get(args.name)
    channels.remove(row.name)
    spool_of(channels, row).clear()
    print(f"{row.name} is forgotten")
    return 0


def _status(args: argparse.Namespace) -> int:
    channels = _channels(args)
    own = {row.name for row in _own(args, channels)}
    with Reader(store_of(args)) as reader:
        found = [one for one in reader.deliveries(time.time()) if one.name in own]
    if args.json:
        for one in found:
            print_json(one._asdict())
    else:
        rows = [(one.name, one.kind, one.state, one.delivered, one.text) for one in found]
        print_table(("NAME", "KIND", "STATE", "DELIVERED", "HOW IT STANDS"), rows, "Nothing is set up.")
    return 1 if any(one.state == "bad" for one in found) else 0


def _quiet(args: argparse.Namespace) -> int:
    channels = _channels(args)
    if args.person is None or args.hours is None:
        rules = [Quiet(*rule) for rule in channels.quiet() if args.person in (None, rule[0])]
        if args.json:
            for rule in rules:
                print_json(rule._asdict())
            return 0
        print_table(
            ("PERSON", "SEVERITY", "QUIET"),
            [(rule.person or "everyone", rule.severity, show_hours(rule)) for rule in rules],
            "No quiet hours.",
        )
        return 0
    severities = sorted({int(text) for text in args.severity or ("1", "2")})
    try:
        hours = None if args.hours == "none" else parse_hours(args.hours)
    except ValueError as error:
        raise CommandError(str(error)) from error
    channels.set_quiet(args.person, severities, hours)
    return 0


def _run(args: argparse.Namespace) -> int:
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s %(message)s")
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _caught, _frame: stop.set())
    Postman(present_store(args)).run(stop)
    return 0

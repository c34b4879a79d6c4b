"""`tattlebox backup`, `restore`, `erase`, `password`, `settings`: keeping a record, and letting go of it."""

from __future__ import annotations

import argparse
import getpass
import os
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from appliance import backup
from appliance.cli.common import (
    CommandError,
    Run,
    add_json,
    add_verb,
    present_store,
    print_json,
    print_table,
    store_of,
    to_write,
)
from appliance.settings import BY_KEY, SETTINGS, SettingError
from appliance.store.book import Book
from appliance.store.database import sound
from appliance.store.people import People
from appliance.store.salvage import salvage
from appliance.store.settings import Settings
from appliance.vault import VaultError

LEAST_PASSWORD: Final = 10
"""Characters of a backup's password: whoever has the file can try as fast as they like."""


def add(commands: Any) -> None:
    """Add the verbs."""
    text = "write all but the log of conversations to an encrypted file"
    verb = _verb(commands, "backup", text, _backup)
    verb.add_argument("file", metavar="FILE", type=Path, help="a new file; - for the standard output")
    _add_password(verb)
    verb = _verb(commands, "restore", "put the record of a backup in the place of this one", _restore)
    verb.add_argument("file", metavar="FILE", type=Path, help="a file that backup wrote")
    verb.add_argument("--yes", action="store_true", help="replace what this store holds without asking")
    _add_password(verb)
    _verb(commands, "repair", "save what can be read of a damaged record into a new one", _repair)
    verb = _verb(commands, "erase", "delete all that was ever recorded; cannot be undone", _erase)
    verb.add_argument("--yes", action="store_true", help="delete without asking again")
    text = "a forgotten password: back to the first run"
    acts = commands.add_parser("password", help=text, description=text.capitalize() + ".").add_subparsers(
        title="acts", metavar="ACT", required=True
    )
    _verb(acts, "reset", "remove everybody's login; the record stays", _reset)
    verb = _verb(commands, "settings", "show what is set, or set something", _settings)
    verb.add_argument("key", nargs="?", metavar="KEY", help="docs/settings.md lists them")
    verb.add_argument("value", nargs="?", metavar="VALUE", help="the new value; left out: show it")
    add_json(verb)


def _verb(commands: Any, name: str, text: str, run: Run) -> argparse.ArgumentParser:
    parser = add_verb(commands, name, text)
    parser.set_defaults(run=run)
    return parser


def _add_password(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--password-file", type=Path, metavar="FILE", help="read the password there (default: ask for it)"
    )


def _password(args: argparse.Namespace, *, twice: bool) -> str:
    """Return the backup's password, from the file that was named or the person at the terminal."""
    if args.password_file is not None:
        try:
            text: str = args.password_file.read_text(encoding="utf-8").rstrip("\n")
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"cannot read {args.password_file}: {error}") from error
    else:
        text = getpass.getpass("Password of the backup: ")
        if twice and getpass.getpass("The same again: ") != text:
            raise CommandError("the two passwords differ; nothing was written")
    if twice and len(text) < LEAST_PASSWORD:
        raise CommandError(f"that password is too short: use {LEAST_PASSWORD} characters or more")
    return text


def _backup(args: argparse.Namespace) -> int:
    store, password = present_store(args), _password(args, twice=True)
    with backup.sealed(store, password) as blocks:
        if str(args.file) == "-":
            for block in blocks:
                sys.stdout.buffer.write(block)
            return 0
        out = to_write(args.file, "home.backup")
        part = out.with_name(out.name + ".part")
        try:
            with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                for block in blocks:
                    file.write(block)
                file.flush()
                os.fsync(file.fileno())
            part.replace(out)
        except OSError as error:
            part.unlink(missing_ok=True)
            raise CommandError(f"cannot write {out}: {error.strerror}; choose another place") from error
    print(f"{out.stat().st_size / 1e6:.1f} MB written to {out}; without its password it is lost")
    return 0


def _restore(args: argparse.Namespace) -> int:
    store = store_of(args)
    if store.exists() and not args.yes:
        raise CommandError(f"this replaces all that {store} holds; say so by adding --yes")
    try:
        with args.file.open("rb") as file:
            backup.restore(store, file, _password(args, twice=False))
    except OSError as error:
        raise CommandError(f"cannot read {args.file}: {error.strerror}") from error
    except VaultError as error:
        raise CommandError(f"{args.file}: {error}") from error
    print(f"Restored to {store}; a running appliance takes it up within seconds.")
    return 0


def _repair(args: argparse.Namespace) -> int:
    store = present_store(args)
    if sound(store):
        print(f"{store} is sound: there is nothing to repair.")
        return 0
    print(f"{salvage(store, time.time())}.")
    return 0


def _erase(args: argparse.Namespace) -> int:
    store = present_store(args)
    if not args.yes:
        raise CommandError(f"this deletes all that {store} and its archive hold; say so by adding --yes")
    backup.erase(store)
    print("Erased: nothing of this home is left on it.")
    return 0


def _reset(args: argparse.Namespace) -> int:
    with closing(Book(present_store(args))) as book:
        People(book).remove_all()
    print("Every login is removed. Open the dashboard now to set a new password: the first to come may.")
    return 0


def _settings(args: argparse.Namespace) -> int:
    with closing(Book(present_store(args))) as book:
        settings = Settings(book)
        try:
            if args.value is not None:
                settings.set({args.key: args.value}, time.time())
            elif args.key is not None and args.key not in BY_KEY:
                raise SettingError(f"read the setting {args.key!r}, expected one of {', '.join(BY_KEY)}")
        except SettingError as error:
            raise CommandError(str(error)) from error
        values = settings.all()
    shown = {args.key: values[args.key]} if args.key else values
    if args.json:
        print_json(shown)
    else:
        rows = [
            (setting.key, shown[setting.key], setting.meaning) for setting in SETTINGS if setting.key in shown
        ]
        print_table(("SETTING", "VALUE", "MEANING"), rows, "")
    return 0

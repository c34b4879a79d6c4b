"""The command `tattlebox`. Each subcommand is one module with `add(commands)`; it sets `run` on its parser.

Exit codes: 0 done; 1 something could not be read, found or written (a sentence on standard error says what);
2 the command line itself is wrong; 130 interrupted.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sqlite3
import sys
from collections.abc import Sequence
from typing import Final

from appliance.cli.common import CommandError, complain, store_of, version
from appliance.store.database import StoreError, explained

COMMANDS: Final = {
    "live": ("run",),
    "sensor": ("sensor",),
    "replay": ("replay",),
    "dissect": ("dissect",),
    "inspect": ("inspect",),
    "show": ("devices", "parties", "updates", "changes", "findings", "alerts"),
    "explain": ("explain",),
    "digest": ("digest", "report"),
    "labels": ("name", "category", "vendor", "model", "merge", "split", "forget", "undo", "labels"),
    "support": ("support",),
    "nearby": ("nearby",),
    "declared": ("declared",),
    "dossier": ("dossier", "letter", "verify"),
    "answers": ("expected", "useful", "wrong", "snooze", "mute", "unmute", "wishes", "answers"),
    "gateway": ("gateway",),
    "policies": ("block", "pause", "quarantine", "allow", "hold", "lift", "policies"),
    "lists": ("lists",),
    "export": ("export",),
    "record": ("record",),
    "study": ("study",),
    "archive": ("archive",),
    "notify": ("notify", "sink"),
    "update": ("update",),
    "presets": ("presets",),
    "keeping": ("backup", "restore", "repair", "erase", "password", "settings"),
    "doctor": ("doctor",),
}
"""Modules of this package and the commands each adds, in the order of the help. Only the module asked for is
loaded: all of them, with what they import, take half a second."""


def parser(verb: str | None = None) -> argparse.ArgumentParser:
    """Return the parser of the whole command, or as much of it as the command `verb` needs."""
    top = argparse.ArgumentParser(
        prog="tattlebox",
        description="Who your connected toys talk to, and when that changes.",
        epilog="Nothing that Tattlebox sees leaves the home unless you export it or ask for a notification.",
    )
    top.add_argument("--version", action="version", version=f"tattlebox {version()}")
    commands = top.add_subparsers(title="commands", metavar="COMMAND", required=True)
    wanted = [name for name, verbs in COMMANDS.items() if verb in verbs] or list(COMMANDS)
    for name in wanted:
        importlib.import_module(f"appliance.cli.{name}").add(commands)
    return top


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit code."""
    words = sys.argv[1:] if argv is None else argv
    args = parser(words[0] if words else None).parse_args(words)
    try:
        code: int = args.run(args)
    except (CommandError, StoreError) as error:
        complain(error)
        return 1
    except sqlite3.DatabaseError as error:
        complain(explained(store_of(args), error))
        return 1
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # `| head` has read enough
        return 0
    except OSError as error:
        what = f"{error.filename}: " if error.filename else ""
        complain(f"{what}{error.strerror or error}; expected to read and write there: check its permissions")
        return 1
    except KeyboardInterrupt:
        print("tattlebox: interrupted; what was committed is kept", file=sys.stderr)
        return 130
    return code


if __name__ == "__main__":
    sys.exit(main())

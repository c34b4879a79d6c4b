"""The command `tattlebox`. Each subcommand is one module with `add(commands)`; it sets `run` on its parser.

Exit codes: 0 done; 1 something could not be read, found or written (a sentence on standard error says what);
2 the command line itself is wrong; 130 interrupted.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from appliance.cli import (
    answers,
    archive,
    digest,
    dissect,
    doctor,
    explain,
    inspect,
    labels,
    lists,
    live,
    replay,
    sensor,
    show,
)
from appliance.cli.common import CommandError, version
from appliance.store.database import StoreError

COMMANDS = (live, sensor, replay, dissect, inspect, show, explain, digest, labels, answers, lists, archive, doctor)


def parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command."""
    top = argparse.ArgumentParser(
        prog="tattlebox",
        description="Who your connected toys talk to, and when that changes.",
        epilog="Nothing that Tattlebox sees leaves the home unless you export it or ask for a notification.",
    )
    top.add_argument("--version", action="version", version=f"tattlebox {version()}")
    commands = top.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in COMMANDS:
        command.add(commands)
    return top


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit code."""
    args = parser().parse_args(argv)
    try:
        code: int = args.run(args)
    except (CommandError, StoreError) as error:
        print(f"tattlebox: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # `| head` has read enough
        return 0
    except KeyboardInterrupt:
        print("tattlebox: interrupted; what was committed is kept", file=sys.stderr)
        return 130
    return code


if __name__ == "__main__":
    sys.exit(main())

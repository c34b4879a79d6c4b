"""`tattlebox doctor`: is this installation sound? Each check is one line with what to do when it is not."""

from __future__ import annotations

import argparse
from typing import Any

from appliance.checks import checks
from appliance.cli.common import add_json, add_store, print_json, store_of


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
    found = list(checks(store_of(args)))
    for check in found:
        if args.json:
            print_json(check._asdict())
        else:
            print(f"{check.state:5} {check.name}: {check.text}")
    return 1 if any(check.state == "bad" for check in found) else 0

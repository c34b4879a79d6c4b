"""`tattlebox dissect FILE`: the sensor's records of a capture, as JSON lines."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from appliance.cli.common import CommandError, add_json
from appliance.cli.inputs import Inputs
from sensor.records import to_json


def add(commands: Any) -> None:
    """Add the verb."""
    parser = commands.add_parser(
        "dissect",
        help="print the records of a capture",
        description="Prints flows, DNS answers, handshakes and the rest as JSON lines (docs/records.md).",
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="pcap or pcapng, gzip or not")
    add_json(parser)  # as every command that prints what is known; here there is no other way
    parser.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    inputs = Inputs(args.files)
    if not inputs.files:
        raise CommandError("none of the files could be read")
    for record in inputs.records(lambda _: None):
        sys.stdout.write(to_json(record) + "\n")
    return 1 if inputs.failed else 0

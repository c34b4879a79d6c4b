"""Command line of the lab: scripts/lab up | down | status | record OUT."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

from tests.lab import lab
from tests.lab.faults import every_fault


def main() -> int:
    """Run one command; return 0, or 2 with a sentence when the lab cannot run."""
    parser = argparse.ArgumentParser(prog="scripts/lab", description="A small home in network namespaces.")
    parser.add_argument("--name", default="home", help="several labs may be up at once (default: home)")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands.add_parser("up", help="make the home, with its devices busy until it goes down")
    commands.add_parser("down", help="remove everything of it")
    commands.add_parser("status", help="what is there")
    recording = commands.add_parser("record", help="make it, record an evening at the gateway, remove it")
    recording.add_argument("out", type=Path, help="OUT.pcapng or OUT.pcapng.gz")
    recording.add_argument("--rounds", type=int, default=2, help="how often each device does all it does")
    commands.add_parser("faults", help="let the gateway fail at every step, and time how it heals")
    commands.add_parser("clean-up-after-pipe")
    options = parser.parse_args()
    try:
        lab.check_possible()
        return _run(options)
    except (lab.LabError, subprocess.SubprocessError, OSError) as error:
        detail = getattr(error, "stderr", None)
        print(f"scripts/lab: {error}{f': {detail.strip()}' if detail else ''}", file=sys.stderr)
        return 2


def _run(options: argparse.Namespace) -> int:
    if options.command == "record":
        print(lab.record(options.name, options.out, options.rounds))
    elif options.command == "faults":
        with lab.locked(options.name) as lock, lab.guarded(options.name, lock):
            for line in every_fault(options.name):
                print(line, flush=True)
    elif options.command == "clean-up-after-pipe":
        sys.stdin.read()
        lab.down(options.name)
    elif options.command == "status":
        print(lab.status(options.name))
    else:
        with lab.locked(options.name):
            if options.command == "up":
                lab.up(options.name)
                lab.start_toys(options.name, rounds=0)
            else:
                lab.down(options.name)
        print(lab.status(options.name))
    return 0


if __name__ == "__main__":
    sys.exit(main())

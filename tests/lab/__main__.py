"""Command line of the lab: scripts/lab up | down | status | record OUT."""

from __future__ import annotations

import argparse
import difflib
import subprocess
import sys
from pathlib import Path

from tests.lab import lab, scenario
from tests.lab.faults import every_fault
from tests.lab.measure import measure


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
    running = commands.add_parser("run", help="play a scenario and compare with what must come of it")
    running.add_argument("scenario", help="its name, or all")
    running.add_argument("--write", action="store_true", help="write what came of it as what must come")
    failing = commands.add_parser("faults", help="let the gateway fail at every step, and time how it heals")
    failing.add_argument("--first", type=int, default=1, metavar="STEP", help="from this step on")
    commands.add_parser("policies", help="measure policies, and how soon a toy is on the page")
    commands.add_parser("clean-up-after-pipe")
    options = parser.parse_args()
    try:
        lab.check_possible()
        return _run(options)
    except (lab.LabError, subprocess.SubprocessError, OSError) as error:
        detail = getattr(error, "stderr", None)
        print(f"scripts/lab: {error}{f': {detail.strip()}' if detail else ''}", file=sys.stderr)
        return 2


def _chosen(name: str) -> list[str]:
    return scenario.names() if name == "all" else [name]


def _play(options: argparse.Namespace, name: str) -> int:
    """Play one scenario; return 1 when something else came of it."""
    came = scenario.run(options.name, scenario.load(name))
    if options.write:
        (scenario.FOLDER / f"{name}.txt").write_text(came)
    wanted = scenario.expected(name)
    print(came if came == wanted else "\n".join(difflib.unified_diff(wanted.split("\n"), came.split("\n"))))
    print(f"{name}: {'as it must be' if came == wanted else 'different'}", flush=True)
    return int(came != wanted)


def _run(options: argparse.Namespace) -> int:
    if options.command == "record":
        print(lab.record(options.name, options.out, options.rounds))
    elif options.command == "run":
        return max(_play(options, name) for name in _chosen(options.scenario))
    elif options.command in ("faults", "policies"):
        with lab.locked(options.name) as lock, lab.guarded(options.name, lock):
            trial = measure(options.name)
            if options.command == "faults":
                trial = every_fault(options.name, options.first)
            for line in trial:
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

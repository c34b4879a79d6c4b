"""`tattlebox update`: newer software for the card, from a signed bundle, and back.

Works on the card alone. RAUC writes the half that is not in use, and asks `update slot` what starts next.
"""

from __future__ import annotations

import argparse
import subprocess
from pathlib import Path
from typing import Any, Final

from appliance.card import bundles, halves, health
from appliance.cli.common import CommandError, printable

CARD: Final = Path("/boot/firmware")
SHARE: Final = Path("/usr/share/tattlebox")
HALF: Final = Path("/run/tattlebox-half")

AUTOBOOT: Final = "autoboot.txt"

REBOOT: Final = ("systemctl", "reboot")


def add(commands: Any) -> None:
    """Add the verbs."""
    text = "newer software for the card, from a signed file, and back"
    acts = commands.add_parser("update", help=text, description=text.capitalize() + ".").add_subparsers(
        title="acts", metavar="ACT", required=True
    )
    for name, told, run in (
        ("check", "say whether a file is a good and newer update", _check),
        ("install", "write an update to the half that is not in use, and start it on trial", _install),
        ("rollback", "start the other half again", _rollback),
        ("status", "say which half runs and which starts next", _status),
        ("confirm", "keep the half that runs, if it is sound (run after each start)", _confirm),
        ("slot", "answer RAUC, which asks about halves", _slot),
    ):
        act = acts.add_parser(name, help=told, description=told[0].upper() + told[1:] + ".")
        act.add_argument("--card", type=Path, default=CARD, help=f"the boot partition ({CARD})")
        if name in ("check", "install"):
            act.add_argument("file", type=Path, metavar="FILE", help="an update: tattlebox-….raucb")
            act.add_argument(
                "--share", type=Path, default=SHARE, help="version, machine and keys of this system"
            )
        if name in ("rollback", "install", "confirm"):
            act.add_argument("--stay", action="store_true", help="do not start anew")
        if name == "slot":
            act.add_argument("question", choices=sorted(QUESTIONS))
            act.add_argument("words", nargs="*", metavar="WORD")
        act.set_defaults(run=run)


def _check(args: argparse.Namespace) -> int:
    bundle = _good(args)
    print(f"{args.file} is version {bundle.version}, newer than this one, and signed for this machine.")
    return 0


def _install(args: argparse.Namespace) -> int:
    bundle = _good(args)
    done = subprocess.run([bundles.RAUC, "install", args.file], check=False)
    if done.returncode:
        raise CommandError(f"{args.file} was not installed; what runs now goes on, and starts again")
    print(f"Version {bundle.version} is written. It starts on trial, and is kept when it is found sound.")
    return _anew(args)


def _good(args: argparse.Namespace) -> bundles.Bundle:
    try:
        installed = (args.share / "version").read_text().strip()
        machine = (args.share / "machine").read_text().strip()
        return bundles.check(args.file, args.share / "updates.pem", installed, machine)
    except OSError as error:
        raise CommandError(f"cannot read {error.filename}: updates are for the card only") from error
    except bundles.BundleError as error:
        raise CommandError(f"{args.file} is refused: {error}") from error


def _rollback(args: argparse.Namespace) -> int:
    state, now = _state(args), _running()
    back = halves.other(now)
    if back not in state.good:
        raise CommandError(
            f"half {back} holds no system that was found sound: there is nothing to go back to"
        )
    _write(args, halves.trying(state, back))
    print(f"Half {back} starts next. The record stays: both halves share it.")
    return _anew(args)


def _status(args: argparse.Namespace) -> int:
    state = _state(args)
    print(
        f"half {_running()} runs, half {state.first} starts next; sound: {' and '.join(state.good) or 'none'}"
    )
    if state.trial:
        print(f"half {state.trial} is on trial")
    return 0


def _confirm(args: argparse.Namespace) -> int:
    """Keep the half that runs; one on trial that is not sound is left for the other."""
    now, state = _running(), _state(args)
    if wrong := health.settled():
        print("This system is not sound: " + "; ".join(wrong))
        if state.trial == now:
            _write(args, halves.failed(state, now))
            _anew(args)
        return 1
    if state != halves.confirmed(state, now):  # a card is not written for nothing
        _write(args, halves.confirmed(state, now))
    print(f"half {now} is sound")
    return 0


def _slot(args: argparse.Namespace) -> int:
    """Answer as RAUC's custom bootloader backend (its reference, "Custom Bootloader Backend")."""
    answerer, *expected = QUESTIONS[args.question]
    if len(args.words) != len(expected) or any(
        word not in known for word, known in zip(args.words, expected, strict=True)
    ):
        form = " ".join("|".join(known) for known in expected) or "nothing after it"
        raise CommandError(f"read {args.question} {printable(' '.join(args.words))}, expected {form}")
    answer = answerer(args, *args.words)
    if answer:
        print(answer)
    return 0


def _get_state(args: argparse.Namespace, half: str) -> str:
    return "good" if half in _state(args).good else "bad"


def _set_state(args: argparse.Namespace, half: str, state: str) -> None:
    change = halves.confirmed if state == "good" else halves.overwriting
    _write(args, change(_state(args), half))


def _set_primary(args: argparse.Namespace, half: str) -> None:
    _write(args, halves.trying(_state(args), half))


QUESTIONS: Final[dict[str, tuple[Any, ...]]] = {
    "get-primary": (lambda args: _state(args).first,),
    "set-primary": (_set_primary, halves.HALVES),
    "get-state": (_get_state, halves.HALVES),
    "set-state": (_set_state, halves.HALVES, ("good", "bad")),
    "get-current": (lambda _: _running(),),
}
"""Who answers, and the words that may follow."""


def _state(args: argparse.Namespace) -> halves.Halves:
    try:
        return halves.read(args.card / AUTOBOOT)
    except (OSError, halves.HalvesError) as error:
        raise CommandError(f"{args.card / AUTOBOOT}: {error}") from error


def _write(args: argparse.Namespace, state: halves.Halves) -> None:
    try:
        halves.write(args.card / AUTOBOOT, state)
    except OSError as error:
        raise CommandError(f"cannot write {args.card / AUTOBOOT}: {error.strerror}") from error


def _running() -> str:
    """Return the half that runs, as the start of the system left it."""
    try:
        half = HALF.read_text().strip()
    except OSError as error:
        raise CommandError(f"cannot read {HALF}: this system was not started from a card") from error
    if half not in halves.HALVES:
        raise CommandError(f"read {half!r} in {HALF}, expected A or B")
    return half


def _anew(args: argparse.Namespace) -> int:
    if not args.stay:
        subprocess.run(REBOOT, check=False)
    return 0

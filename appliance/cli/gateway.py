"""`tattlebox gateway`: what the home's network shall be: show it, try it, keep it, go back."""

from __future__ import annotations

import argparse
import sys
import tomllib
from pathlib import Path
from typing import Any, Final

import segno

from appliance.cli.common import CommandError, Run, print_json, printable, told
from appliance.gateway import client, machine
from appliance.gateway.files import difference
from appliance.gateway.plan import Plan, PlanError, from_json, from_plain, problems, to_plain
from appliance.gateway.wifi import join_text

PLAN: Final = Path("/etc/tattlebox/gateway.toml")
CONFIRM_S: Final = 120


def add(commands: Any) -> None:
    """Add the verb with its own verbs."""
    text = "the home's network: show a plan, try it, keep it, go back"
    parser = commands.add_parser("gateway", help=text, description=text[0].upper() + text[1:] + ".")
    verbs = parser.add_subparsers(title="verbs", metavar="VERB", required=True)
    plan = _verb(verbs, "plan", _plan, "say what a plan would change, and why it cannot be")
    apply = _verb(
        verbs, "apply", _apply, "try a plan: it is checked, and taken back unless confirmed in time"
    )
    for one in (plan, apply):
        one.add_argument(
            "plan", type=Path, nargs="?", default=PLAN, metavar="FILE", help=f"TOML or JSON (default: {PLAN})"
        )
    apply.add_argument("--yes", action="store_true", help="do not ask, and confirm as soon as it works")
    apply.add_argument(
        "--confirm-within",
        type=int,
        default=CONFIRM_S,
        metavar="SECONDS",
        help="how long it waits for `tattlebox gateway confirm` (default: %(default)s)",
    )
    _verb(verbs, "confirm", _confirm, "keep the plan that is being tried")
    _verb(verbs, "revert", _revert, "take back the plan that is being tried")
    join = _verb(verbs, "join", _join, "show the code with which a phone joins the toys' Wi-Fi")
    join.add_argument("--svg", type=Path, metavar="FILE", help="write it as a picture instead, to print")
    status = _verb(verbs, "status", _status, "say what is in force and whether it works")
    status.add_argument("--json", action="store_true", help="one JSON object")


def _verb(verbs: Any, name: str, run: Run, text: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = verbs.add_parser(
        name, help=text, description=text[0].upper() + text[1:] + "."
    )
    parser.set_defaults(run=told(run, client.GatewayError, PlanError))
    return parser


def read_plan(path: Path) -> Plan:
    """Return the plan of a file, JSON when its name ends so, else TOML. Raises CommandError, PlanError."""
    try:
        text = path.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"cannot read {path} ({error}), expected a plan as in docs/gateway.md") from error
    if path.suffix == ".json":
        return from_json(text)
    try:
        return from_plain(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise CommandError(f"read {path}: {error}; expected TOML as in docs/gateway.md") from error


def _plan(args: argparse.Namespace) -> int:
    """Show what would change. Without a helper it is compared with nothing."""
    plan = read_plan(args.plan)
    try:
        now = from_plain(client.ask("status")["plan"])
    except client.GatewayError as error:
        print(f"tattlebox: {error}; compared with no plan at all", file=sys.stderr)
        now = Plan()
    if found := problems(plan, machine.surroundings(plan.toys, now.toys)):
        for sentence in found:
            print(f"cannot be: {sentence}", file=sys.stderr)
        return 1
    print(difference(now, plan._replace(policies=now.policies)) or "Nothing would change.")
    return 0


def _apply(args: argparse.Namespace) -> int:
    plan = read_plan(args.plan)
    if found := client.ask("check", plan=to_plain(plan))["problems"]:
        raise CommandError("; ".join(found))
    now = from_plain(client.ask("status")["plan"])
    changes = difference(now, plan._replace(policies=now.policies))
    print(changes or "Nothing would change.")
    if changes and not args.yes and not _agreed():
        print("Nothing was changed.")
        return 1
    answer = client.ask("apply", plan=to_plain(plan), confirm_s=args.confirm_within)
    if not answer["changed"]:
        print("It is in force already.")
        return 0
    if answer["captive"]:
        print(f"tattlebox: {answer['captive']}", file=sys.stderr)
    if args.yes:
        client.ask("confirm")
        print("It works, and is kept.")
        return 0
    print(f"It works. Keep it within {args.confirm_within} s with: tattlebox gateway confirm")
    return 0


def _agreed() -> bool:
    if not sys.stdin.isatty():
        raise CommandError("nobody is there to agree: pass --yes to apply and keep it")
    return input("Apply this? [y/N] ").strip().lower() in ("y", "yes")


def _confirm(_: argparse.Namespace) -> int:
    client.ask("confirm")
    print("Kept.")
    return 0


def _revert(_: argparse.Namespace) -> int:
    client.ask("revert")
    print("The plan before it is back.")
    return 0


def _join(args: argparse.Namespace) -> int:
    wifi = from_plain(client.ask("plan")["plan"]).wifi
    if wifi is None:
        raise CommandError("this gateway has no Wi-Fi of its own: its mode is not access_point")
    code = segno.make(join_text(wifi), error="m", micro=False)
    if args.svg is None:
        code.terminal(compact=True)
        print(f"Wi-Fi {printable(wifi.ssid)}: point a phone's camera at it.")
        return 0
    try:
        code.save(str(args.svg), kind="svg", scale=8)
    except OSError as error:
        raise CommandError(f"cannot write {args.svg}: {error.strerror}; choose another place") from error
    print(f"{args.svg}: whoever sees it can join {printable(wifi.ssid)}.")
    return 0


def _status(args: argparse.Namespace) -> int:
    answer = client.ask("status")
    if args.json:
        answer["plan"].pop("wifi", None)  # its passphrases are for the page that shows the QR code
        print_json(answer)
        return 1 if answer["broken"] else 0
    plan = from_plain(answer["plan"])
    print(f"{plan.mode}: {plan.upstream or '-'} to {plan.toys or '-'}, {len(plan.policies)} policies")
    if not answer["confirmed"]:
        print(f"being tried; taken back in {answer['seconds_left']:.0f} s unless confirmed")
    for sentence in (*answer["problems"], *answer["broken"].values(), answer["captive"]):
        if sentence:
            print(f"not working: {sentence}")
    if not answer["broken"]:
        print("Every check passes.")
    return 1 if answer["broken"] else 0

"""`tattlebox presets`: what the owner wrote into the card's text file is taken over, at each start.

The toys' Wi-Fi is made once, while there is no other plan: what was chosen on the appliance since stays.
"""

from __future__ import annotations

import argparse
import subprocess
import time
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from appliance.card.presets import Presets, PresetsError, parse
from appliance.cli.common import CommandError, add_store, store_of
from appliance.cli.update import CARD
from appliance.gateway import client
from appliance.gateway.plan import ROUTED, Plan, from_plain, to_plain
from appliance.gateway.wifi import Wifi
from appliance.settings import LANGUAGE, ZONE
from appliance.store.book import Book
from appliance.store.people import People
from appliance.store.settings import Settings

KEYS: Final = Path("/var/lib/tattlebox-card/authorized_keys")
PRESETS: Final = "tattlebox.txt"
PROBLEMS: Final = "tattlebox-problems.txt"

CABLE: Final = "eth0"
RADIO: Final = "wlan0"
"""The names of a Pi's own (net.ifnames=0)."""

CONFIRM_S: Final = 120


def add(commands: Any) -> None:
    """Add the verb."""
    told = f"take over what the owner wrote into {PRESETS} on the card"
    parser = commands.add_parser("presets", help=told, description=told.capitalize() + ".")
    parser.add_argument("--card", type=Path, default=CARD, help=f"the boot partition ({CARD})")
    parser.add_argument("--keys", type=Path, default=KEYS, help="where the owner's SSH key goes")
    add_store(parser)
    parser.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    """Take the presets over; what is wrong is written beside them, where the owner looks."""
    problems = args.card / PROBLEMS
    try:
        presets = _read(args.card / PRESETS)
        _remember(presets, args)
        plan = _network(presets, args)
    except (PresetsError, client.GatewayError) as error:
        problems.write_text(f"{PRESETS} was not taken over:\n{error}\n")
        raise CommandError(f"{args.card / PRESETS}: {error}") from error
    problems.unlink(missing_ok=True)
    if plan.mode in ROUTED and plan.toys != CABLE:
        _watch(plan.toys)
    return 0


def _read(path: Path) -> Presets:
    try:
        return parse(path.read_bytes())
    except FileNotFoundError:
        return Presets()


def _remember(presets: Presets, args: argparse.Namespace) -> None:
    wanted = {LANGUAGE.key: presets.language, ZONE.key: presets.zone}
    with closing(Book(store_of(args))) as book:
        settings = Settings(book)
        missing = {key: value for key, value in wanted.items() if value and not settings.all()[key]}
        settings.set(missing, time.time())  # what was chosen on the pages since stays
    if presets.ssh_key:
        args.keys.parent.mkdir(parents=True, exist_ok=True)
        args.keys.write_text(presets.ssh_key + "\n")
    else:
        args.keys.unlink(missing_ok=True)


def _network(presets: Presets, args: argparse.Namespace) -> Plan:
    """Return the plan in force; where there is none and the Wi-Fi is preset, that is tried and kept first."""
    plan = from_plain(client.ask("status")["plan"])
    if plan != Plan() or not presets.ssid:
        return plan
    wifi = Wifi(presets.ssid, presets.wifi_password, presets.country)
    with closing(Book(store_of(args))) as book:
        nobody = not People(book).all()
    plan = Plan(mode="access_point", upstream=CABLE, toys=RADIO, wifi=wifi, welcome=nobody)
    client.ask("apply", plan=to_plain(plan), confirm_s=CONFIRM_S)
    client.ask("confirm")
    return plan


def _watch(interface: str) -> None:
    """Let the sensor watch the toys' side instead of the cable, until the next start comes here again."""
    subprocess.run(["systemctl", "stop", f"tattlebox-sensor@{CABLE}"], check=False)
    subprocess.run(["systemctl", "start", f"tattlebox-sensor@{interface}"], check=False)

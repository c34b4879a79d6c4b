"""What the gateway remembers: the plan somebody confirmed, and the one that is being tried."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from appliance.gateway import machine
from appliance.gateway.plan import Plan, PlanError, from_json, from_plain, to_json, to_plain

FOLDER: Final = "/var/lib/tattlebox-gateway"


class State:
    """Two files: `confirmed.json`, and while a plan is tried `pending.json`.

    Whoever starts and finds a plan pending knows that it was never confirmed.
    """

    def __init__(self, folder: str = FOLDER) -> None:
        self._confirmed = f"{folder}/confirmed.json"
        self._pending = f"{folder}/pending.json"

    def confirmed(self) -> tuple[Plan, dict[str, str]]:
        """Return the plan to fall back to and the hardware addresses of its interfaces by their names.

        Where there is none, or it is damaged: a plan that changes nothing.
        """
        try:
            kept = json.loads(machine.read(self._confirmed) or "{}")
            hardware = {str(name): str(mac) for name, mac in kept.get("hardware", {}).items()}
            return from_plain(kept.get("plan", {})), hardware
        except (ValueError, AttributeError, PlanError):
            return Plan(), {}

    def pending(self) -> Plan | None:
        """Return the plan that is being tried. A damaged note counts as one that changes nothing."""
        if not Path(self._pending).exists():
            return None
        try:
            return from_json(machine.read(self._pending) or "")
        except PlanError:
            return Plan()

    def begin(self, plan: Plan) -> None:
        """Note that a plan is being tried. Raises MachineError."""
        machine.write(self._pending, to_json(plan), private=True)

    def keep(self, plan: Plan, hardware: Mapping[str, str]) -> None:
        """Note that a plan is confirmed, and whose names its interfaces are. Raises MachineError."""
        kept = {"plan": to_plain(plan), "hardware": dict(hardware)}
        machine.write(self._confirmed, json.dumps(kept), private=True)

    def end(self) -> None:
        """Note that nothing is being tried. Raises MachineError."""
        machine.remove(self._pending)


def follow(plan: Plan, known: Mapping[str, str], present: Mapping[str, str]) -> Plan:
    """Return the plan with the new names of interfaces that were renamed.

    `known` and `present`: hardware addresses by name, as they were when the plan was confirmed and are now.
    A name that is there is believed, whatever its hardware: adapters are replaced.
    """
    found = {mac: name for name, mac in present.items() if name not in (plan.upstream, plan.toys)}

    def now(name: str) -> str:
        return name if name in present else found.get(known.get(name, ""), name)

    return plan._replace(upstream=now(plan.upstream), toys=now(plan.toys))

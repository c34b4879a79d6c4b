"""A home whose gateway fails at a chosen step, and how long it takes until it is online again by itself."""

from __future__ import annotations

import itertools
import json
import sys
import time
from collections.abc import Callable, Iterator
from typing import Final

from appliance.gateway.apply import LAST_STEP
from appliance.gateway.plan import Dns, to_json
from tests.lab import lab
from tests.lab.faulty_helper import FAULT, KINDS, NAMES
from tests.lab.gateway import PATH, GatewayMachine

HOST: Final = "prod.de.tbs.toys"
HEAL_S: Final = 60.0
OTHER: Final = lab.PLAN._replace(network4="192.168.78.1/24", lease_s=7_200, dns=Dns(forced=False))
"""A plan that differs from the lab's in every file but the upstream's."""

HUNG_S: Final = 15.0
"""In place of the 40 s after which systemd restarts a helper that hangs; all steps take up to ten."""


class Home:
    """A lab with two devices that joined, and a helper that can be given a fault."""

    def __init__(self, name: str) -> None:
        self.name = name
        helper = [sys.executable, "-m", "tests.lab.faulty_helper", "--path", PATH]
        self.gateway: GatewayMachine = lab.wire(name, helper)
        self.gateway.boot()
        self.gateway.apply(lab.PLAN)
        self.box, self.phone = (lab.Device(name, key) for key in ("box", "phone"))
        for device in (self.box, self.phone):
            device.join()

    def online(self) -> bool:
        """Return whether a device finds a name and reaches it through the gateway."""
        found = self.box.resolve(HOST)
        return bool(found) and bool(self.box.connect(found[0]))

    def heal(self, number: int, kind: str) -> float:
        """Apply another plan with a fault at a step; return after how many seconds the home was as before.

        Raises TimeoutError when that was not within HEAL_S.
        """
        self.gateway.write(str(FAULT), json.dumps([number, kind]))
        self.gateway.write("/run/lab/other.json", to_json(OTHER))
        self.gateway.cut_timers(HUNG_S if kind == "hang" else None)
        began = time.monotonic()
        applying = self.gateway.start(*self.gateway.ours("gateway", "apply", "--yes", "/run/lab/other.json"))
        await_that(self._healed)
        took = time.monotonic() - began
        applying.wait(HEAL_S)
        self.gateway.await_helper()
        self.gateway.cut_timers(None)
        return took

    def _healed(self) -> bool:
        if FAULT.name in self.gateway.run("ls", str(FAULT.parent)):
            return False  # it has not happened yet
        said = self.gateway.tattlebox("gateway", "status", "--json").stdout
        status = json.loads(said) if said else {"confirmed": False}
        return status["confirmed"] and status["plan"]["network4"] == lab.PLAN.network4 and self.online()


def await_that(condition: Callable[[], bool], within_s: float = HEAL_S) -> None:
    """Wait until a condition holds. Raises TimeoutError."""
    deadline = time.monotonic() + within_s
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {within_s} s")
        time.sleep(0.1)


def every_fault(name: str, first: int = 1) -> Iterator[str]:
    """Yield a line on each kind of fault at each step from the `first` on, and one on the slowest.

    Raises TimeoutError.
    """
    home = Home(name)
    times: list[float] = []
    for number in itertools.count(first):
        for kind in KINDS:
            times.append(home.heal(number, kind))
            step = json.loads(home.gateway.read(str(NAMES)))[-1]
            yield f"{number:2d} {step:40s} {kind:10s} online again after {times[-1]:4.1f} s"
        if step == LAST_STEP:
            break
    yield f"faults: {len(times)}"
    yield f"slowest_s: {max(times):.1f}"

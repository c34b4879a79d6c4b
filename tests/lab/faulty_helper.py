"""The gateway's helper with one fault in it: `/run/lab/fault.json` holds a step and what happens there.

`error`: the step fails; `kill`: the process dies before the step; `late kill`: right after it; `hang`: the
step is done and never returns. The fault happens once.

`/run/lab/anchor` holds the key of the lab's own root, where the lab has a signed one.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, Final

from appliance.gateway import dnsmasq, helper
from appliance.gateway.apply import Gateway, Step
from appliance.gateway.machine import MachineError

FAULT: Final = Path("/run/lab/fault.json")
KINDS: Final = ("error", "kill", "late kill", "hang")
NAMES: Final = Path("/run/lab/steps.json")
"""The names of the steps of the last attempt, as far as it got."""

ANCHOR: Final = Path("/run/lab/anchor")

_steps = Gateway.steps
_config = dnsmasq.config
_anchors = dnsmasq.ROOT_ANCHORS


def _fail(kind: str, step: Step) -> None:
    FAULT.unlink()
    if kind == "error":
        raise MachineError("a fault was put here")
    if kind != "kill":
        step.run()
    if kind == "hang":
        time.sleep(3_600)
    os.kill(os.getpid(), signal.SIGKILL)


def steps(self: Gateway, *given: Any) -> Iterator[Step]:
    """Yield the steps with the fault in its place."""
    names: list[str] = []
    for number, step in enumerate(_steps(self, *given), 1):
        names.append(step.name)
        NAMES.write_text(json.dumps(names))
        where, kind = json.loads(FAULT.read_text()) if FAULT.exists() else (0, "")
        yield Step(step.name, partial(_fail, kind, step)) if number == where else step


def config(*given: Any) -> str:
    """Return dnsmasq's settings, with the lab's root in place of the internet's."""
    dnsmasq.ROOT_ANCHORS = (ANCHOR.read_text().strip(),) if ANCHOR.exists() else _anchors  # type: ignore[misc]
    return _config(*given)


if __name__ == "__main__":
    dnsmasq.config = config
    Gateway.steps = steps  # type: ignore[method-assign]
    sys.exit(helper.main())

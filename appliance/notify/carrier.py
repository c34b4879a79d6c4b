"""Carrying one message in a process of its own, which ends by a deadline whatever the receiver does.

    python -m appliance.notify.carrier < {"kind": …, "message": …, "settings": …}

A receiver that drips an answer for ever cannot hold a socket time-out, and a library that leaks or breaks
takes nothing with it. Settings go in by standard input, so no secret stands in a list of processes.
"""

from __future__ import annotations

import ctypes
import json
import logging
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

from appliance.delivery.message import Batch, DeliveryError, Message, Settings

MODULE: Final = "appliance.notify.carrier"

DEADLINE_S: Final = 60.0
"""For one message or batch, with the start of the process: about 5 s of it on a Pi Zero 2."""

PR_SET_PDEATHSIG: Final = 1
"""Linux, prctl(2): the signal a process gets when its parent ends."""


def carry(kind: str, message: Message | Batch, settings: Settings, deadline_s: float = DEADLINE_S) -> None:
    """Have a channel or sink take a message. Raises DeliveryError."""
    task = json.dumps({"kind": kind, "message": message._asdict(), "settings": dict(settings)})
    run_within(MODULE, [], task, deadline_s)


def run_within(module: str, args: list[str], task: str, deadline_s: float) -> None:
    """Run a module of ours in a process of its own, which ends with us. Raises DeliveryError."""
    try:
        done = subprocess.run(
            [sys.executable, "-m", module, str(os.getpid()), *args],
            input=task,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # what a library says there may hold a token
            text=True,
            check=False,
            timeout=deadline_s,
            cwd=Path(__file__).parents[2],
        )
    except subprocess.TimeoutExpired:
        raise DeliveryError(
            f"it was not done within {deadline_s:.0f} s: the receiver answers too slowly", None, "slow"
        ) from None
    except OSError as error:
        raise DeliveryError(
            f"cannot start a process to deliver it: {error.strerror}", None, "busy"
        ) from error
    try:
        said: dict[str, Any] = json.loads(done.stdout)
        fault = DeliveryError(said["reason"], said["retry_after_s"], said["fault"]) if said else None
    except (ValueError, KeyError, TypeError):
        text = (
            f"the process that delivers ended with code {done.returncode} and said nothing: is memory full?"
        )
        raise DeliveryError(text, None, "busy") from None
    if fault is not None:
        raise fault


def answer(fault: DeliveryError | None) -> None:
    """Tell whoever called `run_within` what came of it."""
    said = (
        {"reason": fault.reason, "retry_after_s": fault.retry_after_s, "fault": fault.fault} if fault else {}
    )
    print(json.dumps(said))


def main(argv: list[str]) -> int:
    """Carry what stands on standard input; answer with a fault, or an empty object."""
    end_with(int(argv[0]))
    logging.disable(logging.CRITICAL)  # libraries log addresses that hold tokens
    task = json.load(sys.stdin)
    try:
        _send(task["kind"], task["message"], task["settings"])
    except DeliveryError as error:
        answer(error)
    else:
        answer(None)
    return 0


def _send(kind: str, plain: dict[str, Any], settings: Settings) -> None:
    from appliance.notify import CHANNELS  # noqa: PLC0415 - the parent has no use for the libraries
    from appliance.sinks import SINKS  # noqa: PLC0415

    for channel in CHANNELS:
        if kind == channel.KIND:
            channel.send(Message(**plain), settings)
            return
    sink = next(sink for sink in SINKS if kind == sink.KIND)
    sink.send(Batch(**plain), settings)


def end_with(parent: int) -> None:
    """End when the parent does, so that nothing is sent behind the back of the one who comes after it."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it ended before we asked
        os._exit(1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

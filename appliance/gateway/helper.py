"""`tattlebox-gateway`: the one process that may change the network, behind a Unix socket.

It takes a closed list of verbs from those it knows by the kernel's word (SO_PEERCRED), reads every plan with
the plan's own checks, and runs no shell. A request is one line of JSON, the answer another; then the line is
closed.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import pwd
import signal
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from appliance.gateway import machine, verify
from appliance.gateway.apply import ApplyError, Gateway, pass_on_resolvers
from appliance.gateway.files import RUN
from appliance.gateway.machine import Machine, MachineError
from appliance.gateway.plan import (
    MAX_PLAN_BYTES,
    ROUTED,
    Plan,
    PlanError,
    from_plain,
    problems,
    to_plain,
)
from appliance.gateway.policy import Policy, in_force, policies_from
from appliance.gateway.state import FOLDER, State
from sensor.liveness import Liveness

log = logging.getLogger(__name__)

SOCKET: Final = f"{RUN}/gateway.sock"
MAX_REQUEST: Final = MAX_PLAN_BYTES + 1_000
CONFIRM_S: Final = (10.0, 3_600.0)
"""Least and most that a plan may wait for its confirmation."""

ASKING_S: Final = 2.0
"""How long a caller may take to say what it wants."""

TICK_S: Final = 0.5
CALLERS: Final = 8
"""Callers served at once; there are three: the service, the pages, a person at a terminal."""


class Refused(Exception):
    """What was asked cannot be: one sentence."""


class Helper:
    """The plan in force, and the verbs that change it. Verbs that change something wait for each other."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._changing = threading.Lock()
        self._alive = Liveness()
        self._confirmed = gateway.recover()
        self._plan = self._confirmed
        self._deadline: float | None = None
        self._verbs: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
            "plan": lambda _: {"plan": to_plain(self._plan)},
            "status": self._status,
            "check": self._check,
            "apply": self._apply,
            "confirm": self._confirm,
            "revert": self._revert,
            "police": self._police,
            "welcomed": self._welcomed,
        }
        self._alive.ready()

    def answer(self, line: bytes) -> dict[str, Any]:
        """Return the answer to one request: `{"error": sentence}` when it cannot be."""
        try:
            request = json.loads(line)
            verb = self._verbs[request["verb"]]
        except (ValueError, TypeError, KeyError, RecursionError):
            return {"error": f"read {line[:40]!r}, expected a verb of {', '.join(self._verbs)}"}
        try:
            return verb(request)
        except (Refused, PlanError, ApplyError, MachineError) as error:
            return {"error": str(error)}

    def tick(self) -> None:
        """Do what time asks for: put back what nobody confirmed, end policies, pass on resolvers."""
        if not self._changing.acquire(blocking=False):
            return
        self._alive.progress()
        try:
            if self._deadline is not None and time.monotonic() > self._deadline:
                log.warning("gateway reverted=deadline")
                self._go_back()
            if (plan := self._gateway.renamed(self._plan)) != self._plan and self._deadline is None:
                log.warning("gateway renamed upstream=%s toys=%s", plan.upstream, plan.toys)
                self._gateway.revert(plan)
                self._gateway.keep(plan)
                self._plan = self._confirmed = plan
            left = in_force(self._plan.policies, time.time())
            if left != self._plan.policies:
                self._enforce(left)
            pass_on_resolvers(self._plan)
        except MachineError as error:
            log.error("gateway tick=%s", error)
        finally:
            self._changing.release()

    def _status(self, _: dict[str, Any]) -> dict[str, Any]:
        plan, deadline = self._plan, self._deadline
        return {
            "plan": to_plain(plan),
            "confirmed": deadline is None,
            "seconds_left": None if deadline is None else max(0.0, deadline - time.monotonic()),
            "problems": self._problems(plan),
            "broken": verify.broken(plan),
            "captive": verify.captive(plan) if plan.mode in ROUTED else None,
            "counts": self._gateway.counts(),
        }

    def _problems(self, plan: Plan) -> list[str]:
        return problems(plan, machine.surroundings(plan.toys, self._plan.toys))

    def _check(self, request: dict[str, Any]) -> dict[str, Any]:
        return {"problems": self._problems(_plan_of(request))}

    def _apply(self, request: dict[str, Any]) -> dict[str, Any]:
        plan, confirm_s = _plan_of(request), request.get("confirm_s")
        if not isinstance(confirm_s, int | float) or not CONFIRM_S[0] <= confirm_s <= CONFIRM_S[1]:
            raise Refused(
                f"read confirm_s {confirm_s!r:.20}, expected {CONFIRM_S[0]} to {CONFIRM_S[1]} seconds"
            )
        with self._changing:
            if found := self._problems(plan):
                raise Refused("; ".join(found))
            plan = plan._replace(policies=self._plan.policies)
            if plan == self._plan:
                return {"changed": False}
            self._gateway.attempt(self._confirmed, plan, confirm_s)
            self._plan, self._deadline = plan, time.monotonic() + confirm_s
        return {"changed": True, "captive": verify.captive(plan) if plan.mode in ROUTED else None}

    def _confirm(self, _: dict[str, Any]) -> dict[str, Any]:
        with self._changing:
            if self._deadline is None:
                raise Refused(
                    "nothing waits for a confirmation: it was confirmed before, or put back already"
                )
            self._gateway.confirm(self._plan)
            self._confirmed, self._deadline = self._plan, None
        return {}

    def _revert(self, _: dict[str, Any]) -> dict[str, Any]:
        with self._changing:
            if self._deadline is None:
                raise Refused("nothing is being tried; to change what is confirmed, apply another plan")
            self._go_back()
        return {}

    def _go_back(self) -> None:
        self._confirmed = self._confirmed._replace(policies=self._plan.policies)
        self._gateway.revert(self._confirmed)
        self._plan, self._deadline = self._confirmed, None

    def _police(self, request: dict[str, Any]) -> dict[str, Any]:
        try:
            policies = policies_from(request["policies"])
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise Refused(
                f"read policies of another shape ({error}), expected those of docs/gateway.md"
            ) from error
        with self._changing:
            plan = self._plan._replace(policies=in_force(policies, time.time()))
            if found := self._problems(plan):
                raise Refused("; ".join(found))
            self._enforce(plan.policies)
        return {"counts": self._gateway.counts()}

    def _welcomed(self, _: dict[str, Any]) -> dict[str, Any]:
        """Lead phones to the first page no more: somebody has set Tattlebox up."""
        with self._changing:
            if self._deadline is not None:
                raise Refused("a plan is being tried: ask again when it is kept or taken back")
            if self._plan.welcome:
                plan = self._plan._replace(welcome=False)
                self._gateway.revert(plan)
                self._gateway.keep(plan)
                self._plan = self._confirmed = plan
        return {}

    def _enforce(self, policies: tuple[Policy, ...]) -> None:
        """Put policies in force: new addresses of known ones are added, anything else replaces all."""
        old, self._plan = self._plan, self._plan._replace(policies=policies)
        added = _added(old.policies, policies)
        if added is None:
            self._gateway.police(self._plan)
            self._remember()
        elif added:
            self._gateway.add(self._plan, added)

    def _remember(self) -> None:
        """Keep policies for the next start. While a plan is tried they are not: a crash puts both back."""
        if self._deadline is None:
            self._gateway.keep(self._plan)
            self._confirmed = self._plan


def _plan_of(request: dict[str, Any]) -> Plan:
    plan = request.get("plan")
    if not isinstance(plan, dict):
        raise Refused(f"read a plan that is a {type(plan).__name__}, expected an object")
    return from_plain(plan)


def _added(old: tuple[Policy, ...], new: tuple[Policy, ...]) -> list[tuple[Policy, list[str]]] | None:
    """Return the addresses that each policy gained; None when anything else is different."""
    bare = [[policy._replace(addresses=()) for policy in each] for each in (old, new)]
    gained = [(now, set(now.addresses) - set(was.addresses)) for was, now in zip(old, new, strict=False)]
    lost = any(set(was.addresses) - set(now.addresses) for was, now in zip(old, new, strict=False))
    if bare[0] != bare[1] or lost:
        return None
    return [(policy, sorted(addresses)) for policy, addresses in gained if addresses]


class Server:
    """The socket: says no to whom the kernel does not call root or one of `allowed`."""

    def __init__(self, helper: Helper, listener: socket.socket, allowed: frozenset[int]) -> None:
        self._helper = helper
        self._listener = listener
        self._allowed = allowed
        self._places = threading.BoundedSemaphore(CALLERS)

    def run(self, stopped: Callable[[], bool]) -> None:
        """Serve until `stopped()`."""
        self._listener.settimeout(TICK_S)
        ticked = time.monotonic()
        while not stopped():
            try:
                caller, _ = self._listener.accept()
            except TimeoutError:
                pass
            else:
                self._take(caller)
            if time.monotonic() - ticked >= TICK_S:
                self._helper.tick()
                ticked = time.monotonic()

    def _take(self, caller: socket.socket) -> None:
        if not self._places.acquire(blocking=False):
            caller.close()
            return
        threading.Thread(target=self._serve, args=(caller,), daemon=True).start()

    def _serve(self, caller: socket.socket) -> None:
        try:
            with caller:
                caller.settimeout(ASKING_S)
                answer = self._answer(caller)
                caller.sendall(json.dumps(answer).encode() + b"\n")
        except OSError as error:
            log.info("gateway caller=gone error=%s", error)
        finally:
            self._places.release()

    def _answer(self, caller: socket.socket) -> dict[str, Any]:
        _, uid, _ = struct.unpack("iii", caller.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
        if uid not in self._allowed:
            log.warning("gateway refused uid=%d", uid)
            return {"error": f"user {uid} may not change the network of this home"}
        with caller.makefile("rb") as lines:
            line = lines.readline(MAX_REQUEST + 1)
        if len(line) > MAX_REQUEST or not line.endswith(b"\n"):
            return {"error": f"read {len(line)} bytes without an end, expected one line of JSON"}
        return self._helper.answer(line)


def listen(path: Path) -> socket.socket:
    """Return the listening socket; root and our group may open it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o117)
    try:
        listener.bind(str(path))
    finally:
        os.umask(before)
    listener.listen(CALLERS)
    return listener


def _users(names: list[str]) -> frozenset[int]:
    """Return root and those of the users that exist."""
    there = {entry.pw_name: entry.pw_uid for entry in pwd.getpwall()}
    return frozenset({0, *(there[name] for name in names if name in there)})


def main() -> int:
    """Run the helper until it is told to stop."""
    parser = argparse.ArgumentParser(prog="tattlebox-gateway", description=__doc__)
    parser.add_argument("--socket", type=Path, default=Path(SOCKET), help="where it listens")
    parser.add_argument("--state", default=FOLDER, help="folder of the confirmed plan")
    parser.add_argument("--allow", action="append", metavar="USER", help="who may ask (default: tattlebox)")
    parser.add_argument("--path", default=machine.PATH, help="where nft, systemctl and systemd-run are")
    args = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s %(message)s")
    stop: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda caught, _: stop.append(caught))
    os.umask(0o022)
    helper = Helper(Gateway(Machine(args.path), State(args.state)))
    with listen(args.socket) as listener:
        Server(helper, listener, _users(args.allow or ["tattlebox"])).run(lambda: bool(stop))
    return 0


if __name__ == "__main__":
    sys.exit(main())

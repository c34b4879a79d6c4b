"""From one plan to another, in named steps; back again when one of them fails."""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from ipaddress import IPv4Interface
from typing import Final, NamedTuple

from appliance.gateway import machine, nftables, verify
from appliance.gateway.files import ALL, DAEMONS, RESOLVERS, RULES, SECRET, Daemon, files
from appliance.gateway.machine import Machine, MachineError
from appliance.gateway.nftables import Counts, Judging
from appliance.gateway.plan import ROUTED, Plan
from appliance.gateway.policy import Policy
from appliance.gateway.rival import rival
from appliance.gateway.state import State, follow

log = logging.getLogger(__name__)

TRY_S: Final = 40
"""How long applying and checking may take before the timer puts the old plan back: home again in a minute."""

TIMER: Final = "tattlebox-gateway-revert"
HELPER: Final = "tattlebox-gateway.service"


LAST_STEP: Final = "wait for confirmation"


class ApplyError(Exception):
    """A plan that did not work: what failed, and that the one before is back."""


class Step(NamedTuple):
    """One thing that is done on the way to a plan; an exception means it failed."""

    name: str
    run: Callable[[], object]


class Gateway:
    """The gateway of this machine. Whoever calls takes care that one thing happens at a time."""

    def __init__(self, machine: Machine, state: State) -> None:
        self._machine = machine
        self._state = state

    def recover(self) -> Plan:
        """Make the confirmed plan true, whatever was going on when we were stopped; return it."""
        if self._state.pending() is not None:
            log.warning("gateway reverted=unconfirmed")
        confirmed = self._state.confirmed()[0]
        plan = self.renamed(confirmed)
        self.revert(plan)
        if plan != confirmed:
            self._try_to_keep(plan)
        return plan

    def renamed(self, plan: Plan) -> Plan:
        """Return a plan with the names that its interfaces have now."""
        return follow(plan, self._state.confirmed()[1], machine.hardware())

    def attempt(self, old: Plan, new: Plan, confirm_s: float) -> None:
        """Go from a plan to another and see that it works; then it has to be confirmed within `confirm_s`.

        Raises ApplyError when a step failed; the old plan is back then.
        """
        for step in self.steps(new, confirm_s, verify.excused(new)):
            try:
                step.run()
            except (MachineError, TimeoutError, OSError) as error:
                log.warning("gateway failed=%s error=%s", step.name, error)
                self.revert(old)
                raise ApplyError(f"{step.name}: {error}; the plan before it is back") from error

    def confirm(self, plan: Plan) -> None:
        """Keep a plan that was tried. Raises MachineError."""
        self.keep(plan)
        self._state.end()
        self._disarm()

    def _try_to_keep(self, plan: Plan) -> None:
        try:
            self.keep(plan)
        except MachineError as error:
            log.error(
                "gateway keep=%s", error
            )  # the disk is full; the names are found anew at the next start

    def keep(self, plan: Plan) -> None:
        """Remember a plan for the next start. Raises MachineError."""
        there = machine.hardware()
        names = [name for name in (plan.upstream, plan.toys) if name in there]
        self._state.keep(plan, {name: there[name] for name in names})

    def police(self, plan: Plan) -> None:
        """Put a plan's policies in force: its rules alone, in one transaction. Raises MachineError."""
        self._load(plan)
        machine.write(RULES, files(plan)[RULES])

    def add(self, plan: Plan, added: Iterable[tuple[Policy, Iterable[str]]]) -> None:
        """Add addresses to the sets of policies in force. Raises MachineError."""
        self._machine.run("nft", "-f", "-", stdin=nftables.update(plan, added, _another_mark()))

    def counts(self) -> Counts:
        """Return what the named counters of the rules in force have counted; empty when there are none."""
        try:
            return nftables.counts(self._machine.run("nft", "-j", "list", "counters"))
        except MachineError:
            return {}

    def steps(self, new: Plan, confirm_s: float, excused: frozenset[str]) -> Iterator[Step]:
        """Yield every step to a plan, in order; checks that are `excused` are left out."""
        yield Step("set the timer", partial(self._arm, TRY_S))
        yield Step("remember what is tried", partial(self._state.begin, new))
        yield from self._install(new)
        deadline = time.monotonic() + verify.PATIENCE_S
        if new.mode == "ethernet":
            yield Step("check that nobody else lends addresses", partial(_alone, new))
        for check in verify.checks_of(new):
            if check.name == "names":
                yield Step("pass on the resolvers", partial(pass_on_resolvers, new))
            if check.name not in excused:
                yield Step(f"check {check.name}", partial(verify.await_working, check, new, deadline))
        yield Step(LAST_STEP, partial(self._arm, confirm_s))

    def _install(self, plan: Plan) -> Iterator[Step]:
        """Yield what makes a plan true, whatever was before: files, rules, daemons."""
        wanted = files(plan)
        yield Step("check the rules", partial(self._check, wanted[RULES]))
        changed = {path for path in ALL if machine.read(path) != wanted.get(path)}
        for path in (path for path in ALL if path in changed):
            yield Step(f"write {path.rpartition('/')[2]}", partial(_place, path, wanted.get(path)))
        yield Step("load the rules", partial(self._load, plan))
        for daemon in DAEMONS:
            wants, stale = any(path in wanted for path in daemon.reads), bool(changed & set(daemon.reads))
            if daemon.ours or stale:
                yield Step(daemon.unit, partial(self._daemon, daemon, wants, stale))

    def revert(self, plan: Plan) -> None:
        """Go back to a plan as far as that goes: a step that fails does not keep the others undone."""
        for step in self._install(plan):
            try:
                step.run()
            except (MachineError, OSError) as error:
                log.error("gateway revert=%s error=%s", step.name, error)
        try:
            self._state.end()
        except MachineError as error:
            log.error("gateway revert=forget error=%s", error)
        self._disarm()

    def _check(self, text: str) -> None:
        self._machine.run("nft", "-c", "-f", "-", stdin=text)

    def _load(self, plan: Plan) -> None:
        """Replace our table in one transaction; what was counted goes on."""
        at = self._machine.neighbours(plan.toys) if plan.policies and plan.mode in ROUTED else {}
        judging = Judging(_another_mark(), at)
        self._machine.run("nft", "-f", "-", stdin=nftables.ruleset(plan, self.counts(), judging))

    def _daemon(self, daemon: Daemon, wanted: bool, changed: bool) -> None:
        if not wanted and daemon.ours:
            self._machine.run("systemctl", "stop", daemon.unit)
        elif changed:
            self._machine.run("systemctl", daemon.verb, daemon.unit)
        elif wanted and daemon.ours:
            self._machine.run("systemctl", "start", daemon.unit)

    def _arm(self, after_s: float) -> None:
        """Let systemd start us anew after a time: we put the old plan back then, even if we hang or crash."""
        self._disarm()
        self._machine.run(
            "systemd-run",
            f"--unit={TIMER}",
            "--collect",
            f"--on-active={after_s:.0f}s",
            "--timer-property=AccuracySec=1s",
            "systemctl",
            "restart",
            HELPER,
        )

    def _disarm(self) -> None:
        try:
            self._machine.run("systemctl", "stop", f"{TIMER}.timer")
        except MachineError:
            log.debug("gateway timer=none")


def _another_mark() -> int:
    """Return a mark that no flow carries: drawn, so that nothing has to be remembered over a restart."""
    return 1 + secrets.randbelow(nftables.MAX_MARK)


def pass_on_resolvers(plan: Plan) -> None:
    """Keep the file from which dnsmasq reads the resolvers of the line outside. Raises MachineError."""
    text = "".join(f"nameserver {one}\n" for one in machine.resolvers(plan.upstream))
    if plan.mode in ROUTED and text and machine.read(RESOLVERS) != text:
        machine.write(RESOLVERS, text)


def _alone(plan: Plan) -> None:
    mac = machine.hardware().get(plan.toys, "")
    other = rival(plan.toys, mac, IPv4Interface(plan.network4).ip) if mac else None
    if other is not None:
        raise MachineError(
            f"{other} lends addresses on {plan.toys}, too: that cable leads to another network, "
            "or a second router is on it; take it off"
        )


def _place(path: str, text: str | None) -> None:
    if text is None:
        machine.remove(path)
    else:
        machine.write(path, text, private=path in SECRET)

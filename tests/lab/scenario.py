"""Scenarios: what happens in the lab's home as data, and what the appliance says of it as text.

A scenario is `scenarios/NAME.toml`: weeks of the home's generated life, and in them parts that are played for
real at the gateway under test, and recorded there. `scenarios/NAME.txt` is what must come of it: each step's
answer, the records of the parts, and the updates, changes, findings and alerts of the last days.
"""

from __future__ import annotations

import heapq
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

from appliance.home import Home
from appliance.lookup.knowledge import load_knowledge
from appliance.service import Service
from appliance.store.reader import Reader
from appliance.store.writer import Writer
from sensor.offline import capture_records
from sensor.records import DhcpAck, DnsAnswer, FlowRecord, HttpRequest, Loss, Record, TlsClientHello, Weird
from sensor.wire import leaks
from tests.household.generate import END, live
from tests.household.home import DEVICES
from tests.household.shift import shift_to_end
from tests.lab import lab
from tests.lab.gateway import GatewayMachine
from tests.lab.namespaces import full_name, ip

FOLDER: Final = Path(__file__).with_name("scenarios")
DAY_S: Final = 86_400.0
TOLD_S: Final = 3 * DAY_S
"""Of what was told and found, the last days are the scenario's."""

LINE_CUT: Final = (
    "table inet cut { chain on { type filter hook forward priority 0; drop; };"
    " chain own { type filter hook output priority 0; oifname wan drop; }; }"
)
LINE_MENDED: Final = "delete table inet cut"
UNKNOWN: Final = "Unknown device"
BEFORE_S: Final = 900.0
"""Between generated life and the first part: longer than any flow's timeout."""


class Part(NamedTuple):
    """Steps that are played without a pause, so many hours before the end."""

    before_end_h: float
    steps: tuple[tuple[Any, ...], ...]  # who, what, and its words


class Scenario(NamedTuple):
    """What happens."""

    name: str
    about: str
    days: int  # of generated life before the end; 0: none
    network6: str  # the gateway's in the toys' network
    parts: tuple[Part, ...]


def names() -> list[str]:
    """Return all scenarios."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def load(name: str) -> Scenario:
    """Return a scenario. Raises LabError when there is none of that name."""
    if name not in names():
        raise lab.LabError(f"there is no scenario {name!r}, expected one of {', '.join(names())}")
    read = tomllib.loads((FOLDER / f"{name}.toml").read_text())
    parts = (Part(part["before_end_h"], tuple(map(tuple, part["steps"]))) for part in read["part"])
    return Scenario(name, read["about"], read["days"], read.get("network6", lab.PLAN.network6), tuple(parts))


def expected(name: str) -> str:
    """Return what must come of it."""
    return (FOLDER / f"{name}.txt").read_text()


def run(lab_name: str, scenario: Scenario) -> str:
    """Play a scenario in a lab of this name and return what came of it."""
    with lab.locked(lab_name) as lock, lab.guarded(lab_name, lock), tempfile.TemporaryDirectory() as folder:
        stage = Stage(lab_name, lab.up(lab_name, lab.PLAN._replace(network6=scenario.network6)))
        captures = []
        for number, part in enumerate(scenario.parts):
            capture = Path(folder) / f"{number}.pcapng"
            stage.play(part, capture)
            captures.append(capture)
        records = list(_played(scenario, captures))
        lines = [scenario.about, "", *stage.said, "", *sorted(_told_by(records)), ""]
        lines += _found(Path(folder) / "home.db", scenario, records)
    return "\n".join(lines) + "\n"


class Stage:
    """A lab that is up, and what its steps answered."""

    def __init__(self, name: str, gateway: GatewayMachine) -> None:
        self._name = name
        self._gateway = gateway
        self._devices: dict[str, lab.Device] = {}
        self.said: list[str] = []

    def play(self, part: Part, capture: Path) -> None:
        """Do the steps of a part, and record it where the sensor would listen."""
        recorder = self._gateway.start(
            lab.PYTHON, "-m", "tests.lab.recorder", str(capture), "--interface", lab.PLAN.toys
        )
        lab.await_ready(recorder)
        for who, what, *words in part.steps:
            answer = self._do(who, what, words)
            self.said.append(" ".join(map(str, (f"{who}:", what, *words, "->", answer))))
        lab.end_recording(recorder)

    def _do(self, who: str, what: str, words: list[Any]) -> str:
        if who == "gateway":
            self._gateway.systemctl(what, *words)
            return "done"
        if who == "line":
            router = full_name(self._name, "router")
            ip("netns", "exec", router, "nft", LINE_CUT if what == "down" else LINE_MENDED)
            return "done"
        if who == "repeater":
            self._repeat(what, words)
            return "done"
        if who not in self._devices:
            self._devices[who] = lab.Device(self._name, who)
        answer = getattr(self._devices[who], what)(*words)
        return "yes" if answer else "no"

    def _repeat(self, mac: str, keys: list[str]) -> None:
        """Let the frames of devices carry a repeater's address, as cheap repeaters do."""
        macs = ", ".join(device.mac for device in DEVICES if device.key in keys)
        rule = f'oifname "uplink" ether saddr {{ {macs} }} ether saddr set {mac}'
        chain = f"chain on {{ type filter hook postrouting priority 0; {rule}; }}"
        ip("netns", "exec", full_name(self._name, "switch"), "nft", f"table bridge repeater {{ {chain}; }}")


def _played(scenario: Scenario, captures: list[Path]) -> Iterator[Record]:
    """Yield the records of the parts, each at its time."""
    for part, capture in zip(scenario.parts, captures, strict=True):
        records = list(capture_records([capture], lambda error: _refuse(str(error))))
        yield from shift_to_end(records, END - part.before_end_h * 3_600)


def _refuse(text: str) -> None:
    raise lab.LabError(text)


def _life(scenario: Scenario) -> Iterator[Record]:
    """Yield the generated life of the home; who takes part lives its parts alone from the first one on."""
    if not scenario.days:
        return
    begins, macs = END - scenario.parts[0].before_end_h * 3_600 - BEFORE_S, _taking_part(scenario)
    for record in live(DEVICES, (), "scenario", END - scenario.days * DAY_S, END):
        mine = any(getattr(record, field, None) in macs for field in ("mac", "client_mac", "orig_mac"))
        if not mine or _emitted(record) < begins:
            yield record


def _reread(record: Record) -> Record:
    """Return a generated record with the kinds of data that the sensor would have found in it."""
    if not isinstance(record, HttpRequest):
        return record
    start = f"{record.method} {record.path}?{'&'.join(f'{name}=1' for name in record.parameters)}".encode()
    found = leaks.kinds((*record.parameters, *record.header_names), [start])
    return record._replace(leaks=tuple(sorted(found)))


def _emitted(record: Record) -> float:
    return record.ts + record.duration_s if isinstance(record, FlowRecord) else record.ts


def _told_by(records: list[Record]) -> set[str]:
    """Return a line for each thing the sensor read in the parts."""
    return {f"record {line}" for record in records if (line := _line(record)) is not None}


def _line(record: Record) -> str | None:
    match record:
        case DnsAnswer():
            return f"{_who(record.client_mac)} asks {record.query}"
        case TlsClientHello():
            return f"{_who(record.mac)} greets {record.server_name} ({record.transport})"
        case HttpRequest():
            return f"{_who(record.mac)} {record.method} http://{record.host}"
        case DhcpAck():
            return f"{_who(record.mac)} leases an address"
        case Loss():
            return f"loss {record.kind}"
        case Weird():
            return f"weird {record.name}"
    return None


def _who(mac: str | None) -> str:
    return next((device.key for device in DEVICES if device.mac == mac), mac or "nobody")


def _found(store: Path, scenario: Scenario, played: list[Record]) -> Iterator[str]:
    """Yield a line for each thing the appliance says of the last days."""
    lived = sorted(map(_reread, _life(scenario)), key=_emitted)
    records = heapq.merge(lived, sorted(played, key=_emitted), key=_emitted)
    writer = Writer(store)
    service = Service(Home(load_knowledge()), writer)
    service.take(records)
    service.finish()
    writer.close()
    with Reader(store) as reader:
        yield from _lines(reader, END - TOLD_S, _taking_part(scenario))


def _taking_part(scenario: Scenario) -> set[str]:
    """Return the hardware addresses of the devices that do something."""
    doing = {who for part in scenario.parts for who, *_ in part.steps}
    taken = {
        word
        for part in scenario.parts
        for _, what, *words in part.steps
        if what == "become"
        for word in words
    }
    return taken | {device.mac for device in DEVICES if device.key in doing}


def _lines(reader: Reader, since: float, macs: set[str]) -> Iterator[str]:
    """Yield what is said of devices that take part, and every alert."""
    names = {device.device: device.name for device in reader.devices()}
    part = {device.device for device in reader.devices() if macs & set(device.macs)}
    known = sorted(name for name in names.values() if not name.startswith(UNKNOWN))
    yield f"devices {len(names)}: {', '.join(known)}, {len(names) - len(known)} unknown"
    yield from sorted({f"loss {loss.kind}" for loss in reader.watch().losses if loss.ts >= since})
    updates = (update for update in reader.updates() if update.ts >= since and update.device in part)
    yield from sorted(f"update {names[one.device]}: {one.certainty}" for one in updates)
    changes = []
    for one in (change for change in reader.changes(since=since) if change.device in part):
        doubts = f" (doubts: {', '.join(one.after['doubts'])})" if one.after.get("doubts") else ""
        changes.append(f"change {names[one.device]}: {one.kind} {one.domain or '-'} {one.certainty}{doubts}")
    yield from sorted(changes)
    findings = (
        finding for finding in reader.findings() if finding.first_ts >= since and finding.device in part
    )
    yield from sorted(f"finding {names[one.device]}: {one.code} {one.domain or '-'}" for one in findings)
    alerts = (alert for alert in reader.alerts() if alert.ts >= since and alert.volume != "log")
    yield from sorted(f"alert ({one.volume}) {one.title}" for one in alerts)

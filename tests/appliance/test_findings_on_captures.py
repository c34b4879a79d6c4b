"""Each kind of finding on captures: packets through the real sensor and the real home.

The cases are those of `test_kinds`, played as packets. A few cannot be (a flow's second part alone, an
address that is none): they stay with the records.
"""

from __future__ import annotations

from collections import deque
from pathlib import Path

import pytest

from appliance.findings.finding import Finding
from appliance.findings.kinds import KINDS
from appliance.home import Home
from appliance.lookup.knowledge import load_knowledge
from sensor.offline import capture_records
from tests.appliance.findings.messages import Unplayable
from tests.appliance.findings.play import capture, subject
from tests.appliance.findings.records import ROUTER_MAC
from tests.appliance.findings.test_kinds import FOUND, LOOKALIKES, Case

LEAST = 10
KNOWLEDGE = load_knowledge()


def captures(cases: list[Case], folder: Path) -> list[tuple[Case, Path]]:
    """Write every case that can be played; return the case and its capture."""
    written = []
    for number, case in enumerate(cases):
        if subject(case.records[-1], case.side) == ROUTER_MAC:
            continue  # of nobody in the home
        try:
            data = capture(case.records, case.domain, case.purpose)
        except Unplayable:
            continue
        path = folder / f"{number}.pcap"
        path.write_bytes(data)
        written.append((case, path))
    return written


def found(case: Case, path: Path) -> set[str]:
    """Return the codes of what is found of the device that the case is about."""
    home = Home(KNOWLEDGE)
    findings: deque[Finding] = deque()
    for record in capture_records([path], pytest.fail):
        findings.extend(fact for fact in home.feed(record) if isinstance(fact, Finding))
    findings.extend(fact for fact in home.advance() if isinstance(fact, Finding))
    mac = subject(case.records[-1], case.side)
    (device,) = (one for one in home.devices.ids() if mac in home.devices.record(one).macs)
    return {finding.code for finding in findings if finding.device == device}


ON_THE_WIRE = [kind.code for kind in KINDS if kind.reads]
"""The kinds that packets show; the others come of the passing of time (tests/appliance/support)."""


@pytest.mark.parametrize("code", ON_THE_WIRE)
def test_every_variant_is_found(tmp_path: Path, code: str) -> None:
    played = captures(FOUND[code], tmp_path)
    assert len(played) >= LEAST
    missed = [case for case, path in played if code not in found(case, path)]
    assert missed == []


@pytest.mark.parametrize("code", ON_THE_WIRE)
def test_every_lookalike_is_passed(tmp_path: Path, code: str) -> None:
    played = captures(LOOKALIKES[code], tmp_path)
    assert len(played) >= LEAST
    accused = [case for case, path in played if code in found(case, path)]
    assert accused == []

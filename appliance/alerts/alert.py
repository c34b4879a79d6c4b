"""Alerts: judgements that something is worth a parent's attention. Does no I/O."""

from __future__ import annotations

from typing import NamedTuple


class Alert(NamedTuple):
    """One thing to tell a family, once. `identifier` is what makes two alerts the same."""

    ts: float  # of the change or finding, not of the judgement
    identifier: str  # "a-" and 12 hexadecimal digits of rule, device and party
    device: str
    kind: str  # the rule's CODE
    severity: int  # 3 act now, 2 worth knowing, 1 note
    volume: str  # "push", "digest", "log"
    domain: str | None
    organisation: str | None
    title: str  # one line
    text: str  # what happened, with before and after in numbers
    do: str  # what a parent can do
    evidence: tuple[str, ...]  # the chain, outermost first: "change:c-…", "flow:…", "finding:…"

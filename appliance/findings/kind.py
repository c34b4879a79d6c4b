"""What each kind of finding is made of. Does no I/O."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from sensor.records import Record


class Seen(NamedTuple):
    """One occurrence of a finding in one record."""

    detail: str  # what was seen: names and kinds, values never
    uid: str | None  # the flow


class Kind(NamedTuple):
    """A kind of finding, as data: what families read, what it cannot prove, the rules it bears on."""

    code: str
    severity: int  # 3 act now, 2 ask the maker, 1 note
    title: str
    sentence: str  # for parents; {device} and {times} are filled in by whoever shows it
    do: str
    cannot_prove: str
    rules: tuple[str, ...]  # rules of law or standard it bears on: our judgement, not advice
    look: Callable[[Record], Seen | None]  # None: this record shows nothing of the kind

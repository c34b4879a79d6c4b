"""What each kind of finding is made of. Does no I/O."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple, Protocol

from sensor.records import Record

ASKER: Final = "asker"
ASKED: Final = "asked"
"""Which end of a connection the device is: it began it, or it answered."""


class Seen(NamedTuple):
    """One occurrence of a finding in one record."""

    detail: str  # what was seen: names and kinds, values never
    uid: str | None  # the flow
    of_device: bool = False  # one finding of the device, whoever the record was sent to


class Meeting(NamedTuple):
    """One record and what the home knows of it."""

    device: str
    record: Record
    side: str  # ASKER or ASKED
    domain: str | None  # key of the party on the other side; None when it stayed in the home
    purpose: str | None  # what that party is probably for


class Watch(Protocol):
    """The memory of a kind that needs more than one record to tell."""

    def look(self, meeting: Meeting) -> Seen | None:
        """Return what this record completes; None when it shows nothing yet."""


class Words(NamedTuple):
    """What families read, in one language."""

    title: str
    sentence: str  # {device} is filled in by whoever shows it
    do: str
    cannot_prove: str


def nothing(_: Record) -> Seen | None:
    """Return None: for kinds that only a watch can tell."""
    return None


class Kind(NamedTuple):
    """A kind of finding, as data: what families read, what it cannot prove, the rules it bears on."""

    code: str
    severity: int  # 3 act now, 2 ask the maker, 1 note
    title: str
    sentence: str  # for parents; {device} is filled in by whoever shows it
    do: str
    cannot_prove: str
    rules: tuple[str, ...]  # rules of law or standard it bears on: our judgement, not advice
    reads: tuple[type[Any], ...]  # the records that can show it; `look` or the watch is asked of no others
    look: Callable[[Record], Seen | None]  # None: this record shows nothing of the kind
    french: Words
    side: str = ASKER  # which end the device must be for `look`
    watch: Callable[[], Watch] | None = None  # makes the memory of a kind that needs one
    watched: tuple[str, ...] = (ASKER, ASKED)  # the ends at which it looks

    @property
    def english(self) -> Words:
        """The same words as a set."""
        return Words(self.title, self.sentence, self.do, self.cannot_prove)

"""The family's own words about devices, applied in the order they were said. Does no I/O.

A word about a device that is not there yet (an imported label, an early replay) waits for it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from appliance.devices.registry import Devices

LABEL: Final = (
    "label"  # detail: name, vendor, category, model or support; value: the word, None takes it back
)
MERGE: Final = "merge"  # detail: the id of the device that is the same thing
SPLIT: Final = "split"  # detail: a MAC of the device, or the id of one merged into it
FORGET: Final = "forget"
ADOPT: Final = "adopt"  # detail: a Bluetooth address; value: what kind of address it is
ACTS: Final = (LABEL, MERGE, SPLIT, FORGET, ADOPT)

MAX_WAITING: Final = 4_096
"""Words that wait for their device: four for each device a home can have; beyond it the oldest go."""


class Word(NamedTuple):
    """One thing the family said; the store keeps them in order and never changes one."""

    id: int  # counts up; what undo names
    ts: float  # when it was said, UTC epoch seconds of the clock on the wall
    act: str  # one of ACTS
    device: str  # the id of the device it is about
    detail: str
    value: str | None
    undoes: int | None = None  # the id of the word this one takes back


def last_word(said: Sequence[Word], device: str | None = None) -> Word | None:
    """Return the last word (about a device) that was not taken back; None where none stands."""
    taken_back = {word.undoes for word in said}
    standing = (word for word in reversed(said) if word.undoes is None and word.id not in taken_back)
    return next((word for word in standing if device in (None, word.device)), None)


def inverse(word: Word, said: Sequence[Word], ts: float, holder: Callable[[str], str]) -> Word:
    """Return the word that takes another back, said at `ts`; to forget cannot be taken back.

    `holder` gives the device that now has an address which was split off.
    """
    if word.act == MERGE:
        return Word(0, ts, SPLIT, word.device, word.detail, None, word.id)
    if word.act == ADOPT:
        return Word(0, ts, FORGET, word.device, "", None, word.id)
    if word.act == SPLIT:
        return Word(0, ts, MERGE, word.device, holder(word.detail), None, word.id)
    earlier = [w for w in said if w.id < word.id and (w.act, w.device, w.detail) == word[2:5]]
    value = earlier[-1].value if earlier else None
    return Word(0, ts, LABEL, word.device, word.detail, value, word.id)


class Family:
    """Applies words to the devices of one home."""

    def __init__(self, devices: Devices) -> None:
        self._devices = devices
        self._acts: dict[str, Callable[[Word], object]] = {
            LABEL: self._label,
            MERGE: lambda word: devices.merge(word.device, word.detail),
            SPLIT: lambda word: devices.split(word.device, word.detail),
            FORGET: lambda word: devices.forget(word.device),
            ADOPT: lambda word: devices.adopt(word.detail, word.ts, public=word.value == "public"),
        }
        self.waiting: list[Word] = []

    def hear(self, word: Word) -> None:
        """Apply a word now, or as soon as its device is seen."""
        if not self._apply(word):
            self.waiting = [*self.waiting, word][-MAX_WAITING:]

    def meet(self) -> None:
        """Try again what waits: a device was seen for the first time."""
        if self.waiting:
            self.waiting = [word for word in self.waiting if not self._apply(word)]

    def _apply(self, word: Word) -> bool:
        """Return whether the word is done with: applied, or one that this release does not know."""
        act = self._acts.get(word.act)
        if act is None:
            return True
        try:
            act(word)
        except KeyError:
            return False
        return True

    def _label(self, word: Word) -> None:
        if word.value is None:
            self._devices.clear_label(word.device, word.detail)
        else:
            self._devices.set_label(word.device, word.detail, word.value, word.ts)

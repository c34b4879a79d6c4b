"""Power is cut at any moment: what the disk may then hold, and what the store makes of it.

A run's writes and syncs are traced. For a cut, every file keeps what was synced before it; of what was
written since, each piece is there, or not, or torn at its sectors: what a disk with a cache may do.
"""

from __future__ import annotations

import random
import struct
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tests.faults.disk import load, shim
from tests.faults.load import is_sound, missing

SECTOR = 512
BATCHES = 120
_HEAD = struct.Struct("=cIQI")


class Call(NamedTuple):
    """One call of the trace."""

    letter: str  # "w" write, "t" truncate to `offset`, "s" sync, "u" unlink
    path: str
    offset: int
    data: bytes


class File:
    """A file on the simulated disk."""

    def __init__(self) -> None:
        self.durable = bytearray()
        self.cached: list[Call] = []

    def sync(self) -> None:
        for call in self.cached:
            _apply(self.durable, call)
        self.cached.clear()

    def after_a_cut(self, draw: random.Random) -> bytes:
        """Return what may be found afterwards."""
        found = bytearray(self.durable)
        for call in self.cached:
            fate = draw.random()
            if fate < 0.4:
                _apply(found, call)
            elif fate < 0.7 and call.letter == "w":
                for begin in range(0, len(call.data), SECTOR):
                    if draw.random() < 0.5:
                        piece = call._replace(
                            offset=call.offset + begin, data=call.data[begin : begin + SECTOR]
                        )
                        _apply(found, piece)
        return bytes(found)


def _apply(content: bytearray, call: Call) -> None:
    end = call.offset if call.letter == "t" else call.offset + len(call.data)
    if len(content) < end:
        content.extend(bytes(end - len(content)))
    if call.letter == "t":
        del content[call.offset :]
    else:
        content[call.offset : end] = call.data


def calls(trace: Path) -> Iterator[Call]:
    """Yield the calls of a trace."""
    data, place = trace.read_bytes(), 0
    while place < len(data):
        letter, length, offset, size = _HEAD.unpack_from(data, place)
        place += _HEAD.size
        path = data[place : place + length].decode()
        place += length
        taken = size if letter == b"w" else 0
        yield Call(letter.decode(), path, offset, data[place : place + taken])
        place += taken


def run(losses: int, seed: int, synchronous: str = "FULL") -> dict[str, int]:
    """Cut the power so often, at moments of one run; return the figures."""
    draw = random.Random(seed)
    figures = {"losses": 0, "corrupt": 0, "acknowledged_rows_lost": 0, "losses_with_rows_lost": 0}
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder, "traced")
        place.mkdir()
        trace = Path(folder, "trace")
        code, said = load(place / "home.db", BATCHES, shim(Path(folder)), synchronous, trace=trace)
        if code:
            raise RuntimeError(f"the traced run ended with {code}: {said}")
        traced = list(calls(trace))
        cuts = sorted(draw.randrange(len(traced) // 10, len(traced)) for _ in range(losses))
        for files, acks in _at(traced, cuts):
            lost, sound = _after(files, acks, Path(folder), draw)
            figures["losses"] += 1
            figures["corrupt"] += not sound
            figures["acknowledged_rows_lost"] += lost
            figures["losses_with_rows_lost"] += lost > 0
    return figures


def _at(traced: list[Call], cuts: list[int]) -> Iterator[tuple[dict[str, File], int]]:
    """Yield the disk and the last acknowledged batch at each cut."""
    files: dict[str, File] = {}
    acks, waiting = -1, list(cuts)
    for number, call in enumerate(traced):
        while waiting and waiting[0] == number:
            waiting.pop(0)
            yield files, acks
        name = Path(call.path).name
        if name == "acks":
            acks = int(call.data)
        elif call.letter == "u":
            files.pop(name, None)
        elif call.letter == "s":
            if name in files:  # else a folder
                files[name].sync()
        elif not name.endswith("-shm"):
            files.setdefault(name, File()).cached.append(call)


def _after(files: dict[str, File], acks: int, folder: Path, draw: random.Random) -> tuple[int, bool]:
    """Return how many acknowledged rows are gone after a cut, and whether the store is sound."""
    with tempfile.TemporaryDirectory(dir=folder) as place:
        for name, file in files.items():
            Path(place, name).write_bytes(file.after_a_cut(draw))
        store = Path(place, "home.db")
        sound = is_sound(store)
        return missing(store, acks), sound

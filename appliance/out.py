"""Replay output: the stages' records as JSON lines in one folder (docs/records.md describes each file).

Files are written beside their final names and take them only when the replay has ended well.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, TextIO

from appliance.flowrow import FlowRow
from sensor.records import DnsAnswer, Loss, Record, SensorStats, TlsClientHello, Weird

STREAMED: Final = ("flows", "dns", "tls", "weird", "loss", "sensor")
FINAL: Final = ("devices", "parties", "updates", "changes", "findings", "alerts")
PART: Final = ".part"

_encode = json.JSONEncoder(ensure_ascii=True, separators=(",", ":")).encode


class OutputFolder:
    """The files of one replay."""

    def __init__(self, folder: Path) -> None:
        """Open the files in `folder`, made where absent. Raises OSError."""
        self._made = not folder.exists()
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._files: dict[str, TextIO] = {
            name: (folder / f"{name}.jsonl{PART}").open("w", encoding="ascii") for name in STREAMED + FINAL
        }

    def fact(self, fact: Any) -> None:
        """Write a flow, weird, loss or the sensor's numbers as they come; `final` writes the other facts."""
        if type(fact) is FlowRow:
            self._write("flows", fact._asdict())
        elif type(fact) is Weird:
            self._write("weird", fact._asdict())
        elif type(fact) is Loss:
            self._write("loss", fact._asdict())
        elif type(fact) is SensorStats:
            self._write("sensor", fact._asdict())

    def observation(self, record: Record, device: str | None) -> None:
        """Write an observation that has a file of its own."""
        if type(record) is DnsAnswer:
            self._write("dns", {"device": device, **record._asdict()})
        elif type(record) is TlsClientHello:
            self._write("tls", {"device": device, **record._asdict()})

    def final(self, name: str, records: Iterable[Any]) -> None:
        """Write the last state of one kind of record."""
        for record in records:
            self._write(name, plain(record))

    def finish(self) -> None:
        """Give the files their names."""
        for name, file in self._files.items():
            file.close()
            (self._folder / f"{name}.jsonl{PART}").replace(self._folder / f"{name}.jsonl")

    def discard(self) -> None:
        """Remove what was begun, and the folder where it was made for it."""
        for name, file in self._files.items():
            with suppress(OSError):  # the disk is full: what waits to be written is to go as well
                file.close()
            (self._folder / f"{name}.jsonl{PART}").unlink(missing_ok=True)
        if self._made:
            self._folder.rmdir()

    def _write(self, name: str, fields: dict[str, Any]) -> None:
        self._files[name].write(_encode(fields) + "\n")


def plain(record: Any) -> dict[str, Any]:
    """Return a record's fields, evidence records within it as objects too."""
    fields: dict[str, Any] = record._asdict()
    for name, value in fields.items():
        if isinstance(value, tuple) and value and hasattr(value[0], "_asdict"):
            fields[name] = [item._asdict() for item in value]
    return fields

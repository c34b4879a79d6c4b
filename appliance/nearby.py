"""Asking `tattlebox-nearby` for a look (the protocol stands in sensor/nearby.py)."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import Final

from sensor.records import BleAdvertisement, InquiryResult, Nearby, RecordError, from_json

PLACE: Final = Path("/run/tattlebox/nearby.sock")
LOOK_S: Final = 15.0
"""How long a look takes unless asked otherwise."""

MAX_LOOK_S: Final = 30.0
PATIENCE_S: Final = 30.0
"""How much longer than the look we wait: BlueZ is woken, and asked to stop."""

MAX_ANSWER: Final = 1_000_000
"""Bytes of an answer: five times 200 devices with long names."""


class NearbyError(Exception):
    """A look cannot be had: says what was read, what was expected, what to do."""


def look(place: Path = PLACE, seconds: float = LOOK_S) -> list[Nearby]:
    """Return what is near by now. Raises NearbyError."""
    if not 0 < seconds <= MAX_LOOK_S:
        raise NearbyError(f"read {seconds:g} seconds, expected more than 0 and at most {MAX_LOOK_S:.0f}")
    return _read(_asked(place, seconds))


def _asked(place: Path, seconds: float) -> bytes:
    answer = bytearray()
    try:
        with socket.socket(socket.AF_UNIX) as asking:
            asking.settimeout(seconds + PATIENCE_S)
            asking.connect(str(place))
            asking.sendall(json.dumps({"seconds": seconds}).encode() + b"\n")
            while data := asking.recv(65_536):
                answer += data
                if len(answer) > MAX_ANSWER:
                    raise NearbyError(
                        f"read more than {MAX_ANSWER} bytes from {place}: restart tattlebox-nearby"
                    )
    except OSError as error:
        raise NearbyError(
            f"cannot ask for a look at {place} ({error}): is tattlebox-nearby.service running?"
        ) from error
    return bytes(answer)


def _read(answer: bytes) -> list[Nearby]:
    found: list[Nearby] = []
    for line in answer.splitlines():
        try:
            said = json.loads(line)
            if "error" in said:
                raise NearbyError(str(said["error"])[:300])
            if "end" in said:
                return found
            record = from_json(line)
        except (ValueError, TypeError, RecordError) as error:
            raise NearbyError(f"read {line[:60]!r} from tattlebox-nearby, expected a record") from error
        if isinstance(record, BleAdvertisement | InquiryResult):
            found.append(record)
    raise NearbyError("the look ended before its end was told: try again")

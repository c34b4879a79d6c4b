"""Makes bluetooth-search.btsnoop and its records beside this file: `python -m tests.captures.make_bluetooth`.

Run by hand, and read by a person before it is committed; the toys and things are bumble's
(tests/sensor/bluetooth/radio.py).
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Final

from sensor.offline import bluetooth_records
from sensor.records import to_json
from tests.sensor.bluetooth.radio import CAYLA, GOOD_TOY, I_QUE, ORDINARY, search

SAMPLE: Final = Path(__file__).parent / "bluetooth-search.btsnoop"


def lines() -> list[str]:
    """Return the records of the sample as lines of JSON."""
    return [to_json(record) for record in bluetooth_records(SAMPLE)]


if __name__ == "__main__":
    asyncio.run(search((CAYLA, I_QUE, GOOD_TOY, *ORDINARY), SAMPLE))
    SAMPLE.with_suffix(".jsonl").write_text("".join(f"{line}\n" for line in lines()))

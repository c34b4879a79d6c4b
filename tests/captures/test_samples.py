"""The whole sensor on each sample capture gives the records beside it, with either meter."""

from __future__ import annotations

from pathlib import Path

import pytest

from sensor.meter import NoNativeMeter, new_meter
from sensor.records import to_json
from tests.captures.expect import FOLDER, records

CAPTURES = sorted(FOLDER.glob("*.pcap"))


@pytest.mark.parametrize("native", [False, True], ids=["plain", "native"])
@pytest.mark.parametrize("capture", CAPTURES, ids=[capture.stem for capture in CAPTURES])
def test_a_sample_gives_the_records_beside_it(capture: Path, native: bool) -> None:
    if native:
        try:
            new_meter(native)
        except NoNativeMeter as missing:
            pytest.skip(str(missing))
    expected = capture.with_suffix(".jsonl").read_text(encoding="ascii").splitlines()
    assert [to_json(record) for record in records(capture, native)] == expected

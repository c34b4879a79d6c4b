"""Real devices with known answers, where the captures are at hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from appliance.devices.registry import Devices
from benchmarks.devices import read_labels, recognise
from tests.appliance.devices.samples import KNOWLEDGE

FOLDER = Path(__file__).parents[3].parent / "shared" / "captures" / "devices"


def test_vendor_and_category_of_real_devices() -> None:
    if not (FOLDER / "labels.csv").exists():
        pytest.skip("the shared captures of real devices are not beside the repository")
    firsts = {row["model"]: row for row in read_labels(FOLDER)}  # one capture of each device is enough here
    results = [recognise(row, Devices(KNOWLEDGE)) for row in firsts.values()]
    assert sum(result.vendor_right() for result in results) >= 0.9 * len(results)
    assert sum(result.category_right() for result in results) >= 0.85 * len(results)
    assert sum(result.sure_and_wrong() for result in results) == 0

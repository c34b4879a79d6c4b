from __future__ import annotations

import pytest

from appliance.devices.signals.local_name import evidence
from sensor.records import LocalName
from tests.appliance.devices.samples import KNOWLEDGE, PRIVATE


def said(name: str, kind: str = "claim", suffix: int | None = None) -> LocalName:
    return LocalName(100.0, PRIVATE, "192.168.1.40", "nbns", kind, name, suffix, ())


@pytest.mark.parametrize(
    ("record", "wanted"),
    [
        (said("DESKTOP-1A2B3C4", suffix=0), {("category", "computer"), ("name", "DESKTOP-1A2B3C4")}),
        (said("den-laptop"), {("category", "computer"), ("name", "den-laptop")}),
        (said("DESKTOP-1A2B3C4", suffix=0x1D), set()),  # a group, not the device
        (said("DESKTOP-1A2B3C4", kind="query", suffix=0), set()),
        (said(""), set()),
    ],
)
def test_what_a_name_tells(record: LocalName, wanted: set[tuple[str, str]]) -> None:
    found = {(item.field, item.value) for item in evidence(record, KNOWLEDGE)}
    assert wanted <= found if wanted else not found

"""What a toy offers over Bluetooth: ten ways to show each kind that are found, ten like them that are not."""

from __future__ import annotations

import pytest

from appliance.bluetooth.heard import Toys
from appliance.bluetooth.judge import OCCASIONS, judge
from appliance.lookup.knowledge_files import load_catalogue, load_reported
from sensor.records import Nearby
from tests.appliance.bluetooth.things import HOUR, OPEN_LE_TOY, advertisement, inquiry

TOYS = Toys(load_catalogue().models, load_reported())
LEAST = 10

FOUND: dict[str, list[Nearby]] = {
    "bluetooth_open": [
        *(inquiry("Bear", device, "111e") for device in (0x240404, 0x200408, 0x240410, 0x000804, 0x000800)),
        *(inquiry("Bear", 0x000804, service) for service in ("1108", "111e", "1131", "1112", "111f")),
        inquiry("Bear", 0x240404),
        inquiry(None, 0x240404, "111e"),
        inquiry("Bear", 0x240408, "111e", "1108", "110b", "110a"),
    ],
    "bluetooth_connectable": [
        *(OPEN_LE_TOY._replace(flags=flags) for flags in (2, 6, 0x1A, 0x1E)),
        *(OPEN_LE_TOY._replace(address_kind=kind) for kind in ("static", "public")),
        *(OPEN_LE_TOY._replace(services=services) for services in ((), ("ffe0", "ffe5"), ("6e400001",))),
        *(OPEN_LE_TOY._replace(name=name) for name in (None, "Racing car 2", "B-0815")),
        OPEN_LE_TOY._replace(appearance=0x0A80),
        OPEN_LE_TOY._replace(company=0x004C),
    ],
    "bluetooth_trackable": [
        *(
            OPEN_LE_TOY._replace(address_kind=kind, flags=flags)
            for kind in ("static", "public")
            for flags in (2, 6)
        ),
        *(OPEN_LE_TOY._replace(event=event, connectable=False) for event in ("scannable", "non_connectable")),
        *(inquiry("Bear", device) for device in (0x000804, 0x240414, 0x000800)),
        OPEN_LE_TOY._replace(name=None, services=()),
        OPEN_LE_TOY._replace(flags=None),
    ],
}

PASSED: dict[str, list[Nearby]] = {
    "bluetooth_open": [
        *(inquiry("Bear", device, "110b") for device in (0x240414, 0x240418, 0x24041C, 0x000804, 0x240428)),
        *(inquiry("Bear", device, "110b", "1101") for device in (0x2A010C, 0x5A020C, 0x000704)),
        inquiry("Bear", 0x000804, "1101"),
        inquiry("Bear", 0x002508, "1124"),
        *(advertisement("Bear", service) for service in ("111e", "1108")),
    ],
    "bluetooth_connectable": [
        *(OPEN_LE_TOY._replace(flags=flags) for flags in (1, 5)),
        *(OPEN_LE_TOY._replace(connectable=None, event="", flags=flags) for flags in (0, 4)),
        *(OPEN_LE_TOY._replace(event=event, connectable=False) for event in ("scannable", "non_connectable")),
        *(OPEN_LE_TOY._replace(address_kind=kind) for kind in ("resolvable", "non_resolvable")),
        OPEN_LE_TOY._replace(event="directed"),
        OPEN_LE_TOY._replace(connectable=None, event="", flags=None),
        *(inquiry("Bear", device, "1101") for device in (0x000804, 0x240414)),
    ],
    "bluetooth_trackable": [
        *(
            OPEN_LE_TOY._replace(address_kind=kind, flags=flags, name=name)
            for kind in ("resolvable", "non_resolvable")
            for flags in (2, 6)
            for name in ("Racing car", None, "Bear")
        ),
    ],
}


def codes(
    thing: Nearby, category: str | None = "toy", times: int = OCCASIONS, apart: float = HOUR
) -> set[str]:
    records = [thing._replace(ts=thing.ts + apart * n) for n in range(times)]
    return {finding.code for finding in judge("d-1", category, records, TOYS)}


@pytest.mark.parametrize("code", FOUND)
def test_every_variant_is_found(code: str) -> None:
    assert len(FOUND[code]) >= LEAST
    assert [thing for thing in FOUND[code] if code not in codes(thing)] == []


@pytest.mark.parametrize("code", FOUND)
def test_every_look_alike_is_passed(code: str) -> None:
    assert len(PASSED[code]) >= LEAST
    assert [thing for thing in PASSED[code] if code in codes(thing)] == []


@pytest.mark.parametrize("code", FOUND)
def test_too_few_occasions_and_what_is_no_toy_are_passed(code: str) -> None:
    for thing in FOUND[code]:
        assert code not in codes(thing, times=OCCASIONS - 1)
        assert code not in codes(thing, times=9, apart=HOUR / 20)
        assert code not in codes(thing, category="phone")

from __future__ import annotations

import pytest

from sensor.wire.leaks import kinds


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (("deviceId", "lat", "X-Api-Key"), {"device_id", "location", "credentials"}),
        (("latest", "platform", "machine"), set()),
        (("fw_version", "SerialNumber", "x-mac-address"), {"firmware", "serial", "mac"}),
    ],
)
def test_names(names: tuple[str, ...], expected: set[str]) -> None:
    assert kinds(names, ()) == expected


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (b"/x?d=02:54:42:00:00:21", True),
        (b"02-54-42-00-00-21", True),
        (b"id=02%3A54%3A42%3A00%3A00%3A21&", True),
        (b"02:54:42:00:00:21:33", False),
        (b"12:30:45", False),
    ],
)
def test_mac_addresses_in_values(value: bytes, found: bool) -> None:
    assert (kinds((), (value,)) == {"mac"}) == found

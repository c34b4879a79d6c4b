"""Simulated homes: the same seed the same home, every kind of change among them, and truth that is true."""

from __future__ import annotations

import pytest

from sensor.records import DnsQuery, HttpRequest, Record, to_json
from tests.household import simulator
from tests.household.simulator import BENIGN, CHANGES, build, records

SEEDS = range(1, 41)
DAYS = 30  # enough to hold every turn


def test_same_seed_gives_the_same_bytes() -> None:
    first, again = ([to_json(record) for record in records(build(5, days=6), 5, days=6)] for _ in range(2))
    assert first == again


def test_every_kind_is_put_in_over_some_homes() -> None:
    told = {line["kind"] for seed in SEEDS for line in build(seed).truth}
    assert told == {*CHANGES, *BENIGN, "update"}


def test_drift_scales_what_happens() -> None:
    few, many = (sum(len(build(seed, drift).story) for seed in SEEDS) for drift in (0.5, 2.0))
    assert many > 1.5 * few


def test_no_two_devices_share() -> None:
    for seed in SEEDS:
        devices = build(seed).devices
        assert (
            len({device.mac for device in devices})
            == len({device.ipv4 for device in devices})
            == len(devices)
        )


def month(seed: int) -> list[Record]:
    return records(build(seed, days=DAYS), seed, DAYS)


def home_with(kind: str) -> tuple[int, dict]:
    return next(
        (seed, line)
        for seed in range(1, 400)
        for line in build(seed, days=DAYS).truth
        if line["kind"] == kind
    )


@pytest.mark.parametrize("kind", ["new_party", "gone_party"])
def test_a_party_comes_or_goes_when_truth_says(kind: str) -> None:
    seed, line = home_with(kind)
    times = [record.ts for record in month(seed) if isinstance(record, DnsQuery)
             and record.mac == line["mac"] and record.query.endswith(line["domain"])]  # fmt: skip
    assert times
    assert all((ts >= line["ts"] - 1) == (kind == "new_party") for ts in times)


def test_encryption_lost_is_a_readable_upload() -> None:
    seed, line = home_with("encryption_lost")
    posts = [record.ts for record in month(seed) if isinstance(record, HttpRequest)
             and record.mac == line["mac"] and record.method == "POST"]  # fmt: skip
    assert posts and min(posts) >= line["ts"] - 1


def test_the_maker_of_every_device_is_in_the_table() -> None:
    home = build(9)
    domains = {row[0] for row in home.parties}
    assert {line["domain"] for line in home.truth if line["domain"]} <= domains
    assert len(home.devices) == simulator.DEVICES_PER_HOME

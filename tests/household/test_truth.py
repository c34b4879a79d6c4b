"""The truth about the home agrees with what is written down and with what was generated."""

from __future__ import annotations

import csv
import json
from pathlib import Path

from sensor.records import FlowRecord, TlsClientHello
from tests.household import localtime
from tests.household.generate import END
from tests.household.home import DEVICES, STORY
from tests.household.life import DAY_S
from tests.household.test_generate import months

HERE = Path(__file__).parent
TRUTH = json.loads((HERE / "truth.json").read_text())


def parties() -> dict[str, dict[str, str]]:
    with (HERE / "demo_parties.csv").open(newline="") as table:
        return {row["domains"]: row for row in csv.DictReader(table)}


def test_devices_are_those_of_the_home() -> None:
    told = {key: (row["mac"], row["category"]) for key, row in TRUTH["devices"].items()}
    assert told == {device.key: (device.mac, device.category) for device in DEVICES}


def test_updates_are_those_of_the_story() -> None:
    told = [(row["device"], row["days_before_end"], row["hour"]) for row in TRUTH["updates"]]
    assert told == [(event.device, event.days_before_end, event.hour)
                    for event in STORY if event.kind == "update"]  # fmt: skip


def test_versions_are_those_of_the_devices() -> None:
    versions = {device.key: device.versions for device in DEVICES}
    for row in TRUTH["updates"]:
        if row["version_after"]:
            assert (row["version_before"], row["version_after"]) == versions[row["device"]]


def test_new_parties_are_in_the_demonstration_table() -> None:
    for row in TRUTH["changes"]["required"]:
        if row["kind"] == "new_party":
            entry = parties()[row["domain"]]
            assert (entry["organisation"], entry["country"]) == (
                row["organisation"],
                row["organisation_country"],
            )


def test_every_invented_organisation_of_a_channel_is_in_the_table() -> None:
    hosts = {channel.host for device in DEVICES for channel in device.channels}
    invented = {".".join(host.split(".")[-2:]) for host in hosts if host.endswith(".example")}
    assert invented == set(parties())


def test_more_often_is_in_the_numbers() -> None:
    """Contacts are five-minute slots with upload, as docs/vocabulary.md says."""
    for row in TRUTH["changes"]["required"]:
        if row["kind"] != "more_often":
            continue
        event = next(event for event in STORY if event.kind == "update" and event.device == row["device"])
        ts = localtime.event_ts(event, END)
        before = contacts_per_day(row["device"], row["domain"], ts - 20 * DAY_S, ts)
        after = contacts_per_day(row["device"], row["domain"], ts, END)
        assert row["before_per_day"][0] <= before <= row["before_per_day"][1]
        assert row["after_per_day"][0] <= after <= row["after_per_day"][1]


def contacts_per_day(key: str, domain: str, begin: float, until: float) -> float:
    mac = next(device.mac for device in DEVICES if device.key == key)
    named = {record.uid for record in months() if isinstance(record, TlsClientHello)
             and (record.server_name or "").endswith(domain)}  # fmt: skip
    slots = {record.ts // 300 for record in months() if isinstance(record, FlowRecord)
             and record.orig_mac == mac and record.uid in named and begin <= record.ts < until}  # fmt: skip
    return len(slots) / ((until - begin) / DAY_S)


def test_allowed_and_forbidden_pushes_name_every_device_once() -> None:
    alerts = TRUTH["alerts"]
    allowed = {row["device"] for row in alerts["push_required"] + alerts["push_allowed"]}
    assert allowed | set(alerts["push_forbidden"]) == set(TRUTH["devices"])
    assert not allowed & set(alerts["push_forbidden"])

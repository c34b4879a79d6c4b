"""The whole product on the demonstration household: the months and the real packets, against their truth.

The truth (tests/household/truth.json) was written without looking at any detector.
"""

import json
from fnmatch import fnmatch
from pathlib import Path

import pytest

from appliance.cli import main
from tests.household.__main__ import main as make_household

HERE = Path(__file__).parent
TRUTH = json.loads((HERE / "household" / "truth.json").read_text())
DAY_S = 86_400


@pytest.fixture(scope="module")
def story(tmp_path_factory):
    """Return the output of the replay by file, with each row's device as its key in the truth."""
    folder = tmp_path_factory.mktemp("story")
    months = folder / "months.jsonl.gz"
    make_household([str(months)])
    table = str(HERE / "household" / "demo_parties.csv")
    files = [str(months), str(HERE / "captures" / "household.pcapng.gz")]
    assert (
        main(["replay", "--store", str(folder / "home.db"), "--out", str(folder), "--parties", table, *files])
        == 0
    )
    rows = {
        path.stem: [json.loads(line) for line in path.read_text().splitlines()]
        for path in folder.glob("*.jsonl")
    }
    keys = {row["mac"]: key for key, row in TRUTH["devices"].items()}
    names = {
        row["device"]: next((keys[mac] for mac in row["macs"] if mac in keys), None)
        for row in rows["devices"]
    }
    for table_rows in rows.values():
        for row in table_rows:
            row["key"] = names.get(row.get("device"))
    return rows


@pytest.mark.parametrize("key", TRUTH["devices"])
def test_each_device_is_one_row_and_known_for_what_it_is(story, key):
    (device,) = [row for row in story["devices"] if row["key"] == key]
    wanted = TRUTH["devices"][key]
    assert device["category"] == wanted["category"]
    assert wanted["vendor"] is None or wanted["vendor"].lower() in device["vendor"].lower()


@pytest.mark.parametrize("wanted", TRUTH["updates"], ids=lambda row: row["device"])
def test_each_update_is_seen_once_with_no_more_certainty_than_its_cues(story, wanted):
    found = [
        row for row in story["updates"] if row["key"] == wanted["device"] and row["certainty"] != "restarted"
    ]
    assert [row["certainty"] in wanted["certainty"] for row in found] == [True]
    assert (found[0]["version_before"], found[0]["version_after"]) == (
        wanted["version_before"],
        wanted["version_after"],
    )


def test_nothing_else_was_updated(story):
    updated = {row["key"] for row in story["updates"] if row["certainty"] != "restarted"}
    assert updated == {row["device"] for row in TRUTH["updates"]}


@pytest.mark.parametrize(
    "wanted", TRUTH["changes"]["required"], ids=lambda row: f"{row['device']}-{row['kind']}"
)
def test_each_change_of_the_story_is_found_and_tied_to_its_update(story, wanted):
    found = [
        row
        for row in story["changes"]
        if (row["key"], row["kind"], row["domain"]) == (wanted["device"], wanted["kind"], wanted["domain"])
    ]
    assert len(found) == 1
    (update,) = [
        row["ts"]
        for row in story["updates"]
        if row["key"] == wanted["device"] and row["certainty"] != "restarted"
    ]
    assert found[0]["update"] == update
    assert found[0]["organisation"] == wanted.get("organisation", found[0]["organisation"])


def test_no_other_change_is_claimed(story):
    told = TRUTH["changes"]["required"] + TRUTH["changes"]["allowed"]
    strangers = [
        (row["key"], row["kind"], row["domain"])
        for row in story["changes"]
        if not any(
            row["key"] == one["device"]
            and fnmatch(row["kind"], one["kind"])
            and (one["domain"] is None or fnmatch(row["domain"] or "", one["domain"]))
            for one in told
        )
    ]
    assert strangers == []


def test_the_family_is_pushed_about_the_doll_and_nothing_else(story):
    pushed = {(row["key"], row["domain"]) for row in story["alerts"] if row["volume"] == "push"}
    required = {(row["device"], row["domain"]) for row in TRUTH["alerts"]["push_required"]}
    allowed = {(row["device"], row["domain"]) for row in TRUTH["alerts"]["push_allowed"]}
    assert required <= pushed <= required | allowed


def test_the_alert_leads_down_to_flows(story):
    (alert,) = [
        row for row in story["alerts"] if row["domain"] == "parlanceloop.example" and row["volume"] == "push"
    ]
    changes = {row["id"]: row for row in story["changes"]}
    uids = {row["uid"] for row in story["flows"]}
    references = [ref.partition(":") for ref in alert["evidence"]]
    assert [changes[value]["kind"] for kind, _, value in references if kind == "change"] == ["new_party"]
    flows = [value for kind, _, value in references if kind == "flow"]
    assert flows
    assert set(flows) <= uids


def test_real_packets_join_the_months_as_the_same_devices(story):
    last = max(row["ts"] for row in story["flows"])
    today = {row["key"] for row in story["flows"] if row["ts"] > last - 600 and row["key"]}
    assert today == set(TRUTH["devices"])
    assert len([row for row in story["devices"] if row["key"] is None]) <= 1, (
        "only the router has no part in it"
    )

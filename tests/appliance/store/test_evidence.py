"""Evidence flows are kept whether they pass before or after the fact that rests on them."""

from __future__ import annotations

import math

import pytest

from appliance.store import evidence
from appliance.store.evidence import LOOK_BACK_S
from appliance.store.reader import Reader
from appliance.store.writer import Writer
from tests.appliance import samples

FLOW, CHANGE = samples.FLOW, samples.CHANGE
FINDING = samples.FINDING._replace(evidence=(FLOW.uid,))


def other(number: int):
    return FLOW._replace(uid=f"Fother{number}", ts=FLOW.ts + number)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "home.db"


def kept(path, *batches, reopened: bool = False):
    """Return the parts of the flow that are evidence after these batches of facts."""
    writer = Writer(path)
    for facts in batches:
        for fact in facts:
            writer.add(fact)
        writer.commit()
        if reopened:
            writer.close()
            writer = Writer(path)
    writer.close()
    with Reader(path) as reader:
        return [flow.part for flow in reader.flows([FLOW.uid])]


@pytest.mark.parametrize("reopened", [False, True], ids=["one run", "a restart after each batch"])
@pytest.mark.parametrize("fact", [CHANGE, FINDING], ids=["change", "finding"])
@pytest.mark.parametrize(
    "order",
    [
        "flow fact",
        "fact flow",
        "flow | fact",
        "flow | other | fact",
    ],
)
def test_a_flow_is_kept_in_whichever_order_it_comes(path, order, fact, reopened):
    parts = {"flow": FLOW, "fact": fact, "other": other(1)}
    batches = [[parts[word] for word in batch.split()] for batch in order.split("|")]
    assert kept(path, *batches, reopened=reopened) == [0]


def test_parts_that_follow_a_fact_are_kept_too(path):
    assert kept(path, [FLOW, CHANGE], [FLOW._replace(part=1)], [other(1)]) == [0, 1]


def test_a_change_is_looked_for_in_the_whole_log_when_the_latest_rows_do_not_have_it(path, monkeypatch):
    monkeypatch.setattr(evidence, "RECENT", 3)
    assert kept(path, [FLOW], [other(n) for n in range(1, 6)], [CHANGE]) == [0]


def test_a_change_does_not_rest_on_flows_older_than_it_can_wait(path, monkeypatch):
    monkeypatch.setattr(evidence, "RECENT", 3)
    late = CHANGE._replace(ts=FLOW.ts + LOOK_BACK_S + 1)
    assert kept(path, [FLOW], [other(n) for n in range(1, 6)], [late]) == []


def test_the_latest_rows_are_bounded(monkeypatch):
    monkeypatch.setattr(evidence, "RECENT", 3)
    recent = {}
    evidence._note(recent, ((float(n), f"F{n}") for n in range(5)))
    assert recent == {"F2": (2.0,), "F3": (3.0,), "F4": (4.0,)}


def test_the_time_of_a_finding_does_not_lead_into_the_log():
    wanted = evidence.EvidenceFlows()
    wanted.want(FINDING)
    assert wanted._look_back == {FLOW.uid: math.inf}

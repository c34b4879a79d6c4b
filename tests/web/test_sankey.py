"""The map of sharing keeps its sums, stays within its frame, and draws every company or counts it."""

from __future__ import annotations

import itertools
import re

from hypothesis import given
from hypothesis import strategies as st

from tests.web.conftest import dashboard
from tests.web.household import DOLL, household
from web.sankey import MAX_COMPANIES, OTHERS, SIDES, Stream, sankey
from web.sharing import shares
from web.worldmap import world

STREAMS = st.lists(
    st.builds(
        Stream,
        st.sampled_from(["d-1", "d-2", "d-3"]),
        st.integers(0, 60).map("company {}".format),
        st.sampled_from(["first", "support", "third", "unknown"]),
        st.sampled_from(["FR", "US", "", "AD", "XX"]),
        st.integers(0, 10**12),
        st.integers(0, 99),
    ),
    max_size=80,
)


@given(STREAMS)
def test_every_byte_is_drawn_in_each_column(streams: list[Stream]) -> None:
    found = sankey(streams)
    total = sum(stream.sent_bytes for stream in streams)
    for side in SIDES:
        assert sum(node.sent_bytes for node in found.columns[side]) == total
    assert sum(ribbon.sent_bytes for ribbon in found.left) == total
    assert sum(ribbon.sent_bytes for ribbon in found.right) == total


@given(STREAMS)
def test_everything_lies_within_the_frame(streams: list[Stream]) -> None:
    found = sankey(streams)
    for nodes in found.columns.values():
        assert all(node.y >= -0.1 and node.y + node.height <= found.height + 0.2 for node in nodes)
        assert all(a.y + a.height <= b.y for a, b in itertools.pairwise(nodes))
    for ribbon in (*found.left, *found.right):
        y = [float(pair.split()[1]) for pair in re.findall(r"-?[\d.]+ -?[\d.]+", ribbon.outline)]
        assert min(y) >= -1 and max(y) <= found.height + 1


@given(STREAMS)
def test_smaller_companies_are_counted(streams: list[Stream]) -> None:
    found = sankey(streams)
    drawn = [node.key for node in found.columns["company"]]
    assert len(drawn) <= MAX_COMPANIES + 1
    named = len([key for key in drawn if key != OTHERS])
    assert named + found.others == len({stream.company for stream in streams})


@given(STREAMS)
def test_the_world_loses_nothing(streams: list[Stream]) -> None:
    found = world(streams)
    total = sum(stream.sent_bytes for stream in streams)
    assert sum(dot.sent_bytes for dot in found.dots) + found.unplaced_bytes == total
    assert all(0 < dot.x < found.width and 0 < dot.y < found.height for dot in found.dots)


def test_shares_of_one_device_join_the_domains_of_a_company() -> None:
    app = dashboard(household())
    with app.test_request_context("/"):
        found = shares(app.extensions["tattlebox"], 28, DOLL)
    names = [share.stream.company for share in found]
    assert len(names) == len(set(names)) == 4
    assert found[0].stream.sent_bytes > found[-1].stream.sent_bytes


def test_the_table_comes_when_it_is_asked_for() -> None:
    client = dashboard(household()).test_client()
    plain, full = client.get("/sharing").text, client.get("/sharing?table=1").text
    assert "<table" not in plain
    assert 'href="/sharing?days=28&amp;table=1#table"' in plain
    assert full.count("<tr>") > 5

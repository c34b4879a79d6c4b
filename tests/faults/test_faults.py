"""The short form of every scenario; `scripts/faults` has the long one (docs/faults.md)."""

import os

import pytest

from tests.faults import damage, delivery, full, kills, memory, outage, power, writes
from tests.faults.__main__ import SCENARIOS, broken
from tests.faults.disk import compiler

needs_compiler = pytest.mark.skipif(compiler() is None, reason="no C compiler")
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="mounting needs root")


@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated")
def test_after_an_hour_without_receivers_all_is_told_once_in_order():
    figures = outage.run()
    assert broken(figures) == []
    assert figures["in_order_once_each"] == figures["receivers"] - 1  # the sink has points
    assert figures["delivered"] == figures["alerts"] == outage.ALERTS
    assert figures["outage_messages"] == 1
    assert figures["memory_growth_mb"] < 5


def test_kills_while_delivering_lose_and_double_nothing():
    figures = delivery.run(12, seed=3)
    assert broken(figures) == []
    assert figures["alerts"] == 65


@needs_compiler
def test_one_failed_call_loses_nothing_acknowledged():
    figures = writes.run([2, 11, 47, 120])
    assert broken(figures) == []
    assert figures["failed_with_a_sentence"] > 0  # the faults did strike


def test_kills_while_writing_lose_nothing_acknowledged():
    figures = kills.run(8, seed=5)
    assert broken(figures) == []
    assert figures["kills"] == 8


def test_memory_that_is_refused_loses_nothing_acknowledged():
    figures = memory.run(8, seed=1)
    assert broken(figures) == []
    assert figures["refused"] == 8


@needs_compiler
def test_power_cuts_lose_nothing_acknowledged():
    assert broken(power.run(40, seed=2)) == []


@needs_compiler
def test_the_simulated_cut_does_lose_what_was_not_synced():
    assert power.run(15, seed=2, synchronous="NORMAL")["acknowledged_rows_lost"] > 0


def test_a_damaged_store_is_saved_as_far_as_it_can_be_read():
    figures = damage.run(8, seed=4)
    assert broken(figures) == []
    assert figures["mended"] > 4
    assert figures["rows_saved_median"] > 0.9


@needs_root
def test_a_full_disk_costs_the_oldest_flows_alone():
    figures = full.run(110)
    assert broken(figures) == []
    assert figures["oldest_flows_went"] == figures["newest_flow_kept"] == figures["recovered"] == 1
    assert figures["pending_most"] <= 30_000


def test_every_scenario_is_explained():
    from tests.test_docs import ROOT  # noqa: PLC0415

    page = (ROOT / "docs" / "faults.md").read_text()
    assert [name for name in SCENARIOS if f"`{name}`" not in page] == []

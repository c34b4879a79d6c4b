"""Homes put together for the benchmark of a day's cost, and the table of the trade-off."""

import math

from benchmarks.change_cost import NETWORK, moved, together
from benchmarks.change_plots import tradeoff
from benchmarks.change_tradeoff import DEVICES, Arrival, Point, point, table
from sensor.records import FlowRecord, Loss


def test_homes_put_together_share_neither_addresses_nor_flows():
    count, records = together([1, 2], devices=100, days=2)
    records = list(records)
    assert count > 5
    flows = [record for record in records if isinstance(record, FlowRecord)]
    assert len({flow.uid for flow in flows}) >= 0.5 * len(flows)
    assert {flow.orig_h.rpartition(".")[0] for flow in flows} >= {"192.168.100", "192.168.101"}
    assert not any(NETWORK in flow.orig_h for flow in flows)


def test_a_loss_moves_with_its_end():
    assert moved(Loss(1.0, 5.0, "gap", 0, "off"), 0, 10.0) == Loss(11.0, 15.0, "gap", 0, "off")


def test_the_table_says_each_setting():
    rows = table([Point("none", 0.96, 0.0, 0.01), Point("any", 0.7, 0.0, 0.0)]).splitlines()
    assert rows[2:] == ["| none | 96% | 0.000 | 0.010 |", "| any | 70% | 0.000 | 0.000 |"]


def test_more_devices_say_it_sooner_and_falsely_more_often():
    true = Arrival(1_800.0, 3, True, (0.0, 1_800.0), 5 * 86_400.0)
    false = Arrival(None, 4, False, (0.0, 3_600.0), math.inf)
    points = [point(level, 2.0, [true, false]) for level in range(len(DEVICES))]
    assert [it.within_day for it in points] == [0, 0, 0, 1, 1, 1]
    assert [it.false_told for it in points] == [0, 0, 0, 0, 0.5, 0.5]
    assert {it.false_pushes for it in points} == {0}
    assert tradeoff(points).count("<circle") == 12

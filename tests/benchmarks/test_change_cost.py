"""Homes put together for the benchmark of a day's cost, and the table of the trade-off."""

from benchmarks.change_cost import NETWORK, moved, together
from benchmarks.change_tradeoff import Point, table
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
    rows = table([Point(30, 0.96, 0.0, 0.01), Point(720, 0.7, 0.0, 0.0)]).splitlines()
    assert rows[2:] == ["| 30 min | 96% | 0.000 | 0.010 |", "| 12 h | 70% | 0.000 | 0.000 |"]

"""The second maker of homes: each dialect differs from the usual as its name says, and tells the truth."""

from __future__ import annotations

from functools import lru_cache

import pytest

from sensor.records import DhcpRequest, DnsAnswer, FlowRecord, HttpRequest, TlsClientHello
from tests.household.stranger import DAY_S, DIALECTS, Lived, live

SHORT = 17


@lru_cache
def told_in(name: str) -> Lived:
    return live(3, name, SHORT)


def kinds(name: str) -> dict[type, int]:
    found: dict[type, int] = {}
    for record in told_in(name).records:
        found[type(record)] = found.get(type(record), 0) + 1
    return found


def test_the_same_seed_gives_the_same_home() -> None:
    again, other = live(3, "usual", SHORT), live(4, "usual", SHORT)
    assert (told_in("usual").records, told_in("usual").truth) == (again.records, again.truth)
    assert again.records != other.records


@pytest.mark.parametrize(
    ("name", "absent"),
    [("no-dhcp", DhcpRequest), ("dns-only", TlsClientHello), ("sni-only", DnsAnswer)],
)
def test_what_a_dialect_does_not_tell(name: str, absent: type) -> None:
    assert absent not in kinds(name)
    assert {FlowRecord, absent} <= set(kinds("usual"))


def test_names_asked_for_once_a_day_are_told_less_often() -> None:
    assert 2 * kinds("dns-daily")[DnsAnswer] < kinds("usual")[DnsAnswer]


def test_a_file_by_begin_is_sorted_by_time() -> None:
    times = [record.ts for record in told_in("by-begin").records]
    assert times == sorted(times)
    usual = [record.ts for record in told_in("usual").records]
    assert usual != sorted(usual)


def test_readable_requests_are_told_but_of_the_agent_alone() -> None:
    hosts = {record.host for record in told_in("flows").records if isinstance(record, HttpRequest)}
    assert hosts and all(host is not None and host.startswith("ver.") for host in hosts)


@pytest.mark.parametrize("name", DIALECTS)
def test_the_truth_lies_within_the_life(name: str) -> None:
    told = told_in(name)
    begin, end = told.records[0].ts, max(record.ts for record in told.records)
    assert end - begin > (SHORT - 2) * DAY_S and len(told.macs) == 6
    for line in told.truth:
        assert line["mac"] in told.macs and begin < line["ts"] < end
        assert line["first"] is None or line["news"]
        assert line["second"] is None or line["second"] >= line["first"] + 300

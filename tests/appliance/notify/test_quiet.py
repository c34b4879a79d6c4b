"""Quiet hours: past midnight, by severity, a person's own before everyone's."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from appliance.notify.quiet import Quiet, is_quiet, parse_hours, show_hours

NIGHT = Quiet("", 1, 22 * 60, 7 * 60)


def at(hour, minute=0, zone=UTC):
    return datetime(2026, 3, 28, hour, minute, tzinfo=zone).timestamp()


@pytest.mark.parametrize(
    ("time", "quiet"),
    [((21, 59), False), ((22, 0), True), ((0, 0), True), ((6, 59), True), ((7, 0), False), ((12, 0), False)],
)
def test_hours_past_midnight(time, quiet):
    assert is_quiet([NIGHT], "", 1, at(*time), UTC) == quiet


def test_the_hours_are_those_of_the_home():
    assert is_quiet([NIGHT], "", 1, at(21, 30), ZoneInfo("Europe/Paris"))


def test_other_severities_pass():
    assert not is_quiet([NIGHT], "", 3, at(23), UTC)


def test_a_persons_own_rule_goes_first():
    nap = Quiet("Anna", 1, 13 * 60, 15 * 60)
    assert is_quiet([NIGHT, nap], "Anna", 1, at(14), UTC)
    assert not is_quiet([NIGHT, nap], "Anna", 1, at(23), UTC)
    assert is_quiet([NIGHT, nap], "Ben", 1, at(23), UTC)


def test_hours_are_read_as_they_are_shown():
    assert show_hours(Quiet("", 1, *parse_hours("22:05-07:00"))) == "22:05-07:00"


@pytest.mark.parametrize("text", ["", "22-7", "24:00-07:00", "22:00-22:00", "22:60-07:00", "x" * 5000])
def test_what_is_no_span_of_hours_is_refused(text):
    with pytest.raises(ValueError, match="expected"):
        parse_hours(text)

"""Numbers, sizes, spans and moments in words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.web.household import NOW, ZONE, at
from web.language import Language

HERE = Language("en", ZONE)


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (999, "999 bytes"),
        (1000, "1.0 kB"),
        (9_949, "9.9 kB"),
        (12_345, "12 kB"),
        (999_499, "999 kB"),
        (999_600, "1.0 MB"),
        (3_200_000_000, "3.2 GB"),
        (5e15, "5000.0 TB"),
    ],
)
def test_size(size: float, words: str) -> None:
    assert HERE.size(size) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-1, "0 s"),
        (59, "59 s"),
        (61, "1 min"),
        (3600, "1 h"),
        (4800, "1 h 20 min"),
        (86_400, "24 h"),
        (46.25 * 3600, "2 days"),
        (20 * 86_400, "20 days"),
        (103 * 86_400, "15 weeks"),
    ],
)
def test_duration(seconds: float, words: str) -> None:
    assert HERE.duration(seconds) == words


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "0"),
        (0.04, "under 0.1"),
        (0.31, "0.3"),
        (2.0, "2"),
        (7.46, "7.5"),
        (21.4, "21"),
        (21_480_553, "21,480,553"),
    ],
)
def test_number(number: float, words: str) -> None:
    assert HERE.number(number) == words


@pytest.mark.parametrize(
    ("ts", "words"),
    [
        (at("06-14", "00:00"), "today"),
        (at("06-13", "23:59"), "yesterday"),
        (at("06-08"), "Monday"),
        (at("06-07"), "7\u00a0June"),
        (at("06-14") - 365 * 86_400, "14\u00a0June 2025"),
        (at("06-15"), "15\u00a0June"),
    ],
)
def test_day_as_seen_from_now(ts: float, words: str) -> None:
    assert HERE.day(ts, NOW) == words


def test_exact_moment_names_zone_and_summer_time() -> None:
    assert HERE.exact(NOW) == "Sunday 14\u00a0June 2026, 21:40:00 CEST"
    assert HERE.iso(at("01-14", "21:40")) == "2026-01-14T21:40:00+01:00"
    assert HERE.zone_name(NOW) == "Europe/Paris"


def test_countries_known_and_unknown() -> None:
    assert HERE.country("DE") == "Germany"
    assert HERE.country("ZZ") == "ZZ"
    assert HERE.country(None) == "a country we could not tell"


def test_an_unknown_language_falls_back_to_english() -> None:
    assert Language("tlh", ZONE).weekday(NOW) == "Sunday"


@given(st.floats(0, 4e9))
def test_any_moment_has_words(ts: float) -> None:
    assert Language("en").exact(ts)
    assert HERE.day(ts, NOW)

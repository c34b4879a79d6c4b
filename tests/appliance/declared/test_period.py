"""The end of support as labels, catalogues and people write it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.declared.period import MAX_TEXT, read_period

READ = {
    "2027-03": "2027-03",
    "2027/03": "2027-03",
    "2027": "2027-12",
    "2027-03-31": "2027-03-31",
    "2027-03-31T00:00:00Z": "2027-03-31",
    "31.03.2027": "2027-03-31",
    "31/03/2027": "2027-03-31",
    "3/2027": "2027-03",
    "March 2027": "2027-03",
    "Mar. 2027": "2027-03",
    "31st of March 2027": "2027-03-31",
    "December 31, 2027": "2027-12-31",
    "Security updates until 31 March 2027": "2027-03-31",
    "Supported through the end of 2027": "2027-12",
    "Sold since 2023-01-01; updates end on 2027-03-01.": "2027-03-01",
    "Bought 2024-01, security updates until March 2027": "2027-03",
    "Mises à jour de sécurité jusqu'au 31 mars 2027": "2027-03-31",
    "Mises à jour de sécurité jusqu’en mars 2027": "2027-03",
    "Prise en charge jusqu'à fin 2027": "2027-12",
    "1er août 2027": "2027-08-01",
    "Fabriqué en 01/2023, mises à jour jusqu'au 30/06/2028": "2028-06-30",
    "Sicherheitsupdates bis 31. März 2027": "2027-03-31",
    "Sicherheitsupdates bis zum 31.03.2027": "2027-03-31",
    "Updates bis Ende 2027": "2027-12",
    "Unterstützt bis einschließlich Jänner 2028": "2028-01",
    "2027-03, that is March 2027": "2027-03",
}

NOT_READ = (
    "",
    "5 years",
    "five years from purchase",
    "2024-01 or 2027-03",
    "13/2027",
    "2027-02-30",
    "2027-00",
    "192.168.2027",
    "version 1.2027-03",
    "until further notice",
    "until March 2027 or until April 2028",
    "1999-12",
    "March",
)


@pytest.mark.parametrize(("text", "until"), READ.items())
def test_a_stated_end_is_read(text: str, until: str) -> None:
    period = read_period(text)
    assert period is not None
    assert period.until == until


@pytest.mark.parametrize("text", NOT_READ)
def test_what_states_no_end_or_two_is_not_read(text: str) -> None:
    assert read_period(text) is None


@pytest.mark.parametrize(
    ("text", "last_moment"),
    [
        ("2027-02", "2027-02-28T23:59:59"),
        ("2028-02", "2028-02-29T23:59:59"),
        ("2027-12", "2027-12-31T23:59:59"),
        ("2027-03-15", "2027-03-15T23:59:59"),
    ],
)
def test_the_end_is_the_first_moment_after_it(text: str, last_moment: str) -> None:
    period = read_period(text)
    assert period is not None
    assert period.end_ts == datetime.fromisoformat(last_moment).replace(tzinfo=UTC).timestamp() + 1


@given(
    st.dates(datetime(2000, 1, 1).date(), datetime(2099, 12, 31).date()),
    st.sampled_from(["%Y-%m-%d", "%d.%m.%Y"]),
)
def test_every_day_is_read_as_itself(day: object, form: str) -> None:
    period = read_period(f"updates until {day:{form}}")
    assert period is not None
    assert period.until == str(day)


@given(st.text(max_size=MAX_TEXT * 2))
def test_any_text_gives_a_day_or_nothing(text: str) -> None:
    period = read_period(text)
    assert period is None or datetime.fromisoformat(period.until)


def test_a_long_text_takes_no_long_time() -> None:
    assert read_period("until " * 200_000) is None
    assert read_period("1" * 1_000_000) is None

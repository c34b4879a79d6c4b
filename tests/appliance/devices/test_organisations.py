"""Names of organisations are compared whole and shown short."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.devices.organisations import organisation_key, shown_organisation


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("LEGO System A/S", "LEGO SYSTEM A/S.", True),
        ("Samsung Electronics Co.,Ltd", "SAMSUNG ELECTRONICS CO., LTD.", True),
        ("Roku, Inc", "Roku, Inc.", True),
        ("tonies GmbH", "Tonies", True),
        ("Yoto", "Kyoto Microcomputer Co., Ltd.", False),
        ("Ring LLC", "Ring Solutions", False),
        ("Ring LLC", "RING ACCESS, INC.", False),
        ("LEGO System A/S", "The LEGO Group", False),
        ("Miku", "Mikotek Information Inc.", False),
    ],
)
def test_organisation_names_are_compared_whole(one: str, other: str, same: bool) -> None:
    assert (organisation_key(one) == organisation_key(other)) is same


@pytest.mark.parametrize(
    ("registered", "shown"),
    [
        ("Edimax Technology Co. Ltd.", "Edimax Technology"),
        ("NETVUE，INC.", "NETVUE"),
        ("Withings", "Withings"),
        ("Co., Ltd.", "Co."),
    ],
)
def test_a_registered_name_as_people_say_it(registered: str, shown: str) -> None:
    assert shown_organisation(registered) == shown


@given(st.text())
def test_any_name_is_read(name: str) -> None:
    assert organisation_key(organisation_key(name)) == organisation_key(name)
    shown_organisation(name)

"""A study's profile: what is not asked for properly is not followed."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.research.profile import ProfileError, parse, to_json
from tests.appliance.research.made import PROFILE, profile


def test_a_profile_is_read_as_it_is_kept():
    wanted = profile(devices=["toy"], flows=True, addresses="crypto-pan", k=7)
    assert parse(to_json(wanted)) == wanted


@pytest.mark.parametrize(
    ("wishes", "text"),
    [
        ({"names": "everything"}, "'names', expected one of all, known, organisation"),
        ({"names": ["all"]}, "one line"),
        ({"vendors": "yes"}, "true or false"),
        ({"k": 1}, "from 2"),
        ({"k": True}, "from 2"),
        ({"devices": ["spaceship"]}, "expected a list of"),
        ({"devices": [["toy"]]}, "expected a list of"),
        ({"until": "2030-02-30"}, "expected a day"),
        ({"until": "20300201"}, "expected a day"),
        ({"study": "../dolls"}, "letters, digits"),
        ({"title": "two\nlines"}, "one line"),
        ({"title": "\u202edlrow"}, "one line"),
        ({"payloads": True}, "expected one of study"),
        ({"who": ""}, "one line"),
    ],
)
def test_what_cannot_be_is_a_sentence(wishes, text):
    with pytest.raises(ProfileError, match=text):
        parse(json.dumps(PROFILE | wishes))


@pytest.mark.parametrize("name", PROFILE)
def test_what_is_missing_is_named(name):
    with pytest.raises(ProfileError, match=name):
        parse(json.dumps({key: value for key, value in PROFILE.items() if key != name}))


@given(st.one_of(st.binary(max_size=200), st.text(max_size=200)))
def test_any_bytes_are_a_sentence(data):
    with pytest.raises(ProfileError):
        parse(data)


def test_a_long_one_is_refused():
    with pytest.raises(ProfileError, match="at most"):
        parse(b" " * 20_001)

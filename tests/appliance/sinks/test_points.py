"""What a point says: bounded tags that never hold an address or a whole host name."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.sinks.points import AT_HOME, MAX_TAG, UNNAMED, Point, line, party_tag
from tests.appliance.sinks.made import LINE


@pytest.mark.parametrize(
    ("domain", "organisation", "outcome", "tag"),
    [
        ("voice.example", "Voice Example", "named", "Voice Example"),
        ("voice.example", None, "named", "voice.example"),
        ("198.51.100.7", None, "address", UNNAMED),
        ("198.51.100.7", "Hoster", "address", "Hoster"),
        ("2001:db8::1", None, None, UNNAMED),
        ("fe80::1%eth0", None, None, UNNAMED),
        ("192.168.7.1", None, "local", AT_HOME),
        ("printer", "Printer Ltd", "local", AT_HOME),
        ("\u202e\u200b", None, "named", UNNAMED),
    ],
)
def test_tags(domain, organisation, outcome, tag):
    assert party_tag(domain, organisation, outcome) == tag


@given(st.text(max_size=300), st.text(max_size=300))
def test_any_text_is_one_line_that_says_its_own_fields_alone(device, party):
    text = line(Point(29_000_000, device, party, 1, 2, 3))
    found = re.fullmatch(LINE, text)
    assert found
    assert (found[1], found[3], found[4]) == (
        "tattlebox_traffic",
        "flows=1i,bytes_up=2i,bytes_down=3i",
        "1740000000",
    )
    tags = re.findall(r",(\w+)=((?:\\.|[^,= \\])+)", found[2])
    assert [name for name, _ in tags] == ["device", "party"]
    assert all(len(value.replace("\\", "")) <= MAX_TAG for _, value in tags)

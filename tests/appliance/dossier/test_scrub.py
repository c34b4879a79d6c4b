"""No text of a dossier names another thing in the home, in whatever field it stands."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.dossier.scrub import AT_HOME, scrubber
from appliance.privacy import Pseudonyms

SCRUB = scrubber(["2001:db8:77::b0c5", "203.0.113.9"], Pseudonyms(bytes(32)))


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("connects to 192.168.7.77:8009 (tcp)", f"connects to {AT_HOME}:8009 (tcp)"),
        ("asked 10.1.2.3.", f"asked {AT_HOME}."),
        ("from fe80::1ff:fe23:4567:890a to", f"from {AT_HOME} to"),
        ("met 2001:db8:77::b0c5, then", f"met {AT_HOME}, then"),
        ("2001:0DB8:0077:0::B0C5", AT_HOME),
        ("and 203.0.113.9", f"and {AT_HOME}"),
        ("to 198.51.100.7 and 2001:db8:1::7", "to 198.51.100.7 and 2001:db8:1::7"),
        ("TLS 1.0, version 4.2.1.999 at 12:30:05", "TLS 1.0, version 4.2.1.999 at 12:30:05"),
        ("c-0000000000d1 a:b", "c-0000000000d1 a:b"),
        ("", ""),
    ],
)
def test_addresses_of_the_home_are_taken_out(text: str, left: str) -> None:
    assert SCRUB(text) == left


@pytest.mark.parametrize("mac", ["98:9e:80:12:34:56", "98:9E:80:12:34:56", "98-9e-80-12-34-56"])
def test_a_mac_becomes_its_pseudonym(mac: str) -> None:
    assert (
        SCRUB(f"it is {mac}!") == f"it is 98:9e:80:… ({Pseudonyms(bytes(32)).device('98:9e:80:12:34:56')})!"
    )


def test_every_place_of_a_value_is_looked_at() -> None:
    value = {"10.0.0.1": [("10.0.0.2", 3, None, True, 1.5)], "x": {"y": "10.0.0.3"}}
    assert SCRUB(value) == {AT_HOME: [[AT_HOME, 3, None, True, 1.5]], "x": {"y": AT_HOME}}


@given(st.text(alphabet="0123456789abcdef.: -x", max_size=80))
def test_any_text_is_scrubbed_without_raising(text: str) -> None:
    assert isinstance(SCRUB(text), str)


@given(
    st.ip_addresses(v=4, network="192.168.0.0/16"), st.sampled_from([" {} ", "({})", "{}:80", "{},", "to {}"])
)
def test_no_private_address_stays(address: object, form: str) -> None:
    assert str(address) not in SCRUB(form.format(address))

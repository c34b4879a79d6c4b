"""Pseudonyms: nothing without the key, prefixes kept; coarse numbers."""

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yacryptopan import CryptoPAn

from appliance.privacy import CACHED_ADDRESSES, Pseudonyms, coarse

OURS, OTHERS = Pseudonyms(bytes(32)), Pseudonyms(bytes([1]) * 32)


def common(one: str, other: str) -> int:
    """Return how many leading bits two addresses share."""
    left, right = ip_address(one), ip_address(other)
    return left.max_prefixlen - (int(left) ^ int(right)).bit_length()


@given(st.ip_addresses(v=4).map(str), st.ip_addresses(v=4).map(str))
def test_equal_beginnings_stay_equal_and_no_more(one, other):
    assert common(OURS.address(one), OURS.address(other)) == common(one, other)


@given(st.ip_addresses(v=6).map(str), st.ip_addresses(v=6).map(str))
def test_equal_beginnings_stay_equal_in_ipv6(one, other):
    assert common(OURS.address(one), OURS.address(other)) == common(one, other)


def test_the_library_gives_the_published_values():
    published = CryptoPAn(bytes(range(32)))  # test vectors of the reference implementation
    assert published.anonymize("192.0.2.1") == "2.90.93.17"
    assert published.anonymize("2001:db8::1") == "dd92:2c44:3fc0:ff1e:7ff9:c7f0:8180:7e00"


def test_an_address_within_ipv6_is_the_same_one():
    assert OURS.address("::ffff:192.0.2.1") == OURS.address("192.0.2.1")
    assert OURS.address("2001:db8::1%eth0") == OURS.address("2001:db8::1")


def test_what_is_remembered_is_bounded():
    assert OURS._remembered.cache_info().maxsize == CACHED_ADDRESSES


def test_another_key_shares_nothing():
    assert OURS.device("d-1") != OTHERS.device("d-1")
    assert OURS.address("192.0.2.1") != OTHERS.address("192.0.2.1")
    assert OURS.signing_seed() != OTHERS.signing_seed()


@given(st.binary(min_size=32, max_size=32))
def test_a_record_moves_back_by_whole_weeks(key):
    days = Pseudonyms(key).shift_days()
    assert days % 7 == 0
    assert -182 <= days <= -7


def test_a_short_key_is_refused():
    with pytest.raises(ValueError, match="expected 32"):
        Pseudonyms(b"short")


@pytest.mark.parametrize(
    ("number", "amounts", "counted", "expected"),
    [
        (0, "thousand", False, 0),
        (499, "thousand", False, 0),
        (1_501, "thousand", False, 2_000),
        (17, "thousand", True, 17),
        (0, "magnitude", False, 0),
        (1, "magnitude", True, 1),
        (1023, "magnitude", False, 512),
        (1024, "magnitude", False, 1024),
    ],
)
def test_coarse_numbers(number, amounts, counted, expected):
    assert coarse(number, amounts, counted=counted) == expected

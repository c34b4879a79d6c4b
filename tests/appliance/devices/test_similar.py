from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.devices.similar import most_alike, shape, words
from sensor.records import Loss, Record
from tests.appliance.devices.samples import dhcp, flow, mdns, query, ssdp

SETS = st.dictionaries(st.sampled_from("abc"), st.frozensets(st.sampled_from("uvwxyz"), max_size=6))


def test_the_same_kind_is_most_alike() -> None:
    known = {"plug": ["dhcp:1,3", "asks:p", "ntp:4"], "box": ["dhcp:1,3", "asks:b"], "tv": ["asks:t"]}
    first, *_ = most_alike(["dhcp:1,3", "asks:b", "to:tcp/443"], known)
    assert first.key == "box"
    assert 0 < first.share < 1


def test_the_same_words_are_wholly_alike() -> None:
    assert most_alike(["a", "b"], {"one": ["a", "b"], "two": ["c"]})[0] == ("one", 1.0)


@given(st.frozensets(st.sampled_from("uvwxyz"), max_size=6), SETS)
def test_likeness_is_a_share_and_best_first(device: frozenset[str], known: dict[str, frozenset[str]]) -> None:
    found = most_alike(device, known)
    assert len(found) <= 3
    assert all(0 <= likeness.share <= 1 for likeness in found)
    assert [f.share for f in found] == sorted((f.share for f in found), reverse=True)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("ESP_07AEFB", "esp_#"),
        ("Lightify-017b5f6b", "lightify-#"),
        ("uuid:2f402f80-da50-11e1-9b23-001788102201", "uuid:#"),
        ("BRW1234567890AB", "brw#"),
        ("toy-4f2a", "toy-#"),
        ("No. 00123456", "no. #"),
        ("DCS-930L", "dcs-930l"),  # the number of a model stays
        ("SP-2101W", "sp-2101w"),
        ("api.xbcs.net", "api.xbcs.net"),
    ],
)
def test_what_differs_between_two_specimens_is_left_out(text: str, wanted: str) -> None:
    assert shape(text) == wanted


@pytest.mark.parametrize(
    ("record", "word"),
    [
        (flow(), "to:tcp/443"),
        (flow(resp_p=51_000), "to:tcp/high"),
        (dhcp(parameter_list=(1, 3)), "dhcp:1,3"),
        (query("api.xbcs.net"), "asks:api.xbcs.net"),
        (mdns(service="_hap._tcp.local", txt=(("md", "Hue"),)), "txt:md=hue"),
        (ssdp(server="Unspecified, UPnP/1.0", target="x"), "ssdp-notify:unspecified, upnp/1.0:x"),
    ],
)
def test_the_words_of_records(record: Record, word: str) -> None:
    assert word in set(words(record))


def test_other_records_leave_no_words() -> None:
    assert list(words(Loss(0.0, 0.0, "gap", 1, ""))) == []

"""RFC 8520: its examples in our own data, variants of them, malformed ones, and what was seen beside them."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.declared.compare import BOTH, DECLARED, SEEN, compare_mud
from appliance.declared.mud import FROM_DEVICE, TO_DEVICE, Access, MudError, parse
from appliance.declared.mud_made import made
from appliance.declared.seen import Destination, is_allowed

T = 1_700_000_000.0


def entry(
    name: str, direction: str = "fr", host: str = "cloud.bear.example", **matches: Any
) -> dict[str, Any]:
    """Return an entry as RFC 8520 §9 has them: TCP 443 to a host, begun by the device."""
    side, far = ("dst", "destination") if direction == "fr" else ("src", "source")
    usual = {
        "ipv6": {f"ietf-acldns:{side}-dnsname": host, "protocol": 6},
        "tcp": {
            "ietf-mud:direction-initiated": "from-device",
            f"{far}-port": {"operator": "eq", "port": 443},
        },
    }
    return {"name": name, "matches": matches or usual, "actions": {"forwarding": "accept"}}


def mud(*entries: dict[str, Any], to: tuple[dict[str, Any], ...] = (), **changes: Any) -> dict[str, Any]:
    """Return a file like the light bulb of RFC 8520 §9, about a bear."""
    head = {
        "mud-version": 1,
        "mud-url": "https://bear.example/storybear2000",
        "last-update": "2026-01-28T11:20:51+01:00",
        "cache-validity": 48,
        "is-supported": True,
        "systeminfo": "The example story bear",
        "from-device-policy": {"access-lists": {"access-list": [{"name": "mud-1-v6fr"}]}},
        "to-device-policy": {"access-lists": {"access-list": [{"name": "mud-1-v6to"}]}},
    }
    lists = [
        {"name": "mud-1-v6to", "type": "ipv6-acl-type", "aces": {"ace": list(to)}},
        {"name": "mud-1-v6fr", "type": "ipv6-acl-type", "aces": {"ace": list(entries)}},
    ]
    return {"ietf-mud:mud": {**head, **changes}, "ietf-access-control-list:acls": {"acl": lists}}


def put(path: str, value: Any) -> dict[str, Any]:
    """Return the usual file with one member changed; `value` None takes it away."""
    top = copy.deepcopy(mud(entry("cl0-frdev"), to=(entry("cl0-todev", "to"),)))
    at: Any = top
    *steps, last = path.split("/")
    for step in steps:
        at = at[int(step)] if step.isdigit() else at[step]
    if value is None:
        del at[last]
    else:
        at[int(last) if last.isdigit() else last] = value
    return top


HEAD, LIST = "ietf-mud:mud", "ietf-access-control-list:acls/acl/1"
ACE = f"{LIST}/aces/ace/0"

EXAMPLES = {
    "the light bulb (§9)": mud(entry("cl0-frdev"), to=(entry("cl0-todev", "to"),)),
    "my controller (§4.7)": mud(entry("c", **{HEAD: {"my-controller": [None]}})),
    "same manufacturer (§3.8)": mud(entry("m", **{HEAD: {"same-manufacturer": [None]}})),
    "local networks (§3.8)": mud(entry("l", **{HEAD: {"local-networks": [None]}, "tcp": {}})),
    "a controller by its class (§4.6)": mud(entry("k", **{HEAD: {"controller": "https://bear.example/ctl"}})),
    "the default entries for DNS and NTP (appendix B)": mud(
        entry("d", **{HEAD: {"controller": "urn:ietf:params:mud:dns"}, "udp": {}}),
        entry("n", **{HEAD: {"controller": "urn:ietf:params:mud:ntp"}, "udp": {}}),
    ),
    "an extension (§4.1)": mud(entry("e"), extensions=["ol"]),
}

VARIANTS = {
    "no cache-validity": put(f"{HEAD}/cache-validity", None),
    "longest cache-validity": put(f"{HEAD}/cache-validity", 168),
    "no longer supported": put(f"{HEAD}/is-supported", False),
    "no systeminfo": put(f"{HEAD}/systeminfo", None),
    "60 characters of systeminfo": put(f"{HEAD}/systeminfo", "x" * 60),
    "maker and model": {**mud(entry("e"), **{"mfg-name": "Bearworks", "model-name": "Storybear"})},
    "UTC as Z": put(f"{HEAD}/last-update", "2026-01-28T11:20:51Z"),
    "parts of a second": put(f"{HEAD}/last-update", "2026-01-28T11:20:51.123Z"),
    "no policy to the device": put(f"{HEAD}/to-device-policy", None),
    "the drafts' container": {
        HEAD: mud(entry("e"))[HEAD],
        "ietf-access-control-list:access-lists": mud(entry("e"))["ietf-access-control-list:acls"],
    },
    "a prefixed type": put(f"{LIST}/type", "ietf-access-control-list:ipv6-acl-type"),
    "IPv4": put(f"{LIST}/type", "ipv4-acl-type"),
    "a prefixed forwarding": put(f"{ACE}/actions/forwarding", "ietf-access-control-list:accept"),
    "a drop": put(f"{ACE}/actions/forwarding", "drop"),
    "a range of ports": put(f"{ACE}/matches/tcp/destination-port", {"lower-port": 5000, "upper-port": 5010}),
    "a lower bound": put(f"{ACE}/matches/tcp/destination-port", {"operator": "gte", "port": 1024}),
    "no port": put(f"{ACE}/matches/tcp/destination-port", None),
    "UDP": mud(entry("u", ipv4={"protocol": 17}, udp={"destination-port": {"operator": "eq", "port": 53}})),
    "a network": mud(entry("n", ipv4={"destination-ipv4-network": "198.51.100.0/24", "protocol": 6})),
    "no matches at all": mud({"name": "all", "actions": {"forwarding": "accept"}}),
    "capitals in a host": put(f"{ACE}/matches/ipv6/ietf-acldns:dst-dnsname", "Cloud.Bear.Example."),
    "no entries": mud(),
    "unknown members beside": {**mud(entry("e")), "note": "of ours"},
}

MALFORMED = {
    "no JSON": "nonsense",
    "a list": [],
    "no mud": {},
    "mud is a text": {HEAD: "x"},
    "version 2": put(f"{HEAD}/mud-version", 2),
    "version as text": put(f"{HEAD}/mud-version", "1"),
    "no address": put(f"{HEAD}/mud-url", None),
    "an http address": put(f"{HEAD}/mud-url", "http://bear.example/x"),
    "no date": put(f"{HEAD}/last-update", None),
    "a date that is none": put(f"{HEAD}/last-update", "last week"),
    "cache for a year": put(f"{HEAD}/cache-validity", 8760),
    "cache as text": put(f"{HEAD}/cache-validity", "48"),
    "supported as text": put(f"{HEAD}/is-supported", "yes"),
    "not said whether supported": put(f"{HEAD}/is-supported", None),
    "too much systeminfo": put(f"{HEAD}/systeminfo", "x" * 61),
    "a policy without lists": put(f"{HEAD}/from-device-policy", {}),
    "a list without a name": put(f"{HEAD}/from-device-policy/access-lists/access-list/0", {}),
    "a list that is not there": put(f"{HEAD}/from-device-policy/access-lists/access-list/0/name", "other"),
    "lists that are none": put("ietf-access-control-list:acls", []),
    "an Ethernet list": put(f"{LIST}/type", "eth-acl-type"),
    "no entries": put(f"{LIST}/aces", None),
    "an entry without a name": put(f"{ACE}/name", None),
    "an entry without actions": put(f"{ACE}/actions", None),
    "forwarding to nowhere": put(f"{ACE}/actions/forwarding", "sometimes"),
    "matches as a list": put(f"{ACE}/matches", []),
    "a host with blanks": put(f"{ACE}/matches/ipv6/ietf-acldns:dst-dnsname", "a b"),
    "a host as a number": put(f"{ACE}/matches/ipv6/ietf-acldns:dst-dnsname", 5),
    "protocol 300": put(f"{ACE}/matches/ipv6/protocol", 300),
    "port 70000": put(f"{ACE}/matches/tcp/destination-port/port", 70_000),
    "ports backwards": put(f"{ACE}/matches/tcp/destination-port", {"lower-port": 9, "upper-port": 1}),
    "an unknown abstraction": mud(entry("x", **{HEAD: {"my-friends": [None]}})),
    "a network that is none": mud(entry("x", ipv4={"destination-ipv4-network": "198.51.100.0/40"})),
}


@pytest.mark.parametrize("top", [*EXAMPLES.values(), *VARIANTS.values()], ids=[*EXAMPLES, *VARIANTS])
def test_examples_and_variants_are_read(top):
    found = parse(json.dumps(top))
    assert found.url == "https://bear.example/storybear2000" and found.last_update.startswith("2026-01-28")


@pytest.mark.parametrize("top", MALFORMED.values(), ids=MALFORMED)
def test_what_is_malformed_is_refused_with_a_sentence(top):
    with pytest.raises(MudError) as refused:
        parse(top if isinstance(top, str) else json.dumps(top))
    assert 10 < len(str(refused.value)) < 300 and "\n" not in str(refused.value)


def test_there_are_enough_of_each():
    assert len(VARIANTS) >= 20 and len(MALFORMED) >= 20


def test_what_an_example_says():
    found = parse(json.dumps(EXAMPLES["the light bulb (§9)"]))
    host, ports = "cloud.bear.example", (443, 443)
    assert found.entries == (
        Access("cl0-frdev", FROM_DEVICE, host, None, None, "tcp", ports, True),
        Access("cl0-todev", TO_DEVICE, host, None, None, "tcp", ports, True),
    )
    assert (found.cache_hours, found.supported, found.info) == (48, True, "The example story bear")


def met(host: str | None = "cloud.bear.example", address: str = "198.51.100.7", **more: Any) -> Destination:
    return Destination(host, address, "tcp", 443, 3, T, T + 60, "bear.example")._replace(**more)


@pytest.mark.parametrize(
    ("name", "destination", "allowed"),
    [
        ("the light bulb (§9)", met(), True),
        ("the light bulb (§9)", met("CLOUD.bear.example"), True),
        ("the light bulb (§9)", met("other.bear.example"), False),
        ("the light bulb (§9)", met(port=80), False),
        ("the light bulb (§9)", met(proto="udp"), False),
        ("the light bulb (§9)", met(None), False),
        ("local networks (§3.8)", met(None, "192.168.1.7"), True),
        ("local networks (§3.8)", met(None), False),
        ("the default entries for DNS and NTP (appendix B)", met(None, proto="udp", port=53), True),
        ("the default entries for DNS and NTP (appendix B)", met(None, proto="udp", port=5353), False),
    ],
)
def test_an_entry_speaks_of_what_it_names(name, destination, allowed):
    assert is_allowed(destination, parse(json.dumps(EXAMPLES[name])).entries) is allowed


def test_a_network_and_a_drop():
    network = parse(json.dumps(VARIANTS["a network"])).entries
    assert is_allowed(met(None, "198.51.100.200"), network) and not is_allowed(
        met(None, "203.0.113.1"), network
    )
    assert not is_allowed(met(), parse(json.dumps(VARIANTS["a drop"])).entries)


def test_the_table_of_a_mud_file():
    entries = parse(json.dumps(mud(entry("a"), entry("b", host="update.bear.example")))).entries
    rows = compare_mud(entries, [met(), met("ads.tracker.example")], 7)
    assert [(row.standing, row.value, row.document) for row in rows] == [
        (SEEN, "ads.tracker.example", None),
        (BOTH, "cloud.bear.example", 7),
        (DECLARED, "update.bear.example", 7),
    ]


DESTINATIONS = [
    met(), met(None, "2001:db8::5", port=8883), met(None, "203.0.113.9", proto="udp", port=123),
    met(None, "192.168.1.1", proto="udp", port=53), met("voice.bear.example", port=8443),
]  # fmt: skip


def test_a_made_file_is_one_and_allows_all_that_was_seen():
    text = made("Bear", "https://tattlebox.invalid/d-1", DESTINATIONS, T)
    assert text == made("Bear", "https://tattlebox.invalid/d-1", DESTINATIONS[::-1], T)
    entries = parse(text).entries
    assert all(is_allowed(destination, entries) for destination in DESTINATIONS)
    assert not is_allowed(met("elsewhere.example"), entries)
    assert {row.standing for row in compare_mud(entries, DESTINATIONS, 1)} == {BOTH}


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
PLACES = [
    f"{HEAD}/mud-version",
    f"{HEAD}/mud-url",
    f"{HEAD}/last-update",
    f"{HEAD}/from-device-policy",
    f"{LIST}/aces",
    f"{LIST}/type",
    ACE,
    *(f"{ACE}/{member}" for member in ("matches", "actions", "matches/tcp", "matches/ipv6")),
    f"{ACE}/matches/tcp/destination-port",
    "ietf-access-control-list:acls",
]


@given(st.sampled_from(PLACES), json_values)
def test_any_value_anywhere_is_read_or_refused(place, value):
    try:
        parse(json.dumps(put(place, value)))
    except MudError as error:
        assert str(error)


@given(st.text())
def test_any_text_is_refused_with_a_sentence(text):
    with pytest.raises(MudError):
        parse(text)


@pytest.mark.parametrize("text", ["[" * 100_000, "{" * 300_000, " " * 500_000, '{"a":' * 100_000])
def test_hostile_texts_are_refused(text):
    with pytest.raises(MudError):
        parse(text)

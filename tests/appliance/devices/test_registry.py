"""The registry in dialogue: records in, who is where out."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.devices.registry import Devices
from appliance.devices.room import EVICTED_AT_ONCE, MAX_DEVICES
from appliance.devices.state import MAX_ADDRESSES, MAX_EVIDENCE, MAX_HOSTNAMES, MAX_TOKENS
from sensor.records import FlowRecord, Record
from tests.appliance.devices.samples import (
    BOX,
    KNOWLEDGE,
    MODULE,
    PLUG,
    PRIVATE,
    PRIVATE_2,
    ROUTER,
    dhcp,
    flow,
    hello,
    http,
    lease,
    mdns,
    neighbour,
    query,
    ssdp,
)

NONE = "0.0.0.0"  # noqa: S104 - an address seen, not one to listen on


def home(*records: Record) -> Devices:
    devices = Devices(KNOWLEDGE)
    for record in records:
        devices.observe(record)
    return devices


def test_a_flow_to_the_internet_makes_the_sender_a_device_and_the_far_end_none() -> None:
    devices = home(flow())
    assert devices.owner(PLUG, "192.168.1.20") is not None
    assert devices.owner(ROUTER, "198.51.100.7") is None
    assert not devices.is_local("198.51.100.7")


def test_the_gateways_mac_with_a_far_address_is_the_gateways() -> None:
    devices = home(neighbour(ROUTER, "192.168.1.1"), flow(), flow(resp_h="203.0.113.9"))
    gateway = devices.owner(ROUTER, "192.168.1.1")
    assert gateway is not None
    assert devices.record(gateway).addresses == ("192.168.1.1",)
    assert devices.owner(None, "192.168.1.1") == gateway
    assert devices.owner(ROUTER, "203.0.113.9") is None


def test_a_private_address_behind_the_gateway_is_not_in_the_home() -> None:
    devices = home(neighbour(ROUTER, "192.168.1.1"), flow(), flow(resp_h="10.9.9.9"))
    assert devices.owner(ROUTER, "10.9.9.9") is None
    assert len(devices.ids()) == 2


def test_two_families_are_one_device() -> None:
    devices = home(
        neighbour(PLUG, "192.168.1.20"),
        neighbour(PLUG, "fe80::1", source="ndp"),
        neighbour(PLUG, "2001:db8::5", source="ndp"),
    )
    [device] = devices.ids()
    assert devices.record(device).addresses == ("192.168.1.20", "fe80::1", "2001:db8::5")
    assert devices.owner(PLUG, "2001:db8::5") == device
    assert devices.owner(None, "2001:db8::5") == device
    assert devices.is_local("2001:db8::5")


def test_a_global_ipv6_address_on_a_frame_to_the_gateway_is_the_senders() -> None:
    devices = home(
        neighbour(ROUTER, "fe80::99", source="ra"), flow(orig_h="2001:db8::20", resp_h="2001:db8:ffff::1")
    )
    assert devices.owner(PLUG, "2001:db8::20") is not None
    assert devices.owner(ROUTER, "2001:db8:ffff::1") is None


def test_an_address_moves_with_its_lease() -> None:
    devices = home(neighbour(PLUG, "192.168.1.20"), lease(BOX, "192.168.1.20"))
    box = devices.owner(BOX, "192.168.1.20")
    assert devices.owner(None, "192.168.1.20") == box
    plug = devices.owner(PLUG, NONE)
    assert plug is not None
    assert devices.record(plug).addresses == ()


def test_an_offer_binds_nothing() -> None:
    devices = home(lease(BOX, "192.168.1.30", message_type=2))
    assert devices.owner(None, "192.168.1.30") is None


def test_a_sender_is_known_at_its_next_flow_once_the_far_end_showed_who_the_gateway_is() -> None:
    both = flow(PLUG, "2001:db8::5", ROUTER, "198.51.100.7")
    devices = home(neighbour(PLUG, "192.168.1.20"), both)
    assert devices.ends(both) == (None, None)
    assert devices.observe_flow(both) == (devices.owner(PLUG, "192.168.1.20"), None)


def test_a_router_named_in_a_lease_is_the_gateway_whichever_comes_first() -> None:
    for records in (
        (neighbour(ROUTER, "192.168.1.1"), lease(PLUG, "192.168.1.20", routers=("192.168.1.1",))),
        (lease(PLUG, "192.168.1.20", routers=("192.168.1.1",)), neighbour(ROUTER, "192.168.1.1")),
    ):
        devices = home(*records)
        devices.observe(flow(resp_h="10.9.9.9"))
        assert devices.owner(ROUTER, "10.9.9.9") is None
        router = devices.owner(ROUTER, "192.168.1.1")
        assert router is not None
        assert devices.record(router).category == "router"


@pytest.mark.parametrize(
    ("mac", "address"),
    [
        ("ff:ff:ff:ff:ff:ff", "192.168.1.255"),
        ("01:00:5e:00:00:fb", "224.0.0.251"),
        ("33:33:00:00:00:fb", "ff02::fb"),
        ("00:00:00:00:00:00", NONE),
        (None, "255.255.255.255"),
    ],
)
def test_nobody_is_no_device(mac: str | None, address: str) -> None:
    devices = home(flow(resp_mac=mac, resp_h=address), flow(orig_mac=mac, orig_h=address))
    assert devices.owner(mac, address) is None
    assert len(devices.ids()) <= 2  # the plug, the router


def test_an_unanswered_flow_to_an_empty_address_makes_no_device() -> None:
    devices = home(flow(resp_mac=None, resp_h="192.168.1.77", resp_pkts=0))
    assert devices.owner(None, "192.168.1.77") is None
    assert len(devices.ids()) == 1


def test_a_link_without_macs_has_devices_by_address() -> None:
    devices = home(flow(orig_mac=None, resp_mac=None))
    [device] = devices.ids()
    assert devices.owner(None, "192.168.1.20") == device
    assert devices.record(device).macs == ()


def test_what_a_box_says_is_gathered_with_reasons() -> None:
    devices = home(
        neighbour(BOX, "192.168.1.30"),
        dhcp(BOX, hostname="den-box", parameter_list=(1, 3, 28, 6)),
        query("prod.de.tbs.toys", BOX, "192.168.1.30"),
    )
    record = devices.record(devices.ids()[0])
    assert (record.vendor, record.category) == ("Boxine (tonies)", "toy")
    assert record.confidence["vendor"] > 0.95
    assert "its address block is registered to tonies GmbH" in {item.reason for item in record.evidence}
    assert record.hostnames == ("den-box",)
    assert record.name == "Toniebox"


def test_a_module_makers_block_names_no_vendor() -> None:
    record = home(neighbour(MODULE, "192.168.1.31"))
    assert record.record(record.ids()[0]).vendor is None


def test_the_parents_word_beats_all_and_can_be_taken_back() -> None:
    devices = home(neighbour(BOX, "192.168.1.30"))
    [device] = devices.ids()
    devices.take_dirty()
    devices.set_label(device, "name", "Bear")
    devices.set_label(device, "category", "speaker")
    assert devices.take_dirty() == {device}
    record = devices.record(device)
    assert (record.name, record.category, record.confidence["category"]) == ("Bear", "speaker", 1.0)
    devices.clear_label(device, "category")
    assert devices.record(device).category == "toy"


def test_a_label_of_another_field_is_refused() -> None:
    devices = home(neighbour(BOX, "192.168.1.30"))
    with pytest.raises(ValueError, match="expected one of name, vendor, category, model"):
        devices.set_label(devices.ids()[0], "colour", "red")


def test_only_what_changed_is_dirty() -> None:
    devices = home(neighbour(BOX, "192.168.1.30"))
    assert devices.take_dirty() == set(devices.ids())
    devices.observe(neighbour(BOX, "192.168.1.30", ts=101.0))
    assert devices.take_dirty() == set()
    devices.observe(neighbour(BOX, "192.168.1.30", ts=401.0))  # its last sight is five minutes newer
    assert devices.take_dirty() == set(devices.ids())


# Randomised MACs


def test_a_new_random_mac_with_a_known_client_id_is_the_same_phone() -> None:
    devices = home(
        dhcp(PRIVATE, 100.0, client_id="ff0001020304050607"),
        lease(PRIVATE, "192.168.1.40", 100.1),
        dhcp(PRIVATE_2, 5000.0, client_id="ff0001020304050607"),
        lease(PRIVATE_2, "192.168.1.41", 5000.1),
    )
    [device] = devices.ids()
    assert devices.record(device).macs == (PRIVATE, PRIVATE_2)
    assert devices.owner(PRIVATE_2, "192.168.1.41") == device
    [former] = devices.take_gone()
    assert devices.record(former).device == device


def test_a_new_random_mac_with_a_known_host_name_is_the_same_phone() -> None:
    devices = home(dhcp(PRIVATE, 100.0, hostname="den-phone"), dhcp(PRIVATE_2, 5000.0, hostname="den-phone"))
    assert len(devices.ids()) == 1


def test_an_mdns_name_merges_too() -> None:
    devices = home(
        mdns(PRIVATE, "192.168.1.40", 100.0, hostname="den-tablet.local"),
        mdns(PRIVATE_2, "192.168.1.41", 5000.0, hostname="den-tablet.local"),
    )
    assert len(devices.ids()) == 1


@pytest.mark.parametrize(
    ("what", "records"),
    [
        (
            "a name all phones have",
            [dhcp(PRIVATE, hostname="iPhone"), dhcp(PRIVATE_2, 900.0, hostname="iPhone")],
        ),
        (
            "both are awake",
            [
                dhcp(PRIVATE, hostname="den-phone"),
                neighbour(PRIVATE_2, "192.168.1.41", 200.0),
                neighbour(PRIVATE, "192.168.1.40", 300.0),
                dhcp(PRIVATE_2, 301.0, hostname="den-phone"),
            ],
        ),
        (
            "real MACs are two things",
            [dhcp(PLUG, hostname="lamp-one"), dhcp(BOX, 900.0, hostname="lamp-one")],
        ),
        ("one is real", [dhcp(PLUG, hostname="lamp-one"), dhcp(PRIVATE, 900.0, hostname="lamp-one")]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_not_merged(what: str, records: list[Record]) -> None:
    assert len(home(*records).ids()) == 2, what


def test_a_merge_by_hand_keeps_labels_and_the_former_id() -> None:
    devices = home(neighbour(PLUG, "192.168.1.20"), neighbour(BOX, "192.168.1.30"))
    plug, box = devices.ids()
    devices.set_label(box, "name", "Bear")
    devices.merge(plug, box)
    assert devices.ids() == [plug]
    assert devices.record(box).name == "Bear"
    assert devices.owner(BOX, "192.168.1.30") == plug
    devices.merge(plug, plug)
    assert devices.ids() == [plug]


# Bounds


def test_a_flood_of_macs_leaves_known_devices_intact() -> None:
    devices = home(neighbour(BOX, "192.168.1.30", 0.0))
    devices.set_label(devices.ids()[0], "name", "Bear")
    for day in (0.0, 90_000.0):
        devices.observe(neighbour(PLUG, "192.168.1.20", day))
    for number in range(200):
        devices.observe(flow(orig_mac=MODULE, orig_h="192.168.1.31", ts=90_000.0 + number))
    known = set(devices.ids())
    for number in range(10_000):
        mac = f"02:00:00:00:{number >> 8:02x}:{number & 255:02x}"
        devices.observe(neighbour(mac, f"10.0.{number >> 8}.{number & 127}", 90_200.0 + number * 0.006))
    assert known <= set(devices.ids())
    assert len(devices.ids()) <= MAX_DEVICES
    assert devices.evicted >= 10_000 - MAX_DEVICES
    assert devices.evicted % EVICTED_AT_ONCE == 0
    assert devices.owner(PLUG, "192.168.1.20") in known


def test_one_device_cannot_fill_memory() -> None:
    devices = home()
    for number in range(2_000):
        address = f"10.{number >> 8}.{number & 127}.1"
        devices.observe(neighbour(PLUG, address, 100.0 + number))
        devices.observe(dhcp(PLUG, 100.0 + number, hostname=f"name-{number}"))
        devices.observe(query(f"host{number:x}z.example", PLUG, address, 100.0 + number))
    record = devices.record(devices.ids()[0])
    assert len(record.addresses) == MAX_ADDRESSES
    assert len(record.hostnames) == MAX_HOSTNAMES
    assert len(record.evidence) <= MAX_EVIDENCE
    assert len(devices.words(record.device)) <= MAX_TOKENS
    assert devices.is_local("10.7.79.1")


# Restart

MACS = st.sampled_from([PLUG, BOX, MODULE, ROUTER, PRIVATE, PRIVATE_2])
ADDRESSES = st.sampled_from(
    ["192.168.1.1", "192.168.1.20", "192.168.1.30", "198.51.100.7", "2001:db8::5", "fe80::1", NONE]
)
NAMES = st.sampled_from(["iPhone", "den-phone", "HS110(EU)", "<b>\u202e", "lightify-1"])
TIMES = st.floats(0, 100_000)
RECORDS = st.lists(
    st.one_of(
        st.builds(neighbour, MACS, ADDRESSES, TIMES, st.sampled_from(["arp", "ndp", "ra"])),
        st.builds(
            lambda mac, ts, name: dhcp(mac, ts, hostname=name, client_id="ff00112233"), MACS, TIMES, NAMES
        ),
        st.builds(lease, MACS, ADDRESSES, TIMES, st.tuples(ADDRESSES)),
        st.builds(lambda a, b, c, d, ts: flow(a, b, c, d, ts=ts), MACS, ADDRESSES, MACS, ADDRESSES, TIMES),
        st.builds(lambda mac, at, ts, name: mdns(mac, at, ts, hostname=name), MACS, ADDRESSES, TIMES, NAMES),
        st.builds(lambda mac, at: ssdp(mac, at, server="Sonos/1"), MACS, ADDRESSES),
        st.builds(lambda mac: hello("api.xbcs.net", mac=mac), MACS),
        st.builds(lambda mac: http("x.example", "Roku/DVP", mac=mac), MACS),
    ),
    max_size=25,
)


@given(RECORDS, RECORDS)
def test_after_a_restart_all_goes_on_as_if_there_had_been_none(
    before: list[Record], after: list[Record]
) -> None:
    going_on = home(*before)
    restarted = Devices(KNOWLEDGE)
    for device in going_on.ids():
        restarted.load(device, json.loads(json.dumps(going_on.dump(device))))
    for record in after:
        going_on.observe(record)
        restarted.observe(record)
    assert restarted.ids() == going_on.ids()
    for device in going_on.ids():
        assert restarted.record(device) == going_on.record(device)
        assert restarted.dump(device) == going_on.dump(device)


@given(RECORDS)
def test_what_is_remembered_for_speed_changes_nothing(records: list[Record]) -> None:
    quick, slow = Devices(KNOWLEDGE), Devices(KNOWLEDGE)
    for record in [*records, *records]:  # the same again is what is remembered
        slow._endpoints.forget()
        slow._hearing.forget()
        quick.observe(record)
        slow.observe(record)
        if isinstance(record, FlowRecord):
            assert quick.ends(record) == slow.ends(record)
    assert [quick.dump(device) for device in quick.ids()] == [slow.dump(device) for device in slow.ids()]


@given(RECORDS)
def test_every_mac_and_address_has_at_most_one_device(records: list[Record]) -> None:
    devices = home(*records)
    everything = [devices.record(device) for device in devices.ids()]
    macs = [mac for record in everything for mac in record.macs]
    addresses = [address for record in everything for address in record.addresses]
    assert len(macs) == len(set(macs))
    assert len(addresses) == len(set(addresses))
    for record in everything:
        for address in record.addresses:
            assert devices.owner(None, address) == record.device


def test_the_vendor_is_told_anew_whenever_its_grounds_change() -> None:
    devices = home(neighbour(PRIVATE, "192.168.1.40"))
    [device] = devices.ids()
    assert devices.vendor(device) is None
    devices.observe(dhcp(PRIVATE, hostname="lightify-01"))
    assert devices.vendor(device) == devices.record(device).vendor == "Osram (Lightify)"
    devices.set_label(device, "vendor", "IKEA")
    assert devices.vendor(device) == "IKEA"
    devices.clear_label(device, "vendor")
    assert devices.vendor(device) == "Osram (Lightify)"
    devices.observe(neighbour(BOX, "192.168.1.30"))
    devices.merge(device, devices.ids()[1])
    assert devices.vendor(device) == devices.record(device).vendor


# Merging and splitting by hand


def test_what_was_merged_comes_apart_as_it_was() -> None:
    devices = home(
        neighbour(PLUG, "192.168.1.20"), neighbour(BOX, "192.168.1.30"), dhcp(BOX, hostname="den-box")
    )
    plug, box = devices.ids()
    devices.set_label(box, "name", "Bear")
    before = [devices.record(device) for device in (plug, box)]
    devices.merge(plug, box)
    assert devices.split(plug, box) == box
    assert [devices.record(device) for device in (plug, box)] == before
    assert devices.owner(BOX, "192.168.1.30") == box
    assert devices.owner(None, "192.168.1.30") == box
    assert devices.take_gone() == set()


def test_a_phone_taken_apart_is_not_merged_again() -> None:
    devices = home(dhcp(PRIVATE, 100.0, hostname="den-phone"), dhcp(PRIVATE_2, 5000.0, hostname="den-phone"))
    [phone] = devices.ids()
    other = devices.split(phone, PRIVATE_2)
    devices.observe(dhcp(PRIVATE_2, 9000.0, hostname="den-phone"))
    assert devices.ids() == [phone, other]
    assert devices.record(phone).macs == (PRIVATE,)
    assert devices.record(other).macs == (PRIVATE_2,)


@pytest.mark.parametrize("part", [PLUG, BOX, "d-unknown", ""])
def test_what_cannot_be_split_off_is_refused(part: str) -> None:
    devices = home(neighbour(PLUG, "192.168.1.20"))
    with pytest.raises(KeyError):
        devices.split(devices.ids()[0], part)
    assert devices.record(devices.ids()[0]).macs == (PLUG,)


def test_a_forgotten_device_seen_again_is_a_new_one() -> None:
    devices = home(neighbour(BOX, "192.168.1.30"), dhcp(BOX, hostname="den-box"))
    [box] = devices.ids()
    devices.set_label(box, "name", "Bear")
    devices.forget(box)
    assert devices.ids() == []
    assert devices.take_gone() == {box}
    devices.observe(neighbour(BOX, "192.168.1.30"))
    assert devices.record(box).name == "Toniebox"
    assert devices.record(box).hostnames == ()


def test_a_forgotten_device_is_heard_anew() -> None:
    asked = query("api.xbcs.net", PLUG, "192.168.1.20")
    devices = home(neighbour(PLUG, "192.168.1.20"), asked)
    [plug] = devices.ids()
    said = {item.reason for item in devices.record(plug).evidence}
    devices.forget(plug)
    devices.observe(neighbour(PLUG, "192.168.1.20"))
    devices.observe(asked)
    assert {item.reason for item in devices.record(plug).evidence} == said
    assert any("api.xbcs.net" in reason for reason in said)


def test_things_behind_a_repeater_are_told_apart_by_their_addresses_only_where_it_shows_their_macs() -> None:
    devices = home(
        neighbour(MODULE, "192.168.1.31"),  # the repeater answers for itself
        neighbour(MODULE, "192.168.1.32"),  # and for a toy behind it: proxy ARP hides the toy's MAC
        dhcp(BOX, hostname="den-box"),  # but its DHCP bears the toy's own (chaddr)
        lease(BOX, "192.168.1.32", 200.0),
    )
    repeater, box = devices.ids()
    assert devices.record(box).addresses == ("192.168.1.32",)
    assert devices.record(repeater).addresses == ("192.168.1.31",)

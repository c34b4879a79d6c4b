from __future__ import annotations

import pytest

from appliance.devices.registry import Devices
from appliance.devices.signals.dhcp6 import evidence
from sensor.records import Dhcp6Reply, Dhcp6Request
from tests.appliance.devices.samples import BOX, KNOWLEDGE, PRIVATE, PRIVATE_2


def request(
    mac: str | None = PRIVATE, src: str = "fe80::1", ts: float = 100.0, **other: object
) -> Dhcp6Request:
    fields = {
        "message_type": 1, "duid": None, "duid_mac": None, "fqdn": None, "enterprise": None,
        "vendor_class": None, "option_request": (), "addresses": (),
    }  # fmt: skip
    return Dhcp6Request(ts, mac, src, **{**fields, **other})


@pytest.mark.parametrize(
    ("record", "wanted"),
    [
        (request(fqdn="den-phone.home"), {("name", "den-phone")}),
        (request(fqdn="lightify-01"), {("vendor", "Osram (Lightify)"), ("category", "hub")}),
        (request(enterprise=311), {("vendor", "Microsoft")}),
        (request(duid_mac=BOX), {("vendor", "Boxine (tonies)")}),
    ],
)
def test_what_a_request_tells(record: Dhcp6Request, wanted: set[tuple[str, str]]) -> None:
    assert wanted <= {(item.field, item.value) for item in evidence(record, KNOWLEDGE)}


@pytest.mark.parametrize("inside", [PRIVATE_2, "00:00:00:00:00:00", "x", None])
def test_an_identifier_that_tells_no_maker(inside: str | None) -> None:
    assert not list(evidence(request(duid_mac=inside), KNOWLEDGE))


def test_a_phone_is_known_again_by_its_identifier() -> None:
    devices = Devices(KNOWLEDGE)
    devices.observe(request(PRIVATE, "fe80::1", 100.0, duid="0001000112345678aabbccddeeff"))
    devices.observe(request(PRIVATE_2, "fe80::2", 900.0, duid="0001000112345678aabbccddeeff"))
    [phone] = devices.ids()
    assert devices.record(phone).macs == (PRIVATE, PRIVATE_2)


def test_an_address_lent_is_bound_and_one_offered_is_not() -> None:
    devices = Devices(KNOWLEDGE)
    lent = Dhcp6Reply(100.0, BOX, "fe80::1", "fe80::99", 7, None, ("2001:db8::5",), (), ())
    devices.observe(lent._replace(message_type=2))
    assert devices.owner(None, "2001:db8::5") is None
    devices.observe(lent)
    assert devices.owner(None, "2001:db8::5") == devices.ids()[0]

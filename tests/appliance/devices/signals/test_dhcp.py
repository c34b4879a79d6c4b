from __future__ import annotations

import pytest

from appliance.devices.signals.dhcp import evidence
from sensor.records import DhcpRequest
from tests.appliance.devices.samples import BOX, KNOWLEDGE, PLUG, dhcp

CASES = [
    ("host name with a model", dhcp(hostname="HS110(EU)"), ("model", "HS110")),
    ("host name with a category", dhcp(hostname="DCS-930LB"), ("category", "camera")),
    ("fully qualified name", dhcp(fqdn="HS110.home.arpa"), ("category", "plug")),
    ("vendor class", dhcp(vendor_class="MSFT 5.0"), ("category", "computer")),
    ("vendor class of a maker", dhcp(vendor_class="Withings00"), ("vendor", "Withings")),
    (
        "order of options",
        dhcp(parameter_list=(1, 121, 3, 6, 15, 108, 114, 119, 252)),
        ("vendor", "Apple"),
    ),
    ("a rule bound to a vendor, there", dhcp(PLUG, hostname="EP25"), ("category", "plug")),
    ("the name it gives", dhcp(hostname="den-lamp"), ("name", "den-lamp")),
]


@pytest.mark.parametrize(("record", "wanted"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_what_a_request_tells(record: DhcpRequest, wanted: tuple[str, str]) -> None:
    found = {(item.field, item.value) for item in evidence(record, KNOWLEDGE)}
    assert wanted in found


@pytest.mark.parametrize(
    "record",
    [
        dhcp(),
        dhcp(vendor_class="udhcp 1.22.1"),
        dhcp(parameter_list=(1, 3, 28, 6)),
        dhcp(parameter_list=(6, 28, 3, 1)),
        dhcp(BOX, hostname="EP2"),  # a rule bound to another vendor
        dhcp(hostname="ESP"),  # a chip's default
    ],
)
def test_what_a_request_does_not_tell(record: DhcpRequest) -> None:
    assert [item for item in evidence(record, KNOWLEDGE) if item.field != "name"] == []


def test_a_hostile_name_stays_text() -> None:
    record = dhcp(hostname="<script>\u202e\x00" + "a" * 240)
    [item] = [item for item in evidence(record, KNOWLEDGE) if item.field == "name"]
    assert item.value.startswith("<script>a")
    assert len(item.value) <= 48
    assert item.reason.isprintable()

from __future__ import annotations

import pytest

from appliance.devices.signals.ssdp import evidence
from sensor.records import SsdpAnnouncement
from tests.appliance.devices.samples import KNOWLEDGE, ssdp

CASES = [
    ("SERVER", ssdp(server="Linux, UPnP/1.0 DCS-935L/1.0"), ("category", "camera")),
    ("SERVER of a bridge", ssdp(server="Linux/3.14.0 UPnP/1.0 IpBridge/1.50.0"), ("model", "Hue Bridge")),
    ("NT", ssdp(target="urn:Belkin:device:insight:1"), ("model", "WeMo Insight")),
    ("USN", ssdp(usn="uuid:Socket-1_0-221445K0101769::upnp:rootdevice"), ("category", "plug")),
    ("LOCATION", ssdp(location="http://10.10.10.51:80/IPCamDesc.xml"), ("category", "camera")),
    ("an answer", ssdp(kind="response", target="roku:ecp"), ("vendor", "Roku")),
    ("who searches", ssdp(kind="search", user_agent="Roku/DVP-9.10"), ("vendor", "Roku")),
]


@pytest.mark.parametrize(("record", "wanted"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_what_an_announcement_tells(record: SsdpAnnouncement, wanted: tuple[str, str]) -> None:
    assert wanted in {(item.field, item.value) for item in evidence(record, KNOWLEDGE)}


def test_who_searches_for_a_router_is_none() -> None:
    target = "urn:schemas-upnp-org:device:InternetGatewayDevice:1"
    assert list(evidence(ssdp(kind="search", target=target), KNOWLEDGE)) == []
    assert list(evidence(ssdp(kind="notify", target=target), KNOWLEDGE)) != []

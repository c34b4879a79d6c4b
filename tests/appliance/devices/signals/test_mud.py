"""The address of a MUD file is kept as it was told, and nothing else follows from it."""

from __future__ import annotations

from appliance.devices.device import Evidence
from appliance.devices.registry import Devices
from appliance.devices.signals.mud import evidence
from sensor.records import MudUrl
from tests.appliance.devices.samples import KNOWLEDGE

URL = "https://bear.example/storybear2000"
TOLD = MudUrl(1.0, "9c:8c:6e:11:22:33", "192.168.1.7", URL, "dhcp")


def test_it_is_kept_as_it_was_told() -> None:
    reason = "it names its MUD file when it asks for an address"
    assert list(evidence(TOLD, KNOWLEDGE)) == [Evidence("mud_url", URL, "dhcp", 1.0, reason, 1.0)]


def test_a_wired_neighbour_tells_it_by_lldp() -> None:
    told = TOLD._replace(told_by="lldp", src="0.0.0.0")  # noqa: S104 - the frame has no address of it
    reason = "it names its MUD file to its neighbours on the wire"
    assert list(evidence(told, KNOWLEDGE)) == [Evidence("mud_url", URL, "lldp", 1.0, reason, 1.0)]


def test_it_stands_with_the_device_and_decides_nothing() -> None:
    devices = Devices(KNOWLEDGE)
    devices.observe(TOLD)
    [device] = devices.ids()
    record = devices.record(device)
    assert URL in [item.value for item in record.evidence]
    assert record.model is None and URL not in record.name

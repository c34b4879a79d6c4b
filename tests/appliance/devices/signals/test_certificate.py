from __future__ import annotations

import pytest

from appliance.devices.registry import Devices
from appliance.devices.signals.certificate import evidence
from sensor.records import TlsCertificate
from tests.appliance.devices.samples import KNOWLEDGE, MODULE, PRIVATE, neighbour


def shown(subject: str, server: str = "192.168.1.31") -> TlsCertificate:
    return TlsCertificate(
        100.0, "u", PRIVATE, "192.168.1.40", 40_000, server, 443, subject, subject, 0.0, 1.0, (), True, 1
    )


@pytest.mark.parametrize(
    ("subject", "wanted"),
    [
        ("CN=001788fffe000000, O=Philips Hue, C=NL", {"Signify (Philips Hue)", "hub"}),
        ("CN=x, O=Sonos, Inc.", set()),  # a comma inside is cut: rather nothing than a guess
        ("CN=x, O=Synology Inc.", {"Synology", "computer"}),
        ("CN=x, O=Internet Widgits Pty Ltd", set()),
        ("", set()),
    ],
)
def test_whom_a_certificate_is_made_out_to(subject: str, wanted: set[str]) -> None:
    assert wanted <= {item.value for item in evidence(shown(subject), KNOWLEDGE)}
    if not wanted:
        assert {item.value for item in evidence(shown(subject), KNOWLEDGE)} <= {"Sonos"}


def test_it_tells_of_the_server_and_only_of_one_in_the_home() -> None:
    devices = Devices(KNOWLEDGE)
    devices.observe(neighbour(MODULE, "192.168.1.31"))
    devices.observe(neighbour(PRIVATE, "192.168.1.40"))
    devices.observe(shown("CN=1, O=Philips Hue", "198.51.100.7"))
    devices.observe(shown("CN=1, O=Philips Hue"))
    bridge, phone = devices.ids()
    assert devices.vendor(bridge) == "Signify (Philips Hue)"
    assert devices.vendor(phone) is None

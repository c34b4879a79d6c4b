from __future__ import annotations

import pytest

from sensor.wire.igd import parse

ACTION = b'"urn:schemas-upnp-org:service:WANIPConnection:1#DeletePortMapping"'
BODY = b"<u:NewExternalPort>8443</u:NewExternalPort><NewProtocol>UDP</NewProtocol>"


def test_a_deletion() -> None:
    assert parse(ACTION, BODY) == ("delete", "udp", None, None, 8443, None, None)


@pytest.mark.parametrize(
    "action", [b"", b'"urn:schemas-upnp-org:service:WANIPConnection:1#GetExternalIPAddress"']
)
def test_other_actions(action: bytes) -> None:
    assert parse(action, BODY) is None


def test_a_number_that_is_none() -> None:
    found = parse(
        ACTION, b"<NewExternalPort>99999999999999</NewExternalPort><NewInternalPort>x</NewInternalPort>"
    )
    assert found is not None and (found.external_port, found.internal_port) == (None, None)

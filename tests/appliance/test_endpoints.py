"""Of every kind of observation it is known whom it is about, and of those sent to somebody, to whom."""

from __future__ import annotations

import pytest

from appliance.endpoints import met, subject
from sensor.records import (
    TYPES,
    BleAdvertisement,
    DhcpRequest,
    DnsAnswer,
    DnsQuery,
    FlowRecord,
    HttpRequest,
    InquiryResult,
    Loss,
    MdnsService,
    SensorStats,
    TlsServerHello,
    Weird,
)
from tests.appliance import samples

HEARD_IN_THE_AIR = (BleAdvertisement, InquiryResult)  # of things that have no address in the home
OTHERS = (FlowRecord, Weird, Loss, SensorStats, *HEARD_IN_THE_AIR)
OBSERVATIONS = [kind for kind in TYPES.values() if kind not in OTHERS]
MAC = "02:00:00:00:d0:11"
DISCOVER = DhcpRequest(1.0, MAC, 1, None, None, "doll", None, None, None, ())


def filled(kind):
    """Return a record of the kind whose fields hold their own names."""
    return kind(*kind._fields)


@pytest.mark.parametrize("kind", OBSERVATIONS, ids=lambda kind: kind.__name__)
def test_every_observation_is_about_an_endpoint(kind):
    mac, address = subject(filled(kind))
    assert mac in {"mac", "client_mac"}
    assert address in {"src", "client", "host", "address"}


@pytest.mark.parametrize(
    ("request_", "address"),
    [
        (DISCOVER, "0.0.0.0"),  # noqa: S104 - no address yet
        (DISCOVER._replace(requested_address="192.168.7.20"), "192.168.7.20"),
        (DISCOVER._replace(client="192.168.7.21", requested_address="192.168.7.20"), "192.168.7.21"),
    ],
)
def test_a_request_for_an_address_is_about_the_address_it_speaks_of(request_, address):
    assert subject(request_) == (MAC, address)


@pytest.mark.parametrize(
    ("kind", "end"),
    [
        (DnsQuery, ("transport", "resolver", 53)),
        (HttpRequest, ("tcp", "dst", "dport")),
        (TlsServerHello, ("tcp", "server", "server_port")),
        (DnsAnswer, None),
        (MdnsService, None),
    ],
    ids=lambda case: getattr(case, "__name__", None),
)
def test_the_end_that_was_met(kind, end):
    assert met(filled(kind)) == (None if end is None else ("uid", end))


@pytest.mark.parametrize(("transport", "proto"), [("tcp", "tcp"), ("quic", "udp"), ("dtls", "udp")])
def test_a_hello_goes_over_the_transport_it_names(transport, proto):
    hello = samples.HELLO._replace(transport=transport)
    assert met(hello) == (hello.uid, (proto, hello.dst, hello.dport))

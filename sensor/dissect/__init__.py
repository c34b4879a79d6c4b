"""The dissectors: payload bytes in, observations out; one protocol, one file. They do no I/O.

To add one: write its file, add its class here, then a test, a sample in tests/captures and a heading in
docs/dissectors.md; tests/test_registries.py says what is missing.
"""

from __future__ import annotations

from typing import Final

from sensor.dissect.coap import Coap
from sensor.dissect.dhcp4 import Dhcp4
from sensor.dissect.dhcp6 import Dhcp6
from sensor.dissect.dns import Dns, DnsStream
from sensor.dissect.dtls import Dtls
from sensor.dissect.http1 import Http1
from sensor.dissect.icmp import Icmp, Icmp6
from sensor.dissect.interface import DatagramDissector, StreamDissector
from sensor.dissect.lldp import Lldp
from sensor.dissect.llmnr import Llmnr
from sensor.dissect.mdns import Mdns
from sensor.dissect.mqtt import Mqtt
from sensor.dissect.nbns import Nbns
from sensor.dissect.neighbour import Arp, Ndp
from sensor.dissect.ntp import Ntp
from sensor.dissect.portmap import PortMap
from sensor.dissect.quic import Quic
from sensor.dissect.rtsp import Rtsp
from sensor.dissect.ssdp import Ssdp
from sensor.dissect.stun import Stun
from sensor.dissect.tls import Tls
from sensor.dissect.tls_server import TlsServer
from sensor.dissect.tunnel import OpenVpnStream, VpnDatagrams

DATAGRAM_DISSECTORS: Final[tuple[type[DatagramDissector], ...]] = (
    Dns,
    Mdns,
    Dhcp4,
    Ssdp,
    Ntp,
    Arp,
    Lldp,
    Ndp,
    Icmp,
    Icmp6,
    Dhcp6,
    Llmnr,
    Nbns,
    PortMap,
    Coap,
    Quic,
    Stun,
    Dtls,
    VpnDatagrams,
)
"""Asked in this order, those with ports first; the first that accepts a packet reads it."""

STREAM_DISSECTORS: Final[tuple[type[StreamDissector], ...]] = (
    DnsStream,
    Tls,
    TlsServer,
    Rtsp,
    Http1,
    Mqtt,
    OpenVpnStream,
)
"""Asked in this order; the first that claims a direction reads it."""

DISSECTORS: Final = DATAGRAM_DISSECTORS + STREAM_DISSECTORS

"""The vocabulary of records: the one language that crosses from the sensor to the appliance.

Wire, test fixtures, `tattlebox dissect` output and exports all speak it. Does no I/O; standard library only.

Records are typed named tuples: immutable, slotted by nature, compared by value, and built by the native
meter at the price of a tuple (docs/decisions.md). Every record begins with `ts`, the capture time of the
packet (or of a flow's first packet) in UTC epoch seconds. Names of flow fields are Zeek's. MAC addresses are
lower-case, colon-separated; IP addresses are in RFC 5952 form; host names are lower-case, without the final
dot. `None` means "the packet did not say"; an empty tuple or string means "it said: nothing".

Any text that comes from a packet is hostile: it is shortened to `MAX_TEXT` characters where it is read, and
whoever shows it escapes it.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final, NamedTuple

MAX_MACS: Final = 8
"""Addresses of one device whose packets are recorded: a thing with a cable and two radios has three."""

VERSION: Final = 1
"""Version of this vocabulary; a field added at the end keeps it, anything else raises it."""

MAX_TEXT: Final = 255
"""Longest text kept from a packet, in characters: a DNS name (RFC 1035 §2.3.4) is the longest we need."""

LATEST_TS: Final = 1e11
"""Times lie before this (the year 5138): a larger one is in milliseconds."""

MAX_ITEMS: Final = 64
"""Most entries kept in one repeated field (addresses, TXT keys, options): more is abuse, not information."""


class FlowRecord(NamedTuple):
    """One flow, or one part of a long one: packets of one 5-tuple between two timeouts, both directions.

    A flow ends when it is idle (TCP 300 s, other 60 s) or at the end of the capture; a flow that goes on is
    reported in parts of `ACTIVE_TIMEOUT_S` (300 s) that share `uid` and count up in `part`. Counts are of
    this part alone, so sums over parts are sums over the flow. A non-first IP fragment has no ports: it is
    counted in a flow of the same addresses and protocol with both ports 0.
    """

    ts: float  # first packet of this part
    duration_s: float  # first to last packet of this part
    uid: str  # stable id: keyed by 5-tuple, VLAN and start time; the same capture gives the same uid
    community_id: str  # Community ID v1, seed 0 (https://github.com/corelight/community-id-spec)
    part: int  # 0 for the first (usually only) record of a flow
    proto: str  # "tcp", "udp", "icmp", "icmp6", "sctp", ... or "ip-<number>" (IANA protocol numbers)
    orig_h: str  # originator: first sender (flipped where a SYN+ACK or a service port came first)
    orig_p: int  # 0 where the protocol has no ports; ICMP: type (Community ID rules)
    resp_h: str
    resp_p: int
    orig_pkts: int
    resp_pkts: int
    orig_wire_bytes: int  # whole frames as they were on the wire (orig_len, tp_len), link header included
    resp_wire_bytes: int
    orig_ip_bytes: int  # IP header and payload, from the IP header's length field
    resp_ip_bytes: int
    orig_bytes: int  # payload above TCP/UDP/ICMP header
    resp_bytes: int
    orig_mac: str | None  # link-layer source of the originator's first frame; None where the link has none
    resp_mac: str | None  # that of the responder; None when it sent nothing; then see orig_dst_mac
    orig_dst_mac: str | None  # link-layer destination of the originator's first frame
    vlan: int | None  # outermost 802.1Q id
    orig_tcp_flags: int  # OR of the TCP flag bytes seen in that direction; 0 for other protocols
    resp_tcp_flags: int
    end: str  # why it was reported: "idle", "active" (a further part follows), "closed", "evicted", "flush"


class DnsQuery(NamedTuple):
    """A question to a unicast resolver (RFC 1035 §4.1.2), one record per question."""

    ts: float
    uid: str
    mac: str | None
    client: str
    resolver: str
    transport: str  # "udp", "tcp"
    query: str
    qtype: int  # 1 A, 28 AAAA, 65 HTTPS, ...
    edns_options: tuple[int, ...] = ()  # RFC 6891 option codes sent along: 8 client subnet, 65001 a MAC, ...


class DnsAnswer(NamedTuple):
    """The answer of a unicast resolver (RFC 1035 §4.1), one record per message."""

    ts: float
    uid: str
    client_mac: str | None  # link-layer destination of the answer
    client: str
    resolver: str
    transport: str
    query: str  # the name that was asked for; never the tail of a CNAME chain
    qtype: int
    rcode: int  # 0 no error, 3 no such name
    cnames: tuple[str, ...]  # the chain, in order
    addresses: tuple[str, ...]  # of A and AAAA answers, and the hints of HTTPS and SVCB answers
    ttl_s: int | None  # smallest of the address answers
    alpn: tuple[str, ...] = ()  # protocols an HTTPS or SVCB answer offers (RFC 9460 §7.1)
    ech: bool = False  # such an answer has keys for encrypted ClientHellos: later names will be hidden


class MdnsService(NamedTuple):
    """A service a device offers (RFC 6762, RFC 6763), gathered from one message's PTR, SRV, TXT, A, AAAA."""

    ts: float
    mac: str | None
    host: str  # IP source of the announcement
    service: str  # "_googlecast._tcp.local"; "" when the message only maps a host name to addresses
    instance: str | None  # "Living Room._googlecast._tcp.local" without the service part
    hostname: str | None  # SRV target, or the owner of the A/AAAA record
    port: int | None
    txt: tuple[tuple[str, str], ...]  # RFC 6763 §6 key/value pairs
    addresses: tuple[str, ...]


class DhcpRequest(NamedTuple):
    """What a DHCPv4 client says of itself (RFC 2131; DISCOVER, REQUEST, INFORM, RELEASE, DECLINE)."""

    ts: float
    mac: str  # chaddr
    message_type: int  # option 53: 1 DISCOVER, 3 REQUEST, 8 INFORM, ...
    client: str | None  # ciaddr, when not 0.0.0.0
    requested_address: str | None  # option 50
    hostname: str | None  # option 12
    fqdn: str | None  # option 81
    vendor_class: str | None  # option 60
    client_id: str | None  # option 61, hexadecimal
    parameter_list: tuple[int, ...]  # option 55, in the order sent


class DhcpAck(NamedTuple):
    """An address lent by a DHCPv4 server (RFC 2131 §3.1, DHCPACK or DHCPOFFER)."""

    ts: float
    mac: str  # chaddr: the client
    message_type: int  # 2 OFFER, 5 ACK
    address: str  # yiaddr
    server: str | None  # option 54
    lease_s: int | None  # option 51
    routers: tuple[str, ...]  # option 3
    dns_servers: tuple[str, ...]  # option 6


class Neighbour(NamedTuple):
    """A binding of an address to a MAC: ARP sender (RFC 826) or NDP NA/NS/RA (RFC 4861)."""

    ts: float
    mac: str
    address: str
    source: str  # "arp", "ndp", "ra" (a router announces itself)


class SsdpAnnouncement(NamedTuple):
    """An SSDP message (UPnP Device Architecture 2.0 §1): NOTIFY, M-SEARCH or the answer to one."""

    ts: float
    mac: str | None
    host: str  # IP source
    kind: str  # "notify", "search", "response"
    target: str | None  # NT or ST
    usn: str | None
    server: str | None  # SERVER
    location: str | None  # LOCATION: where the description document is
    user_agent: str | None


class TlsClientHello(NamedTuple):
    """The first message of a TLS client (RFC 8446 §4.1.2, RFC 5246 §7.4.1.2), over TCP, QUIC or DTLS."""

    ts: float
    uid: str
    mac: str | None
    transport: str  # "tcp", "quic", "dtls"
    src: str
    sport: int
    dst: str
    dport: int
    server_name: str | None  # RFC 6066 §3
    alpn: tuple[str, ...]
    versions: tuple[int, ...]  # supported_versions without GREASE, else the legacy version alone
    ja4: str  # https://github.com/FoxIO-LLC/ja4, JA4 only
    ech: bool  # an encrypted_client_hello extension of type outer: server_name is then the cover name


class HttpRequest(NamedTuple):
    """The head of an HTTP/1 request (RFC 9112). Names of parameters are kept, their values never."""

    ts: float
    uid: str
    mac: str | None
    src: str
    sport: int
    dst: str
    dport: int
    method: str
    host: str | None  # Host header or absolute-form authority, without port
    path: str  # without the query
    parameters: tuple[str, ...]  # names in the query string
    user_agent: str | None
    content_type: str | None
    content_bytes: int | None  # Content-Length
    header_names: tuple[str, ...]  # lower-case, in order
    fields: tuple[str, ...] = ()  # names of form fields and JSON keys in the first bytes of the body
    leaks: tuple[str, ...] = ()  # kinds of data in it that say who or where: "mac", "credentials", ...


class NtpRequest(NamedTuple):
    """An NTP client asks for the time (RFC 5905 §7.3, mode 3)."""

    ts: float
    uid: str
    mac: str | None
    src: str
    dst: str
    version: int


class TlsServerHello(NamedTuple):
    """What a TLS server chose (RFC 8446 §4.1.3, RFC 5246 §7.4.1.3)."""

    ts: float
    uid: str
    client_mac: str | None  # link-layer destination
    client: str
    client_port: int  # port of the client
    server: str  # IP address of the server
    server_port: int  # port of the server
    version: int  # 0x0304 TLS 1.3, 0x0303 TLS 1.2, ...
    cipher: int  # IANA cipher suite number
    group: int | None  # of the key share (RFC 8446 §4.2.8); absent before TLS 1.3
    alpn: str | None  # the protocol chosen, where it is told in the clear (before TLS 1.3)


class TlsCertificate(NamedTuple):
    """The first certificate of a server, which TLS up to 1.2 shows (RFC 5246 §7.4.2, RFC 5280)."""

    ts: float
    uid: str
    client_mac: str | None  # link-layer destination
    client: str
    client_port: int  # port of the client
    server: str  # IP address of the server
    server_port: int  # port of the server
    subject: str  # "CN=..., O=...": common name, organisation, unit, country, as far as they are there
    issuer: str  # the same of who signed it
    not_before: float  # UTC epoch seconds
    not_after: float  # end of validity, UTC epoch seconds
    names: tuple[str, ...]  # subjectAltName: host names lower-case, IP addresses
    self_signed: bool  # issuer and subject are the same name
    chain: int  # certificates sent


class EncryptedDns(NamedTuple):
    """A device asks a resolver by an encrypted way: names it looks up will not be seen."""

    ts: float
    uid: str
    mac: str | None
    src: str
    dst: str
    dport: int
    kind: str  # "dot" (RFC 7858), "doh" (RFC 8484), "doq" (RFC 9250)
    server_name: str | None  # name asked for (RFC 6066 §3)
    reason: str  # "port", "alpn", "name" or "address" of a known resolver


class Dhcp6Request(NamedTuple):
    """What a DHCPv6 client says of itself (RFC 8415; SOLICIT, REQUEST, RENEW, INFORMATION-REQUEST, ...)."""

    ts: float
    mac: str | None  # link-layer source
    src: str
    message_type: int  # 1 SOLICIT, 3 REQUEST, 5 RENEW, 6 REBIND, 11 INFORMATION-REQUEST, ...
    duid: str | None  # option 1, hexadecimal
    duid_mac: str | None  # link-layer address inside a DUID-LLT or DUID-LL (RFC 8415 §11)
    fqdn: str | None  # option 39 (RFC 4704)
    enterprise: int | None  # of the vendor class, option 16: IANA private enterprise number
    vendor_class: str | None  # its first text
    option_request: tuple[int, ...]  # option 6, in the order sent
    addresses: tuple[str, ...]  # asked for, in its IA_NA and IA_TA options


class Dhcp6Reply(NamedTuple):
    """Addresses lent by a DHCPv6 server (RFC 8415 §18.3, ADVERTISE and REPLY)."""

    ts: float
    client_mac: str | None  # link-layer destination
    client: str  # IP destination
    server: str  # IP source
    message_type: int  # 2 ADVERTISE, 7 REPLY
    duid: str | None  # the client's, hexadecimal
    addresses: tuple[str, ...]  # in IA_NA and IA_TA
    prefixes: tuple[str, ...]  # in IA_PD, "2001:db8::/56"
    dns_servers: tuple[str, ...]  # option 23 (RFC 3646)


class RouterAdvertisement(NamedTuple):
    """What a router offers to every device of the link (RFC 4861 §4.2)."""

    ts: float
    mac: str | None  # link-layer source
    src: str
    lifetime_s: int  # 0: not a default router (any more)
    managed: bool  # the M flag: addresses come from DHCPv6
    prefixes: tuple[str, ...]  # "fd00:4::/64"
    dns_servers: tuple[str, ...]  # RDNSS (RFC 8106 §5.1)
    domains: tuple[str, ...]  # DNSSL (RFC 8106 §5.2)


class LocalName(NamedTuple):
    """A name asked for or claimed on the link itself: LLMNR (RFC 4795) or NetBIOS (RFC 1002 §4.2)."""

    ts: float
    mac: str | None
    src: str
    protocol: str  # "llmnr", "nbns"
    kind: str  # "query", "claim" (an answer or a registration)
    name: str  # LLMNR: lower-case; NetBIOS: as sent, without the padding
    suffix: int | None  # NetBIOS: sixteenth byte, 0x00 workstation, 0x20 file server, ...; LLMNR: absent
    addresses: tuple[str, ...]  # of a claim


class PortMapping(NamedTuple):
    """A device asks the router to let the Internet in (IGD AddPortMapping, RFC 6886, RFC 6887)."""

    ts: float
    uid: str
    mac: str | None
    src: str
    dst: str  # the router asked
    protocol: str  # "igd", "nat-pmp", "pcp"
    action: str  # "add", "delete"
    proto: str  # "tcp", "udp", "all" or "ip-<number>"
    internal_address: str | None  # the device let in, where the request names it
    internal_port: int | None  # port of the device in the home
    external_port: int | None  # wanted; 0 leaves the choice to the router
    lifetime_s: int | None  # 0 with IGD: for ever
    description: str | None  # IGD: what the device calls it


class MqttConnect(NamedTuple):
    """An MQTT client introduces itself (MQTT 3.1.1 §3.1, MQTT 5.0 §3.1). No value of a credential is kept."""

    ts: float
    uid: str
    mac: str | None
    src: str
    dst: str
    dport: int
    version: int  # protocol level: 3, 4 (3.1.1), 5
    client_id_kind: str  # "empty", "mac", "uuid", "number", "text"
    has_username: bool  # a user name is sent; its value is never kept
    has_password: bool  # a password is sent; its value is never kept
    keepalive_s: int  # longest silence the client promises
    will_topic: str | None  # topic of the message sent when it vanishes


class CoapRequest(NamedTuple):
    """A CoAP request (RFC 7252), in the clear."""

    ts: float
    uid: str
    mac: str | None
    src: str
    dst: str
    dport: int
    method: str  # "GET", "POST", "PUT", "DELETE", "FETCH", "PATCH", "iPATCH"
    host: str | None  # Uri-Host
    path: str  # path asked for
    parameters: tuple[str, ...]  # names in Uri-Query options


class RtspRequest(NamedTuple):
    """An RTSP request (RFC 2326, RFC 7826), up to the one that starts it: somebody watches a camera."""

    ts: float
    uid: str
    mac: str | None
    src: str
    dst: str
    dport: int
    method: str
    path: str  # without the query
    user_agent: str | None
    authorization: str | None  # scheme alone, lower-case: "basic", "digest"


class StunRequest(NamedTuple):
    """A STUN or TURN request (RFC 8489, RFC 8656): a device prepares to be reached from outside."""

    ts: float
    uid: str
    mac: str | None
    src: str
    dst: str
    dport: int
    method: str  # "binding", "allocate"
    software: str | None  # SOFTWARE attribute
    has_username: bool  # a user name is sent; its value is never kept


class Tunnel(NamedTuple):
    """A connection inside which names and parties cannot be seen begins."""

    ts: float
    uid: str
    mac: str | None
    src: str
    dst: str
    dport: int
    kind: str  # "wireguard", "openvpn", "ipsec"


class Unreachable(NamedTuple):
    """A device is told that what it sent did not arrive (RFC 792, RFC 4443 §3.1): a hint, easily forged."""

    ts: float
    client_mac: str | None  # link-layer destination
    client: str  # who is told
    reporter: str  # who says so
    code: int  # IPv4: 1 host, 3 port, 13 forbidden, ...; IPv6: 0 no route, 1 forbidden, 4 port, ...
    dst: str  # where its packet went
    proto: str  # "tcp", "udp" or "ip-<number>"
    dport: int  # 0 where the protocol has none or the report is too short


class MudUrl(NamedTuple):
    """A device says where its maker describes what it needs of the network (RFC 8520 §10)."""

    ts: float
    mac: str | None  # who says it
    src: str  # its address as far as it has one; "0.0.0.0" before its first lease and in LLDP
    url: str  # begins with https://
    told_by: str  # "dhcp" (option 161), "dhcp6" (option 112), "lldp"


class BleAdvertisement(NamedTuple):
    """What a Bluetooth LE device says to everybody nearby (Core Vol 6 Part B §2.3), as a scan heard it."""

    ts: float
    address: str  # Bluetooth device address, most significant byte first
    address_kind: str  # "public" and "static" can be followed; "resolvable", "non_resolvable" change
    event: str  # "connectable", "directed", "scannable", "non_connectable", "scan_response"; empty: not told
    connectable: bool | None  # it offers to be connected to; None where BlueZ heard it, which does not say
    name: str | None  # complete, else shortened
    company: int | None  # Bluetooth company identifier of its manufacturer data
    services: tuple[str, ...]  # "180f", or a whole UUID
    appearance: int | None  # Assigned Numbers §2.6
    flags: int | None  # bit 0 limited, 1 general discoverable, 2 no classic Bluetooth
    tx_power_dbm: int | None  # as it says
    rssi_dbm: int | None  # as it was heard


class InquiryResult(NamedTuple):
    """The answer of a classic Bluetooth device to an inquiry (Core Vol 2 Part B §8.4)."""

    ts: float
    address: str  # Bluetooth device address, most significant byte first
    device_class: int  # Class of Device, 24 bits (Assigned Numbers §2.8)
    name: str | None  # complete, else shortened
    company: int | None  # Bluetooth company identifier
    services: tuple[str, ...]  # "111e" hands-free, "1108" headset, ...
    rssi_dbm: int | None  # as it was heard


class Weird(NamedTuple):
    """Bytes that are not what they should be: counted and kept, never an exception."""

    ts: float
    name: str  # "<where>_<what>", e.g. "dns_truncated_name"
    uid: str | None
    src: str | None
    dst: str | None
    detail: str  # what was read, what was expected


class Loss(NamedTuple):
    """What was not seen. "Nothing new" may only be said of time without one."""

    ts: float
    until: float  # end of the span; ts for an instant
    kind: str  # "kernel_drop", "gap", "evicted", "truncated_file", "reassembly", "queue", "unseen_name", ...
    lost: int  # packets, flows or records; 0 when unknown
    detail: str


class SensorStats(NamedTuple):
    """The sensor's numbers about itself, counted since it started. A capture file ends with one.

    Every packet is accounted for: `packets` is `flow_packets` + `weird_packets` + the sum of `other`. Packets
    and bytes are those on the wire, whatever the kernel joined or did not copy.
    """

    ts: float  # live: when it was counted; of a capture: its latest packet
    started: float  # live: when the sensor started, which tells two runs apart; of a capture: 0
    interfaces: tuple[str, ...]  # watched; empty for a capture
    down: tuple[str, ...]  # of these, those that can bring no packet now
    packets: int  # on the wire
    wire_bytes: int  # whole frames, link header included
    flow_packets: int  # counted in a flow
    weird_packets: int  # without readable addresses, so in no flow; each is a Weird
    other: tuple[tuple[str, int], ...]  # frames without IP by kind ("arp", "lldp", ...), those that came
    flows: int  # begun
    evictions: int  # flows reported early because the table was full
    reassembly: int  # TCP directions whose first bytes could not be put in order
    weirds: tuple[tuple[str, int], ...]  # Weirds by name, those held back included
    records: int  # handed on, but for these numbers and live losses
    kernel_drops: int  # packets that found no room in the kernel's ring: they are in no other number
    queued: int  # records that wait for the appliance, or for its word that they are stored
    queue_lost: int  # records that found no room in the queue
    lag_s: float  # how old the latest packet was when it was read; 0 without one
    rss_bytes: int  # memory in use; of a capture: 0
    cpu_s: float  # processor time used so far; of a capture: 0
    cpu_percent: float  # of one core, since the SensorStats before


Observation = (
    DnsQuery
    | DnsAnswer
    | MdnsService
    | DhcpRequest
    | DhcpAck
    | Neighbour
    | SsdpAnnouncement
    | TlsClientHello
    | HttpRequest
    | NtpRequest
    | TlsServerHello
    | TlsCertificate
    | EncryptedDns
    | Dhcp6Request
    | Dhcp6Reply
    | RouterAdvertisement
    | LocalName
    | PortMapping
    | MqttConnect
    | CoapRequest
    | RtspRequest
    | StunRequest
    | Tunnel
    | Unreachable
    | MudUrl
)
Nearby = BleAdvertisement | InquiryResult
Record = FlowRecord | Observation | Nearby | Weird | Loss | SensorStats

TYPES: Final[dict[str, type[Any]]] = {
    "flow": FlowRecord,
    "dns_query": DnsQuery,
    "dns": DnsAnswer,
    "mdns": MdnsService,
    "dhcp_request": DhcpRequest,
    "dhcp_ack": DhcpAck,
    "neighbour": Neighbour,
    "ssdp": SsdpAnnouncement,
    "tls": TlsClientHello,
    "http": HttpRequest,
    "ntp": NtpRequest,
    "tls_server": TlsServerHello,
    "tls_certificate": TlsCertificate,
    "encrypted_dns": EncryptedDns,
    "dhcp6_request": Dhcp6Request,
    "dhcp6_reply": Dhcp6Reply,
    "router": RouterAdvertisement,
    "local_name": LocalName,
    "port_mapping": PortMapping,
    "mqtt": MqttConnect,
    "coap": CoapRequest,
    "rtsp": RtspRequest,
    "stun": StunRequest,
    "tunnel": Tunnel,
    "unreachable": Unreachable,
    "mud_url": MudUrl,
    "ble": BleAdvertisement,
    "inquiry": InquiryResult,
    "weird": Weird,
    "loss": Loss,
    "sensor": SensorStats,
}
"""Name of each record type in JSON. The order is that of docs/records.md."""

_NAMES: Final = {record_type: name for name, record_type in TYPES.items()}
_encode = json.JSONEncoder(ensure_ascii=True, separators=(",", ":")).encode


class RecordError(ValueError):
    """A line that is not a record: says what was read and what was expected."""


def to_json(record: Record) -> str:
    """Return the record as one line of JSON (no newline): `type`, `v`, then its fields in order."""
    return _encode({"type": _NAMES[type(record)], "v": VERSION, **record._asdict()})


def from_json(line: str | bytes) -> Record:
    """Return the record of a line that `to_json` wrote.

    A field this version does not know is passed over (a newer writer), one added since takes its default (an
    older writer), one that may be null and is left out is null, and a number is one in quotes, too (another
    program). Raises RecordError for anything else.
    """
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise RecordError(f"read {line[:60]!r}, expected one JSON object: {error}") from error
    name = fields.get("type") if isinstance(fields, dict) else None
    record_type = TYPES.get(name) if isinstance(name, str) else None
    if record_type is None:
        raise RecordError(f"read {line[:60]!r}, expected an object whose type is one of {', '.join(TYPES)}")
    if fields.get("v") != VERSION:
        raise RecordError(f"read record version {fields.get('v')!r}, expected {VERSION}")
    return _build(record_type, fields)


def _build(record_type: type[Any], fields: dict[str, Any]) -> Record:
    values = []
    for name, kind, wanted, maybe_none in _SHAPES[record_type]:
        value = fields.get(name, _ABSENT)
        if value is _ABSENT and name in record_type._field_defaults:
            value = record_type._field_defaults[name]
        elif value is _ABSENT and maybe_none:
            value = None
        elif type(value) not in wanted and not (value is None and maybe_none):
            if value is _ABSENT:
                raise RecordError(f"read a {fields['type']} record without {name}")
            number = _number(value, wanted)
            if number is None:
                raise RecordError(f"read {fields['type']}.{name} = {value!r:.60}, expected {kind}")
            value = number
        elif wanted is _LIST and value is not None:
            value = tuple(tuple(item) if type(item) is list else item for item in value)
        values.append(value)
    if not -LATEST_TS < values[0] < LATEST_TS:
        raise RecordError(
            f"read {fields['type']}.ts = {values[0]!r:.60}, expected seconds since 1970, not milliseconds"
        )
    record: Record = record_type(*values)
    return record


def _number(value: Any, wanted: tuple[type, ...]) -> float | int | None:
    """Return the number that a text, or a float without a fraction, stands for; None where it is no other."""
    if wanted not in (_FLOAT, _INT):
        return None
    if type(value) is str and _DECIMAL.fullmatch(value):
        value = float(value) if set(value) & set(".eE") else int(value)
    if type(value) is float and wanted == _INT and value.is_integer():
        value = int(value)
    return value if type(value) in wanted else None


_ABSENT: Final = object()
_LIST: Final = (list,)
_FLOAT: Final = (float, int)
_INT: Final = (int,)
_DECIMAL: Final = re.compile(r"-?\d{1,20}(\.\d{1,20})?([eE][+-]?\d{1,2})?", re.ASCII)
_JSON_TYPES: Final[dict[str, tuple[type, ...]]] = {
    "float": _FLOAT,
    "int": _INT,
    "str": (str,),
    "bool": (bool,),
    "tuple": _LIST,
}


def _shape(record_type: type[Any]) -> list[tuple[str, str, tuple[type, ...], bool]]:
    """Return (field, annotation, JSON types, may be null) for each field, from the annotations above."""
    kinds = {name: annotation.__forward_arg__ for name, annotation in record_type.__annotations__.items()}
    return [
        (name, kind, _JSON_TYPES[kind.partition(" |")[0].partition("[")[0]], kind.endswith("| None"))
        for name, kind in kinds.items()
    ]


_SHAPES: Final = {record_type: _shape(record_type) for record_type in TYPES.values()}

"""What a program would have to send for the sensor to give such a record: record in, bytes out.

The other way round from the dissectors, and with none of their code. A record of which no bytes can be made
(an address that is none, a scheme of another protocol) raises Unplayable.
"""

from __future__ import annotations

import struct
from datetime import UTC, datetime
from functools import lru_cache
from ipaddress import ip_address

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from sensor.records import (
    CoapRequest,
    DnsQuery,
    HttpRequest,
    MqttConnect,
    PortMapping,
    RtspRequest,
    TlsCertificate,
    TlsClientHello,
    TlsServerHello,
)
from tests.sensor.dissect.hellos import Extension, hello, record, server_name, sized, u16, versions
from tests.sensor.dissect.test_mqtt import connect
from tests.sensor.dissect.test_tunnel import IKE, OPENVPN, WIREGUARD

ECH = 0xFE0D
CARRIED = 1_000  # bytes of a body that are put in the packet; its declared length may be larger
METHODS = {"GET": 1, "POST": 2, "PUT": 3, "DELETE": 4, "FETCH": 5, "PATCH": 6, "iPATCH": 7}
TUNNELS = {"wireguard": WIREGUARD, "openvpn": OPENVPN, "ipsec": IKE}
CLIENT_IDS = {
    "empty": b"",
    "mac": b"02:00:00:00:00:02",
    "uuid": b"0f8fad5b-d9cb-469f-a165-70867728950e",
    "number": b"12345",
    "text": b"toy",
}
LEAKING = {
    "mac": "x=02:00:00:00:00:02",
    "serial": "sn=7",
    "device_id": "did=7",
    "credentials": "psk=7",
    "person": "babyname=7",
    "location": "coords=7",
    "account": "login=7",
    "firmware": "build=7",
    "session": "sid=7",
}
"""A query string that gives each kind of HttpRequest.leaks away."""


class Unplayable(Exception):
    """No program can send what would give this record."""


def http(request: HttpRequest) -> bytes:
    """Return the request; of a long body the first bytes."""
    query = "&".join(
        [*(f"{name}=1" for name in request.parameters), *(LEAKING[leak] for leak in request.leaks)]
    )
    body = "&".join(f"{name}=1" for name in request.fields).encode()
    if request.content_bytes is not None and not body:
        body = b"x" * min(request.content_bytes, CARRIED)
    lines = [f"{request.method} {request.path}{'?' if query else ''}{query} HTTP/1.1"]
    lines += [f"{name}: {request.host if name == 'host' else 1}" for name in request.header_names]
    if request.user_agent:
        lines.append(f"user-agent: {request.user_agent}")
    kind = request.content_type or ("application/x-www-form-urlencoded" if request.fields else None)
    if kind is not None:
        lines.append(f"content-type: {kind}")
    if request.content_bytes is not None or body:
        lines.append(f"content-length: {request.content_bytes or len(body)}")
    elif request.method in {"POST", "PUT", "PATCH"}:
        lines.append("transfer-encoding: chunked")
        body = b"5\r\nhello\r\n0\r\n\r\n"
    return "\r\n".join([*lines, "", ""]).encode() + body


def client_hello(asked: TlsClientHello) -> bytes:
    """Return the hello in a record; a single version before TLS 1.3 is said in the old way."""
    extensions: list[Extension] = []
    if asked.server_name:
        extensions.append(server_name(asked.server_name.encode()))
    if asked.ech:
        extensions.append((ECH, b"\0\0\1\0\1\7" + sized(b"") + sized(bytes(64))))
    old = asked.versions[0] if len(asked.versions) == 1 and asked.versions[0] < 0x0304 else None
    if old is None:
        extensions.append(versions(*asked.versions))
    return record(hello(extensions, (0x1301, 0xC02F), old or 0x0303))


def server_hello(chosen: TlsServerHello) -> bytes:
    """Return the server's hello in a record."""
    version, block = chosen.version, b""
    if version == 0x0304:
        version, block = 0x0303, sized(u16(43) + sized(u16(0x0304)))
    body = u16(version) + bytes(32) + sized(b"", 1) + u16(chosen.cipher) + b"\0" + block
    return record(b"\x02" + sized(body, 3))


def certificates(shown: TlsCertificate) -> bytes:
    """Return a server's hello of TLS 1.2 and its chain."""
    plain = TlsServerHello(*shown[:7], 0x0303, 0xC02F, None, None)
    der = _der("toy.example" if shown.self_signed else "ca.example", shown.not_before, shown.not_after)
    chain = b"".join([sized(der, 3)] * shown.chain)
    return server_hello(plain) + record(b"\x0b" + sized(sized(chain, 3), 3))


@lru_cache
def _key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@lru_cache
def _der(issuer: str, not_before: float, not_after: float) -> bytes:
    def called(name: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])

    return (
        x509.CertificateBuilder()
        .subject_name(called("toy.example"))
        .issuer_name(called(issuer))
        .public_key(_key().public_key())
        .serial_number(7)
        .not_valid_before(datetime.fromtimestamp(not_before, UTC))
        .not_valid_after(datetime.fromtimestamp(not_after, UTC))
        .sign(_key(), hashes.SHA256())
        .public_bytes(Encoding.DER)
    )


def dns(asked: DnsQuery) -> bytes:
    """Return the question, behind its length over TCP."""
    name = b"".join(sized(label.encode(), 1) for label in asked.query.split(".")) + b"\0"
    message = b"\0\7\1\0\0\1\0\0\0\0\0\0" + name + struct.pack(">HH", asked.qtype, 1)
    return sized(message) if asked.transport == "tcp" else message


def mqtt(hers: MqttConnect) -> bytes:
    """Return a CONNECT with these credentials."""
    flags = 2 | hers.has_username << 7 | hers.has_password << 6
    fields = [sized(b"u")] * hers.has_username + [sized(b"p")] * hers.has_password
    if hers.has_password and not hers.has_username:
        return connect(CLIENT_IDS[hers.client_id_kind], flags, *fields, version=5, properties=b"\0")
    return connect(CLIENT_IDS[hers.client_id_kind], flags, *fields)


def coap(request: CoapRequest) -> bytes:
    """Return a request with its path and query as options (RFC 7252 §3.1)."""
    message = bytes((0x40, METHODS[request.method], 0, 1))
    options = [(11, request.path[1:])] + [(15, f"{name}=1") for name in request.parameters]
    last = 0
    for number, text in options:
        delta, last = number - last, number
        short = min(len(text), 13)
        message += (
            bytes((delta << 4 | short,)) + (bytes((len(text) - 13,)) if short == 13 else b"") + text.encode()
        )
    return message + b"\xffx"


def rtsp(request: RtspRequest) -> bytes:
    """Return the request with its scheme of authorisation."""
    login = f"Authorization: {request.authorization.title()} abc=\r\n" if request.authorization else ""
    return f"{request.method} rtsp://{request.dst}{request.path} RTSP/1.0\r\nCSeq: 1\r\n{login}\r\n".encode()


def igd(asked: PortMapping) -> bytes:
    """Return the SOAP call to the router (UPnP IGD, WANIPConnection:1 §2.4.16, §2.4.18)."""
    call = "AddPortMapping" if asked.action == "add" else "DeletePortMapping"
    fields = {
        "NewExternalPort": asked.external_port or 0,
        "NewProtocol": asked.proto.upper(),
        "NewInternalPort": asked.internal_port or 0,
        "NewInternalClient": asked.internal_address or "",
        "NewPortMappingDescription": asked.description or "",
        "NewLeaseDuration": asked.lifetime_s or 0,
    }
    inside = "".join(f"<{name}>{value}</{name}>" for name, value in fields.items())
    service = "urn:schemas-upnp-org:service:WANIPConnection:1"
    body = f'<s:Envelope><s:Body><u:{call} xmlns:u="{service}">{inside}</u:{call}></s:Body></s:Envelope>'
    head = f'POST /ctl/IPConn HTTP/1.1\r\nHost: {asked.dst}:5000\r\nSOAPAction: "{service}#{call}"\r\n'
    head += f"Content-Type: text/xml\r\nContent-Length: {len(body)}\r\n\r\n"
    return (head + body).encode()


def nat_pmp(asked: PortMapping) -> bytes:
    """Return a mapping request (RFC 6886 §3.3); a lifetime of 0 takes it away."""
    lifetime = 0 if asked.action == "delete" else asked.lifetime_s or 7200
    code = {"udp": 1, "tcp": 2}.get(asked.proto)
    if code is None:
        raise Unplayable(f"NAT-PMP knows no {asked.proto}")
    return struct.pack(">BBHHHI", 0, code, 0, asked.internal_port or 0, asked.external_port or 0, lifetime)


def pcp(asked: PortMapping) -> bytes:
    """Return a MAP request (RFC 6887 §11.1)."""
    lifetime = 0 if asked.action == "delete" else asked.lifetime_s or 7200
    number = {"tcp": 6, "udp": 17, "all": 0}.get(asked.proto, 47)
    client = bytes(10) + b"\xff\xff" + ip_address(asked.src).packed
    ports = struct.pack(">HH", asked.internal_port or 0, asked.external_port or 0)
    return (
        struct.pack(">BBHI", 2, 1, 0, lifetime)
        + client
        + bytes(12)
        + bytes((number, 0, 0, 0))
        + ports
        + bytes(16)
    )

from __future__ import annotations

import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scapy.layers.dns import DNS, DNSQR, DNSRR

from sensor.records import DnsAnswer, DnsQuery, Record
from tests.sensor.dissect.given import (
    CLIENT,
    CLIENT_MAC,
    SERVER,
    SERVER_MAC,
    mutated,
    packet,
    read,
    segments,
    weird_names,
)

QUERY = bytes(DNS(id=1, rd=1, qd=DNSQR(qname="Api.Storybox.example")))


def answer(*records: DNSRR, name: str = "api.storybox.example", **fields: Any) -> bytes:
    return bytes(DNS(id=1, qr=1, qd=DNSQR(qname=name), an=list(records), **fields))


ANSWER = answer(
    DNSRR(rrname="api.storybox.example", type="CNAME", rdata="Edge.cdn.example", ttl=300),
    DNSRR(rrname="edge.cdn.example", rdata="203.0.113.7", ttl=60),
    DNSRR(rrname="edge.cdn.example", type="AAAA", rdata="2001:db8::7", ttl=20),
)


def asked(payload: bytes) -> list[Record]:
    return read(packet(payload, dport=53))


def answered(payload: bytes) -> DnsAnswer:
    reply = packet(payload, src=SERVER, dst=CLIENT, sport=53, src_mac=SERVER_MAC, dst_mac=CLIENT_MAC)
    (found,) = read(reply)
    assert isinstance(found, DnsAnswer)
    return found


def test_a_question() -> None:
    assert asked(QUERY) == [DnsQuery(1.0, "F1", CLIENT_MAC, CLIENT, SERVER, "udp", "api.storybox.example", 1)]


def test_an_answer_is_told_from_the_client_s_side() -> None:
    found = answered(ANSWER)
    assert (found.client, found.client_mac, found.resolver) == (CLIENT, CLIENT_MAC, SERVER)
    assert (found.query, found.qtype, found.rcode) == ("api.storybox.example", 1, 0)
    assert found.cnames == ("edge.cdn.example",)
    assert found.addresses == ("203.0.113.7", "2001:db8::7")
    assert found.ttl_s == 20


def test_addresses_of_other_names_are_not_believed() -> None:
    found = answered(answer(DNSRR(rrname="bank.example", rdata="198.51.100.66", ttl=60)))
    assert (found.addresses, found.ttl_s) == ((), None)


def test_a_cname_loop_ends() -> None:
    loop = [
        DNSRR(rrname="a.example", type="CNAME", rdata="b.example"),
        DNSRR(rrname="b.example", type="CNAME", rdata="a.example"),
    ]
    assert answered(answer(*loop, name="a.example")).cnames == ("b.example", "a.example")


def test_a_chain_out_of_order_is_followed() -> None:
    chain = [
        DNSRR(rrname="b.example", rdata="192.0.2.1", ttl=5),
        DNSRR(rrname="a.example", type="CNAME", rdata="b.example", ttl=1),
    ]
    found = answered(answer(*chain, name="a.example"))
    assert (found.cnames, found.addresses, found.ttl_s) == (("b.example",), ("192.0.2.1",), 5)


@pytest.mark.parametrize(
    ("payload", "what"),
    [
        (answer(rcode=3), "no such name"),
        (answer(tc=1), "truncated: the rest comes over TCP"),
    ],
)
def test_an_answer_without_addresses(payload: bytes, what: str) -> None:
    assert answered(payload).addresses == (), what


@pytest.mark.parametrize(
    "payload",
    [
        bytes(DNS(id=1, opcode=5, qd=DNSQR(qname="a.example"))),  # an update
        bytes(DNS(id=1, qr=1, rcode=1, qd=[])),  # a refusal that does not repeat the question
        bytes(DNS(id=1, qd=[])),
    ],
)
def test_messages_that_name_nothing(payload: bytes) -> None:
    assert asked(payload) == []


def test_a_malformed_message_is_a_weird() -> None:
    (found,) = asked(QUERY[:-3])
    assert found[1:5] == ("dns_truncated", "F1", CLIENT, SERVER)  # type: ignore[index]


def test_a_message_cut_by_the_capture_is_not_called_malformed() -> None:
    assert weird_names(read(packet(QUERY[:-3], dport=53, cut=True))) == ["dns_cut"]


def prefixed(*messages: bytes) -> bytes:
    return b"".join(struct.pack(">H", len(message)) + message for message in messages)


@pytest.mark.parametrize("size", [1, 2, 3, 20, 1000])
def test_pipelined_questions_over_tcp_in_pieces(size: int) -> None:
    stream = prefixed(QUERY, QUERY, QUERY)
    parts = [stream[at : at + size] for at in range(0, len(stream), size)]
    found = read(*segments(parts, dport=53))
    assert [type(record) for record in found] == [DnsQuery] * 3
    assert {record.transport for record in found if isinstance(record, DnsQuery)} == {"tcp"}


def test_an_answer_over_tcp() -> None:
    (found,) = read(*segments([prefixed(ANSWER)], sport=53, src=SERVER, dst=CLIENT, is_orig=False))
    assert isinstance(found, DnsAnswer)
    assert (found.client, found.transport) == (CLIENT, "tcp")


def test_a_malformed_message_ends_its_direction() -> None:
    found = read(*segments([prefixed(b"short"), prefixed(QUERY)], dport=53))
    assert weird_names(found) == ["dns_truncated_header"]
    assert len(found) == 1


@given(st.one_of(st.binary(max_size=200), mutated([QUERY, ANSWER])), st.booleans())
def test_any_bytes_give_records_or_a_weird(payload: bytes, tcp: bool) -> None:
    made = segments([payload], dport=53) if tcp else [packet(payload, sport=53)]
    assert isinstance(read(*made), list)

"""What devices say of themselves: each saying is read once, by every signal it is for. Does no I/O."""

from __future__ import annotations

from operator import attrgetter
from typing import Any, Final

from appliance.devices.identity import is_random_mac
from appliance.devices.knowledge import DeviceKnowledge
from appliance.devices.signals import BY_RECORD
from appliance.devices.signals.calls import Call, call_of
from appliance.devices.signals.ports import answered
from appliance.devices.similar import words
from appliance.devices.state import DeviceState
from sensor.records import (
    Dhcp6Request,
    DhcpRequest,
    DnsQuery,
    FlowRecord,
    HttpRequest,
    LocalName,
    MdnsService,
    MudUrl,
    Neighbour,
    NtpRequest,
    Record,
    SsdpAnnouncement,
    TlsCertificate,
    TlsClientHello,
)

MAX_HEARD: Final = 65_536
"""Sayings remembered, so that the same again is not read again: those of a busy home's hour."""

_SAYING: Final[dict[type[Any], tuple[str, ...]]] = {
    DhcpRequest: ("hostname", "fqdn", "vendor_class", "parameter_list"),
    Dhcp6Request: ("duid", "fqdn", "enterprise", "vendor_class", "option_request"),
    DnsQuery: ("query",),
    MdnsService: ("service", "instance", "hostname", "txt"),
    SsdpAnnouncement: ("kind", "target", "usn", "server", "location", "user_agent"),
    TlsClientHello: ("server_name", "ja4", "ech"),
    HttpRequest: ("host", "path", "user_agent"),
    NtpRequest: ("version",),
    LocalName: ("kind", "name", "suffix"),
    TlsCertificate: ("subject",),
    MudUrl: ("url",),
}
"""The fields in which a record says something of its sender: the same again is not read again."""

_SENDERS: Final[dict[type[Any], tuple[str, str]]] = {
    DnsQuery: ("mac", "client"),
    SsdpAnnouncement: ("mac", "host"),
    **dict.fromkeys((TlsClientHello, HttpRequest, NtpRequest, LocalName, MudUrl), ("mac", "src")),
}
SENDING: Final = {
    record_type: attrgetter(*sender, *_SAYING[record_type]) for record_type, sender in _SENDERS.items()
}
"""For records that only speak of their sender: its MAC, its address, and all they say of it."""


class Hearing:
    """Turns what is said of a device into its evidence; `dirty` are the devices that it changed."""

    def __init__(self, knowledge: DeviceKnowledge) -> None:
        self._knowledge = knowledge
        self._heard: set[tuple[object, ...]] = set()
        self.dirty: set[str] = set()

    def hear(self, state: DeviceState | None, record: Record) -> None:
        """Let the signals read a record, unless the device has said the very same before."""
        if state is None:
            return
        kind: type[Any] = type(record)
        said = (state.device, kind, *(getattr(record, field) for field in _SAYING[kind]))
        if said in self._heard:
            return
        self._remember(said)
        for word in words(record):
            state.add_token(word)
        self.signal(state, record)

    def hear_mac(self, state: DeviceState, mac: str, ts: float) -> None:
        """Read what a new device's MAC tells of its maker."""
        found = self._knowledge.organisation(mac)
        state.add_token(f"maker:{found[0] if found and not is_random_mac(mac) else ''}")
        self.signal(state, Neighbour(ts, mac, "", "arp"))

    def hear_service(self, responder: DeviceState, flow: FlowRecord) -> None:
        """Read what it tells of a device that it answers on a port."""
        service = (responder.device, flow.proto, flow.resp_p)
        if service in self._heard or not answered(flow):
            return
        self._remember(service)
        self.signal(responder, flow)

    def hear_call(self, originator: DeviceState, flow: FlowRecord) -> None:
        """Read what it tells of a device which ports it calls."""
        call = call_of(flow)
        if call is None or (said := (originator.device, call.way, call.port)) in self._heard:
            return
        self._remember(said)
        self.signal(originator, call)

    def signal(self, state: DeviceState, record: Record | Call) -> None:
        """Add the evidence of every signal that reads such a record."""
        for signal in BY_RECORD.get(type(record), ()):
            for item in signal.evidence(record, self._knowledge):
                if state.add_evidence(item):
                    self.dirty.add(state.device)

    def forget(self) -> None:
        """Forget what was said, so that it is heard anew: a device went, or is now two."""
        self._heard.clear()

    def _remember(self, said: tuple[object, ...]) -> None:
        if len(self._heard) >= MAX_HEARD:
            self._heard.clear()
        self._heard.add(said)

"""Finding: the device talks to other devices in the home. Does no I/O."""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

from appliance.findings.addresses import leaves_home
from appliance.findings.kind import ASKER, Kind, Meeting, Seen, Words, nothing
from sensor.records import FlowRecord

MAX_ROUTERS: Final = 64
"""Link-layer addresses of routers remembered: a home has one or two; a flood of others passes through."""

_SYN_ACK: Final = 0x12
_HOUSEKEEPING: Final = frozenset((53, 67, 68, 123, 137, 138, 139, 547, 1900, 3702, 5350, 5351, 5353, 5355))
"""Ports on which devices find each other and the network: DNS, DHCP, NTP, names, UPnP, port mapping."""


class HomeNeighbours:
    """Tells connections between devices from those to the router, which it learns by who leads outside."""

    def __init__(self) -> None:
        self._routers: OrderedDict[str, None] = OrderedDict()

    def look(self, meeting: Meeting) -> Seen | None:
        """Return the other device that answered a connection of this one."""
        flow = meeting.record
        if type(flow) is not FlowRecord or meeting.side != ASKER:
            return None
        if leaves_home(flow.orig_h, flow.resp_h):
            self._learn(flow.orig_dst_mac)
            return None
        if flow.proto != "tcp" or flow.part or flow.resp_p in _HOUSEKEEPING or not self._routers:
            return None
        if flow.resp_tcp_flags & _SYN_ACK != _SYN_ACK or flow.resp_mac is None:
            return None
        if flow.resp_mac in self._routers or flow.resp_mac == flow.orig_mac:
            return None
        return Seen(f"connected to {flow.resp_h} in your home (port {flow.resp_p})", flow.uid)

    def _learn(self, mac: str | None) -> None:
        if mac is None:
            return
        self._routers[mac] = None
        self._routers.move_to_end(mac)
        if len(self._routers) > MAX_ROUTERS:
            self._routers.popitem(last=False)


KIND: Final = Kind(
    code="home_neighbours",
    severity=1,
    title="Talks to other devices in your home",
    sentence="{device} connected to another device in your home.",
    do="Speakers and televisions do that when you ask them to. If this one has no reason to, keep it in a "
    "network of its own.",
    cannot_prove="What it wanted there; casting music and looking for holes can begin alike.",
    rules=("GDPR art. 5(1)(c)", "ETSI EN 303 645 5.6-1"),
    reads=(FlowRecord,),
    look=nothing,
    french=Words(
        title="Parle à d'autres appareils chez vous",
        sentence="{device} s'est connecté à un autre appareil chez vous.",
        do="Enceintes et télévisions le font quand vous le demandez. Si celui-ci n'a pas de raison de le "
        "faire, "
        "mettez-le dans un réseau à part.",
        cannot_prove="Ce qu'il y cherchait ; diffuser de la musique et chercher une faille commencent de "
        "même.",
    ),
    watch=HomeNeighbours,
)

"""Finding: far more was sent to a party than its service seems to need. Does no I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from appliance.findings.kind import ASKER, Kind, Meeting, Seen, Words, nothing
from appliance.findings.memory import Memory
from sensor.records import FlowRecord

DAY_S: Final = 86_400.0
_MB: Final = 1_000_000

ALLOWED_BYTES: Final[Mapping[str, int]] = {
    "time": _MB,  # 48 bytes a question: a question every 5 seconds
    "connectivity": 2 * _MB,
    "certificates": 2 * _MB,
    "dns": 10 * _MB,
    "push": 10 * _MB,
    "login": 10 * _MB,
    "location": 10 * _MB,
    "payment": 10 * _MB,
    "advertising": 10 * _MB,
    "analytics": 10 * _MB,
    "update": 20 * _MB,
    "content": 50 * _MB,  # asked for, not given: acknowledgements of 1.5 GB of films
    "telemetry": 50 * _MB,
    "crash": 100 * _MB,
}
"""Purpose → IP bytes up in a UTC day that nobody wonders at: some ten times what the service needs.

Voice, video, storage, control and what we have no purpose for may upload anything. So may "stun": where no
direct way is found, the server that looks for one carries the camera's picture itself (TURN, RFC 8656)."""


@dataclass(slots=True)
class _Day:
    number: int = -1
    sent: int = 0
    told: bool = False


class HeavyUpload:
    """Counts what each device sends each party in a UTC day, and tells once a day."""

    def __init__(self) -> None:
        self._days = Memory(_Day)

    def look(self, meeting: Meeting) -> Seen | None:
        """Return the upload of the day when this flow takes it beyond what the purpose allows."""
        flow = meeting.record
        if type(flow) is not FlowRecord or meeting.domain is None or meeting.side != ASKER:
            return None
        allowed = ALLOWED_BYTES.get(meeting.purpose or "")
        if allowed is None:
            return None
        day = self._days.of((meeting.device, meeting.domain))
        number = int(flow.ts // DAY_S)
        if number > day.number:
            day.number, day.sent, day.told = number, 0, False
        day.sent += flow.orig_ip_bytes
        if day.told or day.sent <= allowed:
            return None
        day.told = True
        return Seen(
            f"sent {day.sent // _MB} MB in a day for {meeting.purpose}, which needs less than "
            f"{allowed // _MB} MB",
            flow.uid,
        )


KIND: Final = Kind(
    code="heavy_upload",
    severity=2,
    title="Sends more than it seems to need",
    sentence="{device} sent far more to one service than that service seems to need.",
    do="Ask the maker what is sent there. You can block the service for this device and see what stops "
    "working.",
    cannot_prove="What was sent, or that we guessed right what the service is for.",
    rules=("GDPR art. 5(1)(c)", "ETSI EN 303 645 6-4"),
    reads=(FlowRecord,),
    look=nothing,
    french=Words(
        title="Envoie plus qu'il ne semble nécessaire",
        sentence="{device} a envoyé à un service bien plus que ce service ne semble demander.",
        do="Demandez au fabricant ce qui est envoyé. Vous pouvez bloquer ce service et voir ce qui ne "
        "marche plus.",
        cannot_prove="Ce qui a été envoyé, ni que nous ayons bien deviné à quoi sert le service.",
    ),
    watch=HeavyUpload,
)

"""Finding: the device asks for very many different names, as no toy does. Does no I/O."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final
from zlib import crc32

from appliance.findings.kind import ASKER, Kind, Meeting, Seen, Words, nothing
from appliance.findings.memory import Memory
from sensor.records import DnsAnswer, DnsQuery, TlsClientHello

DAY_S: Final = 86_400.0

NAMES_A_DAY: Final = 3_000
"""Different names in a UTC day, ten times the parties of the chattiest television. More are made up: by
malware that looks for its master, or to carry data in them."""

DEVICES: Final = 256
"""Devices counted at once; the longest silent goes."""


@dataclass(slots=True)
class _Day:
    number: int = -1
    names: set[int] = field(default_factory=set)  # checksums: a name counts little, and 3,000 take 200 kB


class ManyNames:
    """Counts the different names that each device asks for in a UTC day, and tells once a day."""

    def __init__(self) -> None:
        self._days = Memory(_Day, DEVICES)

    def look(self, meeting: Meeting) -> Seen | None:
        """Return that this name is the last of very many."""
        record = meeting.record
        if type(record) is TlsClientHello:
            name, uid = record.server_name, record.uid
        elif type(record) is DnsQuery or type(record) is DnsAnswer:
            name, uid = record.query, record.uid
        else:
            return None
        if not name:
            return None
        day = self._days.of((meeting.device, None))
        number = int(record.ts // DAY_S)
        if number != day.number:
            day.number, day.names = number, set()
        if len(day.names) >= NAMES_A_DAY:
            return None
        day.names.add(crc32(name.encode("utf-8", "surrogatepass")))
        if len(day.names) < NAMES_A_DAY:
            return None
        return Seen(f"asked for {NAMES_A_DAY} different names or more in a day", uid, of_device=True)


KIND: Final = Kind(
    code="many_names",
    severity=2,
    title="Asks for very many names",
    sentence="{device} asked for thousands of different names on the internet in a day. Only the ones met "
    "again and again are kept in your list.",
    do="Switch it off and on. If it goes on, take it out of your network and ask the maker.",
    cannot_prove="Why it does so: a fault, somebody else's program on it, or data hidden in the names.",
    rules=("GDPR art. 32", "ETSI EN 303 645 5.7-2"),
    reads=(DnsQuery, DnsAnswer, TlsClientHello),
    look=nothing,
    french=Words(
        title="Demande un très grand nombre de noms",
        sentence="{device} a demandé en un jour des milliers de noms différents sur internet. Seuls ceux qui "
        "reviennent sont gardés dans votre liste.",
        do="Éteignez-le et rallumez-le. Si cela continue, retirez-le de votre réseau et demandez "
        "au fabricant.",
        cannot_prove="Pourquoi il le fait : une panne, un programme étranger, ou des données cachées dans "
        "les noms.",
    ),
    watch=ManyNames,
    watched=(ASKER,),
)

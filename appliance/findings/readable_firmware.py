"""Finding: a readable request tells which software the device runs. Does no I/O."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from appliance.findings.addresses import leaves_home
from appliance.findings.kind import Kind, Seen, Words
from sensor.records import CoapRequest, HttpRequest, Record

_NAMES: Final = frozenset(
    (
        "fw",
        "fwver",
        "fwversion",
        "firmware",
        "firmwarever",
        "firmwareversion",
        "osversion",
        "otaversion",
        "romversion",
        "softwareversion",
        "swversion",
        "sysver",
    )
)
"""Field names that carry the version of a device's software, without separators and in lower case."""

_SEPARATORS: Final = re.compile(r"[^a-z0-9]+")


def look(record: Record) -> Seen | None:
    """Return the names of readable fields that tell the software's version."""
    if type(record) is CoapRequest and leaves_home(record.src, record.dst):
        return _seen(_telling(record.parameters), record.uid)
    if type(record) is HttpRequest and leaves_home(record.src, record.dst):
        headers = (name[2:] for name in record.header_names if name.startswith("x-"))
        names = _telling((*record.parameters, *record.fields, *headers))
        return _seen(names or [leak for leak in record.leaks if leak == "firmware"], record.uid)
    return None


def _telling(names: Iterable[str]) -> list[str]:
    return [name for name in names if _SEPARATORS.sub("", name.lower()) in _NAMES]


def _seen(names: list[str], uid: str) -> Seen | None:
    return Seen(f"tells its software readably: {', '.join(names[:4])}", uid) if names else None


KIND: Final = Kind(
    code="readable_firmware",
    severity=2,
    title="Tells which software it runs",
    sentence="{device} told readably which version of its software it runs. That helps whoever looks for "
    "known faults.",
    do="Install the maker's updates, so that there are no known faults to look for.",
    cannot_prove="That the version has a fault, or that the value was really sent: we read names only.",
    rules=("GDPR art. 32", "ETSI EN 303 645 5.5-1", "ETSI EN 303 645 5.6-2"),
    reads=(CoapRequest, HttpRequest),
    look=look,
    french=Words(
        title="Dit quel logiciel il utilise",
        sentence="{device} a dit de façon lisible quelle version de logiciel il utilise. Cela aide qui "
        "cherche "
        "des failles connues.",
        do="Installez les mises à jour du fabricant : il n'y aura alors pas de faille connue à trouver.",
        cannot_prove="Que cette version ait une faille, ni que la valeur ait été envoyée : nous lisons "
        "les noms "
        "seulement.",
    ),
)

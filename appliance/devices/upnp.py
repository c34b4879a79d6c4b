"""The UPnP description document of a device (UPnP Device Architecture 2.0 §2.3). Does no I/O.

The document is hostile: a declaration of entities or any DOCTYPE refuses it, depth and text are bounded, and
only the outermost device's own fields are read.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple
from xml.parsers import expat

from appliance.devices.device import Evidence
from appliance.devices.evidence import from_rules, quoted
from appliance.devices.identity import plain_text
from appliance.devices.knowledge import DeviceKnowledge

MAX_BYTES: Final = 65_536
"""Longest document read: those of routers with all their services take a quarter of it."""

MAX_DEPTH: Final = 16
"""Deepest nesting read: a service of an embedded device of an embedded device is at 9."""

MAX_TEXT: Final = 255
"""Longest field kept, as for every text from the network (sensor/records.py)."""

_FIELDS: Final = ("manufacturer", "modelName", "modelNumber", "friendlyName", "deviceType")
_PLACE: Final = ["root", "device"]
_STATED: Final = 0.88  # the device's own word, a bridge speaks for others at times
_OWN_NAME: Final = 0.65  # the maker's default as often as what the family called it
_LONGEST_MODEL: Final = 40  # longer values are sentences, not models


class Description(NamedTuple):
    """What a device says it is."""

    manufacturer: str | None
    model_name: str | None
    model_number: str | None
    friendly_name: str | None
    device_type: str | None  # "urn:schemas-upnp-org:device:MediaRenderer:1"


class _Refused(Exception):
    """The document declares what no description needs, or is nested too deep."""


class _Reader:
    """Takes expat's events; keeps the text of the wanted fields of the outermost device."""

    def __init__(self) -> None:
        self.found: dict[str, str] = {}
        self._path: list[str] = []

    def start(self, name: str, _: object) -> None:
        self._path.append(name.rpartition(" ")[2])
        if len(self._path) > MAX_DEPTH:
            raise _Refused

    def end(self, _: str) -> None:
        self._path.pop()

    def text(self, data: str) -> None:
        if self._path[:-1] == _PLACE and self._path[-1] in _FIELDS:
            held = self.found.get(self._path[-1], "")
            self.found[self._path[-1]] = (held + data)[:MAX_TEXT]


def parse_description(data: bytes) -> Description | None:
    """Return the outermost device's fields; None for what is no description, too long, or a trap."""
    if len(data) > MAX_BYTES:
        return None
    reader = _Reader()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.StartDoctypeDeclHandler = _refuse  # no entity can be declared without one
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, _Refused, ValueError, LookupError):  # the latter two: a strange encoding
        return None
    said = [reader.found.get(field, "").strip() or None for field in _FIELDS]
    return Description(*said) if any(said) else None


def _refuse(*_: Any) -> None:
    raise _Refused


class _Described(NamedTuple):
    ts: float
    mac: str | None


def evidence(
    description: Description, mac: str | None, ts: float, knowledge: DeviceKnowledge
) -> Iterator[Evidence]:
    """Yield what a description tells of the device that serves it."""
    about = _Described(ts, mac)
    for key, text in (("manufacturer", description.manufacturer), ("devicetype", description.device_type)):
        if text:
            reason = f"its description gives {quoted(text)} as {key}"
            yield from from_rules(knowledge.match("upnp", f"{key}={text}"), "upnp", reason, about, knowledge)
    maker = plain_text(description.manufacturer or "", _LONGEST_MODEL + 1)
    if maker and len(maker) <= _LONGEST_MODEL:
        reason = f"its description names {quoted(maker)} as its maker"
        yield Evidence("vendor", knowledge.vendor_named(maker), "upnp", _STATED, reason, ts)
    model = plain_text(description.model_name or description.model_number or "", _LONGEST_MODEL + 1)
    if model and len(model) <= _LONGEST_MODEL:
        yield Evidence(
            "model", model, "upnp", _STATED, f"its description names the model {quoted(model)}", ts
        )
    if description.device_type:
        rules = knowledge.match("ssdp_target", description.device_type)
        reason = f"its description gives {quoted(description.device_type)} as its type"
        yield from from_rules(rules, "upnp", reason, about, knowledge)
    name = plain_text(description.friendly_name or "")
    if name:
        yield Evidence("name", name, "upnp", _OWN_NAME, f"its description calls it {quoted(name)}", ts)

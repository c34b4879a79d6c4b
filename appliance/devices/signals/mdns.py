"""What a device announces at home: services, names and TXT keys (RFC 6762, RFC 6763). Does no I/O."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from appliance.devices.device import Evidence
from appliance.devices.evidence import from_maker, from_rules, quoted
from appliance.devices.identity import name_key, plain_text
from appliance.devices.knowledge import DeviceKnowledge
from sensor.records import MdnsService

_MODEL_KEYS: Final = ("model_number", "model", "md", "usb_mdl", "modelname", "am", "mdl", "product_name")
_MAKER_KEYS: Final = ("manufacturer", "usb_mfg", "vendor", "mfg", "brand")
_NAME_KEYS: Final = ("fn", "name", "n", "friendlyname")
_STATED: Final = 0.85  # the device's own word on its make and model
_GIVEN_NAME: Final = 0.8  # fn of a cast device is the name the family gave it
_HOST_NAME: Final = 0.55
_INSTANCE_NAME: Final = 0.6
_LONGEST_MODEL: Final = 40  # longer values are sentences, not models


def evidence(record: MdnsService, knowledge: DeviceKnowledge) -> Iterator[Evidence]:
    """Yield what the announced services and their descriptions tell."""
    service = record.service.removesuffix(".").removesuffix(".local").casefold()
    if service:
        reason = f"it offers the service {quoted(service)}"
        rules = knowledge.match("mdns_service", service)
        yield from from_rules(rules, "mdns", reason, record, knowledge)
        yield from from_maker(knowledge.maker_in(service), "mdns", reason, record)
    for name in {record.instance: None, record.hostname: None}:
        if name:
            reason = f"it announces itself as {quoted(name)}"
            rules = knowledge.match("mdns_name", name.removesuffix(".").removesuffix(".local"))
            yield from from_rules(rules, "mdns", reason, record, knowledge)
            yield from from_maker(knowledge.maker_in(name), "mdns", reason, record)
    yield from _from_txt(service, record, knowledge)
    yield from _names(record)


def _from_txt(service: str, record: MdnsService, knowledge: DeviceKnowledge) -> Iterator[Evidence]:
    for key, value in record.txt:
        said = key.casefold()
        reason = f"it announces {quoted(key + '=' + value)}"
        rules = knowledge.match("mdns_txt", f"{service} {said}={value}")
        yield from from_rules(rules, "mdns", reason, record, knowledge)
        text = plain_text(value, _LONGEST_MODEL + 1)
        if not text or len(text) > _LONGEST_MODEL:
            continue
        if said in _MODEL_KEYS:
            yield Evidence("model", text, "mdns", _STATED, reason, record.ts)
        elif said in _MAKER_KEYS:
            vendor = knowledge.vendor_named(text)
            yield Evidence("vendor", vendor, "mdns", _STATED, reason, record.ts)


def _names(record: MdnsService) -> Iterator[Evidence]:
    for key, value in record.txt:
        if key.casefold() in _NAME_KEYS and value:
            reason = f"its announced name is {quoted(value)}"
            yield Evidence("name", plain_text(value), "mdns", _GIVEN_NAME, reason, record.ts)
            return
    for name, confidence in ((record.instance, _INSTANCE_NAME), (record.hostname, _HOST_NAME)):
        if name and name_key(name) is not None:
            shown = plain_text(name.removesuffix(".").removesuffix(".local"))
            reason = f"it announces itself as {quoted(name)}"
            yield Evidence("name", shown, "mdns", confidence, reason, record.ts)

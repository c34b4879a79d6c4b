"""The schemas of the OpenAPI document, from the types of records."""

from __future__ import annotations

from typing import Any, Final

from appliance.alerts.answers import Answer
from appliance.alerts.report import Report
from appliance.bluetooth.heard import Heard
from appliance.checks import Check
from appliance.declared.compare import Row
from appliance.declared.document import Claim
from appliance.devices.family import Word
from appliance.lookup.packs import PackStatus
from appliance.notify.quiet import Quiet
from appliance.settings import SETTINGS
from appliance.store.channels import ChannelRow
from appliance.store.deliveries import Standing as Delivery
from appliance.store.listing import LISTINGS
from appliance.store.policies import PolicyRow
from appliance.store.reader import Watch
from appliance.store.recordings import Recording
from appliance.store.searches import Search
from appliance.store.studies import Consent
from appliance.store.tokens import Token
from appliance.support.ledger import Standing
from web.api.records import Account, State
from web.api.schema import schema_of
from web.sankey import Stream

RECORDS: Final = {listing.name: listing.table.record_type for listing in LISTINGS}

SHOWN: Final = {
    "state": State,
    "stream": Stream,
    "claim": Claim,
    "recording": Recording,
    "delivery": Delivery,
    "quiet": Quiet,
    "account": Account,
    "token": Token,
    "list": PackStatus,
}
"""What pages work out, and what a family keeps beside the record."""

TEXT: Final = {"type": "string"}


def schemas() -> dict[str, Any]:
    """Return the schemas that answers refer to."""
    settings = {setting.key: {"description": setting.meaning} for setting in SETTINGS}
    return {
        **{name: schema_of(record_type) for name, record_type in RECORDS.items()},
        "watch": schema_of(Watch),
        "check": schema_of(Check),
        "word": schema_of(Word),
        "answer": schema_of(Answer),
        "consent": schema_of(Consent),
        "declared": schema_of(Row),
        "heard": schema_of(Heard),
        "search": schema_of(Search),
        "standing": _extended(Standing, sentence=TEXT),
        "policy": _extended(PolicyRow, tried_instead=array(TEXT)),
        **{name: schema_of(record_type) for name, record_type in SHOWN.items()},
        "channel": _channel(),
        "note": object_of(text=TEXT),
        "report": _report(),
        "name": object_of(device={"type": ["string", "null"]}, record={"type": "object"}),
        "adopted": object_of(
            device=TEXT, address=TEXT, heard={"type": "integer"}, last_ts={"type": ["number", "null"]}
        ),
        "settings": {"type": "object", "properties": settings},
        "me": object_of(kind=TEXT, name=TEXT, permissions=array(TEXT)),
        "missing": object_of(missing=array(TEXT)),
        "chain": object_of(
            alert={"anyOf": [ref("alerts"), {"type": "null"}]},
            rule={"type": ["object", "null"]},
            update={"anyOf": [ref("updates"), {"type": "null"}]},
            change={"anyOf": [ref("changes"), {"type": "null"}]},
            sightings=array({"type": "object"}),
            findings=array(ref("findings")),
            flows=array(ref("flows")),
            observations=array({"type": "object"}),
        ),
        "problem": object_of(type=TEXT, title=TEXT, status={"type": "integer"}, detail=TEXT, instance=TEXT),
    }


def _extended(record_type: Any, **more: Any) -> dict[str, Any]:
    """Return the schema of a record with more fields beside its own."""
    found = schema_of(record_type)
    found["properties"] |= more
    found["required"] += list(more)
    return found


def _channel() -> dict[str, Any]:
    """Return the schema of a channel or sink, without what tells its messages apart."""
    found = schema_of(ChannelRow)
    del found["properties"]["uid"]
    found["required"].remove("uid")
    return found


def _report() -> dict[str, Any]:
    """Return the schema of a report on an update; its changes are named by their ids."""
    found = schema_of(Report)
    found["properties"] |= {"update": ref("updates"), "changes": array(TEXT)}
    return found


def list_of(item: dict[str, Any]) -> dict[str, Any]:
    return object_of(items=array(item), next={"type": ["string", "null"]})


def object_of(**properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def array(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


def ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}

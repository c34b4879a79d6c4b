"""The OpenAPI 3.1 document of `/api/v1`, made of the same tables as its routes."""

from __future__ import annotations

import functools
from importlib import metadata
from typing import Any, Final

from appliance.access import PERMISSIONS
from appliance.export.kinds import BY_NAME as EXPORTED
from appliance.gateway.policy import KINDS
from appliance.store.listing import LISTINGS, MAX_PAGE, Listing
from web.api.problem import MEDIA_TYPE
from web.api.schemas import TEXT, list_of, ref, schemas
from web.exports import FORMATS
from web.sharing import PERIODS

BASE: Final = "/api/v1"

IDENTIFIER: Final = {"name": "identifier", "in": "path", "required": True, "schema": TEXT}
LIMIT: Final = {"type": "integer", "minimum": 1, "maximum": MAX_PAGE, "default": 100}
UPDATE: Final = {
    "name": "update",
    "in": "query",
    "schema": {"type": "number"},
    "description": "`ts` of the update; else the latest.",
}
NUMBER: Final = {"name": "number", "in": "path", "required": True, "schema": {"type": "integer"}}


@functools.cache
def document() -> dict[str, Any]:
    """Return the document."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Tattlebox",
            "version": metadata.version("tattlebox"),
            "description": "What the dashboard shows, for programs: the fields of `tattlebox … --json`.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": BASE}],
        "security": [{"token": []}, {"cookie": []}],
        "paths": {**_lists(), **_single(), **_changing()},
        "components": {
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "cookie": {"type": "apiKey", "in": "cookie", "name": "__Host-tattlebox-session"},
            },
            "schemas": schemas(),
            "responses": {"problem": _problem()},
        },
    }


def _lists() -> dict[str, Any]:
    return {
        f"/{listing.name}": {
            "get": _operation(
                f"list_{listing.name}",
                f"{listing.name.capitalize()}, {'newest' if listing.newest_first else 'first'} first.",
                listing.permission,
                list_of(ref(listing.name)),
                parameters=_parameters(listing),
            )
        }
        for listing in LISTINGS
    }


def _parameters(listing: Listing) -> list[dict[str, Any]]:
    found = [
        _query("limit", LIMIT, "Records of a page."),
        _query("cursor", TEXT, "`next` of the page before."),
    ]
    found += [_query(field, TEXT, f"Only this {field}.") for field in listing.equal]
    if listing.time:
        found += [
            _query("since", {"type": "number"}, f"{listing.time} from here on, UTC epoch seconds."),
            _query("until", {"type": "number"}, f"{listing.time} before this, UTC epoch seconds."),
        ]
    return found


def _single() -> dict[str, Any]:
    def one(name: str, text: str, schema: Any, *parameters: Any, permission: str = "read") -> dict[str, Any]:
        return {"get": _operation(name, text, permission, schema, parameters=list(parameters))}

    return {
        "/": one("root", "What this is.", {"type": "object"}),
        "/openapi.json": one("openapi", "This document.", {"type": "object"}),
        "/me": one("me", "Who asks, and what they may do.", ref("me")),
        "/devices/{identifier}": one("device", "One device.", ref("devices"), IDENTIFIER),
        "/devices/{identifier}/learning": one(
            "learning", "What its baseline still misses.", ref("missing"), IDENTIFIER
        ),
        "/devices/{identifier}/declared": one(
            "declared", "A maker's word beside what was seen.", list_of(ref("declared")), IDENTIFIER
        ),
        "/devices/{identifier}/report": one(
            "report", "Before and after an update.", ref("report"), IDENTIFIER, UPDATE
        ),
        "/devices/{identifier}/note": one("note", "The family's note on it.", ref("note"), IDENTIFIER),
        "/devices/{identifier}/claims": one(
            "claims", "What was read in its maker's documents.", list_of(ref("claim")), IDENTIFIER
        ),
        "/states": one("states", "How each device stands today.", list_of(ref("state"))),
        "/sharing": one(
            "sharing",
            "What each device sent to each company.",
            list_of(ref("stream")),
            _query("days", {"enum": [*PERIODS]}, "The last so many days."),
            _query("device", TEXT, "Only of this device."),
        ),
        "/recordings": one("recordings", "Recordings of packets.", list_of(ref("recording"))),
        "/tokens": one("tokens", "One's tokens, without their secrets.", list_of(ref("token"))),
        **{
            f"/{name}": one(name, text, list_of(ref(item)), permission="manage")
            for name, text, item in (
                ("channels", "Who is told, and how.", "channel"),
                ("sinks", "Where copies go.", "channel"),
                ("deliveries", "How channels and sinks stand.", "delivery"),
                ("quiet", "The quiet hours.", "quiet"),
                ("people", "Who may log in.", "account"),
                ("lists", "How old the lists are.", "list"),
            )
        },
        "/nearby": one("nearby", "The Bluetooth toys of the family.", list_of(ref("adopted"))),
        "/support": one("support", "The support ledger.", list_of(ref("standing"))),
        "/changes/{identifier}": one("change", "One change.", ref("changes"), IDENTIFIER),
        "/alerts/{identifier}": one("alert", "One alert.", ref("alerts"), IDENTIFIER),
        "/explain/{identifier}": one(
            "explain", "From an alert or change down to its flows.", ref("chain"), IDENTIFIER
        ),
        "/watch": one("watch", "What was watched, what was missed.", ref("watch")),
        "/health": one(
            "health", "What is seen, receivers, archive, clock, space and lists.", list_of(ref("check"))
        ),
        "/studies": one(
            "studies", "The studies it takes part in.", list_of(ref("consent")), permission="export"
        ),
        "/names": {"get": _names()},
        "/searches": one(
            "searches", "The kept searches of the log.", list_of(ref("search")), permission="export"
        ),
        "/export": {"get": _export()},
        "/events": {"get": _events()},
    }


def _changing() -> dict[str, Any]:
    said = {"type": "object", "required": ["said"], "properties": {"said": {"enum": [*SAID]}}}
    wish: dict[str, Any] = {
        "type": "object",
        "required": ["act"],
        "properties": {
            "act": {"enum": ["mute", "snooze"]},
            **dict.fromkeys(("device", "party", "kind"), TEXT),
        },
    }
    wish["properties"]["days"] = {"type": "number"}
    word = {
        "type": "object",
        "required": ["act", "device"],
        "properties": {
            "act": {"enum": ["label", "merge", "split", "forget"]},
            **dict.fromkeys(("device", "detail"), TEXT),
            "value": {"type": ["string", "null"]},
        },
    }
    policy = {
        "type": "object",
        "required": ["device", "kind"],
        "properties": {
            "kind": {"enum": [*KINDS]},
            **dict.fromkeys(("device", "party"), TEXT),
            "until": {"type": ["number", "null"]},
        },
    }
    return {
        "/words": {
            "get": _operation("words", "What the family said of devices.", "read", list_of(ref("word"))),
            "post": _operation(
                "say", "Say something of a device.", "family", ref("word"), body=word, code=201
            ),
        },
        "/words/undo": {
            "post": _operation("unsay", "Take the last word back.", "family", ref("word"), body={}, code=201)
        },
        "/answers": {
            "get": _operation("answers", "What the family said of alerts.", "read", list_of(ref("answer"))),
            "post": _operation("wish", "Wish not to hear of.", "family", ref("answer"), body=wish, code=201),
        },
        "/answers/{number}": {
            "delete": _operation(
                "take_back", "Take an answer back.", "family", ref("answer"), parameters=[NUMBER]
            )
        },
        "/alerts/{identifier}/answer": {
            "post": _operation(
                "answer",
                "Answer an alert.",
                "family",
                ref("answer"),
                parameters=[IDENTIFIER],
                body=said,
                code=201,
            )
        },
        "/policies": {
            "get": _operation("policies", "What devices may reach.", "read", list_of(ref("policy"))),
            "post": _operation(
                "begin_policy", "Begin a policy.", "family", ref("policy"), body=policy, code=201
            ),
        },
        "/policies/{number}": {
            "delete": _operation("lift_policy", "End a policy.", "family", ref("policy"), parameters=[NUMBER])
        },
        "/nearby/look": {
            "post": _operation(
                "look", "Look once for toys near by.", "family", list_of(ref("heard")), body={}
            )
        },
        "/settings": {
            "get": _operation("settings", "Every setting.", "manage", ref("settings")),
            "post": _operation("set", "Set some.", "manage", ref("settings"), body=ref("settings")),
        },
    }


SAID: Final = ("expected", "useful", "wrong")


def _operation(
    name: str,
    text: str,
    permission: str,
    schema: Any,
    *,
    parameters: list[dict[str, Any]] | None = None,
    body: Any = None,
    code: int = 200,
) -> dict[str, Any]:
    found = {
        "operationId": name,
        "summary": text,
        "description": f"Needs the permission `{permission}`: {PERMISSIONS[permission]}.",
        "parameters": parameters or [],
        "responses": {
            str(code): {"description": text, "content": {"application/json": {"schema": schema}}},
            "default": {"$ref": "#/components/responses/problem"},
        },
    }
    if body is not None:
        found["requestBody"] = {"required": True, "content": {"application/json": {"schema": body}}}
    return found


def _names() -> dict[str, Any]:
    asked = [
        _query("limit", LIMIT, "Records of a page."),
        _query("cursor", TEXT, "`next` of the page before."),
        _query("device", TEXT, "Only of this device."),
    ]
    text = "What was read from packets (lines of `tattlebox dissect`), newest first."
    return _operation("names", text, "export", list_of(ref("name")), parameters=asked)


def _export() -> dict[str, Any]:
    asked = [
        _query("kind", {"enum": [*EXPORTED]}, "What."),
        _query("form", {"enum": [*FORMATS]}, "In which form."),
        _query("device", TEXT, "Only of this device."),
        _query("since", TEXT, "From this day on (UTC, 2026-11-23)."),
        _query("until", TEXT, "Before this day."),
        _query("pseudonyms", {"enum": ["1"]}, "Devices and addresses replaced, names of the home left out."),
    ]
    answer = _operation("export", "An export as a file.", "export", {}, parameters=asked)
    answer["responses"]["200"]["content"] = {media: {} for media, _, _ in FORMATS.values()}
    return answer


def _events() -> dict[str, Any]:
    found = _operation(
        "events", "What is new, as server-sent events: `alert`, `change`, `state`.", "read", TEXT
    )
    found["responses"]["200"]["content"] = {"text/event-stream": {"schema": TEXT}}
    return found


def _problem() -> dict[str, Any]:
    return {
        "description": "What was read, what was expected (RFC 9457).",
        "content": {MEDIA_TYPE: {"schema": ref("problem")}},
    }


def _query(name: str, schema: dict[str, Any], text: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "schema": schema, "description": text}

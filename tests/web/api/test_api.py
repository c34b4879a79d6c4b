"""The API: a document a validator accepts, answers that fit it, lists in pages, errors of one shape."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from appliance.cli import main
from appliance.store.listing import LISTINGS
from appliance.store.searches import Searches
from tests.web.household import DOLL
from web.api.document import BASE, document
from web.security.house import House


class Program:
    """A client with a token."""

    def __init__(self, app: Flask, house: House, *scopes: str) -> None:
        self.client: FlaskClient = app.test_client()
        person = house.people.all()[0].id
        secret = house.tokens.make(person, "test", scopes, 1.0)
        self.headers = {"Authorization": f"Bearer {secret}"}

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(BASE + path, headers=self.headers, query_string=query)

    def send(self, method: str, path: str, body: Any) -> Any:
        return self.client.open(BASE + path, method=method, headers=self.headers, json=body)


@pytest.fixture
def program(app: Flask, house: House) -> Program:
    return Program(app, house, "read", "export")


def fits(schema: dict[str, Any], value: Any) -> list[str]:
    """Return what of a value does not fit a schema of the document."""
    whole = {**schema, "components": document()["components"]}
    return [error.message for error in Draft202012Validator(whole).iter_errors(value)]


def test_the_document_is_valid_openapi() -> None:
    validate(document())


def test_the_document_and_the_routes_are_one(app: Flask) -> None:
    routes = {
        (re.sub(r"<(?:int:)?(\w+)>", r"{\1}", str(rule).removeprefix(BASE)), method.lower())
        for rule in app.url_map.iter_rules()
        if str(rule).startswith(BASE)
        for method in (rule.methods or set()) - {"HEAD"}
    }
    told = {(path, method) for path, methods in document()["paths"].items() for method in methods}
    assert routes == told


NAMED = {
    "/changes/{identifier}": "c-000000000003",
    "/alerts/{identifier}": "a-000000000001",
    "/explain/{identifier}": "a-000000000001",
}
APART = ("/events", "/export")  # a stream; a file
READ = sorted(
    path
    for path, methods in document()["paths"].items()
    if path not in APART and "`manage`" not in methods.get("get", {"description": "`manage`"})["description"]
)
"""What a token may read; test_parity.py reads the rest."""


@pytest.mark.parametrize("path", READ)
def test_an_answer_fits_its_schema(program: Program, path: str) -> None:
    named = path.replace("{identifier}", NAMED.get(path, DOLL))
    answer = program.get(named)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == "application/json"
    told = document()["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    assert fits(told, answer.json) == []


@pytest.mark.parametrize("listing", LISTINGS, ids=lambda listing: listing.name)
def test_pages_give_each_record_once(program: Program, listing: Any) -> None:
    whole = program.get(f"/{listing.name}", limit=1000).json
    assert whole["next"] is None
    assert len(whole["items"]) > 1, f"nothing to page in {listing.name}"
    size = max(1, len(whole["items"]) // 7)
    found, cursor = [], None
    while True:
        page = program.get(f"/{listing.name}", limit=size, **({"cursor": cursor} if cursor else {})).json
        found += page["items"]
        cursor = page["next"]
        if cursor is None:
            break
    assert found == whole["items"]


def test_names_are_paged_and_asked_for_by_device(program: Program, store: Path) -> None:
    whole = program.get("/names", limit=1000).json
    assert whole["next"] is None
    found, cursor = [], None
    while True:
        page = program.get("/names", limit=3, **({"cursor": cursor} if cursor else {})).json
        found += page["items"]
        cursor = page["next"]
        if cursor is None:
            break
    assert [one["record"]["ts"] for one in found] == [one["record"]["ts"] for one in whole["items"]]
    assert {one["record"]["type"] for one in found} > {"dns"}
    of_doll = program.get("/names", device=DOLL).json["items"]
    assert of_doll == [one for one in whole["items"] if one["device"] == DOLL] != []
    assert program.get("/names", cursor="bm9uZQ").status_code == 400
    assert program.get("/names", since="1").status_code == 400


def test_kept_searches_are_told(program: Program, house: House) -> None:
    Searches(house.book).keep("the advertiser", "text=adreach", 1.0)
    assert program.get("/searches").json["items"] == [{"name": "the advertiser", "question": "text=adreach"}]


VERBS = ("devices", "parties", "updates", "changes", "findings", "alerts")


@pytest.mark.parametrize("verb", VERBS)
def test_the_command_prints_the_same_objects(
    program: Program, store: Path, verb: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([verb, "--json", "--store", str(store)]) == 0
    printed = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    told = program.get(f"/{verb}", limit=1000).json["items"]
    assert sorted(map(json.dumps, printed)) == sorted(map(json.dumps, told))


def test_the_command_explains_the_same(
    program: Program, store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["explain", "a-000000000001", "--json", "--store", str(store)]) == 0
    assert json.loads(capsys.readouterr().out) == program.get("/explain/a-000000000001").json


def test_filters(program: Program) -> None:
    alerts = program.get("/alerts").json["items"]
    one = alerts[0]
    found = program.get("/alerts", device=one["device"], volume=one["volume"]).json["items"]
    assert found == [a for a in alerts if (a["device"], a["volume"]) == (one["device"], one["volume"])]
    assert program.get("/alerts", until=one["ts"]).json["items"] == [a for a in alerts if a["ts"] < one["ts"]]
    assert program.get("/alerts", since=one["ts"]).json["items"] == [
        a for a in alerts if a["ts"] >= one["ts"]
    ]


WRONG: dict[str, tuple[str, dict[str, Any], int]] = {
    "no such address": ("/nothing", {}, 404),
    "no such device": ("/devices/d-nobody", {}, 404),
    "no such alert": ("/explain/a-nothing", {}, 404),
    "no such parameter": ("/devices", {"colour": "red"}, 400),
    "limit of none": ("/devices", {"limit": "0"}, 400),
    "limit too high": ("/devices", {"limit": "1001"}, 400),
    "limit in Arabic digits": ("/devices", {"limit": "٣"}, 400),
    "limit of many digits": ("/devices", {"limit": "9" * 5000}, 400),
    "since no number": ("/alerts", {"since": "nan"}, 400),
    "since unending": ("/alerts", {"since": "1e999"}, 400),
    "cursor of nonsense": ("/alerts", {"cursor": "x"}, 400),
    "cursor of another list": ("/alerts", {"cursor": "WzEsMiwzXQ"}, 400),
    "cursor of lists": ("/alerts", {"cursor": "W1tdLFtdXQ"}, 400),
    "cursor too large a number": ("/alerts", {"cursor": "Wzk5OTk5OTk5OTk5OTk5OTk5OTk5OTksICJhIl0"}, 400),
    "manage with a token": ("/settings", {}, 403),
}


@pytest.mark.parametrize(("path", "query", "code"), WRONG.values(), ids=WRONG.keys())
def test_every_error_has_one_shape(program: Program, path: str, query: dict[str, Any], code: int) -> None:
    answer = program.get(path, **query)
    assert answer.status_code == code
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert fits(document()["components"]["schemas"]["problem"], answer.json) == []
    assert answer.json["status"] == code


def test_without_a_token(app: Flask, house: House) -> None:
    answer = app.test_client().get(BASE + "/devices")
    assert (answer.status_code, answer.json["title"]) == (401, "Unauthorized")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    guess = {"Authorization": "Bearer tattlebox_guess"}
    assert app.test_client().get(BASE + "/devices", headers=guess).status_code == 401


def test_scopes_bound_a_token(app: Flask, house: House) -> None:
    reading, speaking = Program(app, house, "read"), Program(app, house, "read", "family")
    assert reading.get("/flows").status_code == 403
    assert reading.send("POST", "/alerts/a-000000000001/answer", {"said": "useful"}).status_code == 403
    assert speaking.send("POST", "/alerts/a-000000000001/answer", {"said": "useful"}).status_code == 201
    assert speaking.get("/flows").status_code == 403


def test_a_token_does_no_more_than_its_maker(app: Flask, house: House) -> None:
    kim = house.people.called("Kim") or house.people.add("Kim", "parent", "no hash", 1.0)
    secret = house.tokens.make(kim.id, "test", ["read", "export"], 1.0)
    headers = {"Authorization": f"Bearer {secret}"}
    client = app.test_client()
    assert client.get(BASE + "/flows", headers=headers).status_code == 200
    house.people.set_role(kim.id, "reader")
    assert client.get(BASE + "/flows", headers=headers).status_code == 403
    house.people.remove(kim.id)
    assert client.get(BASE + "/devices", headers=headers).status_code == 401


def test_a_token_ends(house: House) -> None:
    secret = house.tokens.make(1, "test", ["read"], 0.0, days=1)
    assert house.tokens.find(secret, 86_399.0) is not None
    assert house.tokens.find(secret, 86_400.0) is None


def test_words_and_answers_are_said_and_taken_back(app: Flask, house: House) -> None:
    speaking = Program(app, house, "read", "family")
    word = {"act": "label", "device": DOLL, "detail": "name", "value": "Bear"}
    said = speaking.send("POST", "/words", word)
    assert (said.status_code, said.json["value"]) == (201, "Bear")
    assert speaking.get("/words").json["items"][-1] == said.json
    back = speaking.send("POST", "/words/undo", {})
    assert (back.status_code, back.json["undoes"]) == (201, said.json["id"])
    wish = speaking.send("POST", "/answers", {"act": "mute", "device": DOLL, "days": 7})
    assert wish.status_code == 201
    assert wish.json in speaking.get("/answers").json["items"]
    assert speaking.send("DELETE", f"/answers/{wish.json['id']}", {}).status_code == 200
    assert wish.json not in speaking.get("/answers").json["items"]


UNFIT = {
    "no act": {"device": DOLL},
    "no device": {"act": "forget"},
    "a field there is not": {"act": "label", "device": DOLL, "detail": "owner", "value": "x"},
    "a category there is not": {"act": "label", "device": DOLL, "detail": "category", "value": "dragon"},
    "nothing to see": {"act": "label", "device": DOLL, "detail": "name", "value": "\u200b"},
    "merged with itself": {"act": "merge", "device": DOLL, "detail": DOLL},
    "a list": [],
    "a number": {"act": 1, "device": 2},
}


@pytest.mark.parametrize("body", UNFIT.values(), ids=UNFIT.keys())
def test_words_that_cannot_be_are_refused(app: Flask, house: House, body: Any) -> None:
    speaking = Program(app, house, "read", "family")
    before = speaking.get("/words").json
    assert speaking.send("POST", "/words", body).status_code == 400
    assert speaking.get("/words").json == before


@given(cursor=st.text(max_size=60), since=st.text(max_size=20))
def test_any_question_has_an_answer(cursor: str, since: str) -> None:
    """No text in a query makes more than a 400 of it."""
    from werkzeug.exceptions import HTTPException  # noqa: PLC0415

    from web.api.asking import wanted  # noqa: PLC0415

    with Flask("x").test_request_context(query_string={"cursor": cursor, "since": since}):
        try:
            wanted(LISTINGS[4])
        except HTTPException as error:
            assert error.code == 400

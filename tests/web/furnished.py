"""A store where every table that pages read has something in it, put there as the product does."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

from appliance.declared.document import STRANGER, Document
from appliance.declared.table import read_document
from appliance.devices.family import ADOPT, LABEL, Word
from appliance.lookup.declared import load_known
from appliance.notify.compose import trial
from appliance.store.answers import Answers
from appliance.store.book import Book
from appliance.store.channels import Channels
from appliance.store.declared import Declarations
from appliance.store.family_words import WordBook
from appliance.store.nearby import NearbyBook
from appliance.store.notes import Notes
from appliance.store.outbox import Outbox
from appliance.store.policies import Policies
from appliance.store.recordings import Recordings
from appliance.store.searches import Searches
from appliance.store.studies import Consent, Studies
from tests.appliance.bluetooth.things import CAYLA
from tests.appliance.declared.test_mud import entry, mud
from tests.appliance.notify import home as receivers
from tests.appliance.research.made import PROFILE
from tests.web.household import BOX, CAMERA, DOLL, NOW, MemoryReader
from tests.web.security.doors import HASH
from tests.web.test_store import stored
from web.security.house import House

MARK: Final = "harmless"
"""The word that stands wherever a text is free."""

NOTICE: Final = f"We share recordings with {MARK} Ltd. and with Amazon Web Services in Ireland."


def furnished(home: MemoryReader, path: Path, *, origin: str = "live", of_study: str = MARK) -> House:
    """Write a household's store at `path`, and all that a family keeps beside it; return its house."""
    stored(home, path, origin)
    book = Book(path)
    house = House.of(book, demonstration=True)
    person = house.people.add(MARK, "parent", HASH, NOW)
    house.tokens.make(person.id, MARK, ("read",), NOW)
    house.sessions.begin(person.id, MARK, NOW)
    _say(book)
    _declare(book)
    _tell(book)
    Notes(book).write(DOLL, MARK, NOW)
    Searches(book).keep(MARK, f"text={MARK}&domain={MARK}", NOW)
    Recordings(book).begin(NOW, DOLL, 30)
    profile = {**PROFILE, **dict.fromkeys(("title", "who", "purpose", "withdraw"), of_study)}
    Studies(book).join(Consent("dolls", json.dumps(profile), NOW, int(NOW // 86_400) - 30))
    return house


def _say(book: Book) -> None:
    """Let the family name, adopt, answer and forbid."""
    with WordBook(book.path) as words:
        words.say(
            [
                Word(0, NOW, LABEL, DOLL, "name", MARK),
                Word(0, NOW, LABEL, DOLL, "support", MARK),
                Word(0, NOW, ADOPT, BOX, CAYLA.address, "public"),
            ]
        )
    NearbyBook(book).keep([CAYLA._replace(ts=NOW - 60, name=MARK)])
    answers = Answers(book)
    answers.expected("a-000000000001", NOW)
    answers.mute(NOW, device=CAMERA, party=MARK)
    answers.snooze(NOW, DOLL)
    policies = Policies(book)
    policies.begin(NOW, DOLL, "block", party=MARK)
    policies.begin(NOW, CAMERA, "pause", until=NOW + 3_600)


def _declare(book: Book) -> None:
    """Keep a MUD file that a stranger signed, two versions of a notice, and a claim that was struck."""
    declarations = Declarations(book)
    signed = json.dumps(mud(entry("cl0-frdev")))
    declarations.add(Document(0, DOLL, "mud", NOW, MARK, None, "", signed, STRANGER, MARK), [])
    for text in (NOTICE, f"{NOTICE} We never share data with AdReach. {MARK}"):
        document, claims = read_document(Document(0, DOLL, "notice", NOW, MARK, None, "", text), load_known())
        declarations.add(document, claims)
    latest = declarations.documents(DOLL)[-1]
    declarations.say(latest, "party", MARK)
    declarations.strike(latest.id, 1)


def _tell(book: Book) -> None:
    """Set up a channel and a sink, one at work and one that fails, with an event on its way."""
    channels = Channels(book)
    receivers.hook(channels, 9, MARK, person=MARK)
    database = {"url": f"https://{MARK}.example", "org": MARK, "bucket": MARK, "token": receivers.SECRET}
    receivers.add(channels, "influxdb", f"{MARK}2", database, place=0)
    channels.set_quiet(MARK, [1, 2], (22 * 60, 7 * 60))
    Outbox(book).tell(trial(channels.get(MARK), NOW))
    with book.writing() as db:
        db.execute(
            "UPDATE consumer SET failing = ?, fault = 'unreachable', said = ?, attempts = 3", (NOW, MARK)
        )


def reword(path: Path, text: str) -> None:
    """Put `text` in place of the mark in every column of every table: whatever a door refuses, too."""
    inside = json.dumps(text)[1:-1]
    with closing(sqlite3.connect(path)) as db, db:
        for table, column in text_columns(db):
            for start, new in (("IN", inside), ("NOT IN", text)):
                db.execute(
                    f'UPDATE OR REPLACE "{table}" SET "{column}" = replace("{column}", ?, ?)'  # noqa: S608
                    f""" WHERE instr("{column}", ?) AND substr("{column}", 1, 1) {start} ('[', '{{')""",
                    (MARK, new, MARK),
                )


def text_columns(db: sqlite3.Connection) -> list[tuple[str, str]]:
    """Return (table, column) of each that holds text."""
    tables = [row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    return [
        (table, row[1])
        for table in tables
        if not table.startswith("sqlite_")
        for row in db.execute(f'PRAGMA table_info("{table}")')
        if row[2] == "TEXT"
    ]

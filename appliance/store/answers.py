"""What the family says of alerts, kept in the store: for commands and pages, beside a running service.

The service takes up new rows at its next commit and judges by them from then on (appliance/service.py).
"""

from __future__ import annotations

import json
import sqlite3
from typing import Final

from appliance.alerts.answers import (
    EXPECTED,
    JUDGEMENTS,
    MUTE,
    SNOOZE,
    USEFUL,
    WRONG,
    Answer,
    standing,
    wish_of,
)
from appliance.alerts.shadow import Shadow, shadow
from appliance.store.book import Book
from appliance.store.database import StoreError

MAX_ANSWERS: Final = 20_000
"""Answers one home may hold: a family gives a few hundred in years; a script that gives more is at fault."""

DAY_S: Final = 86_400.0
_SELECT: Final = "SELECT id, ts, act, alert, device, party, kind, since, until, undoes FROM answer"


class AnswerError(Exception):
    """What was asked cannot be: one sentence for a page or a terminal."""


def answers_after(db: sqlite3.Connection, last: int) -> list[Answer]:
    """Return the answers whose id is greater than `last`, in order."""
    return [Answer._make(row) for row in db.execute(f"{_SELECT} WHERE id > ? ORDER BY id", (last,))]


class Answers:
    """The answers of one home. Every `ts` is that of the clock on the wall, handed in by the caller."""

    def __init__(self, book: Book) -> None:
        self.book = book

    def all(self) -> list[Answer]:
        """Return every row, in the order in which they were said."""
        return [Answer._make(row) for row in self.book.read(f"{_SELECT} ORDER BY id")]

    def standing(self) -> list[Answer]:
        """Return what was neither taken back nor is over: an ended mute, a snooze before the last update."""
        now, updates = self._now(), self._updates()
        return [answer for answer in standing(self.all()) if not _over(answer, now, updates)]

    def of_alert(self, alert: str) -> Answer | None:
        """Return what was last said of an alert, None where nothing was or it was taken back."""
        said = [answer for answer in standing(self.all()) if answer.alert == alert]
        return said[-1] if said else None

    def useful(self, alert: str, ts: float) -> Answer:
        """Note that an alert was worth telling. Raises AnswerError when there is no such alert."""
        return self._judge(USEFUL, alert, ts)

    def expected(self, alert: str, ts: float) -> Answer:
        """Note "this is expected": its device and party are not told of again, but for readable data."""
        return self._judge(EXPECTED, alert, ts)

    def wrong(self, alert: str, ts: float) -> Answer:
        """Note that an alert says what is not so."""
        return self._judge(WRONG, alert, ts)

    def mute(
        self,
        ts: float,
        *,
        device: str | None = None,
        party: str | None = None,
        kind: str | None = None,
        days: float | None = None,
    ) -> Answer:
        """Wish not to hear of a device, a party (domain), a kind of alert, or of what is all that is given.

        For good, or for so many days. Raises AnswerError when nothing is given.
        """
        if device is None and party is None and kind is None:
            raise AnswerError("say what to mute: a device, a party or a kind of alert")
        now = self._now()
        until = None if days is None else now + days * DAY_S
        return self._say(Answer(0, ts, MUTE, None, device, party, kind, now, until))

    def snooze(self, ts: float, device: str, *, party: str | None = None, kind: str | None = None) -> Answer:
        """Wish not to hear of a device (or only one party, one kind of it) until its next update."""
        return self._say(Answer(0, ts, SNOOZE, None, device, party, kind, self._now(), None))

    def undo(self, ts: float, answer: int | None = None) -> Answer:
        """Take back an answer, the last one where none is named, and all that say the same; return it.

        Raises AnswerError when there is none to take back.
        """
        stand = standing(self.all())
        chosen = [one for one in stand if answer in (None, one.id)]
        if not chosen:
            what = "there is nothing to take back" if answer is None else f"no answer {answer} stands"
            raise AnswerError(f"{what}; `tattlebox wishes` lists what stands")
        last = chosen[-1]
        wish = wish_of(last)
        same = [one for one in stand if one.id == last.id or (wish is not None and wish_of(one) == wish)]
        self._insert([one._replace(ts=ts, undoes=one.id) for one in same])
        return last

    def shadow(self, kind: str | None = None) -> Shadow:
        """Return this home's own false-alarm rate, of all alerts or of one kind."""
        return shadow(self.all(), kind)

    def _judge(self, act: str, alert: str, ts: float) -> Answer:
        rows = self.book.read("SELECT device, domain, kind FROM alert WHERE identifier = ?", alert)
        if not rows:
            raise AnswerError(f"no alert has the id {alert[:40]!r}; `tattlebox alerts` lists them")
        device, party, kind = rows[0]
        said = self.of_alert(alert)
        if said is not None and said.act != act and said.act in JUDGEMENTS:
            self.undo(ts, said.id)
        return self._say(Answer(0, ts, act, alert, device, party, kind, self._now(), None))

    def _say(self, answer: Answer) -> Answer:
        """Keep an answer, unless the same stands already; return it with its id."""
        for one in self.standing():
            if one._replace(id=0, ts=answer.ts, since=answer.since) == answer:
                return one
        return answer._replace(id=self._insert([answer]))

    def _insert(self, answers: list[Answer]) -> int:
        """Keep answers in one step; return the id of the last. Raises StoreError when it is refused."""
        with self.book.writing() as db:
            (held,) = db.execute("SELECT count(*) FROM answer").fetchone()
            if held + len(answers) > MAX_ANSWERS:
                raise StoreError(
                    f"{self.book.path} holds {held} answers, at most {MAX_ANSWERS} are kept: "
                    "begin a new store"
                )
            for answer in answers:
                cursor = db.execute(
                    "INSERT INTO answer (ts, act, alert, device, party, kind, since, until, undoes)"
                    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    answer[1:],
                )
        return int(cursor.lastrowid or 0)

    def _now(self) -> float:
        """Return the home's own time: that of its last packet."""
        rows = self.book.read("SELECT value FROM meta WHERE key = 'last_ts'")
        return float(json.loads(rows[0][0]) or 0.0) if rows else 0.0

    def _updates(self) -> dict[str, float]:
        """Return the time of each device's latest real update."""
        query = "SELECT device, max(ts) FROM software_update WHERE certainty <> 'restarted' GROUP BY device"
        return {str(device): float(ts) for device, ts in self.book.read(query)}


def _over(answer: Answer, now: float, updates: dict[str, float]) -> bool:
    if answer.act == SNOOZE:
        return answer.since < updates.get(answer.device or "", answer.since)
    return answer.until is not None and answer.until <= now

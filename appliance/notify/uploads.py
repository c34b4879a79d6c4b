"""Days of studies that are sent by themselves: only where the profile has an address and the family wants it.

    python -m appliance.notify.uploads PARENT STORE

Each day is one object, and its signed manifest another behind it: what is sent again takes the same places.
The cursor moves when both were taken. A process of its own, since writing Parquet takes 60 MB.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from appliance.delivery.consumer import healed, worse
from appliance.delivery.message import DeliveryError
from appliance.delivery.web import deliver
from appliance.notify.carrier import answer, end_with, run_within
from appliance.research.profile import parse
from appliance.research.session import BundleError, Session
from appliance.store.book import Book
from appliance.store.database import StoreError
from appliance.store.outbox import Consumer, Outbox
from appliance.store.studies import Consent, Studies, StudyError, place_of

EVERY_S: Final = 3_600.0
"""How often it is looked whether a day is over, and a study that was away is tried again."""

SETTLE_S: Final = 3_600.0
"""A day is sent so long after its end: its last sums are stored a quarter of an hour late."""

DEADLINE_S: Final = 600.0
"""For all that is due: a day of a large home is 7 kB."""

MODULE: Final = "appliance.notify.uploads"

Put = Callable[[str, bytes], None]
"""(address, body): returns when it was taken. Raises DeliveryError."""


def put(address: str, body: bytes) -> None:
    """Write one object."""
    deliver(urlsplit(address), body, {"Content-Type": "application/octet-stream"}, method="PUT")


class Uploads:
    """What one home hands in by itself. Raises StoreError."""

    def __init__(self, store: Path) -> None:
        self._store, book = store, Book(store)
        self._studies, self._outbox = Studies(book), Outbox(book)

    def turn_on(self, study: str) -> None:
        """Have the days of a study sent from the first that may leave. Raises StudyError."""
        consent = self._studies.get(study)
        if not parse(consent.profile).upload:
            raise StudyError(f"{study} takes no days by itself: hand over a bundle")
        self._outbox.open(place_of(study), consent.since)

    def turn_off(self, study: str) -> None:
        """Send no more. Raises StudyError."""
        self._studies.get(study)
        self._outbox.close(place_of(study))

    def standing(self, study: str) -> Consumer | None:
        """Return how far a study's days are; None where they are not sent."""
        return self._outbox.opened(place_of(study))

    def any(self) -> bool:
        """Return whether any study's days are sent by themselves."""
        return any(self.standing(consent.study) for consent in self._studies.all())

    def send_due(self, now: float, put: Put = put) -> None:
        """Send every day that is over and was not sent yet, study by study."""
        for consent in self._studies.all():
            consumer = self.standing(consent.study)
            if consumer is not None and now >= consumer.due:
                self._send(consent, consumer, now, put)

    def failed(self, error: DeliveryError, now: float) -> None:
        """Keep why nothing was sent, for every study whose days are due."""
        for consent in self._studies.all():
            consumer = self.standing(consent.study)
            if consumer is not None and now >= consumer.due:
                self._outbox.save(worse(consumer, error, now))

    def _send(self, consent: Consent, consumer: Consumer, now: float, put: Put) -> None:
        profile = parse(consent.profile)
        try:
            key = self._studies.key(consent.study)
            with Session(
                self._store, profile, key, consent.since, int((now - SETTLE_S) // 86_400)
            ) as session:
                self._send_days(session, consent, consumer, put)
        except BundleError:
            return  # nothing was recorded yet
        except (DeliveryError, StudyError) as error:
            found = error if isinstance(error, DeliveryError) else DeliveryError(str(error), None, "settings")
            self._outbox.save(worse(self._outbox.opened(consumer.name) or consumer, found, now))
        else:
            self._outbox.save(healed(self._outbox.opened(consumer.name) or consumer, now))

    def _send_days(self, session: Session, consent: Consent, consumer: Consumer, put: Put) -> None:
        from appliance.archive.parquet import Engine  # noqa: PLC0415 - only where a day is due
        from appliance.research.bundle import sealed_consent, sealed_day  # noqa: PLC0415

        base = session.profile.upload.rstrip("/")
        with tempfile.TemporaryDirectory(dir=self._store.parent, prefix="study.") as scratch:
            engine = Engine(Path(scratch))
            try:
                for number, day, rows in session.numbered_days(consumer.place):
                    data, sealed = sealed_day(session, engine, day, rows, Path(scratch) / "day.parquet")
                    if not consumer.delivered:
                        put(f"{base}/consents/{session.home}.json", sealed_consent(session, consent))
                    put(f"{base}/inbox/{session.home}/{day}.parquet", data)
                    put(f"{base}/inbox/{session.home}/{day}.json", sealed)
                    consumer = consumer._replace(place=number + 1, delivered=consumer.delivered + 1)
                    self._outbox.save(consumer)
            finally:
                engine.close()


class Turn:
    """Sends what is due once an hour, in a process of its own, where any study is to be sent."""

    def __init__(self, store: Path) -> None:
        self._store, self._uploads = store, Uploads(store)
        self._due = 0.0

    def step(self, now: float) -> float:
        """Do what is due; return when there may be more to do. Raises StoreError."""
        if not self._due - EVERY_S <= now < self._due:  # a clock that went back waits for no hour long gone
            self._due = now + EVERY_S
            if self._uploads.any():
                try:
                    run_within(MODULE, [str(self._store)], "", DEADLINE_S)
                except DeliveryError as error:
                    self._uploads.failed(error, now)
        return self._due


def main(argv: list[str]) -> int:
    """Send what is due of a store; answer with what stopped it, if anything did."""
    end_with(int(argv[0]))
    try:
        Uploads(Path(argv[1])).send_due(time.time())
    except StoreError as error:
        answer(DeliveryError(str(error), None, "disk"))
    else:
        answer(None)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

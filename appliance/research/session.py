"""A store, open for what one study may have of it: the rows that a preview shows and a bundle holds.

Loads no duckdb unless archived conversations are asked for: the dashboard shows previews, too.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from publicsuffixlist import PublicSuffixList

from appliance.archive.span import Span
from appliance.privacy import Pseudonyms
from appliance.research.parcel import home_of
from appliance.research.profile import Profile
from appliance.research.rows import EPOCH, Known, Maker, Row
from appliance.store.flowlog import Wanted
from appliance.store.reader import Reader

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

DAY_S: Final = 86_400
MAX_DAYS: Final = 730
"""Days of one bundle: what the hourly sums behind them are kept for."""


class BundleError(Exception):
    """A bundle that cannot be made: one sentence."""


class Session:
    """A store, open for what one study may have of it."""

    def __init__(self, store: Path, profile: Profile, key: bytes, since: int, until: int) -> None:
        """`since` and `until` are UTC days (ts // 86400), the end not included; both within the record.

        Raises StoreError, and BundleError where there is no such span.
        """
        self.profile, pseudonyms = profile, Pseudonyms(key)
        self.signer = _signer(pseudonyms)
        self.home = home_of(self.signer.public_key())
        self._store, self._reader = store, Reader(store)
        self._begin, self.until = since, until
        self._maker = Maker(profile, pseudonyms, self.home, _known(self._reader))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._reader.close()

    def days(self, wanted_from: int | None = None) -> Iterator[tuple[str, list[Row]]]:
        """Yield each day as it is told, with its rows; those before `wanted_from` only say what was met."""
        return ((shown, rows) for _, shown, rows in self.numbered_days(wanted_from))

    def numbered_days(self, wanted_from: int | None = None) -> Iterator[tuple[int, str, list[Row]]]:
        """Yield the days as `days` does, each behind its own number."""
        watch = self._reader.watch()
        if watch.first_ts is None or watch.last_ts is None:
            raise BundleError("nothing was recorded yet: there is nothing to give to a study")
        begin = max(self._begin, int(watch.first_ts // DAY_S))
        end = min(self.until, int(watch.last_ts // DAY_S))  # the last day is not over
        if end - begin > MAX_DAYS:
            raise BundleError(
                f"a bundle holds at most {MAX_DAYS} days, asked for {end - begin}: shorten the span"
            )
        for day in range(begin, end):
            rows = self._maker.day(day, self._reader.day_sums(day, day + 1))
            shown = self._maker.shown_day(day)
            if rows and shown <= self.profile.until and (wanted_from is None or day >= wanted_from):
                yield day, shown, rows

    def flows(self) -> Iterator[Row]:
        """Yield the rows of single conversations, where the profile asks for them. Raises ArchiveError."""
        if not self.profile.flows:
            return
        last = (EPOCH.fromisoformat(self.profile.until) - EPOCH).days + 1
        wanted = Wanted(float(self._begin * DAY_S), float(min(self.until, last) * DAY_S))
        with Span(self._store) as span:
            for page in span.flows(wanted):
                yield from self._maker.flows(page)


def home_in(key: bytes) -> str:
    """Return the pseudonym under which a study knows this home."""
    return home_of(_signer(Pseudonyms(key)).public_key())


def _signer(pseudonyms: Pseudonyms) -> Ed25519PrivateKey:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415 - 8 MB, to sign alone
        Ed25519PrivateKey,
    )

    return Ed25519PrivateKey.from_private_bytes(pseudonyms.signing_seed())


def _known(reader: Reader) -> Known:
    updates = reader.updates()[::-1]
    devices = {device.device: device for device in reader.devices()}
    return Known(
        devices,
        {(party.device, party.domain): party for party in reader.parties()},
        {device: tuple(one for one in updates if one.device == device) for device in devices},
        PublicSuffixList(only_icann=True).privatesuffix,
    )

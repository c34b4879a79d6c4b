"""Numbers, sizes, times and countries as people say them, in one language and one time zone.

Messages are gettext catalogues under `web/locale` (English is the source); names of days, months and
countries come from the Unicode CLDR through Babel. Times come in as UTC epoch seconds and are shown in the
home's zone; the machine's own zone when none is given.
"""

from __future__ import annotations

import functools
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from babel import Locale
from babel.numbers import format_decimal
from babel.support import NullTranslations, Translations
from babel.units import format_unit

from web.marking import N_
from web.said import said

LOCALES: Final = Path(__file__).parent / "locale"
DOMAIN: Final = "tattlebox"

LANGUAGES: Final = {"en": "English", "fr": "Français", "de": "Deutsch"}
"""The languages of the pages, each called by its own name."""

REGIONS: Final = {"en": "en_GB"}
"""Whose habits a language follows where it has several: day before month."""

SPANS: Final = ("hours", "days", "weeks", "months", "years")
"""Units of the spans that notices are read for."""

UNKNOWN: Final = "ZZ"
"""What CLDR calls "unknown region": no name of a country."""

MINUTE_S: Final = 60
HOUR_S: Final = 3600
DAY_S: Final = 86400


class Language:
    """One language and one zone; every method gives text for people."""

    def __init__(self, language: str = "en", zone: str | None = None) -> None:
        """Raises ZoneInfoNotFoundError or ValueError for a zone nobody knows."""
        self.code = language if language in LANGUAGES else "en"
        self.locale = Locale.parse(REGIONS.get(self.code, self.code))
        self.translations: NullTranslations = Translations.load(LOCALES, [self.code], DOMAIN)
        self._ = self.translations.gettext
        self._n = self.translations.ngettext
        self._name = str(self.locale)  # made anew each time, it took a tenth of a page
        self._zone = ZoneInfo(zone) if zone else None
        self._days = self.locale.days["format"]["wide"]
        self._short_days = self.locale.days["stand-alone"]["abbreviated"]
        self._months = self.locale.months["format"]["wide"]
        self._short_months = self.locale.months["format"]["abbreviated"]

    def spoken(self, code: str) -> Language:
        """Return the same zone in another language."""
        return Language(code, str(self._zone) if self._zone else None)

    def local(self, ts: float) -> datetime:
        """Return the moment on the home's clock."""
        if self._zone:
            return datetime.fromtimestamp(ts, self._zone)
        return datetime.fromtimestamp(ts, UTC).astimezone()

    def zone_name(self, ts: float) -> str:
        """Return the zone as people write it: "Europe/Paris", or "CEST" of the machine's own."""
        return str(self._zone) if self._zone else self.local(ts).tzname() or "UTC"

    def iso(self, ts: float) -> str:
        """Return the moment for a `<time datetime>`."""
        return self.local(ts).isoformat(timespec="seconds")

    def exact(self, ts: float) -> str:
        """Return the whole moment: "Sunday 14 June 2026, 21:40:05 CEST"."""
        moment = self.local(ts)
        day = self._("%(weekday)s %(day)s") % {
            "weekday": self._days[moment.weekday()],
            "day": self.date(ts, year=True),
        }
        return f"{day}, {moment:%H:%M:%S} {moment.tzname() or ''}".rstrip()

    def date(self, ts: float, *, year: bool = False) -> str:
        """Return "14 June", with the year where asked."""
        moment = self.local(ts)
        text = self._("%(day)d\u00a0%(month)s") % {
            "day": moment.day,
            "month": self._months[moment.month],
        }
        return f"{text} {moment.year}" if year else text

    def short_date(self, ts: float) -> str:
        """Return "14 Jun", for the axis of a drawing."""
        moment = self.local(ts)
        return self._("%(day)d\u00a0%(month)s") % {
            "day": moment.day,
            "month": self._short_months[moment.month],
        }

    def weekday(self, ts: float) -> str:
        return str(self._days[self.local(ts).weekday()])

    def short_weekday(self, ts: float) -> str:
        """Return "Sun 14", for the margin of a drawing."""
        moment = self.local(ts)
        return f"{self._short_days[moment.weekday()]}\u00a0{moment.day}"

    def clock(self, ts: float) -> str:
        return f"{self.local(ts):%H:%M}"

    def moment(self, ts: float) -> str:
        """Return "14 Jun 21:40:05", for tables."""
        return f"{self.short_date(ts)} {self.local(ts):%H:%M:%S}"

    def day(self, ts: float, now: float) -> str:
        """Return the day as seen from `now`: today, yesterday, Tuesday (of these six days), 3 May."""
        moment, today = self.local(ts).date(), self.local(now).date()
        if moment == today:
            return self._("today")
        if moment == today - timedelta(days=1):
            return self._("yesterday")
        if timedelta(0) < today - moment < timedelta(days=7):
            return self.weekday(ts)
        return self.date(ts, year=moment.year != today.year)

    def duration(self, seconds: float) -> str:
        """Return a span in its one or two largest units: "3 weeks", "2 days", "1 h 20 min", "40 s"."""
        seconds = max(0.0, seconds)
        if seconds >= 21 * DAY_S:
            weeks = round(seconds / (7 * DAY_S))
            return self._n("%(n)s week", "%(n)s weeks", weeks) % {"n": weeks}
        if seconds >= 1.5 * DAY_S:
            days = round(seconds / DAY_S)
            return self._n("%(n)s day", "%(n)s days", days) % {"n": days}
        if seconds >= HOUR_S:
            hours, minutes = divmod(round(seconds / MINUTE_S), 60)
            return f"{hours} h {minutes} min" if minutes else f"{hours} h"
        if seconds >= MINUTE_S:
            return f"{round(seconds / MINUTE_S)} min"
        return f"{seconds:.0f} s"

    def said(self, text: str) -> str:
        """Return what the core says, in this language where its sentences are known (`web/said.py`)."""
        return text if self.code == "en" else said(text, self._)

    def sentence(self, text: str) -> str:
        """Return what the core says with its first letter large and a full stop where it has no end."""
        text = self.said(text)
        text = text[:1].upper() + text[1:]
        return text if not text or text[-1] in ".!?…" else f"{text}."

    def number(self, value: float) -> str:
        """Return a number with as many digits as a reader can use: 0, 0.3, 7.5, 12, 1,204."""
        if value != 0 and abs(value) < 0.1:
            least = self._("under %(number)s") % {"number": self._decimal(0.1)}
            return least if value > 0 else f"{value:.1g}"
        if abs(value) < 10 and value != int(value):
            return self._decimal(round(value, 1))
        return self._decimal(round(value))

    def size(self, size_bytes: float) -> str:
        """Return a size in decimal units, two digits or more: 940 bytes, 8.1 kB, 12 MB."""
        size = float(size_bytes)
        if size < 1000:
            return self._n("%(n)s byte", "%(n)s bytes", round(size)) % {"n": round(size)}
        for unit in (N_("%(n)s kB"), N_("%(n)s MB"), N_("%(n)s GB")):
            size /= 1000
            if size < 999.5:
                return self._(unit) % {"n": self._places(size) if size < 9.95 else f"{size:.0f}"}
        return self._("%(n)s TB") % {"n": self._places(size / 1000)}

    def exact_size(self, size_bytes: float) -> str:
        """Return every byte: "12,345 bytes"."""
        return self._("%(n)s bytes") % {"n": self._decimal(round(size_bytes))}

    def country(self, code: str | None) -> str:
        """Return the country's name; the code itself where nobody gave it one."""
        if not code:
            return self._("a country we could not tell")
        return str(self.locale.territories.get(code, code)) if code != UNKNOWN else code

    def span(self, text: str) -> str:
        """Return a span of a notice, "24 months", in this language; the text itself where it is none."""
        number, _, unit = text.partition(" ")
        if not number.isdigit() or unit not in SPANS:
            return text
        return str(format_unit(int(number), f"duration-{unit[:-1]}", locale=self.locale))

    def _decimal(self, value: float) -> str:
        return _formatted(value, None, self._name)

    def _places(self, size: float) -> str:
        return _formatted(size, "0.0", self._name)


@functools.lru_cache(maxsize=4_096)
def _formatted(value: float, pattern: str | None, locale: str) -> str:
    """Return a number as a locale writes it; CLDR's patterns take 0.1 ms each, and pages hold hundreds."""
    return str(format_decimal(value, format=pattern, locale=locale))

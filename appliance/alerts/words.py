"""From numbers and codes to words in a family's language. Does no I/O: the texts are modules of data."""

from __future__ import annotations

import re
from collections.abc import Sequence
from types import ModuleType
from typing import Any, Final

from appliance.behaviour.facts import Change
from appliance.data.case import de as case_de
from appliance.data.case import en as case_en
from appliance.data.case import fr as case_fr
from appliance.data.texts import de, en, fr

_TWO_STOPS: Final = re.compile(r"(?<!\.)\.\.(?!\.)")
"""A name that brings its own full stop ("Ltd.") at the end of a sentence."""

LANGUAGES: Final[dict[str, ModuleType]] = {"en": en, "fr": fr, "de": de}
CASES: Final[dict[str, ModuleType]] = {"en": case_en, "fr": case_fr, "de": case_de}
_SAID: Final[dict[str, dict[str, str]]] = {
    language: {**LANGUAGES[language].TEXTS, **CASES[language].TEXTS} for language in LANGUAGES
}
KILO: Final = 1_000
_ISO_DAY: Final = re.compile(r"\d{4}-(0[1-9]|1[0-2])(-\d\d)?")
DAY_S: Final = 86_400


class Words:
    """The texts of one language. An unknown language speaks English."""

    def __init__(self, language: str = "en") -> None:
        self.language = language if language in LANGUAGES else "en"
        self._texts: Any = LANGUAGES[self.language]

    def say(self, key: str, /, **parts: str) -> str:
        """Return the text of a key with its parts filled in; parts are never read as templates."""
        return _TWO_STOPS.sub(".", _SAID[self.language][key].format(**parts))

    def has(self, key: str) -> bool:
        return key in _SAID[self.language]

    def count(self, what: str, n: float) -> str:
        """Return "once", "3 times", "12 days of watching": whole numbers, in the right number."""
        one, many = self._texts.COUNTS[what]
        whole = max(1, round(n))
        text: str = one if whole == 1 else many.format(n=whole)
        return text

    def days(self, days: float, what: str = "days") -> str:
        """Return a span in days, honest below one."""
        return self.count(what, days) if days >= 1 else str(self._texts.LESS_THAN_A_DAY)

    def day(self, text: str) -> str:
        """Return "31 March 2027" or "March 2027" of "2027-03-31" or "2027-03"; any other text as it is."""
        if not _ISO_DAY.fullmatch(text):
            return text
        year, month, *day = text.split("-")
        name = CASES[self.language].MONTHS[int(month) - 1]
        if not day:
            return f"{name} {year}"
        said: str = CASES[self.language].DAY.format(day=int(day[0]), month=name, year=year)
        return said

    def rate(self, per_day: float) -> str:
        """Return contacts per day as one would say it."""
        if per_day <= 0:
            return self.say("rate.never")
        if per_day < 0.75:
            return self.say("rate.rare")
        if per_day < 1.5:
            return self.say("rate.once")
        return self.say("rate.many", n=str(round(per_day)))

    def size(self, size_bytes: float) -> str:
        """Return a size with two digits that count: "900 bytes", "1.5 kB"."""
        size, unit = float(size_bytes), 0
        while size >= KILO and unit < len(self._texts.UNITS) - 1:
            size, unit = size / KILO, unit + 1
        digits = f"{size:.1f}" if unit and size < 10 else f"{size:.0f}"
        return f"{digits.replace('.', self._texts.DECIMAL_POINT)} {self._texts.UNITS[unit]}"

    def country(self, code: str | None) -> str:
        """Return a country's name; its code where we have none."""
        if code is None:
            return self.say("country.unknown")
        return str(self._texts.COUNTRIES.get(code, code))

    def countries(self, codes: list[str]) -> str:
        return self.say("and").join(self.country(code) for code in codes) or self.country(None)

    def who(self, change: Change) -> str:
        """Return what to call the party shortly: its organisation, its domain, or that it has no name."""
        if change.organisation is not None:
            return change.organisation
        if change.after.get("outcome") == "address":
            return self.say("party.address")
        return change.domain or self.say("party.unknown")

    def party(self, change: Change) -> str:
        """Return the same with the domain or address behind it, unless that says it all."""
        who = self.who(change)
        return who if change.domain is None or change.domain == who else f"{who} ({change.domain})"

    def listed(self, names: Sequence[str]) -> str:
        return self.say("list").join(names)

    def since_update(self, change: Change) -> str:
        """Return "It was first seen 2 days after an update", never "because of"; empty without one."""
        if change.update is None or change.kind == "nothing_changed":
            return ""
        days = (change.ts - change.update) / DAY_S
        if days < 1:
            return self.say("update.same")
        key = "update.noticed" if change.kind == "gone_party" else "update.days"
        return self.say(key, days=self.count("days", days))

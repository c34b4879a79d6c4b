"""What every page has at hand: the reader, the language, the clock, and the words as template filters."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple, cast

from flask import Flask, current_app, render_template
from werkzeug.local import LocalProxy

from appliance.behaviour.facts import Change
from appliance.findings.kind import Words as FindingWords
from appliance.findings.kinds import KINDS, words_of
from appliance.parties.party import PartyRecord
from appliance.store.room import is_short
from web import speaking, words
from web.language import Language
from web.reading import VisibleReader
from web.security.house import house
from web.visible import shortened
from web.watching import health

EXTENSION = "tattlebox"


class Desk(NamedTuple):
    """Handed to each blueprint by `desk()`."""

    reader: VisibleReader
    home_language: Language
    clock: Callable[[], float]

    @property
    def language(self) -> Language:
        """The language and zone of this request."""
        return speaking.spoken(self.home_language)


def desk() -> Desk:
    """Return the desk of the application that answers this request."""
    return cast(Desk, current_app.extensions[EXTENSION])


def page(template: str, **context: Any) -> str:
    """Return a page; `health` (None while nothing was seen) and `now`, the data's latest time, are added."""
    here = desk()
    state = health(here.reader.watch(), here.clock())
    now = state.until if state else here.clock()
    language = here.language
    with speaking.drawing(language):
        return render_template(template, health=state, now=now, language=language, **context)


def install(app: Flask, here: Desk) -> None:
    """Give the application its desk, its languages and its filters."""
    app.extensions[EXTENSION] = here
    speaking.install(app, here.home_language)
    env = app.jinja_env
    env.globals.update(
        language=LocalProxy(lambda: here.language),
        words=words,
        kinds=_KINDS,
        disk_full=lambda: is_short(house().book.path),
        finding_words=lambda code: finding_words(here.language, code),
    )
    env.filters.update(
        {name: _spoken(here, name) for name in _SPOKEN},
        large=lambda text: text[:1].upper() + text[1:],
        shortened=shortened,
        company=company,
        word=lambda code, table: _word(here.language, code, table),
        measures=lambda numbers: measures(here.language, numbers),
        details=lambda numbers: details(here.language, numbers),
        utc=lambda ts: datetime.fromtimestamp(ts, UTC).isoformat(timespec="microseconds"),
    )


_SPOKEN: Final = ("size", "exact_size", "duration", "number", "country", "span", "said", "sentence")
"""Methods of the request's language that are filters."""


def _spoken(here: Desk, name: str) -> Callable[..., str]:
    return lambda value: cast(str, getattr(here.language, name)(value))


_KINDS: Final = {kind.code: kind for kind in KINDS}


def finding_words(language: Language, code: str) -> FindingWords | None:
    """Return what families read of a kind of finding; in English where nobody wrote it in their language."""
    kind = _KINDS.get(code)
    if kind is None:
        return None
    return words_of(kind, language.code)


def company(record: PartyRecord | Change | Any) -> str:
    """Return what to call a party: its organisation, else its domain."""
    return record.organisation or record.domain or ""


def measures(language: Language, numbers: dict[str, Any]) -> list[tuple[str, str]]:
    """Return (what, how much) of a change's `before` or `after`: those with words that say something."""
    return [
        (language._(label), _measure(language, key, numbers[key]))
        for key, label in words.MEASURES.items()
        if numbers.get(key) not in (None, (), [])
    ]


def details(language: Language, numbers: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the rest of a change's numbers, under the names of their fields."""
    rest = sorted(key for key in numbers if key not in words.MEASURES)
    return [(words.spaced(key), _measure(language, key, numbers[key])) for key in rest]


def _measure(language: Language, key: str, value: Any) -> str:
    if isinstance(value, bool) or value is None:
        return {True: language._("yes"), False: language._("no"), None: language._("not known")}[value]
    if isinstance(value, (int, float)):
        if "bytes" in key:
            return language.size(value)
        if key.endswith("_s"):
            return language.duration(value)
        return language.exact(value) if key.endswith("ts") else language.number(value)
    if isinstance(value, (list, tuple)):
        countries = "countr" in key
        return ", ".join(language.country(str(item)) if countries else str(item) for item in value) or "–"
    return language.country(value) if "country" in key else str(value)


def _word(language: Language, code: str, table: dict[str, Any]) -> str:
    found = table.get(code)
    text = words.spaced(str(code)) if found is None else found
    return language._(text.short if isinstance(text, words.Words) else text)

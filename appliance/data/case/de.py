"""German texts of a case. `{name}` is filled in. Words are neutral: "beobachtet", never a verdict."""

from __future__ import annotations

from typing import Final

MONTHS: Final = (
    "Januar",
    "Februar",
    "März",
    "April",
    "Mai",
    "Juni",
    "Juli",
    "August",
    "September",
    "Oktober",
    "November",
    "Dezember",
)
DAY: Final = "{day}. {month} {year}"

TEXTS: Final[dict[str, str]] = {
    "support.supported": "Updates sind angegeben bis Ende {until}.",
    "support.ending": "Updates sind angegeben bis Ende {until}, das ist in {days}.",
    "support.ended": "Die angegebene Zeit der Updates ist seit {days} vorbei (Ende: {until}).",
    "support.not_stated": "Uns ist keine angegebene Zeit für Updates bekannt.",
    "support.unreadable": "Was angegeben ist, ließ sich nicht als Datum lesen.",
    "support.still": " Es sendet noch an {who}.",
    "support.still_many": " Es sendet noch an {who} und {n} weitere.",
    "support.updated": " Letztes beobachtetes Update: {date}.",
    "support.not_updated": " Während der Beobachtung wurde kein Update gesehen.",
    "support.host": " Sein Server für Updates, {host}, wurde zuletzt erreicht am {date}.",
    "support.no_host": " In den letzten 30 Tagen wurde kein Server für Updates erreicht.",
    "support.source.parent": "Ihre eigenen Worte: „{quote}“",
    "support.source.catalogue": "unsere Geräteliste: „{quote}“",
}

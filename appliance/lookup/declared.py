"""What the rules that read notices know beforehand: names of organisations and of countries."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Final
from zoneinfo import available_timezones

from babel import Locale

from appliance.declared import names
from appliance.declared.judge import Known
from appliance.lookup import party_tables

DATA: Final = Path(__file__).parent.parent / "data" / "declared"

LOCALES: Final = ("en", "fr", "de")

_ALSO: Final = {
    **dict.fromkeys(("usa", "u.s", "u.s.a", "us", "états unis"), "US"),
    **dict.fromkeys(("vereinigte staaten", "vereinigten staaten"), "US"),
    **dict.fromkeys(("uk", "great britain", "großbritannien", "grande-bretagne"), "GB"),
    **{"niederlanden": "NL", "tschechien": "CZ", "czech republic": "CZ", "the netherlands": "NL"},
    **{"vereinigten königreich": "GB", "south korea": "KR", "südkorea": "KR", "corée du sud": "KR"},
    **{"hong kong": "HK", "hongkong": "HK", "türkei": "TR", "turkey": "TR", "philippinen": "PH"},
}
"""How texts name countries beside their names in CLDR: in short, and as German and English decline them."""


@lru_cache(maxsize=1)
def load_known() -> Known:
    """Return the names, from CLDR and our own tables. Raises TableError or OSError for a damaged table."""
    owners = party_tables.read_organisations().owners.values()
    listed = {name for owner in owners for name in (owner.organisation, owner.group)}
    services = set(_lines("services.txt"))
    organisations = {names.key(name) for name in listed | services}
    countries = {
        name.casefold(): code
        for locale in LOCALES
        for code, name in Locale(locale).territories.items()
        if len(code) == 2 and code.isalpha() and code not in ("ZZ", "EU", "EZ", "UN", "QO", "XA", "XB")
    }
    adjectives = frozenset(
        name.casefold() for locale in LOCALES for name in Locale(locale).languages.values() if " " not in name
    )
    small = frozenset(name for name in services if name[0].islower() and " " not in name)
    known = frozenset(filter(None, organisations))
    people, german = (frozenset(_lines(f"extracted/{name}.txt")) for name in ("first-names", "german-words"))
    everyday = frozenset(_lines("extracted/english-words.txt") + _lines("extracted/french-words.txt"))
    return Known(known, small, {**countries, **_ALSO}, adjectives, _places(), people, german, everyday)


def _places() -> frozenset[str]:
    """Return towns and states: those that time zones are named after, and a list of seats of companies."""
    zones = {zone.rpartition("/")[2].replace("_", " ") for zone in available_timezones()}
    cities = {
        str(zone["city"])
        for locale in LOCALES
        for zone in Locale(locale).time_zones.values()
        if "city" in zone
    }
    return frozenset(
        name.casefold()
        for name in zones | cities | set(_lines("places.txt")) | set(_lines("extracted/towns.txt"))
    )


def _lines(name: str) -> list[str]:
    """Return the lines of a list of names beside our tables; those that begin with # are notes."""
    lines = (DATA / name).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]

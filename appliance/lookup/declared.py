"""What the rules that read notices know beforehand: names of organisations and of countries."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from babel import Locale

from appliance.declared import names
from appliance.declared.parties_named import Known
from appliance.lookup import party_tables

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
    files = tuple(party_tables.DATA / name for name in ("makers.csv", "infrastructure.csv", "trackers.csv"))
    owners = party_tables.read_organisations(files).owners.values()
    organisations = {names.key(name) for owner in owners for name in (owner.organisation, owner.group)}
    countries = {
        name.casefold(): code
        for locale in LOCALES
        for code, name in Locale(locale).territories.items()
        if len(code) == 2 and code.isalpha() and code not in ("ZZ", "EU", "EZ", "UN", "QO", "XA", "XB")
    }
    adjectives = frozenset(
        name.casefold() for locale in LOCALES for name in Locale(locale).languages.values() if " " not in name
    )
    return Known(frozenset(filter(None, organisations)), {**countries, **_ALSO}, adjectives)

"""What a study asks of homes: its profile, a JSON file that the researchers hand to a family. Does no I/O."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import Any, Final, NamedTuple

from appliance.devices.categories import CATEGORIES
from appliance.devices.identity import plain_text
from appliance.privacy import AMOUNTS

MAX_BYTES: Final = 20_000
MAX_TEXT: Final = 600

NAMES: Final = ("all", "known", "organisation")
"""Every registrable domain / those of organisations that public lists know, the rest `rare` / organisations
alone."""

ADDRESSES: Final = ("none", "crypto-pan")
TIMES: Final = ("day", "hour", "minute")


class ProfileError(ValueError):
    """A profile that cannot be followed: what was read, what was expected."""


class Profile(NamedTuple):
    """One study's wishes. What a field does not ask for does not leave."""

    study: str  # its short name, as in file names: letters, digits, - and _
    title: str  # for the family
    who: str  # who runs it, and how to reach them
    purpose: str  # what it wants to find out
    until: str  # the last day that may be handed in, "2027-03-31"
    withdraw: str  # how a home has what it gave deleted
    devices: tuple[str, ...] = ()  # categories that are asked for; empty: all
    names: str = "known"  # one of NAMES
    vendors: bool = True  # whether makers are named
    amounts: str = "thousand"  # one of AMOUNTS
    shift: bool = False  # whether the record is moved by a secret number of weeks
    flows: bool = False  # whether single conversations are asked for beside the daily table
    times: str = "hour"  # how fine the times of conversations are, one of TIMES
    addresses: str = "none"  # whether conversations carry remote addresses, one of ADDRESSES
    k: int = 5  # homes that must share a row before the study shows it
    upload: str = ""  # where homes may have their days sent to, "https://store.example/dolls"; empty: by hand


_PLACE: Final = re.compile(r"(https://[A-Za-z0-9.-]+|http://127\.0\.0\.1)(:[0-9]{1,5})?(/[A-Za-z0-9._~/-]*)?")
"""Where days may be sent: by TLS, but to a store on this very machine; no password, no query."""

_CHOICES: Final = {"names": NAMES, "amounts": AMOUNTS, "times": TIMES, "addresses": ADDRESSES}


def parse(text: str | bytes) -> Profile:
    """Return the profile of a file. Raises ProfileError."""
    if len(text) > MAX_BYTES:
        raise ProfileError(f"read {len(text)} bytes, expected a profile of at most {MAX_BYTES}")
    try:
        fields = json.loads(text)
    except (ValueError, RecursionError):
        raise ProfileError("read something that is no JSON, expected a study's profile") from None
    if not isinstance(fields, dict):
        raise ProfileError("read no object, expected a study's profile")
    unknown = sorted(set(fields) - set(Profile._fields))
    if unknown:
        raise ProfileError(f"read {unknown[0][:40]!r}, expected one of {', '.join(Profile._fields)}")
    missing = [name for name in Profile._fields if name not in fields and name not in Profile._field_defaults]
    if missing:
        raise ProfileError(f"the profile does not say {missing[0]!r}: ask those who run the study")
    return Profile(**{name: _value(name, value) for name, value in fields.items()})


def to_json(profile: Profile) -> str:
    """Return the profile as `parse` reads it."""
    return json.dumps(profile._asdict(), ensure_ascii=True, sort_keys=True)


def _value(name: str, value: Any) -> Any:
    if name in ("vendors", "shift", "flows"):
        if not isinstance(value, bool):
            raise ProfileError(f"read {value!r:.40} for {name!r}, expected true or false")
        return value
    if name == "k":
        if not isinstance(value, int) or isinstance(value, bool) or not 2 <= value <= 1000:
            raise ProfileError(f"read {value!r:.40} for 'k', expected a number from 2 to 1000")
        return value
    if name == "devices":
        if not isinstance(value, list) or not all(one in CATEGORIES for one in value):
            raise ProfileError(
                f"read {value!r:.60} for 'devices', expected a list of {', '.join(CATEGORIES)}"
            )
        return tuple(value)
    return _text(name, value)


def _text(name: str, value: Any) -> str:
    if name == "upload" and value == "":
        return ""
    if (
        not isinstance(value, str)
        or not value
        or len(value) > MAX_TEXT
        or value != plain_text(value, MAX_TEXT)
    ):
        raise ProfileError(
            f"read {value!r:.60} for {name!r}, expected one line of at most {MAX_TEXT} characters"
        )
    if name in _CHOICES and value not in _CHOICES[name]:
        raise ProfileError(f"read {value!r:.60} for {name!r}, expected one of {', '.join(_CHOICES[name])}")
    if name == "study" and not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}", value):
        raise ProfileError(f"read the study {value!r:.60}, expected up to 40 letters, digits, - and _")
    if name == "upload" and not _PLACE.fullmatch(value):
        raise ProfileError(
            f"read {value!r:.60} for 'upload', expected an address such as https://store.example/dolls"
        )
    if name == "until" and not _is_day(value):
        raise ProfileError(f"read {value!r:.60} for 'until', expected a day such as 2027-03-31")
    return value


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False

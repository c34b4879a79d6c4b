"""What the owner wrote into `tattlebox.txt` on the card before its first start. Does no I/O.

A line is `name = value`; empty lines and those that begin with # say nothing. All are right, or none counts.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from typing import Final, NamedTuple

MAX_BYTES: Final = 16_384
"""A person writes a few lines; a public key has up to a thousand characters."""

LANGUAGES: Final = ("en", "fr", "de")

WIFI: Final = ("country", "ssid", "wifi_password")
"""All or none: without a country the radio may not speak, and an open network is for everybody."""

KEY_KINDS: Final = ("ssh-ed25519", "ssh-rsa", "ecdsa-sha2-nistp256", "sk-ssh-ed25519@openssh.com")


class Presets(NamedTuple):
    """What was preset; "" for what was not."""

    country: str = ""  # of the radio: ISO 3166, two letters
    ssid: str = ""  # name of the toys' Wi-Fi
    wifi_password: str = ""  # of the toys' Wi-Fi
    language: str = ""
    zone: str = ""  # such as Europe/Paris
    ssh_key: str = ""  # one line of an authorized_keys file


class PresetsError(ValueError):
    """The sentences that say what is wrong, a line each."""


def parse(data: bytes) -> Presets:
    """Return what a file presets. Raises PresetsError with all that is wrong."""
    if len(data) > MAX_BYTES:
        raise PresetsError(f"read {len(data)} bytes, expected at most {MAX_BYTES}")
    try:
        lines = data.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise PresetsError(
            f"read a byte that is no UTF-8 at {error.start}: save the file as UTF-8"
        ) from error
    found: dict[str, str] = {}
    wrong: list[str] = []
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        name, equals, value = (part.strip() for part in line.partition("="))
        problem = _problem(name, value) if equals else f"expected name = value, read {line.strip()[:60]!r}"
        if name in found:
            problem = f"{name} is given twice"
        if problem:
            wrong.append(f"line {number}: {problem}")
        found[name] = value
    given = [name for name in WIFI if found.get(name)]
    if not wrong and given and len(given) < len(WIFI):
        wrong.append(f"the toys' Wi-Fi needs {', '.join(WIFI)}; given: {', '.join(given)}")
    if wrong:
        raise PresetsError("\n".join(wrong))
    return Presets(**found)


def _problem(name: str, value: str) -> str:
    """Return why this value is not taken, "" when it is; an empty value presets nothing."""
    rule = RULES.get(name)
    if rule is None:
        return f"read the name {name[:40]!r}, expected one of {', '.join(RULES)}"
    right, expected = rule
    read = "" if name == "wifi_password" else f" = {value[:60]!r}"  # this is told in a file and a log
    return "" if not value or right(value) else f"read {name}{read}, expected {expected}"


def _is_ssid(value: str) -> bool:
    return len(value.encode()) <= 32 and value.isprintable()


def _is_zone(value: str) -> bool:
    return len(value) <= 64 and re.fullmatch(r"[A-Za-z_]+(/[A-Za-z0-9_+-]+){0,2}", value) is not None


def _is_key(value: str) -> bool:
    kind, _, rest = value.partition(" ")
    try:
        body = base64.b64decode(rest.split(" ")[0], validate=True)
    except (binascii.Error, ValueError):
        return False
    # The body says its kind again, behind its length: so a private key or half a key is not taken.
    return kind in KEY_KINDS and value.isprintable() and body[4:].startswith(kind.encode())


RULES: Final[dict[str, tuple[Callable[[str], bool], str]]] = {
    "country": (
        lambda value: re.fullmatch("[A-Z]{2}", value) is not None,
        "the two capital letters of a country, such as FR",
    ),
    "ssid": (_is_ssid, "a Wi-Fi name of at most 32 bytes"),
    "wifi_password": (
        lambda value: re.fullmatch(r"[\x20-\x7e]{8,63}", value) is not None,
        "8 to 63 letters, digits and signs without accents",
    ),
    "language": (LANGUAGES.__contains__, f"one of {', '.join(LANGUAGES)}"),
    "zone": (_is_zone, "a time zone such as Europe/Paris"),
    "ssh_key": (_is_key, "a public key as one line, such as: ssh-ed25519 AAAA… name"),
}

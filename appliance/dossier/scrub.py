"""Taking the rest of the home out of texts: addresses of its things, and hardware addresses. Does no I/O."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from ipaddress import ip_address
from typing import Any, Final

from appliance.dossier.order import mac_word
from appliance.findings.addresses import is_outside
from appliance.privacy import Pseudonyms

AT_HOME: Final = "[an address in the home]"

_MAC: Final = re.compile(r"(?<![0-9A-Fa-f:])(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}(?![0-9A-Fa-f:])")
_V4: Final = r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?!\d|\.\d)"
_V6: Final = r"(?<![\w:])[0-9A-Fa-f:]*:[0-9A-Fa-f:]*:[0-9A-Fa-f:]*(?:(?:\d{1,3}\.){3}\d{1,3})?(?![\w:])"
_ADDRESS: Final = re.compile(f"{_V6}|{_V4}")


def scrubber(home: Collection[str], pseudonyms: Pseudonyms) -> Callable[[Any], Any]:
    """Return what takes the addresses of things at home, and every MAC, out of a value's texts.

    `home` are the addresses of all devices: an IPv6 address at home looks like any other.
    """
    known = frozenset(filter(None, map(_canonical, home)))

    def address(match: re.Match[str]) -> str:
        found = _canonical(match[0])
        at_home = found is not None and (found in known or not is_outside(found))
        return AT_HOME if at_home else match[0]

    def scrub(value: Any) -> Any:
        if isinstance(value, str):
            text = _MAC.sub(lambda mac: mac_word(pseudonyms, mac[0].casefold().replace("-", ":")), value)
            return _ADDRESS.sub(address, text)
        if isinstance(value, dict):
            return {scrub(key): scrub(item) for key, item in value.items()}
        if isinstance(value, (list, tuple)):
            return [scrub(item) for item in value]
        return value

    return scrub


def _canonical(text: str) -> str | None:
    try:
        return str(ip_address(text))
    except ValueError:
        return None

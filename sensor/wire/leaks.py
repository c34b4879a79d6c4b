"""What kind of data names and values in the clear give away. Kinds are returned, values never. No I/O.

Kinds: "account", "credentials", "device_id", "firmware", "location", "mac", "person", "serial", "session".
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

_CACHED_NAMES: Final = 4096
"""Remembered names: the programs of a home use some hundreds of parameters; at most 64 characters each."""

_EXACT: Final = {
    name: kind
    for kind, names in {
        "account": "user username userid email mail phone phonenumber login account accountid uid",
        "credentials": (
            "password passwd pass pwd pw token accesstoken authtoken refreshtoken apikey apitoken secret psk"
            " authorization auth passphrase wifipassword"
        ),
        "device_id": (
            "deviceid devid device did uuid udid guid imei androidid adid idfa gaid aaid hwid hardwareid"
            " installid clientid deviceuuid toyid"
        ),
        "firmware": "fw fwver fwversion firmware firmwareversion swversion softwareversion osversion build",
        "location": (
            "lat lon lng latitude longitude gps location coords geo address postcode zipcode ssid bssid"
            " timezone"
        ),
        "mac": "mac macaddr macaddress wifimac blemac btmac ethmac wlanmac hwaddr",
        "person": "firstname lastname fullname nickname childname birthday birthdate dob age gender babyname",
        "serial": "serial serialno serialnumber sn devicesn",
        "session": "cookie session sessionid sid",
    }.items()
    for name in names.split()
}
"""Names without case and punctuation, whole: a part of a word would find "lat" in "latest"."""

_IGNORED: Final = re.compile(r"^x(?=[A-Z_-])|[^a-z0-9]", re.IGNORECASE)
_MAC: Final = re.compile(
    rb"(?<![0-9A-Fa-f:-])[0-9A-Fa-f]{2}(?::|%3A|-)(?:[0-9A-Fa-f]{2}(?::|%3A|-)){4}[0-9A-Fa-f]{2}(?![0-9A-Fa-f:-])",
    re.IGNORECASE,
).search


@lru_cache(_CACHED_NAMES)
def kind_of(name: str) -> str | None:
    """Return the kind of data a parameter, field or header of this name holds, None where it tells none."""
    return _EXACT.get(_IGNORED.sub("", name).lower())


def kinds(names: Iterable[str], values: Iterable[bytes]) -> set[str]:
    """Return the kinds that the names tell; and "mac" where one of the values has a MAC address in it."""
    found = {kind for kind in map(kind_of, names) if kind}
    if "mac" not in found and any(_MAC(value) for value in values):
        found.add("mac")
    return found

"""Finding: a readable request names something that identifies the device, the child or the place. No I/O."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from appliance.findings.addresses import is_outside
from appliance.findings.kind import Kind, Seen
from sensor.records import HttpRequest, Record


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


KINDS: Final[Mapping[str, frozenset[str]]] = {
    "network card address": _set("mac macaddr macaddress wifimac btmac ethmac bssid hwaddr"),
    "serial number": _set("sn serial serialno serialnumber serialnum dsn imei imsi iccid meid"),
    "device identity": _set(
        "did udid uuid deviceid devid deviceuuid androidid adid idfa idfv gaid advertisingid hwid "
        "hardwareid machineid clientid installid toyid boxid productid uid cid"
    ),
    "place": _set(
        "lat lon lng latitude longitude location geo gps gpslat gpslon coords position zip zipcode "
        "postcode postalcode city"
    ),
    "network name": _set("ssid wifissid wifiname"),
    "person": _set(
        "name firstname lastname fullname childname nickname birthday birthdate dob age gender sex "
        "email mail phone phonenumber mobile address user username userid account accountid login"
    ),
    "password or key": _set(
        "password passwd pwd pass psk secret token accesstoken authtoken apikey sessionid session auth key"
    ),
}
"""Kind → parameter and header names that carry it, without separators and in lower case."""

_BY_NAME: Final = {name: kind for kind, names in KINDS.items() for name in names}
_SEPARATORS: Final = re.compile(r"[^a-z0-9]+")
_CREDENTIAL_HEADERS: Final = frozenset(("authorization", "proxy-authorization", "x-api-key", "x-auth-token"))
_SHOWN: Final = 6  # names in the detail


def look(record: Record) -> Seen | None:
    """Return the kinds of identifier whose parameter or header names a readable request bears."""
    if type(record) is not HttpRequest or not is_outside(record.dst):
        return None
    found = {name: kind for name in record.parameters if (kind := kind_of(name)) is not None}
    found |= {name: "password or key" for name in record.header_names if name in _CREDENTIAL_HEADERS}
    found |= {
        name: kind
        for name in record.header_names
        if name.startswith("x-") and (kind := kind_of(name[2:])) is not None
    }
    if not found:
        return None
    shown = [f"{name} ({kind})" for name, kind in list(found.items())[:_SHOWN]]
    return Seen(f"readable fields {', '.join(shown)}", record.uid)


def kind_of(name: str) -> str | None:
    """Return the kind of identifier a field name speaks of; None when it speaks of none.

    "device_id", "deviceId" and "device-id" are one name; so is its last part: "toy.mac".
    """
    lower = name.lower()
    whole = _SEPARATORS.sub("", lower)
    return _BY_NAME.get(whole) or _BY_NAME.get(_SEPARATORS.split(lower)[-1])


KIND: Final = Kind(
    code="cleartext_identifiers",
    severity=3,
    title="Names itself readably",
    sentence="{device} sent fields that can identify it, a person or a place, readable by anyone on the way.",
    do="Ask the maker to encrypt these requests. Change the password if one was among them.",
    cannot_prove="What the fields held: we read their names only, and a name may be used for something else.",
    rules=("GDPR art. 32", "GDPR art. 5(1)(f)", "ETSI EN 303 645 5.5-1", "ETSI EN 303 645 5.8-1"),
    look=look,
)

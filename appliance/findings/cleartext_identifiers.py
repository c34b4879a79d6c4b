"""Finding: a readable request names something that identifies the device, the child or the place. No I/O."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from appliance.findings.addresses import leaves_home
from appliance.findings.kind import Kind, Seen, Words
from sensor.records import CoapRequest, HttpRequest, MqttConnect, Record, RtspRequest


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


KINDS: Final[Mapping[str, frozenset[str]]] = {
    "network card address": _set("mac macaddr macaddress wifimac btmac ethmac bssid hwaddr"),
    "serial number": _set("sn serial serialno serialnumber serialnum dsn imei imsi iccid meid"),
    "device identity": _set(
        "did udid uuid deviceid devid deviceuuid androidid adid idfa idfv gaid advertisingid hwid "
        "hardwareid machineid clientid installid toyid boxid uid cid"
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
_OF_THINGS: Final = _set(
    "album app artist brand cache channel class content domain event file folder game host item max min "
    "model os package page platform playlist product scroll sha song sort station track type video"
)
"""What a last part may belong to without telling of anybody: song.name, cache_key, max-age."""

_CREDENTIAL_HEADERS: Final = frozenset(("authorization", "proxy-authorization", "x-api-key", "x-auth-token"))
_SHOWN: Final = 6  # names in the detail


_LEAKS: Final[Mapping[str, str]] = {
    "account": "person",
    "credentials": "password or key",
    "device_id": "device identity",
    "location": "place",
    "mac": "network card address",
    "person": "person",
    "serial": "serial number",
}
"""HttpRequest.leaks → kind. "session" is passed, any web page has a cookie; "firmware" is another finding."""


def look(record: Record) -> Seen | None:
    """Return the kinds of identifier whose names a readable request to the internet bears."""
    if type(record) is HttpRequest and leaves_home(record.src, record.dst):
        return _seen(_of_http(record), record.uid)
    if type(record) is CoapRequest and leaves_home(record.src, record.dst):
        return _seen(_of_names(record.parameters), record.uid)
    if type(record) is MqttConnect and leaves_home(record.src, record.dst):
        return _seen(_of_mqtt(record), record.uid)
    if (
        type(record) is RtspRequest
        and record.authorization == "basic"
        and leaves_home(record.src, record.dst)
    ):
        return _seen({"authorization": "password or key"}, record.uid)
    return None


def _seen(found: Mapping[str, str], uid: str) -> Seen | None:
    if not found:
        return None
    shown = [f"{name} ({kind})" for name, kind in list(found.items())[:_SHOWN]]
    return Seen(f"readable fields {', '.join(shown)}", uid)


def _of_names(names: Iterable[str]) -> dict[str, str]:
    return {name: kind for name in names if (kind := kind_of(name)) is not None}


def _of_http(record: HttpRequest) -> dict[str, str]:
    found = _of_names((*record.parameters, *record.fields))
    found |= {name: "password or key" for name in record.header_names if name in _CREDENTIAL_HEADERS}
    found |= {
        name: kind
        for name in record.header_names
        if name.startswith("x-") and (kind := kind_of(name[2:])) is not None
    }
    known = set(found.values())
    found |= {leak: kind for leak in record.leaks if (kind := _LEAKS.get(leak)) and kind not in known}
    return found


def _of_mqtt(record: MqttConnect) -> dict[str, str]:
    found = {}
    if record.client_id_kind == "mac":
        found["client id"] = "network card address"
    if record.has_username:
        found["user name"] = "person"
    if record.has_password:
        found["password"] = "password or key"  # noqa: S105 - the name of a kind
    return found


def kind_of(name: str) -> str | None:
    """Return the kind of identifier a field name speaks of; None when it speaks of none.

    "device_id", "deviceId" and "device-id" are one name; so is its last part, "toy.mac", but for things.
    """
    parts = _SEPARATORS.split(name.lower())
    whole = _BY_NAME.get("".join(parts))
    if whole is not None or (len(parts) > 1 and parts[-2] in _OF_THINGS):
        return whole
    return _BY_NAME.get(parts[-1])


KIND: Final = Kind(
    code="cleartext_identifiers",
    severity=3,
    title="Names itself readably",
    sentence="{device} sent fields that can identify it, a person or a place, readable by anyone on the way.",
    do="Ask the maker to encrypt these requests. Change the password if one was among them.",
    cannot_prove="What the fields held: we read their names only, and a name may be used for something else.",
    rules=("GDPR art. 32", "GDPR art. 5(1)(f)", "ETSI EN 303 645 5.5-1", "ETSI EN 303 645 5.8-1"),
    reads=(HttpRequest, CoapRequest, MqttConnect, RtspRequest),
    look=look,
    french=Words(
        title="S'identifie de façon lisible",
        sentence="{device} a envoyé des champs qui peuvent désigner l'appareil, une personne ou un lieu, "
        "lisibles par tous en chemin.",
        do="Demandez au fabricant de chiffrer ces envois. Changez le mot de passe s'il y en avait un.",
        cannot_prove="Ce que contenaient ces champs : nous lisons leurs noms seulement, et un nom peut "
        "servir à autre chose.",
    ),
)

"""The toys' Wi-Fi: what it is called, how one joins it, and hostapd's text for it. Does no I/O."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from appliance.devices.identity import is_device_mac

MAX_SSID_BYTES: Final = 32  # IEEE 802.11-2020 §9.4.2.2
MAX_KEYS: Final = 64
DEFAULT_CHANNEL: Final = 6
SECURITIES: Final = ("wpa2", "wpa2-wpa3", "wpa3")
_COUNTRY: Final = re.compile(r"[A-Z]{2}").fullmatch
_PASSPHRASE: Final = re.compile(r"[\x20-\x7e]{8,63}").fullmatch  # IEEE 802.11-2020 §J.4.1
_LABEL: Final = re.compile(r"[a-z0-9-]{1,32}").fullmatch
ANY_MAC: Final = "00:00:00:00:00:00"  # hostapd: whoever knows the passphrase
_QR_SPECIAL: Final = re.compile(r'([\\;,:"])')

_CODES: Final = """
AD AE AL AM AR AT AU AZ BA BB BD BE BF BG BH BN BO BR BS BT BY BZ CA CF CH CI CL CN CO CR CU CX CY
CZ DE DK DM DO DZ EC EE EG ES ET FI FM FR GB GD GE GF GH GL GP GR GT GU GY HK HN HR HT HU ID IE IL
IN IR IS IT JM JO JP KE KH KN KP KR KW KY KZ LB LC LI LK LS LT LU LV MA MC MD ME MF MH MK MN MO MP
MQ MR MT MU MV MW MX MY NA NG NI NL NO NP NZ OM PA PE PF PG PH PK PL PM PR PT PW PY QA RE RO RS RU
RW SA SE SG SI SK SN SR SV SY TC TD TG TH TN TR TT TW TZ UA UG US UY UZ VC VE VI VN VU WF WS YE YT
ZA ZW
"""
COUNTRIES: Final = frozenset(_CODES.split())
"""Countries of the kernel's regulatory database (wireless-regdb): another code leaves the radio off."""


class DeviceKey(NamedTuple):
    """A passphrase for one device: it is known by it even when it changes its MAC, and revoked alone."""

    label: str  # hostapd's keyid
    passphrase: str
    mac: str = ANY_MAC


class Wifi(NamedTuple):
    """The toys' Wi-Fi."""

    ssid: str
    passphrase: str
    country: str  # ISO 3166-1; decides channels and power
    security: str = "wpa2-wpa3"
    channel: int = DEFAULT_CHANNEL  # 2.4 GHz: all toys have it, few have more
    keys: tuple[DeviceKey, ...] = ()

    def to_plain(self) -> dict[str, Any]:
        """Return values for JSON."""
        return self._asdict() | {"keys": [key._asdict() for key in self.keys]}

    def __repr__(self) -> str:
        """Say nothing of passphrases: a plan may end up in a log."""
        return f"Wifi(ssid={self.ssid!r}, country={self.country!r}, keys={len(self.keys)})"


def wifi_from(value: Any) -> Wifi:
    """Return the Wi-Fi of plain JSON values. Raises TypeError, KeyError for another shape."""
    keys = tuple(DeviceKey(**key) for key in value.get("keys", ()))
    wifi = Wifi(**value | {"keys": keys, "channel": int(value.get("channel", DEFAULT_CHANNEL))})
    texts = (wifi.ssid, wifi.passphrase, wifi.country, wifi.security, *(text for key in keys for text in key))
    if not all(isinstance(text, str) for text in texts):
        raise TypeError("a field of the Wi-Fi is no text")
    return wifi


def wifi_problems(wifi: Wifi | None) -> Iterator[str]:
    """Yield what is wrong with it, a sentence each; a passphrase is never repeated."""
    if wifi is None:
        yield "wifi: mode access_point needs a name, a passphrase and a country for the toys' Wi-Fi"
        return
    if (
        not 1 <= len(wifi.ssid.encode("utf-8", "surrogatepass")) <= MAX_SSID_BYTES
        or not wifi.ssid.isprintable()
    ):
        yield f"ssid: read {wifi.ssid!r:.60}, expected 1 to {MAX_SSID_BYTES} bytes of printable text"
    if not _PASSPHRASE(wifi.passphrase):
        yield "passphrase: expected 8 to 63 letters, digits, signs or spaces of ASCII"
    if not _COUNTRY(wifi.country) or wifi.country not in COUNTRIES:
        yield f"country: read {wifi.country!r:.20}, expected a code of the radio rules, such as FR or GB"
    if wifi.security not in SECURITIES:
        yield f"security: read {wifi.security!r:.20}, expected one of {', '.join(SECURITIES)}"
    if not 1 <= wifi.channel <= 13:
        yield f"channel: read {wifi.channel}, expected 1 to 13"
    if len(wifi.keys) > MAX_KEYS or len({key.label for key in wifi.keys}) < len(wifi.keys):
        yield f"keys: read {len(wifi.keys)}, expected at most {MAX_KEYS}, each with a label of its own"
    for key in wifi.keys:
        sound = _LABEL(key.label) and _PASSPHRASE(key.passphrase)
        if not sound or (key.mac != ANY_MAC and not is_device_mac(key.mac)):
            yield f"key {key.label!r:.40}: expected a label of a-z, 0-9 and -, a passphrase, a MAC address"


def hostapd(wifi: Wifi, interface: str, psk_file: str) -> str:
    """Return hostapd.conf; `psk_file` is where `device_keys` stands."""
    managements = {"wpa2": "WPA-PSK", "wpa2-wpa3": "WPA-PSK SAE", "wpa3": "SAE"}
    lines = [
        f"interface={interface}",
        "driver=nl80211",
        "ctrl_interface=/run/hostapd",
        f"ssid2={wifi.ssid.encode().hex()}",
        "utf8_ssid=1",
        f"country_code={wifi.country}",
        "ieee80211d=1",
        "hw_mode=g",
        "ieee80211n=1",
        "wmm_enabled=1",
        f"channel={wifi.channel}",
        "auth_algs=1",
        "wpa=2",
        f"wpa_key_mgmt={managements[wifi.security]}",
        "rsn_pairwise=CCMP",
        f"wpa_passphrase={wifi.passphrase}",
        f"ieee80211w={2 if wifi.security == 'wpa3' else 1}",
        "sae_require_mfp=1",
        "ap_isolate=1",  # frames between devices go through the firewall, or nowhere
    ]
    if wifi.keys and wifi.security != "wpa3":  # hostapd tells WPA2 passphrases apart, SAE ones it does not
        lines.append(f"wpa_psk_file={psk_file}")
    return "\n".join(lines) + "\n"


def device_keys(wifi: Wifi) -> str:
    """Return hostapd's wpa_psk_file: one passphrase a device."""
    return "".join(f"keyid={key.label} {key.mac} {key.passphrase}\n" for key in wifi.keys)


def join_text(wifi: Wifi) -> str:
    """Return what a QR code holds so that a phone offers to join (the WIFI: form of ZXing)."""

    def escaped(text: str) -> str:
        return _QR_SPECIAL.sub(r"\\\1", text)

    return f"WIFI:T:WPA;S:{escaped(wifi.ssid)};P:{escaped(wifi.passphrase)};;"

"""From a vendor's name to a maker, and whether a domain bears a vendor's name. Does no I/O."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from appliance.parties.knowledge import Maker


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_LEGAL: Final = _set(
    "ab ag as asa bhd bv co comm company corp corporate corporation dba gmbh hk inc incorporated kg kgaa kk "
    "limited llc llp ltd nv oy plc pte pty sa sarl sas se sl spa srl the trading usa uk eu "
    "electronic electronics enterprise enterprises europe group holding holdings industrial industries "
    "international manufacturing shenzhen hangzhou beijing guangdong guangzhou shanghai "
    "tech technologies technology"
)
"""Words of a company's name that do not tell one company from another."""

_PLAIN: Final = _set(
    "baby camera cameras cloud connect connected data device devices digital general global home "
    "innovation innovations interactive labs life lighting mobile network networks online robot robotics "
    "security smart smarthome software solutions sound systems toys video wireless world"
)
"""Words too common to tie a domain to a vendor."""

_COMPONENT_MAKERS: Final = _set(
    "azurewave broadcom espressif hi-flying hiflying intel liteon mediatek murata nordic private qualcomm "
    "realtek rtl silicon texas unknown ampak bouffalo cypress marvell fn-link foxconn gaoshengda hon "
    "usi chicony wistron pegatron compal lcfc edup winnermicro beken"
)
"""Makers of radio modules: their name on a network card says nothing of who made the device."""

_MIN_WORD: Final = 4
"""Shortest vendor word looked for in a domain: three letters occur in half of all names by chance."""

_WORDS: Final = re.compile(r"[a-z0-9]+")


@lru_cache(4_096)
def vendor_words(text: str) -> tuple[str, ...]:
    """Return the telling words of a vendor's name, lower-case: "TP-Link Technologies" → ("tp", "link").

    Accents are taken off, since registries write names with and without them.
    """
    plain = unicodedata.normalize("NFKD", text[:255]).encode("ascii", "ignore").decode("ascii")
    words = _WORDS.findall(plain.lower())
    return tuple([word for word in words if word not in _LEGAL] or words)


def vendor_key(text: str) -> str:
    """Return the name under which a vendor is kept in the maker table: its telling words run together."""
    return "".join(vendor_words(text))


def find_maker(vendor: str, makers: Mapping[str, Maker]) -> Maker | None:
    """Return the maker of that vendor text, by its whole name or its leading words; None when unlisted."""
    words = vendor_words(vendor)
    for end in range(len(words), 0, -1):
        maker = makers.get("".join(words[:end]))
        if maker is not None:
            return maker
    return None


def is_component_maker(vendor: str) -> bool:
    """Whether the vendor only makes network modules, so that the device's maker is still unknown."""
    words = vendor_words(vendor)
    return not words or words[0] in _COMPONENT_MAKERS


def bears_name(vendor: str, domain: str) -> bool:
    """Whether a registrable domain carries the vendor's name: ("D-Link", "mydlink.com") → True."""
    label = "".join(_WORDS.findall(domain.partition(".")[0]))
    words = vendor_words(vendor)
    whole = "".join(words)
    if len(label) >= _MIN_WORD and whole.startswith(label) and label not in _PLAIN:
        return True
    return any(_tells(word, label) for word in (whole, *words))


def _tells(word: str, label: str) -> bool:
    if len(word) < _MIN_WORD or word in _PLAIN:
        return False
    return label.startswith(word) or (word in label and 2 * len(word) >= len(label))

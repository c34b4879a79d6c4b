"""Names of organisations: how they look in a text, and when two of them are one. Does no I/O."""

from __future__ import annotations

import re
from typing import Final

from appliance.declared.words import Words, some

LEGAL_FORMS: Final = (
    *(
        "GmbH & Co. KG",
        "GmbH & Co KG",
        "GmbH",
        "gGmbH",
        "mbH",
        "AG & Co. KGaA",
        "AG",
        "SE",
        "KGaA",
        "KG",
        "OHG",
    ),
    *(
        "UG (haftungsbeschränkt)",
        "UG",
        "e.V.",
        "e. V.",
        "GbR",
        "SAS",
        "S.A.S.",
        "SASU",
        "SARL",
        "S.à r.l.",
        "SA",
    ),
    *(
        "S.A.",
        "SNC",
        "SCOP",
        "EURL",
        "Inc.",
        "Inc",
        "Incorporated",
        "LLC",
        "L.L.C.",
        "Ltd.",
        "Ltd",
        "Limited",
    ),
    *(
        "plc",
        "PLC",
        "Corp.",
        "Corp",
        "Corporation",
        "Co., Ltd.",
        "Co. Ltd.",
        "LLP",
        "B.V.",
        "BV",
        "N.V.",
        "NV",
    ),
    *(
        "AB",
        "ApS",
        "A/S",
        "AS",
        "Oy",
        "Oyj",
        "S.p.A.",
        "SpA",
        "S.r.l.",
        "Srl",
        "S.L.",
        "Pty Ltd",
        "Pte. Ltd.",
    ),
    *(
        "Pte Ltd",
        "K.K.",
        "Kft.",
        "Zrt.",
        "d.o.o.",
        "s.r.o.",
        "a.s.",
        "Sp. z o.o.",
        "sp. z o.o.",
        "Lda",
        "Ltda",
    ),
    *("Private Limited", "Pvt. Ltd.", "Pvt Ltd", "Co., Limited", "Sdn. Bhd.", "Sdn Bhd", "PBC", "LP", "L.P."),
    *(
        "S.à r.l. et Cie, S.C.A.",
        "S.C.A.",
        "SCA",
        "Sàrl",
        "Sarl",
        "SRL",
        "S.A.U.",
        "S.L.U.",
        "e.U.",
        "e.K.",
        "mbB",
        "gAG",
        "eG",
        "VZW",
    ),
    *("AB (publ)", "A.G.", "Pty. Ltd.", "Pty Limited", "Unlimited Company", "gUG", "oHG"),
    *("ULC", "PLLC", "GesmbH", "Ges.m.b.H.", "Co. KG", "S.A.R.L.", "S.R.L.", "Co., Ltd", "Co. Limited", "OÜ"),
    *("UAB", "SIA", "S.A. de C.V.", "Sp.z o.o.", "A.Ş.", "A.S.", "Tbk", "Bhd", "JSC", "SCIC", "SCA"),
)
"""Legal forms as they are written behind a name."""

_FORM: Final = "|".join(re.escape(form) for form in sorted(LEGAL_FORMS, key=len, reverse=True))
_WORD: Final = (
    r"(?<![\w@/.])(?:[A-ZÀ-ÖØ-Þ](?:[\w'’+!.-]|&(?=[A-Z]))*[\w+!]|[A-ZÀ-ÖØ-Þ]|[a-z]{1,3}[A-Z]\w+|[a-z]\d\w+|\d+[A-Za-z]\w*"
    r"|[a-z][\w-]+\.(?:com|net|io|ai|app|org|co)(?![\w/.]))"
)
"""A word of a name: with a capital, or like "eBay", "o2switch", "bunny.net". A full stop only within."""

MAX_WORDS: Final = 6
"""Words of a name; longer runs of capitals are headings."""

NAME: Final = rf"{_WORD}(?:\s(?:(?:of|de|du|des|&)\s)?{_WORD}){{0,{MAX_WORDS - 1}}}"
_LONG: Final = NAME.replace("of|de", "of|and|und|et|à|für|for|pour|de")
_REGION: Final = rf"(?:\s\([A-ZÀ-ÖØ-Þ][\w. ]{{1,20}}\)(?:\s{_WORD}){{0,3}}?)?"
LEGAL: Final = re.compile(rf"(?P<name>{_LONG}{_REGION}),?\s(?P<form>{_FORM})(?![\w])")
"""An organisation with its legal form, also with a region between: "PayPal (Europe) S.à r.l."."""

_SURE: Final = r"GmbH|gmbh|gAG|AG|SE|Inc\.?|Ltd\.?|Limited|LLC|SAS|SARL|B\.V\.|AB|Oy"
_LEADING: Final = r"by|of|to|with|from|and|the|der|die|das|bei|von|mit|an|und|par|chez|avec|la|le|et"
SMALL_LEGAL: Final = re.compile(
    rf"(?<![\w@/.-])(?P<led>^|\|\s|\b(?:{_LEADING})\s)?(?P<name>(?(led)(?:[a-z]\w{{2,}}\s)?)[a-z][\w-]{{3,}})"
    rf"\s(?P<form>{_SURE}|ltd)(?![\w])"
)
"""One that is written with small letters: "rapidmail GmbH", "by nestling labs ltd"."""

INSTITUTION: Final = re.compile(
    rf"(?:University\sof|Université\sd[eu])\s(?:the\s)?{_WORD}(?:\s{_WORD}){{0,2}}"
    rf"|(?:Universität|Hochschule|\w*[Kk]linikum|Lebenshilfe|Sparkasse|Stadtwerke)\s{_WORD}"
    rf"|{_WORD}(?:\s{_WORD}){{0,1}}\s(?:University|Universität)(?!\w|\sof)"
)
"""A university or the like, whose name ends with its town as no company's does."""

_ELIDED: Final = re.compile(r"^(?:[LDJNSC]|Qu)['’](?:[a-zà-ÿ]\S*\s?)?", re.IGNORECASE)
"""A French article that is one word with what follows; what follows with a small letter goes with it."""

_KEPT_APART: Final = re.compile(r"[^\w]+")
_GENERIC: Final = some(
    "group groupe gruppe holding holdings international europe emea france deutschland germany ireland uk"
    " usa us"
    " technologies technology platforms com"
)
"""Words that tell a company of a group from another: not what a family knows it by."""


def is_generic(name: str) -> bool:
    """Return whether a name says no more than that there is a group: "Groupe", "Holding International"."""
    return all(word in _GENERIC for word in name.casefold().split())


def key(name: str) -> tuple[str, ...]:
    """Return what two spellings of one organisation share: its words without legal form and place."""
    plain = re.sub(rf",?\s(?:{_FORM})(?!\w)", " ", f"{name} ").strip()
    words = [word for word in _KEPT_APART.split(plain.casefold()) if word]
    kept = [word for word in words if word not in _GENERIC]
    return tuple(kept or words)


def same(one: str, other: str) -> bool:
    """Return whether two names are probably one organisation: the words of one begin those of the other."""
    first, second = sorted((key(one), key(other)), key=len)
    return bool(first) and second[: len(first)] == first and len("".join(first)) > 2


def trimmed(text: str, words: Words, *, legal: bool = False) -> str:
    """Return a run of words with a capital without the ordinary ones at its beginning and the end.

    `legal`: a legal form stands behind, so that only small words are no part of it: "Jouets Rivière".
    """
    kept = _ELIDED.sub("", text).split()
    while len(kept) > 1 and re.fullmatch(words.receiver, kept[0].rpartition("-")[2], re.IGNORECASE):
        kept = kept[1:]
    while kept and (
        not kept[0][:1].isalnum()
        or (_is_small_word(kept[0], words) and not (legal and len(kept) > 1 and len(kept[0]) > 5))
    ):
        kept = kept[1:]
    while kept and (kept[-1].casefold() in words.linking or not kept[-1][-1:].isalnum()):
        kept = kept[:-1]
    return re.sub(r"['’]s$", "", " ".join(kept).rstrip(".,;:"))


def _is_small_word(word: str, words: Words) -> bool:
    """Return whether a word at the beginning is none of a name; "HERE" in capitals may be one."""
    plain = word.rstrip(".")
    return plain.casefold() in words.ordinary and not (len(plain) > 3 and plain.isupper() and plain.isalpha())


def is_ordinary(word: str, words: Words) -> bool:
    """Return whether a word with a capital is none of a name."""
    plain = re.sub(r"['’]s$", "", word.casefold()).rpartition("-")[2]
    if plain in ("based", "basiert", "basierte"):
        return True
    ending = re.fullmatch(words.endings, plain, re.I) and not re.search(r"[a-z][A-Z]", word)
    return plain in words.ordinary or plain in words.linking or bool(ending)


def is_striking(name: str) -> bool:
    """Return whether a lone word looks like a name in any language: "OpenAI", "AWS", "Tr4nk"."""
    return bool(re.search(r"[a-z][A-Z]|\d|[&+!]|\.[a-z]{2,}$", name)) or (
        2 <= len(name) <= 5 and name.isupper()
    )

"""The public suffix list, as names are on the wire: the shipped list read four times as fast."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from publicsuffixlist import PSLFILE, PublicSuffixList, encode_idn


def public_suffixes(*, only_icann: bool) -> PublicSuffixList:
    """Return the list; `only_icann` leaves out those that companies have for their customers.

    The library itself would give each of ten thousand ASCII rules to the IDNA codec, twice in every start.
    """
    return PublicSuffixList(_lines(), accept_encoded_idn=False, only_icann=only_icann)


def _lines() -> Iterator[str]:
    """Yield the lines of the list, behind each rule in another script its form in ASCII (RFC 3490)."""
    for line in Path(PSLFILE).read_text(encoding="utf-8").splitlines():
        yield line
        if not line.isascii() and not line.startswith("//"):
            yield f"!{encode_idn(line[1:])}" if line[0] == "!" else encode_idn(line)

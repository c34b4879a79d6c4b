"""Who a MAC's address block is registered to: aiooui's table and our own list of the smaller blocks.

aiooui knows 24-bit blocks only; the 28- and 36-bit blocks that small makers buy (IEEE MA-M, MA-S) are looked
up first, in `data/devices/blocks.csv`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_SHARED_BLOCK: Final = "IEEE Registration Authority"
"""What the registry says of a 24-bit block that it sells in smaller pieces: nobody in particular."""

_PREFIX_DIGITS: Final = (9, 7)  # hexadecimal digits of a 36-bit and a 28-bit block


class OuiDirectory:
    """Registered organisations by MAC; reads aiooui's table once, when made."""

    def __init__(self, small_blocks: Mapping[str, str]) -> None:
        """`small_blocks` maps 7 or 9 lower-case hexadecimal digits to the registered organisation."""
        import asyncio  # noqa: PLC0415 - 2 MB that pages, which ask for other tables, have no use for

        import aiooui  # noqa: PLC0415

        self._small_blocks = dict(small_blocks)
        self._vendor = aiooui.get_vendor
        if not aiooui.is_loaded():
            asyncio.run(aiooui.async_load())

    def organisation(self, mac: str) -> str | None:
        """Return the registered organisation's exact name; None for unregistered and shared blocks."""
        digits = mac.replace(":", "").lower()
        for length in _PREFIX_DIGITS:
            name = self._small_blocks.get(digits[:length])
            if name is not None:
                return name
        name = self._vendor(digits)
        return None if name is None or name in {_SHARED_BLOCK, "Private"} else name

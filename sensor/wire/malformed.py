"""The one exception of the parsers: bytes that cannot be what they claim to be."""

from __future__ import annotations


class Malformed(Exception):
    """`what` ends the name of the Weird ("truncated_name"); `detail` says what was read and expected."""

    def __init__(self, what: str, detail: str) -> None:
        super().__init__(what, detail)
        self.what = what
        self.detail = detail

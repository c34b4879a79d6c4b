"""The columns of a compact Parquet file of flows: all that compresses, and can be made of nothing else there.

A random uid takes 12 bytes and a community id 20 that nothing makes smaller: twice the rest of a flow. Bytes
of the payload and on the wire are nearly those of IP: their differences take a tenth of the room.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from appliance.flowrow import FlowRow

COMMUNITY_ID: Final = "community_id"
IDS: Final = frozenset({"uid", COMMUNITY_ID})

ARCHIVED: Final = tuple(name for name in FlowRow._fields if name != COMMUNITY_ID)
"""What an archived file has of a flow."""

COMPACT: Final = tuple(name for name in FlowRow._fields if name not in IDS)
"""What a compact file is made of."""

WITH_IDS: Final = (*ARCHIVED, COMMUNITY_ID)
"""All of a flow, in the order of `parquet.Engine.lines`."""


class Difference(NamedTuple):
    """A column that takes the place of another."""

    name: str
    expression: str
    meaning: str


DIFFERENCES: Final = {
    f"{end}_{kind}": Difference(
        f"{end}_{name}", expression.format(end), f"{meaning.format(end)}; {end}_{kind} elsewhere"
    )
    for end in ("orig", "resp")
    for kind, name, expression, meaning in (
        ("wire_bytes", "link_bytes", "{0}_wire_bytes - {0}_ip_bytes", "bytes on the wire minus {0}_ip_bytes"),
        ("bytes", "header_bytes", "{0}_ip_bytes - {0}_bytes", "{0}_ip_bytes minus bytes of the payload"),
    )
}
"""The columns that others stand for, by name."""


def compact(columns: Iterable[str]) -> dict[str, str]:
    """Return the compact columns, each with what it is made of."""
    made = (DIFFERENCES.get(name, Difference(name, f'"{name}"', "")) for name in columns)
    return {one.name: one.expression for one in made}

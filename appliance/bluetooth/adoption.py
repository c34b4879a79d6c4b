"""The family says that a thing near by is its own: the words that make a device of it. Does no I/O."""

from __future__ import annotations

from collections.abc import Sequence

from appliance.bluetooth.kind import TOY, kind_of
from appliance.devices.family import ADOPT, LABEL, Word
from appliance.devices.identity import device_id, plain_text
from sensor.records import InquiryResult, Nearby


class Unfit(ValueError):
    """What cannot be adopted: a sentence for the family."""


def words_of_adoption(
    records: Sequence[Nearby], ts: float, name: str | None = None, category: str | None = None
) -> list[Word]:
    """Return the words that adopt the device of which a look heard `records`, said at `ts`.

    Its category is what the family says, else what it says of itself, else a toy: who looks for toys adopts
    one. Raises Unfit for one that was not heard, or whose address changes.
    """
    if not records:
        raise Unfit("it was not heard: switch it on, bring it near, and look again")
    kinds = [kind_of(record) for record in records]
    if not any(kind.trackable for kind in kinds):
        raise Unfit(
            "it changes its address every few minutes, so that nobody can follow it: neither can we, "
            "and there is nothing to adopt"
        )
    first = records[0]
    device = device_id(first.address)
    public = isinstance(first, InquiryResult) or first.address_kind == "public"
    said = category or next((kind.category for kind in kinds if kind.category), TOY)
    words = [
        Word(0, ts, ADOPT, device, first.address, "public" if public else "static"),
        Word(0, ts, LABEL, device, "category", said),
    ]
    if name and plain_text(name):
        words.append(Word(0, ts, LABEL, device, "name", plain_text(name)))
    return words

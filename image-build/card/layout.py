"""Where everything lies on the card. Pure arithmetic; the partition table is written by sfdisk.

An MBR table, because a Pi's firmware reads `autoboot.txt` from no
other. 1 is what a person sees on a computer, 2 and 3 start halves A and B, 5 and 6 are their systems, 7 keeps
the record and takes what the card has left.
"""

from __future__ import annotations

from typing import Final, NamedTuple

SECTOR: Final = 512
MIB: Final = 1_048_576

ALIGN: Final = MIB
"""Partitions start on whole MiB: cards erase in larger blocks than they write."""

DISK_ID: Final = 0x7A771EB0
"""Names the card to its own system (PARTUUID 7a771eb0-05), whatever it is plugged into."""

FAT32: Final = "c"
EXTENDED: Final = "f"
LINUX: Final = "83"


class Partition(NamedTuple):
    """One partition; sizes and places in bytes from the start of the card."""

    number: int
    kind: str  # MBR type, hexadecimal
    start: int
    size: int
    label: str  # its use, and the name of its file system


CARD_BYTES: Final = 64 * MIB
"""FAT32 has no smaller partitions with clusters of one sector."""

BOOT_BYTES: Final = 128 * MIB
SYSTEM_BYTES: Final = 512 * MIB
DATA_BYTES: Final = 64 * MIB
"""As shipped; the first start makes it as large as the card allows."""


def partitions() -> list[Partition]:
    """Return all partitions in the order of the card, the extended one (4) included."""
    found: list[Partition] = []
    place = ALIGN
    for number, label, size in (
        (1, "TATTLEBOX", CARD_BYTES),
        (2, "BOOT-A", BOOT_BYTES),
        (3, "BOOT-B", BOOT_BYTES),
    ):
        found.append(Partition(number, FAT32, place, size, label))
        place += size
    logical = ((5, "system-a", SYSTEM_BYTES), (6, "system-b", SYSTEM_BYTES), (7, "data", DATA_BYTES))
    # Each logical partition is preceded by its own table, in a MiB of its own.
    found.append(Partition(4, EXTENDED, place, sum(size + ALIGN for _, _, size in logical), "extended"))
    for number, label, size in logical:
        found.append(Partition(number, LINUX, place + ALIGN, size, label))
        place += ALIGN + size
    return found


def partition(number: int) -> Partition:
    """Return the partition of this number."""
    return next(one for one in partitions() if one.number == number)


def card_bytes() -> int:
    """Return the size of the whole image."""
    return max(one.start + one.size for one in partitions())


def fresh_mark() -> int:
    """Return where the mark of a card that was never started lies: the free sector after 7's own table.

    The first start formats the data partition only where the mark stands, and wipes it, one sector, last: a
    power cut in between means formatting again, and a card with a record is never formatted.
    """
    return partition(7).start - ALIGN + SECTOR


FRESH: Final = b"TATTLEBOX FRESH\n".ljust(SECTOR, b"\0")


def table() -> str:
    """Return the partition table as sfdisk reads it."""
    lines = ["label: dos", f"label-id: {DISK_ID:#x}", f"sector-size: {SECTOR}", ""]
    lines += [
        f"{one.number} : start={one.start // SECTOR}, size={one.size // SECTOR}, type={one.kind}"
        for one in sorted(partitions())
    ]
    return "\n".join(lines) + "\n"

"""What a capture hands to the meter: the next bytes of a capture file, however they were cut."""

from __future__ import annotations

from typing import NamedTuple


class Block(NamedTuple):
    """The next bytes of one capture. Records may begin in one block and end in a later one.

    `data` may be a view of a buffer that is filled again for the next block: the meter copies what it keeps.
    """

    data: bytes | bytearray | memoryview
    format: str  # "pcap", "pcapng", or "ring": one whole block of the kernel's ring (ring.py)
    first: bool  # a new capture begins here
    last: bool  # nothing follows: an unfinished record becomes a Loss
    trouble: str = ""  # why the source ended early (a damaged gzip stream); only on the last block

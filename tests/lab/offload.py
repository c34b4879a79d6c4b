"""Turns segmentation and checksum offload of interfaces off, so that a capture holds what a wire would.

Virtual Ethernet hands 64 KiB "packets" with unfinished checksums from one namespace to the next; no home has
those. `ethtool -K` does the same; this spares the package.
"""

from __future__ import annotations

import array
import fcntl
import socket
import struct
import sys
from typing import Final

SIOCETHTOOL: Final = 0x8946
SWITCHES: Final = (0x1F, 0x24, 0x2C, 0x17)
"""ETHTOOL_STSO, _SGSO, _SGRO, _STXCSUM of linux/ethtool.h."""


def turn_off(interface: str) -> None:
    """Turn the offloads of one interface off; one a driver does not have is passed over (EOPNOTSUPP)."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        for switch in SWITCHES:
            value = array.array("B", struct.pack("II", switch, 0))
            address, _ = value.buffer_info()
            request = struct.pack("16sP16x", interface.encode(), address)
            try:
                fcntl.ioctl(control.fileno(), SIOCETHTOOL, request)
            except OSError as error:
                if error.errno != 95:
                    raise


if __name__ == "__main__":
    for given in sys.argv[1:]:
        turn_off(given)

"""One-way traffic, as a camera's or a radio's: who says one word to it hears one every tenth of a second.

`python -m tests.lab.stream ADDRESS`, in the internet's namespace; it prints "ready".
"""

from __future__ import annotations

import socket
import sys
import time

PORT = 7_007
WORDS = 300


def main() -> None:
    """Serve one listener."""
    address = sys.argv[1]
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM) as wire:
        wire.bind((address, PORT))
        print("ready", flush=True)
        _, listener = wire.recvfrom(64)
        for _ in range(WORDS):
            wire.sendto(b"news", listener)
            time.sleep(0.1)


if __name__ == "__main__":
    main()

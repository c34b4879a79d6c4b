"""A device of the lab that does as it is told: one JSON command a line in, one JSON answer a line out.

`python -m tests.lab.probe KEY FOLDER`, in the device's namespace. It joins first and says "ready".
"""

from __future__ import annotations

import json
import socket
import ssl
import sys
from pathlib import Path
from typing import Any, Final

from tests.household.home import DEVICES
from tests.lab import toy, world

PATIENCE_S: Final = 1.0
ECHO_PORT: Final = 7
WORD: Final = b"are you there?"


class Probe:
    """The commands, one method each; what they return is the answer."""

    def __init__(self, key: str, folder: Path) -> None:
        self.toy = toy.Toy(next(device for device in DEVICES if device.key == key), folder)
        self.kept: dict[str, socket.socket] = {}

    def join(self) -> list[str]:
        """Get an address, and one of IPv6 where the device has it."""
        toy.prepare(self.toy.device)
        self.toy.join()
        if self.toy.device.ipv6:
            toy.await_ipv6()
        toy.PATIENCE_S = PATIENCE_S  # from here on, what is blocked shall not take long to be seen
        return [self.toy.device.ipv4]

    def resolve(self, host: str) -> list[str]:
        """Return a host's addresses; none when nobody answers."""
        try:
            return self.toy.resolve(host)
        except OSError:
            return []

    def ask(self, resolver: str, host: str) -> list[str]:
        """Ask a resolver of one's own choice."""
        ours, self.toy.resolver = self.toy.resolver, resolver
        try:
            return self.resolve(host)
        finally:
            self.toy.resolver = ours

    def connect(self, address: str, port: int = 443) -> bool:
        """Return whether a connection can be opened."""
        try:
            socket.create_connection((address, port), PATIENCE_S).close()
        except OSError:
            return False
        return True

    def keep(self, address: str) -> bool:
        """Open a connection and keep it, for `alive`."""
        self.kept[address] = socket.create_connection((address, ECHO_PORT), PATIENCE_S)
        return self.alive(address)

    def alive(self, address: str) -> bool:
        """Return whether a kept connection carries data there and back."""
        try:
            self.kept[address].sendall(WORD)
            return self.kept[address].recv(64) != b""
        except OSError:
            return False

    def visit(self, host: str) -> bool:
        """Do what the device does with a host, over its own protocol; say whether it worked."""
        visit = next(visit for visit in world.all_visits() if visit.host == host)
        try:
            self.toy.visit(visit)
        except (TimeoutError, OSError, IndexError, ssl.SSLError, ConnectionError):
            return False
        return True


def main() -> None:
    """Serve commands until standard input ends."""
    probe = Probe(sys.argv[1], Path(sys.argv[2]))
    print("ready", flush=True)
    for line in sys.stdin:
        name, *words = json.loads(line)
        answer: Any = getattr(probe, name)(*words)
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()

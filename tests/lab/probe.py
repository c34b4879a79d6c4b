"""A device of the lab that does as it is told: one JSON command a line in, one JSON answer a line out.

`python -m tests.lab.probe KEY FOLDER`, in the device's namespace. It joins first and says "ready".
"""

from __future__ import annotations

import json
import random
import socket
import ssl
import struct
import subprocess
import sys
import time
from contextlib import suppress
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from typing import Any, Final
from urllib.parse import SplitResult, urlsplit

from appliance.gateway.welcome import DHCP6_OPTION, DHCP_OPTION
from tests.household.home import DEVICES
from tests.lab import stream, toy, world

PATIENCE_S: Final = 1.0
SETTLE_S: Final = 15.0
PAGE_S: Final = 60.0
"""An emulated card draws a page slowly."""

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
        subprocess.run(["ip", "-4", "address", "flush", "dev", toy.INTERFACE], check=True)
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

    def settle(self) -> bool:
        """Wait until the home's own name is found: whoever answers for it may be starting."""
        deadline = time.monotonic() + SETTLE_S
        while not self.resolve("tattlebox.home.arpa"):
            if time.monotonic() > deadline:
                return False
        return True

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

    def listen(self, address: str) -> bool:
        """Ask for a one-way stream (tests/lab/stream.py) and keep it, for `hears`."""
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self.kept[address] = wire = socket.socket(family, socket.SOCK_DGRAM)
        wire.connect((address, stream.PORT))
        wire.send(WORD)
        return self.hears(address)

    def hears(self, address: str) -> bool:
        """Return whether more of a stream comes, without a word of ours."""
        wire = self.kept[address]
        with suppress(OSError):
            wire.setblocking(False)
            while wire.recv(64):
                pass  # what came before
        wire.settimeout(PATIENCE_S)
        try:
            return wire.recv(64) != b""
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

    def join6(self, resolver: str) -> bool:
        """Live on IPv6 alone, with the resolver that the router names."""
        toy.prepare(self.toy.device)
        toy.await_ipv6()
        self.toy.resolver = resolver
        return True

    def become(self, mac: str) -> list[str]:
        """Take another hardware address, as phones do to hide theirs, and join again."""
        self.toy.device = self.toy.device._replace(mac=mac)
        for words in (("down",), ("address", mac), ("up",)):
            subprocess.run(["ip", "link", "set", toy.INTERFACE, *words], check=True)
        return self.join()

    def portal(self) -> list[str]:
        """Join as a phone that asks whether a page wants to be seen first (RFC 8910); return the addresses.

        One by DHCP, one by DHCPv6; an empty text where there is none.
        """
        device = self.toy.device
        self.toy.device = device._replace(parameters=(*device.parameters, DHCP_OPTION))
        self.join()
        six = self.toy.ask_dhcp6(DHCP6_OPTION).partition(struct.pack("!H", DHCP6_OPTION))[2]
        long = int.from_bytes(six[:2])
        return [self.toy.lease.get(DHCP_OPTION, b"").decode(), six[2 : 2 + long].decode()]

    def fetch(self, url: str, token: str = "") -> list[Any]:
        """Fetch a page, believing every certificate; return status, where it leads on, content type, text.

        The status is 0 where nobody answers.
        """
        try:
            return self._fetched(urlsplit(url), token)
        except (OSError, HTTPException, StopIteration):
            return [0, "", "", ""]

    def _fetched(self, parts: SplitResult, token: str) -> list[Any]:
        address = next(one for one in self.resolve(parts.hostname or "") if ":" not in one)
        line: HTTPConnection = HTTPConnection(address, timeout=PAGE_S)
        if parts.scheme == "https":
            line = HTTPSConnection(address, timeout=PAGE_S, context=_believing())
        allowed = {"Authorization": f"Bearer {token}"} if token else {}
        line.request("GET", parts.path, headers={"Host": str(parts.hostname)} | allowed)
        answer = line.getresponse()
        kind = answer.headers.get("Content-Type", "")
        return [answer.status, answer.headers.get("Location", ""), kind, answer.read().decode()]

    def restart(self, version: str) -> list[str]:
        """Start again with other software: join, announce, and the questions of a start."""
        self.toy.version = version
        joined = self.join()
        self.toy.announce()
        return joined

    def live(self) -> bool:
        """Do everything the device does in a day, once, as before its update."""
        visits = [world.visit_of(one) for one in self.toy.device.channels if one.only != "after"]
        return all([self.visit(visit.host) for visit in visits])

    def post(self, host: str, size: int) -> bool:
        """Send readable bytes over plain HTTP."""
        return self._http(host, 80, f"POST /upload HTTP/1.1\r\nHost: {host}\r\nContent-Length: {size}", size)

    def download(self, host: str, size: int) -> bool:
        """Fetch a file over plain HTTP, as small devices fetch firmware."""
        agent = (self.toy.device.user_agent or "toy/{version}").format(version=self.toy.version)
        return self._http(host, 80, f"GET /size/{size} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: {agent}", 0)

    def _http(self, host: str, port: int, head: str, size: int) -> bool:
        try:
            with socket.create_connection((self.toy.resolve(host)[0], port), PATIENCE_S) as wire:
                wire.sendall(
                    head.encode() + b"\r\nConnection: close\r\n\r\n" + b"a child's words " * (size // 16)
                )
                while wire.recv(1 << 16):
                    pass
        except (OSError, IndexError):
            return False
        return True

    def flood(self, count: int) -> bool:
        """Announce made-up devices by ARP, one frame each."""
        rng = random.Random(count)
        with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as wire:
            wire.bind((toy.INTERFACE, 0))
            for number in range(count):
                mac = bytes([2, *rng.randbytes(5)])
                address = bytes([192, 168, 77, 30 + number % 200])
                head = b"\xff" * 6 + mac + b"\x08\x06\x00\x01\x08\x00\x06\x04\x00\x01"
                wire.send(head + mac + address + bytes(6) + bytes([192, 168, 77, 1]) + bytes(18))
        return True


def _believing() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


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

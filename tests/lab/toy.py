"""One device of the lab, as a process in its own namespace: it joins, announces itself, talks to its cloud.

`python -m tests.lab.toy KEY FOLDER --rounds N` (0: until killed).
"""

from __future__ import annotations

import argparse
import asyncio
import random
import socket
import ssl
import struct
import subprocess
import time
from ipaddress import IPv4Address
from pathlib import Path

from aioquic.asyncio import connect
from aioquic.quic.configuration import QuicConfiguration

from tests.household.home import DEVICES, Device, Tls
from tests.lab import messages, offload
from tests.lab.world import Visit, visits

INTERFACE = "eth0"
PATIENCE_S = 5.0
PAUSE_S = 2.0
ROUTER_S = 15.0
"""Of an interface that comes up: its switch takes a second, the kernel asks again after four."""

SO_BINDTODEVICE = 25
TENTATIVE = 0x40  # IFA_F_TENTATIVE of linux/if_addr.h


class Toy:
    """A device with its lease and its ways of talking."""

    def __init__(self, device: Device, folder: Path) -> None:
        self.device = device
        self.folder = folder
        self.version = device.versions[-1]
        self.resolver = ""
        self.offered = ""  # the address in the last answer of a DHCP server
        self.rng = random.Random(device.key)

    def join(self) -> None:
        """Get an address by DHCP and configure it, as any client does."""
        deadline = time.monotonic() + 3 * PATIENCE_S
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as wire:
            wire.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
            wire.setsockopt(socket.SOL_SOCKET, SO_BINDTODEVICE, INTERFACE.encode())
            wire.bind(("", 68))
            wire.settimeout(2.0)
            lease = None
            while lease is None:
                if time.monotonic() > deadline:
                    raise SystemExit(f"{self.device.key}: no DHCP lease, expected one from the gateway")
                lease = self._ask_for_lease(wire)
        self.lease = lease
        router, self.resolver = (str(IPv4Address(lease[code][:4])) for code in (3, 6))
        bits = IPv4Address(lease[1]).packed.hex()
        prefix = bin(int(bits, 16)).count("1")
        _ip("address", "add", f"{self.device.ipv4}/{prefix}", "dev", INTERFACE)
        _ip("route", "add", "default", "via", router)

    def _ask_for_lease(self, wire: socket.socket) -> dict[int, bytes] | None:
        """Return the options of the server's ACK; None when nothing came in time."""
        identifier = self.rng.getrandbits(32)
        try:
            wire.sendto(messages.dhcp_message(self.device, identifier, 1), ("255.255.255.255", 67))
            offer = self._reply(wire, identifier, 2)
            self.device = self.device._replace(ipv4=self.offered)
            request = messages.dhcp_message(self.device, identifier, 3, offer[54])
            wire.sendto(request, ("255.255.255.255", 67))
            return self._reply(wire, identifier, 5)
        except TimeoutError:
            return None

    def _reply(self, wire: socket.socket, identifier: int, kind: int) -> dict[int, bytes]:
        while True:
            message = wire.recv(2_048)
            options = messages.dhcp_options(message)
            ours = len(message) > 240 and struct.unpack_from("!I", message, 4)[0] == identifier
            if ours and options.get(53) == bytes([kind]):
                self.offered = str(IPv4Address(message[16:20]))
                return options

    def announce(self) -> None:
        """Say on mDNS and SSDP what is here."""
        for service in self.device.services:
            self._multicast(
                messages.mdns_announcement(self.device, service, self.version), "224.0.0.251", 5353
            )
        if self.device.ssdp_server:
            self._multicast(messages.ssdp_notify(self.device, self.version), "239.255.255.250", 1900)

    def _multicast(self, message: bytes, group: str, port: int) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as wire:
            wire.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            wire.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 255 if port == 5353 else 2)
            own = IPv4Address(self.device.ipv4).packed
            wire.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, own)
            wire.bind((self.device.ipv4, port))
            wire.sendto(message, (group, port))

    def ask_dhcp6(self, option: int = 23) -> bytes:
        """Ask all DHCPv6 servers of the link for an option: the name servers; return the answer."""
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as wire:
            wire.settimeout(PATIENCE_S)
            wire.bind(("::", 546))
            scope = socket.if_nametoindex(INTERFACE)
            wire.sendto(messages.dhcp6_information_request(self.device, option), ("ff02::1:2", 547, 0, scope))
            return wire.recv(2_048)

    def resolve(self, host: str) -> list[str]:
        """Return a host's addresses, IPv6 first where the device has it."""
        types = (messages.TYPE_A, messages.TYPE_AAAA) if self.device.ipv6 else (messages.TYPE_A,)
        found: list[str] = []
        family = socket.AF_INET6 if ":" in self.resolver else socket.AF_INET
        with socket.socket(family, socket.SOCK_DGRAM) as wire:
            wire.settimeout(PATIENCE_S)
            wire.connect((self.resolver, 53))
            for qtype in types:
                wire.send(messages.dns_query(self.rng.getrandbits(16), host, qtype))
            for _ in types:
                found += messages.dns_addresses(wire.recv(4_096))
        return sorted(found, key=lambda address: ":" not in address)

    def visit(self, visit: Visit) -> None:
        """Do one exchange with a cloud host."""
        address = self.resolve(visit.host)[0]
        carrier = visit.channel.carrier
        if carrier == "ntp":
            self._ask_time(address)
        elif carrier == "quic":
            asyncio.run(self._quic(visit, address))
        else:
            self._http(visit, address, self._tls(self.device.tls[-1]) if carrier == "tls" else None)

    def _ask_time(self, address: str) -> None:
        with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM) as wire:
            wire.settimeout(PATIENCE_S)
            wire.sendto(messages.ntp_request(time.time()), (address, 123))
            wire.recv(512)

    def _tls(self, profile: Tls) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=str(self.folder / "ca.pem"))
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        newest = ssl.TLSVersion.TLSv1_2 if profile.maximum == "1.2" else ssl.TLSVersion.TLSv1_3
        context.maximum_version = newest
        context.set_ciphers(profile.ciphers)
        if profile.alpn:
            context.set_alpn_protocols(list(profile.alpn))
        return context

    def _http(self, visit: Visit, address: str, tls: ssl.SSLContext | None) -> None:
        """Send one request over TCP (and TLS) and read the answer to its end."""
        plain = socket.create_connection((address, visit.channel.port), PATIENCE_S)
        connection = tls.wrap_socket(plain, server_hostname=visit.host) if tls else plain
        with connection:
            connection.sendall(self._request(visit, in_tls=tls is not None))
            while connection.recv(65_536):
                pass

    def _request(self, visit: Visit, *, in_tls: bool) -> bytes:
        query = "&".join(f"{key}=1" for key in visit.channel.parameters)
        target = f"{visit.channel.path}?{query}" if query else visit.channel.path
        agent = self.device.user_agent.format(version=self.version) if self.device.user_agent else None
        lines = [f"{'POST' if in_tls else 'GET'} {target} HTTP/1.1", f"Host: {visit.host}"]
        lines += [f"User-Agent: {agent}"] if agent else []
        lines += ["Accept: */*"]
        lines += [f"Content-Length: {visit.up}"] if in_tls else []
        return "\r\n".join((*lines, "", "")).encode() + bytes(visit.up if in_tls else 0)

    async def _quic(self, visit: Visit, address: str) -> None:
        settings = QuicConfiguration(alpn_protocols=["h3"], server_name=visit.host)
        settings.load_verify_locations(str(self.folder / "ca.pem"))
        async with asyncio.timeout(PATIENCE_S), connect(address, 443, configuration=settings) as client:
            reader, writer = await client.create_stream()
            writer.write(bytes(visit.up))
            writer.write_eof()
            await reader.read()


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, timeout=PATIENCE_S)


def prepare(device: Device) -> None:
    """Bring the interface up; a device without IPv6 has none here either."""
    offload.turn_off(INTERFACE)
    setting = Path(f"/proc/sys/net/ipv6/conf/{INTERFACE}/disable_ipv6")
    setting.write_text("0" if device.ipv6 else "1")
    _ip("link", "set", "lo", "up")
    _ip("link", "set", INTERFACE, "up")


def await_ipv6() -> None:
    """Wait until the kernel has an address and a route from the router's announcement, checked (RFC 4862)."""
    deadline = time.monotonic() + ROUTER_S
    while not _has_global_address() or not _has_default_route():
        if time.monotonic() > deadline:
            raise SystemExit("no IPv6 address, expected a router advertisement from the gateway")
        time.sleep(0.1)


def _has_global_address() -> bool:
    lines = Path("/proc/net/if_inet6").read_text().splitlines()
    return any(line.startswith(("2", "fd")) and not int(line.split()[4], 16) & TENTATIVE for line in lines)


def _has_default_route() -> bool:
    lines = Path("/proc/net/ipv6_route").read_text().splitlines()
    return any(line.startswith(f"{'0' * 32} 00") and line.endswith(INTERFACE) for line in lines)


def run(device: Device, folder: Path, rounds: int) -> None:
    """Live: join, then rounds of everything the device does."""
    toy = Toy(device, folder)
    prepare(device)
    toy.join()
    toy.announce()
    if device.ipv6:
        await_ipv6()
        toy.ask_dhcp6()
    done = 0
    while rounds == 0 or done < rounds:
        for visit in visits(device):
            toy.visit(visit)
            time.sleep(toy.rng.uniform(0.1, 0.6))
        done += 1
        time.sleep(PAUSE_S)


def main() -> None:
    """Run one device."""
    parser = argparse.ArgumentParser(prog="python -m tests.lab.toy", description=__doc__)
    parser.add_argument("key", choices=[device.key for device in DEVICES])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rounds", type=int, default=1)
    options = parser.parse_args()
    device = next(device for device in DEVICES if device.key == options.key)
    run(device, options.folder, options.rounds)


if __name__ == "__main__":
    main()

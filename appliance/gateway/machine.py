"""The machine under the gateway: its programs, its files, what it is like."""

from __future__ import annotations

import json
import os
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import netifaces

from appliance.gateway.plan import Surroundings

PATH: Final = "/usr/sbin:/usr/bin:/sbin:/bin"
PATIENCE_S: Final = 15.0
"""Longest that one program may take: a restart of networkd on a busy Pi takes five seconds."""

INTERFACES: Final = Path("/sys/class/net")
LINKS: Final = Path("/run/systemd/netif/links")
UNRESTRICTED: Final = "urn:ietf:params:capport:unrestricted"
_SAID: Final = 400


class MachineError(Exception):
    """The machine refused: one sentence with what was asked and what it said."""


class Machine:
    """Runs programs without a shell, from a fixed path, with nothing of our environment."""

    def __init__(self, path: str = PATH) -> None:
        self._path = path

    def run(self, *words: str, stdin: str = "") -> str:
        """Return what a program prints. Raises MachineError when it fails, hangs or is not there."""
        try:
            done = subprocess.run(
                words,
                input=stdin,
                capture_output=True,
                text=True,
                check=False,
                timeout=PATIENCE_S,
                env={"PATH": self._path, "LC_ALL": "C"},
                executable=self._program(words[0]),
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise MachineError(f"{words[0]}: {error}") from error
        if done.returncode:
            said = " ".join(done.stderr.split())[:_SAID]
            raise MachineError(f"{' '.join(words[:4])} failed ({done.returncode}): {said}")
        return done.stdout

    def neighbours(self, interface: str) -> dict[str, str]:
        """Return the MAC of each IP address known behind an interface. Raises MachineError."""
        found = json.loads(self.run("ip", "-json", "neighbour", "show", "dev", interface) or "[]")
        return {one["dst"]: one["lladdr"] for one in found if "lladdr" in one}

    def _program(self, name: str) -> str:
        for folder in self._path.split(":"):
            if os.access(f"{folder}/{name}", os.X_OK):
                return f"{folder}/{name}"
        raise MachineError(f"{name} is not installed (looked in {self._path})")


def read(path: str) -> str | None:
    """Return a file's text, None when there is none."""
    try:
        return Path(path).read_text()
    except OSError:
        return None


def write(path: str, text: str, *, private: bool = False) -> None:
    """Put a file in place whole or not at all, and on the disk; `private`: only we may read it.

    Raises MachineError.
    """
    place = Path(path)
    fresh = place.with_name(f".{place.name}.new")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with open(fresh, "w", opener=_private if private else None) as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(place)
    except OSError as error:
        fresh.unlink(missing_ok=True)
        raise MachineError(f"cannot write {path}: {error.strerror}; free some space and try again") from error


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def remove(path: str) -> None:
    """Take a file away; none is fine. Raises MachineError."""
    try:
        Path(path).unlink(missing_ok=True)
    except OSError as error:
        raise MachineError(f"cannot remove {path}: {error.strerror}") from error


def surroundings(*ours: str) -> Surroundings:
    """Return what this machine is like; networks on the interfaces named are our own and left out."""
    names = sorted(name for _, name in socket.if_nameindex() if name != "lo")
    radios = tuple(name for name in names if (INTERFACES / name / "phy80211").exists())
    networks = tuple(one for name in names if name not in ours for one in _networks(name))
    return Surroundings(tuple(names), radios, networks)


def _networks(name: str) -> Iterator[str]:
    """Yield "address/prefix" for what an interface has, but for link-local ones."""
    for family in (netifaces.AF_INET, netifaces.AF_INET6):
        for entry in netifaces.ifaddresses(name).get(family, ()):
            address, mask = entry["addr"].split("%")[0], entry.get("netmask", entry.get("mask", ""))
            if not address.lower().startswith(("fe80:", "169.254.")):
                yield f"{address}/{mask.split('/')[-1]}"


def hardware() -> dict[str, str]:
    """Return the hardware address of every interface, by its name."""
    found = {name: read(f"{INTERFACES}/{name}/address") for _, name in socket.if_nameindex() if name != "lo"}
    return {name: mac.strip() for name, mac in found.items() if mac}


def resolvers(upstream: str) -> list[str]:
    """Return the resolvers that the internet connection came with, as systemd-networkd noted them."""
    return _line(upstream).get("DNS", "").split()


def wants_log_in(upstream: str) -> bool:
    """Return whether the line outside named a page to be seen first (RFC 8910; noted from systemd 254)."""
    return _line(upstream).get("CAPTIVE_PORTAL", UNRESTRICTED) != UNRESTRICTED


def _line(upstream: str) -> dict[str, str]:
    index = read(f"{INTERFACES}/{upstream}/ifindex")
    text = read(f"{LINKS}/{index.strip()}") if index else None
    return dict(line.split("=", 1) for line in (text or "").splitlines() if "=" in line)

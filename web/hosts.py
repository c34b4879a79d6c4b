"""The names and addresses under which browsers may open the dashboard (DNS rebinding ends here)."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterable, Sequence
from typing import Any, Final

import netifaces

from appliance.gateway.welcome import OWN_NAME

LOOPBACK: Final = ("127.0.0.1", "::1", "localhost")
ANY_ADDRESS: Final = ("0.0.0.0", "::")  # noqa: S104 - compared with, never bound to by default
MDNS_NAME: Final = "tattlebox.local"

REFRESH_S: Final = 60.0
"""How old the list of our own addresses may become: leases change them."""


def trusted_hosts(host: str, further: Sequence[str] = ()) -> list[str]:
    """Return the names a browser may use where we listen on `host`, and those given."""
    own = own_hosts() if host in ANY_ADDRESS else [written(host)]
    return list(dict.fromkeys(["localhost", "127.0.0.1", "[::1]", *own, *further]))


def own_hosts() -> list[str]:
    """Return this machine's names in the home and all its addresses, as a browser writes them."""
    name = socket.gethostname().partition(".")[0]
    found = [MDNS_NAME, OWN_NAME, name, f"{name}.local"]
    for interface in netifaces.interfaces():
        addresses: dict[int, list[dict[str, Any]]] = netifaces.ifaddresses(interface)
        for family in (netifaces.AF_INET, netifaces.AF_INET6):
            found += [written(each["addr"].partition("%")[0]) for each in addresses.get(family, ())]
    return list(dict.fromkeys(found))


def written(host: str) -> str:
    """Return an address as it stands in a URL."""
    return f"[{host}]" if ":" in host else host


class OwnHosts:
    """Middleware that keeps a list of trusted hosts true while addresses change."""

    def __init__(self, app: Any, hosts: list[str], further: Sequence[str]) -> None:
        self._app = app
        self._hosts = hosts
        self._further = tuple(further)
        self._read_s = time.monotonic()
        self._lock = threading.Lock()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        with self._lock:
            if time.monotonic() - self._read_s > REFRESH_S:
                self._hosts[:] = trusted_hosts(ANY_ADDRESS[0], self._further)
                self._read_s = time.monotonic()
        answer: Iterable[bytes] = self._app(environ, start_response)
        return answer

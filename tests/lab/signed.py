"""A root zone of the lab, signed, on the internet side: every host of the lab, and one name that was forged.

Debian's ldns-signzone signs it, nsd serves it. It has no delegations: all is in the root.
"""

from __future__ import annotations

import shutil
import subprocess
import time
from pathlib import Path
from typing import Final

from tests.lab import namespaces, world
from tests.lab.namespaces import full_name, ip

RESOLVER: Final = "198.18.99.53"
FORGED: Final = "forged.example"
SIGNED_ADDRESS: Final = "198.18.99.1"
FORGED_ADDRESS: Final = "198.18.99.2"

HEAD: Final = f"""\
. 300 IN SOA ns.example. root.example. 1 3600 600 86400 300
. 300 IN NS ns.example.
ns.example. 300 IN A {RESOLVER}
{FORGED}. 300 IN A {SIGNED_ADDRESS}
"""
SETTINGS: Final = """\
server:
  ip-address: {resolver}
  username: ""
  chroot: ""
  zonesdir: "{folder}"
  zonelistfile: "{folder}/zones"
  xfrdfile: ""
  pidfile: "{folder}/nsd.pid"
  xfrdir: "{folder}"
  server-count: 1
remote-control:
  control-enable: no
zone:
  name: "."
  zonefile: "signed"
"""


def possible() -> bool:
    """Return whether the programs are there."""
    path = "/usr/sbin:/usr/bin"
    return all(shutil.which(name, path=path) for name in ("nsd", "ldns-signzone", "ldns-keygen"))


def serve(lab: str, folder: Path) -> tuple[subprocess.Popen[str], str]:
    """Sign the zone, forge a name in it, serve it; return the server and the root's anchor for dnsmasq."""
    (folder / "zone").write_text(HEAD + "".join(_hosts()))
    key = _run(folder, "ldns-keygen", "-a", "ECDSAP256SHA256", "-k", ".")
    _run(folder, "ldns-signzone", "-o", ".", "-f", "signed", "zone", key)
    signed = (folder / "signed").read_text()
    assert signed.count(SIGNED_ADDRESS) == 1
    (folder / "signed").write_text(signed.replace(SIGNED_ADDRESS, FORGED_ADDRESS))
    (folder / "nsd.conf").write_text(SETTINGS.format(folder=folder, resolver=RESOLVER))
    net = full_name(lab, "net")
    ip("-n", net, "address", "replace", f"{RESOLVER}/32", "dev", "lo")
    command = ["ip", "netns", "exec", net, "/usr/sbin/nsd", "-d", "-c", str(folder / "nsd.conf")]
    server = namespaces.spawn(lab, command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(0.5)
    return server, ",".join(_digest(folder / f"{key}.ds"))


def _hosts() -> list[str]:
    lines = []
    for visit in world.all_visits():
        four, six = world.addresses(visit)
        name = visit.alias or visit.host
        if visit.alias:
            lines.append(f"{visit.host}. 300 IN CNAME {visit.alias}.\n")
        lines += [f"{name}. 300 IN A {address}\n" for address in four]
        lines += [f"{name}. 300 IN AAAA {address}\n" for address in six]
    return list(dict.fromkeys(lines))


def _digest(path: Path) -> list[str]:
    """Return key tag, algorithm, kind of digest, digest (RFC 4034 §5.3)."""
    return path.read_text().partition("DS")[2].split()[:4]


def _run(folder: Path, *words: str) -> str:
    done = subprocess.run(words, cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()

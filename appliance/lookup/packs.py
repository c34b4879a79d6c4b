"""Knowledge packs: optional lists outside the code, each checked, dated and replaced in one step.

A folder holds `packs.json` (which file is in use, with checksum and date) and the files it names. A new pack
is written beside the old one; replacing `packs.json` is the moment it comes into use, so a power cut leaves
the old or the new, never half of either.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from appliance.lookup import pack_readers
from appliance.lookup.geography import check_mmdb
from appliance.lookup.pack_readers import PackError
from appliance.parties.knowledge import Owner

MANIFEST: Final = "packs.json"

MAX_PACK_BYTES: Final = 64 << 20
"""Largest pack read: the largest real one (an AS table) is 11 MB; a Pi has 512 MB."""

SCHEMA: Final = 1
"""Version of what packs.json says of a pack and of how we read its content; another one is not used."""

_DATE: Final = re.compile(r"20\d\d-\d\d-\d\d")
_FIELDS: Final = frozenset(("file", "sha256", "date"))
_log: Final = logging.getLogger(__name__)


class Pack(NamedTuple):
    """One kind of pack we can read."""

    name: str
    ending: str  # of its file
    licence: str
    origin: str
    read: Callable[[bytes], dict[str, Owner]] | None  # None: an MMDB, read by address
    notice: str  # what its licence wants said; kept beside the file


PACKS: Final[tuple[Pack, ...]] = (
    Pack(
        "third-party-web",
        "json",
        "MIT",
        "npm package third-party-web",
        pack_readers.read_third_party_web,
        "Entities of third-party-web, copyright its authors, MIT licence.",
    ),
    Pack(
        "v2fly",
        "zip",
        "MIT",
        "v2fly domain-list-community",
        pack_readers.read_v2fly,
        "Domain lists of v2fly/domain-list-community, copyright its authors, MIT licence.",
    ),
    Pack(
        "companiesdb",
        "json",
        "CC BY-SA 4.0",
        "AdGuard companiesdb",
        pack_readers.read_companiesdb,
        "AdGuard companiesdb, from data of WhoTracks.Me, under CC BY-SA 4.0. It is kept as a file of its "
        "own, unchanged, and read beside our tables.",
    ),
    Pack(
        "country",
        "mmdb",
        "CC BY-SA 4.0 (IPFire, Debian), or as the owner's own file says",
        "Debian tor-geoipdb, or the owner's own MMDB",
        None,
        "From Debian: countries of the IPFire Location database as Tor converted them, CC BY-SA 4.0; put "
        "into MMDB form by Tattlebox, otherwise unchanged. GeoLite2: this product includes GeoLite2 data "
        "created by MaxMind, available from https://www.maxmind.com.",
    ),
    Pack(
        "country-second",
        "mmdb",
        "CC0, CC BY 4.0",
        "npm package @ip-location-db/geo-whois-asn-country-mmdb",
        None,
        "geo-whois-asn-country of ip-location-db: CC0, with data of the Number Resource Organization (NRO) "
        "under CC BY 4.0.",
    ),
    Pack(
        "network",
        "mmdb",
        "CC BY 4.0",
        "npm package @ip-location-db/asn",
        None,
        "asn of ip-location-db under CC BY 4.0, from RouteViews (routeviews.org), the NRO (nro.net) and "
        "DB-IP (IP Geolocation by DB-IP, https://db-ip.com); put into MMDB form by Tattlebox.",
    ),
)
"""In the order in which attribution asks them."""

_BY_NAME: Final = {pack.name: pack for pack in PACKS}


class PackStatus(NamedTuple):
    """What is known of one pack in a folder; `date` is None when it is not there."""

    name: str
    licence: str
    origin: str
    date: str | None  # of the content, "YYYY-MM-DD"
    sha256: str | None
    file: str | None
    problem: str | None  # why it is not used, in a sentence; None when all is well


def check_pack(name: str, path: Path) -> None:
    """Raise PackError unless the whole file is sound as the pack of that name, OSError when not read."""
    pack = _pack(name)
    if pack.read is None:
        check_mmdb(path)
    else:
        pack.read(_read(path))


def import_pack(
    folder: Path,
    name: str,
    path: Path,
    date: str,
    sha256: str | None = None,
    *,
    check: Callable[[str, Path], None] = check_pack,
) -> PackStatus:
    """Take a file into use as the pack of that name and return its status.

    `check` may be `pack_child.check_apart`, for a file that nobody vouches for.

    Raises PackError when the name is unknown, the checksum differs, the file is too large, does not parse, or
    is older than the pack in use, which then stays; OSError when the disk refuses.
    """
    pack = _pack(name)
    if not _DATE.fullmatch(date):
        raise PackError(f"read date {date!r}, expected YYYY-MM-DD")
    data = _read(path)
    digest = hashlib.sha256(data).hexdigest()
    if sha256 is not None and sha256.lower() != digest:
        raise PackError(f"read {path.name} with sha256 {digest}, expected {sha256}; get it again")
    manifest = _manifest(folder)
    present = manifest.get(name, {})
    if present.get("date", "") > date:
        raise PackError(f"read {path.name} of {date}, older than the one in use of {present['date']}")
    check(name, path)
    file = f"{name}-{digest[:16]}.{pack.ending}"
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / file, data)
    _write(folder / f"{name}-NOTICE.txt", f"{pack.notice}\n".encode())
    manifest[name] = {"file": file, "sha256": digest, "date": date, "schema": SCHEMA}
    _write(folder / MANIFEST, json.dumps(manifest, indent=1, sort_keys=True).encode())
    if present.get("file") not in {None, file}:
        (folder / str(present["file"])).unlink(missing_ok=True)
    return PackStatus(name, pack.licence, pack.origin, date, digest, file, None)


def status(folder: Path | None) -> list[PackStatus]:
    """Return what is known of every pack, present or not. Raises PackError for a damaged manifest."""
    manifest = _manifest(folder) if folder is not None else {}
    return [_status(folder, pack, manifest.get(pack.name)) for pack in PACKS]


def dates(folder: Path) -> dict[str, str]:
    """Return the date of each pack in use, without reading it. Raises PackError for a damaged manifest."""
    return {name: str(entry["date"]) for name, entry in _manifest(folder).items() if name in _BY_NAME}


def read_owners(folder: Path) -> dict[str, dict[str, Owner]]:
    """Return the domain owners of each sound pack in the folder, in the order of PACKS.

    A pack that another release of Tattlebox took and this one cannot read is passed over, and the log says
    so: the home is watched without it.
    """
    owners = {}
    for known in status(folder):
        read = _BY_NAME[known.name].read
        if read is None or known.file is None or known.problem is not None:
            continue
        try:
            owners[known.name] = read((folder / known.file).read_bytes())
        except PackError as error:
            _log.warning("pack=%s not used: %s", known.name, error)
    return owners


class AddressTables(NamedTuple):
    """Where the sound MMDB files of a folder are; None for one that is not there."""

    country: Path | None
    second: Path | None
    network: Path | None


def mmdb_paths(folder: Path) -> AddressTables:
    """Return the paths of the sound country and AS tables."""
    files = {known.name: known.file for known in status(folder) if known.problem is None}
    found = (files.get(name) for name in ("country", "country-second", "network"))
    return AddressTables(*(folder / file if file else None for file in found))


def _pack(name: str) -> Pack:
    pack = _BY_NAME.get(name)
    if pack is None:
        raise PackError(f"read pack name {name!r}, expected one of {', '.join(_BY_NAME)}")
    return pack


def _status(folder: Path | None, pack: Pack, entry: Mapping[str, Any] | None) -> PackStatus:
    if folder is None or entry is None:
        return PackStatus(pack.name, pack.licence, pack.origin, None, None, None, "not there")
    path = folder / entry["file"]
    problem = None
    if not path.is_file():
        problem = f"{path.name} is missing; import it again"
    elif entry.get("schema", SCHEMA) != SCHEMA:
        problem = f"schema {entry['schema']}, expected {SCHEMA}: another release took it; import it again"
    elif path.stat().st_size > MAX_PACK_BYTES or _digest(path) != entry["sha256"]:
        problem = f"{path.name} was changed on the disk; import it again"
    return PackStatus(
        pack.name, pack.licence, pack.origin, entry["date"], entry["sha256"], entry["file"], problem
    )


def _digest(path: Path) -> str:
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()


def _manifest(folder: Path) -> dict[str, dict[str, Any]]:
    path = folder / MANIFEST
    try:
        manifest: Any = json.loads(path.read_bytes())
    except FileNotFoundError:
        return {}
    except (ValueError, RecursionError) as error:
        raise PackError(
            f"read {path}, expected JSON: {error}; delete it and import the packs again"
        ) from error
    if not isinstance(manifest, dict) or not all(_sound(entry) for entry in manifest.values()):
        raise PackError(f"read {path}, expected file, sha256 and date of each pack; delete it")
    return manifest


def _sound(entry: object) -> bool:
    if not isinstance(entry, dict) or set(entry) - {"schema"} != _FIELDS:
        return False
    return all(isinstance(entry[field], str) for field in _FIELDS) and "/" not in entry["file"]


def _read(path: Path) -> bytes:
    huge = path.stat().st_size > MAX_PACK_BYTES  # refused unread; a device file has no size, so it is read
    with path.open("rb") as source:
        data = source.read(0 if huge else MAX_PACK_BYTES + 1)
    if huge or len(data) > MAX_PACK_BYTES:
        raise PackError(
            f"read more than {MAX_PACK_BYTES} bytes from {path.name}, expected a pack of usual size"
        )
    return data


def _write(path: Path, data: bytes) -> None:
    """Put the whole content in place in one step, and on the disk before anything names it."""
    beside = path.with_name(f".{path.name}.new")
    with beside.open("wb") as target:
        target.write(data)
        target.flush()
        os.fsync(target.fileno())
    beside.replace(path)

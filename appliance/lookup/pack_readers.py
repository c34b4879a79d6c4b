"""From the bytes of a knowledge pack to domain owners. Refuses what does not parse; reads no file."""

from __future__ import annotations

import io
import json
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from typing import Any, Final

from appliance.parties.knowledge import Maker, Owner
from appliance.parties.vendors import find_maker

MIN_DOMAINS: Final = 100
"""Fewest domains a whole pack holds; the smallest real one (third-party-web 0.30) has 3,132."""

MAX_DOMAINS: Final = 300_000
"""Most domains taken: three times the largest list, about 60 MB of memory."""

MAX_UNPACKED_BYTES: Final = 64 << 20
"""Most bytes unpacked from one archive; the v2fly lists are 5 MB. A zip bomb ends here."""

_DOMAIN: Final = re.compile(r"[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})+")

_WEB_KINDS: Final[Mapping[str, tuple[str, str | None]]] = {
    "ad": ("tracker", "advertising"),
    "analytics": ("tracker", "analytics"),
    "marketing": ("tracker", "advertising"),
    "tag-manager": ("tracker", "analytics"),
    "customer-success": ("tracker", "analytics"),
    "cdn": ("cdn", "content"),
    "hosting": ("hosting", None),
    "video": ("company", "video"),
    "content": ("company", "content"),
}
"""Categories of third-party-web that say more than "another company" (its README)."""

_COMPANY_KINDS: Final[Mapping[str, tuple[str, str | None]]] = {
    "advertising": ("tracker", "advertising"),
    "pornvertising": ("tracker", "advertising"),
    "site_analytics": ("tracker", "analytics"),
    "mobile_analytics": ("tracker", "analytics"),
    "customer_interaction": ("tracker", "analytics"),
    "cdn": ("cdn", "content"),
    "hosting": ("hosting", None),
    "audio_video_player": ("company", "video"),
}
"""Categories of companiesdb that say more than "another company"."""

_NO_COMPANY: Final = re.compile(r"(category|geolocation|tld)-|^(cn|private|win-\w+)$")
"""v2fly lists that gather a subject, not one company."""


class PackError(ValueError):
    """A pack that is refused: says what was read, what was expected, and that the old one stays in use."""


def read_third_party_web(data: bytes) -> dict[str, Owner]:
    """Return the owners of `dist/entities-nostats.json` of the npm package third-party-web (MIT).

    An array of {name, company, category, domains: ["*.a.example", "b.example", …]}.
    """
    owners: dict[str, Owner] = {}
    for entity in _json(data, list):
        if not isinstance(entity, dict) or not isinstance(entity.get("domains"), list):
            raise PackError(
                f"read {entity!r:.60}, expected an entity with domains; the old pack stays in use"
            )
        kind, purpose = _WEB_KINDS.get(str(entity.get("category")), ("company", None))
        name = str(entity.get("company") or entity.get("name") or "")[:100]
        owner = Owner(name, name, None, kind, purpose, "third-party-web")
        for domain in entity["domains"]:
            _add(owners, str(domain).removeprefix("*."), owner)
    return _whole(owners)


def read_companiesdb(data: bytes) -> dict[str, Owner]:
    """Return the owners of `dist/trackers.json` of AdGuard's companiesdb (CC BY-SA).

    {categories: {"4": "advertising"}, trackers: {id: {name, categoryId}}, trackerDomains: {domain: id}}.
    """
    tables = _json(data, dict)
    parts = [tables.get(name) for name in ("categories", "trackers", "trackerDomains")]
    if not all(isinstance(part, dict) for part in parts):
        raise PackError(f"read {sorted(tables)[:5]}, expected categories, trackers and trackerDomains")
    categories, trackers, domains = parts
    owners: dict[str, Owner] = {}
    for domain, tracker_id in domains.items():
        tracker = trackers.get(tracker_id)
        if isinstance(tracker, dict):
            category = categories.get(str(tracker.get("categoryId")))
            kind, purpose = _COMPANY_KINDS.get(str(category), ("company", None))
            name = str(tracker.get("name") or "")[:100]
            _add(owners, domain, Owner(name, name, None, kind, purpose, "companiesdb"))
    return _whole(owners)


def read_v2fly(data: bytes) -> dict[str, Owner]:
    """Return the owners of a zip of the v2fly domain-list-community repository or Go module (MIT).

    Each file `…/data/<company>` lists domains. `include:` is not followed: a domain belongs to the list that
    names it, so lists that include each other in a circle do no harm.
    """
    owners: dict[str, Owner] = {}
    for name, text in _lists(data):
        company = Owner(name, name, None, "company", None, "v2fly")
        advertiser = company._replace(kind="tracker", purpose="advertising")
        for line in text.splitlines():
            rule, *attributes = line.partition("#")[0].split() or [""]
            kind, _, domain = rule.rpartition(":")
            if kind in {"", "domain", "full"}:
                _add(owners, domain, advertiser if "@ads" in attributes else company)
    return _whole(owners)


def regrouped(owners: Mapping[str, Owner], makers: Mapping[str, Maker]) -> dict[str, Owner]:
    """Return the owners with the groups of our own tables, so that a maker's listed domain is its own."""
    groups: dict[str, str] = {}
    result = {}
    for domain, owner in owners.items():
        name = owner.organisation
        if name not in groups:
            maker = find_maker(name, makers)
            groups[name] = maker.group if maker is not None else name
        result[domain] = owner._replace(group=groups[name])
    return result


def _json(data: bytes, shape: type) -> Any:
    try:
        parsed = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise PackError(f"read {len(data)} bytes, expected whole JSON: {error}; get it again") from error
    if not isinstance(parsed, shape):
        raise PackError(f"read a {type(parsed).__name__}, expected a {shape.__name__}; another schema")
    return parsed


def _lists(data: bytes) -> Iterator[tuple[str, str]]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = [info for info in archive.infolist() if info.filename.split("/")[-2:-1] == ["data"]]
            if sum(info.file_size for info in members) > MAX_UNPACKED_BYTES:
                raise PackError(f"read an archive that unpacks to more than {MAX_UNPACKED_BYTES} bytes")
            for info in members:
                company = info.filename.rpartition("/")[2]
                if company and not _NO_COMPANY.search(company):
                    yield company, archive.read(info).decode("utf-8", "replace")
    except PackError:
        raise
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        OSError,
        NotImplementedError,
        RuntimeError,
        ValueError,
    ) as error:
        raise PackError(f"read {len(data)} bytes, expected a whole zip archive: {error}") from error


def _add(owners: dict[str, Owner], domain: str, owner: Owner) -> None:
    domain = domain.lower()
    if not owner.organisation or len(domain) > 253 or not _DOMAIN.fullmatch(domain):
        return
    if len(owners) >= MAX_DOMAINS:
        raise PackError(f"read more than {MAX_DOMAINS} domains, expected a list of usual size")
    owners.setdefault(domain, owner)


def _whole(owners: dict[str, Owner]) -> dict[str, Owner]:
    if len(owners) < MIN_DOMAINS:
        raise PackError(f"read {len(owners)} domains, expected at least {MIN_DOMAINS}; it seems cut short")
    return owners

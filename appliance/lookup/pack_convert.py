"""From the address tables that packages carry to MMDB files; each line is checked."""

from __future__ import annotations

import csv
import ipaddress
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from appliance.lookup.mmdb_table import Span, build
from appliance.lookup.pack_readers import PackError

MAX_LINES: Final = 4_000_000
"""Most lines of one table; the largest real one (AS names of IPv4) has 600,000."""

MAX_LINE: Final = 1_000
"""Longest line, in characters."""


def country_table(ipv4: Path, ipv6: Path, epoch: int) -> bytes:
    """Return the MMDB of Debian's tor-geoipdb: lines "first,last,CC", IPv4 as numbers ("??": nobody knows).

    Raises PackError when a line is of another shape, OSError when a file cannot be read.
    """
    spans = (span for path in (ipv4, ipv6) for span in _countries(path))
    return build(spans, field="country_code", kind="tattlebox-country", epoch=epoch)


def network_table(ipv4: Path, ipv6: Path, epoch: int) -> bytes:
    """Return the MMDB of two CSV tables "first,last,AS number,AS organisation" in the order of addresses.

    Raises PackError when a line is of another shape, OSError when a file cannot be read.
    """
    spans = (span for path in (ipv4, ipv6) for span in _networks(path))
    return build(spans, field="autonomous_system_organization", kind="tattlebox-network", epoch=epoch)


def _countries(path: Path) -> Iterator[Span]:
    for row in _rows(path, 3):
        if len(row[2]) == 2 and row[2].isalpha():
            yield Span(_number(row[0], path), _number(row[1], path), row[2].upper())


def _networks(path: Path) -> Iterator[Span]:
    for row in _rows(path, 4):
        if row[3]:
            yield Span(_number(row[0], path), _number(row[1], path), row[3])


def _rows(path: Path, columns: int) -> Iterator[list[str]]:
    with path.open(encoding="utf-8", errors="replace", newline="") as lines:
        try:
            for row in csv.reader(_bounded(lines, path)):
                if len(row) != columns:
                    raise PackError(f"read {row!r:.80} in {path.name}, expected {columns} columns")
                yield row
        except csv.Error as error:
            raise PackError(f"read {path.name}, expected CSV: {error}") from error


def _bounded(lines: Iterable[str], path: Path) -> Iterator[str]:
    for count, line in enumerate(lines):
        if count >= MAX_LINES or len(line) > MAX_LINE:
            raise PackError(
                f"read line {count + 1} of {path.name}, expected at most {MAX_LINES} lines of {MAX_LINE}"
            )
        if not line.startswith("#") and line.strip():
            yield line


def _number(text: str, path: Path) -> int:
    try:
        return int(text) if text.isdecimal() else int(ipaddress.ip_address(text))
    except ValueError as error:
        raise PackError(f"read {text!r:.60} in {path.name}, expected an address") from error

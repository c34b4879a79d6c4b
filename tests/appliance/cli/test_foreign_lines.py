"""`tattlebox replay` of record lines of other programs: in pieces, in any order, with numbers in quotes."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from appliance.cli import main
from sensor.records import FlowRecord, from_json, to_json
from tests.household.generate import END, generate

Lines = list[str]


@pytest.fixture(scope="module")
def lines() -> Lines:
    return [to_json(record) for record in generate(seed=2, days=4, end=END)]


def replayed(folder: Path, *files: Lines) -> dict[str, Any]:
    """Return devices and parties of these files' lines, replayed in the order in which they are given."""
    paths = []
    for number, rows in enumerate(files):
        paths.append(folder / f"{number}.jsonl")
        paths[-1].write_text("".join(row + "\n" for row in rows))
    assert main(["replay", *map(str, paths), "--out", str(folder / "out")]) == 0

    def rows(name: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in (folder / "out" / f"{name}.jsonl").read_text().splitlines()]

    names = {it["device"]: it["macs"] for it in rows("devices")}
    same = ("domain", "role", "contacts", "bytes_up", "bytes_down", "hosts", "first_ts", "last_ts")
    return {
        "devices": sorted((it["macs"], it["category"] or "", it["addresses"]) for it in rows("devices")),
        "parties": sorted([names[it["device"]], *(it[name] for name in same)] for it in rows("parties")),
    }


@pytest.fixture(scope="module")
def whole(lines: Lines, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    found = replayed(tmp_path_factory.mktemp("whole"), lines)
    assert len(found["devices"]) > 5 and len(found["parties"]) > 20
    return found


def by_kind(lines: Lines) -> list[Lines]:
    """Return flows in one file and everything else in another: both are of the same days."""
    flows = [line for line in lines if isinstance(from_json(line), FlowRecord)]
    return [flows, [line for line in lines if line not in set(flows)]]


def shuffled(lines: Lines) -> list[Lines]:
    return [random.Random(1).sample(lines, len(lines))]


def one_kind_behind_the_other(lines: Lines) -> list[Lines]:
    return [[line for part in by_kind(lines) for line in part]]


def hours_apart(lines: Lines) -> list[Lines]:
    """Return every other hour in a file of its own, the later one given first."""
    found: list[Lines] = [[], []]
    for line in lines:
        found[int(json.loads(line)["ts"] // 3_600) % 2].append(line)
    return found[::-1]


def quoted(lines: Lines) -> list[Lines]:
    def in_quotes(value: Any) -> Any:
        return str(value) if type(value) in (int, float) else value

    rows = [json.loads(line) for line in lines]
    return [[json.dumps({**{k: in_quotes(v) for k, v in row.items()}, "v": row["v"]}) for row in rows]]


def without_nulls(lines: Lines) -> list[Lines]:
    rows = [json.loads(line) for line in lines]
    return [[json.dumps({k: v for k, v in row.items() if v is not None}) for row in rows]]


@pytest.mark.parametrize(
    "told", [by_kind, shuffled, one_kind_behind_the_other, hours_apart, quoted, without_nulls]
)
def test_the_same_home_however_it_is_told(
    tmp_path: Path, lines: Lines, whole: dict[str, Any], told: Any
) -> None:
    assert replayed(tmp_path, *told(lines)) == whole

"""How well devices are recognised: benchmarks/devices.py FOLDER [--docs DOCS]

FOLDER holds labels.csv (file,mac,vendor_ok,category,model; `file` relative to FOLDER or to its parent) and
the captures. Each capture goes through the real sensor; then the device with the labelled MAC is looked up.

- vendor_accuracy: an accepted alias is contained in our vendor, or ours in it, whatever the case
- category_accuracy: our category is one of the accepted
- confident_wrong: share of statements (vendor or category) that are wrong though shown as sure (0.8 or more)
- type_accuracy_10fold: the type (the folder of the capture) learnt by similarity to the other captures,
  stratified ten-fold, nothing but the words our own similarity search uses
- type_accuracy_leave_run_out: the same, all captures of one run (one file name) held out at a time

Printed before: what was not recognised, which category was taken for which, and how often each tenth of
confidence was right. With --docs the figures go into DOCS/devices.md and the diagram beside it.
"""

from __future__ import annotations

import argparse
import csv
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from appliance.devices.device import DeviceRecord
from appliance.devices.registry import Devices
from appliance.devices.similar import most_alike
from appliance.lookup.knowledge_files import load_knowledge
from sensor.offline import capture_records

SURE = 0.8
FOLDS = 10
NEAREST = 3
BEGIN, END = "<!-- figures -->", "<!-- /figures -->"
GOALS = {
    "vendor_accuracy": "95 %",
    "category_accuracy": "85 %",
    "confident_wrong": "1 % at most",
    "type_accuracy_10fold": "95 %",
}


class Result(NamedTuple):
    """One labelled capture and what we made of it."""

    file: str
    kind: str  # the type: the capture's folder
    aliases: tuple[str, ...]
    categories: tuple[str, ...]
    record: DeviceRecord | None  # None: no device with that MAC was found
    words: tuple[str, ...]

    def vendor_right(self) -> bool:
        """Return whether our vendor is an accepted one."""
        ours = (self.record.vendor or "").casefold() if self.record else ""
        return bool(ours) and any(alias in ours or ours in alias for alias in self.aliases)

    def category_right(self) -> bool:
        """Return whether our category is an accepted one."""
        return self.record is not None and self.record.category in self.categories

    def sure_and_wrong(self) -> int:
        """Return how many of our two statements are shown as sure and wrong."""
        if self.record is None:
            return 0
        sure = self.record.confidence
        return (sure.get("vendor", 0) >= SURE and not self.vendor_right()) + (
            sure.get("category", 0) >= SURE and not self.category_right()
        )


def read_labels(folder: Path) -> list[dict[str, str]]:
    """Return the rows of labels.csv, their files as paths that exist."""
    with (folder / "labels.csv").open(newline="", encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    for row in rows:
        places = [folder / row["file"], folder.parent / row["file"], folder / row["file"].partition("/")[2]]
        row["path"] = str(next((place for place in places if place.exists()), places[0]))
    return rows


def recognise(row: dict[str, str], devices: Devices) -> Result:
    """Return what the product makes of one capture."""
    mac = row["mac"].casefold()
    found = None
    words: tuple[str, ...] = ()
    for record in capture_records([Path(row["path"])], lambda error: print(error, file=sys.stderr)):
        devices.observe(record)
    for device in devices.ids():
        record_of = devices.record(device)
        if mac in record_of.macs:
            found, words = record_of, devices.words(device)
    aliases = tuple(alias.strip().casefold() for alias in row["vendor_ok"].split("|"))
    return Result(
        row["file"], Path(row["path"]).parent.name, aliases, tuple(row["category"].split("|")), found, words
    )


def ten_folds(results: Sequence[Result]) -> list[int]:
    """Return the fold of each capture: the captures of a type are dealt out evenly."""
    fold_of: dict[int, int] = {}
    by_kind: dict[str, list[int]] = defaultdict(list)
    for number, result in enumerate(results):
        by_kind[result.kind].append(number)
    dealer = random.Random(4)
    dealt = 0
    for numbers in by_kind.values():
        dealer.shuffle(numbers)
        for number in numbers:
            fold_of[number] = dealt % FOLDS
            dealt += 1
    return [fold_of[number] for number in range(len(results))]


def runs(results: Sequence[Result]) -> list[str]:
    """Return the run of each capture: its file's name."""
    return [Path(result.file).stem for result in results]


def type_accuracy(results: Sequence[Result], fold_of: Sequence[int | str]) -> float:
    """Return the share of captures whose type the nearest of the other folds' captures tell."""
    right = 0
    for number, result in enumerate(results):
        known = {
            f"{other}": results[other].words
            for other in range(len(results))
            if fold_of[other] != fold_of[number]
        }
        votes: Counter[str] = Counter()
        for likeness in most_alike(result.words, known, NEAREST):
            votes[results[int(likeness.key)].kind] += likeness.share  # type: ignore[assignment]
        right += bool(votes) and votes.most_common(1)[0][0] == result.kind
    return right / len(results)


def print_table(results: Sequence[Result]) -> None:
    """Print what we said of each capture that is not fully right."""
    for result in results:
        record = result.record
        if result.vendor_right() and result.category_right():
            continue
        said = (
            f"{record.vendor} / {record.category} / {record.model} {record.confidence}"
            if record
            else "not found"
        )
        print(f"{result.file}: {said}; expected {'|'.join(result.aliases)} / {'|'.join(result.categories)}")


def confusion(results: Sequence[Result]) -> list[str]:
    """Return the lines of a Markdown table: expected category, what we said, how often; right first."""
    taken: Counter[tuple[str, str]] = Counter()
    for result in results:
        said = (result.record.category if result.record else None) or "unknown"
        taken[said if result.category_right() else "/".join(result.categories), said] += 1
    ranked = sorted(taken.items(), key=lambda item: (item[0][0] != item[0][1], item[0]))
    rows = [f"| {wanted} | {said} | {count} |" for (wanted, said), count in ranked]
    return ["| it is | we said | captures |", "|---|---|---|", *rows]


def calibration(results: Sequence[Result]) -> dict[int, tuple[int, int]]:
    """Return tenth of confidence -> (statements that were right, statements)."""
    tenths: dict[int, list[bool]] = defaultdict(list)
    for result in results:
        if result.record is not None:
            for field, right in (("vendor", result.vendor_right()), ("category", result.category_right())):
                if field in result.record.confidence:
                    tenths[int(result.record.confidence[field] * 10)].append(right)
    return {tenth: (sum(rights), len(rights)) for tenth, rights in sorted(tenths.items())}


def figures(results: Sequence[Result]) -> dict[str, float]:
    """Return the figures by name."""
    count = len(results)
    return {
        "vendor_accuracy": sum(result.vendor_right() for result in results) / count,
        "category_accuracy": sum(result.category_right() for result in results) / count,
        "confident_wrong": sum(result.sure_and_wrong() for result in results) / (2 * count),
        "type_accuracy_leave_run_out": type_accuracy(results, runs(results)),
        "type_accuracy_10fold": type_accuracy(results, ten_folds(results)),
    }


def reliability_svg(tenths: dict[int, tuple[int, int]]) -> str:
    """Return the diagram: how often statements of each tenth of confidence were right, and the ideal."""
    bars = [
        f'<rect x="{40 + tenth * 30}" y="{10 + 300 * (1 - right / count):.1f}" width="28" '
        f'height="{300 * right / count:.1f}"><title>{right} of {count}</title></rect>'
        f'<text x="{54 + tenth * 30}" y="328">{tenth / 10:.1f}</text>'
        for tenth, (right, count) in tenths.items()
    ]
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 360 360" role="img" '
        'font-family="sans-serif" font-size="10" text-anchor="middle">'
        "<title>How often statements of each tenth of confidence were right</title>"
        '<g fill="#4a7a9c">' + "".join(bars) + "</g>"
        '<path d="M40 310 340 10" stroke="#333" stroke-dasharray="4" fill="none"/>'
        '<path d="M40 10V310H340" stroke="#333" fill="none"/>'
        '<text x="190" y="350">confidence</text><text x="22" y="14">right</text></svg>\n'
    )


def write_docs(docs: Path, results: Sequence[Result], named: dict[str, float]) -> None:
    """Put the figures between the marks of devices.md, and the diagram beside it."""
    page = docs / "devices.md"
    text = page.read_text(encoding="utf-8")
    head, begin, rest = text.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not begin or not end:
        raise SystemExit(f"read {page}: expected the marks {BEGIN} and {END}; put them where the figures go")
    goals = [f"| `{name}` | {value:.1%} | {GOALS.get(name, '')} |" for name, value in named.items()]
    lines = ["", "| figure | reached | goal |", "|---|---|---|", *goals, "", *confusion(results), ""]
    page.write_text(head + begin + "\n".join(lines) + end + tail, encoding="utf-8")
    diagram = reliability_svg(calibration(results))
    (docs / "devices-reliability.svg").write_text(diagram, encoding="utf-8")


def main() -> int:
    """Print the figures; the exit code is 1 when the folder has no labels."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--docs", type=Path, help="write the figures into DOCS/devices.md")
    options = parser.parse_args()
    folder = options.folder
    if not (folder / "labels.csv").is_file():
        print(
            f"read {folder}: expected labels.csv in it; give the folder of labelled captures", file=sys.stderr
        )
        return 1
    knowledge = load_knowledge()
    results = [recognise(row, Devices(knowledge)) for row in read_labels(folder)]
    if not results:
        print(f"read {folder / 'labels.csv'}: expected a row for each capture, found none", file=sys.stderr)
        return 1
    print_table(results)
    print("\n".join(confusion(results)))
    for tenth, (right, count) in calibration(results).items():
        print(f"confidence {tenth / 10:.1f}-{(tenth + 1) / 10:.1f}: right {right} of {count}")
    named = figures(results)
    if options.docs is not None:
        write_docs(options.docs, results, named)
    for name, value in named.items():
        print(f"{name}: {value:.4f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

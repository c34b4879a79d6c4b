"""How well changes are found in simulated homes: benchmarks/change.py --seeds A-B [--drift X] [--days N].

Each seed is a home of 5 to 12 devices (docs/simulator.md). Its records go through the real appliance; what
that says is compared with what was put in. Rules and figures: docs/change-figures.md. The last lines are
`name: value`.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks import change_page
from benchmarks.change_run import Result, Task, run
from benchmarks.change_score import Score, false_pushes, found, is_sure, score, shown
from tests.household.simulation.shape import SHAPES
from tests.household.stranger import DIALECTS

ROOT = Path(__file__).resolve().parent.parent


def seeds(text: str) -> list[int]:
    """Return the seeds of "A-B", "A,B,C" or a file with one a line."""
    if Path(text).is_file():
        return [int(line) for line in Path(text).read_text().split()]
    found: list[int] = []
    for part in text.split(","):
        first, _, last = part.partition("-")
        found += range(int(first), int(last or first) + 1)
    return found


def measure(tasks: list[Task], jobs: int) -> list[Result]:
    """Return the result of each task, in their order."""
    if jobs <= 1:
        return [run(task) for task in tasks]
    with multiprocessing.Pool(jobs) as pool:
        return list(pool.imap(run, tasks, chunksize=1))


def hours(value: float | None) -> str:
    """Return a delay as text."""
    return "–" if value is None else f"{value:.1f}"


def show(it: Score) -> None:
    """Print the tables."""
    print(
        f"{'kind':<18}{'true':>6}{'found':>7}{'exact':>7}{'recall':>8}{'precision':>11}{'told':>6}{'push':>6}"
        f"{'median h':>10}{'95 % h':>9}"
    )
    for row in it.rows:
        recall = f"{row.found / row.true:.2f}" if row.true else "–"
        precision = f"{row.right / row.said:.2f}" if row.said else "–"
        print(
            f"{row.kind:<18}{row.true:>6}{row.found:>7}{row.exact:>7}{recall:>8}{precision:>11}{row.told:>6}"
            f"{row.pushed:>6}{hours(row.delay_median_h):>10}{hours(row.delay_95_h):>9}"
        )
    print()
    print(f"{'method':<32}{'false / device / month':>24}{'found':>8}{'new party':>11}")
    for name, (false, recall, new) in it.baselines.items():
        print(f"{name:<32}{false:>24.2f}{recall:>8.2f}{new:>11.2f}")
    print(
        f"{'tattlebox (push)':<32}{it.false_pushes:>24.3f}{it.recall_all:>8.2f}{it.recall_new_party:>11.2f}"
    )
    print()
    print(
        "false pushes:",
        ", ".join(f"{device} {kind} {count}" for device, kind, count in it.false_by) or "none",
    )
    print(
        f"device-months {it.device_months:.1f}; false pushes 95 % {it.interval[0]:.3f}–{it.interval[1]:.3f}; "
        f"posture pushes {it.posture_pushes:.3f} per device and month"
    )


def show_misses(results: list[Result]) -> None:
    """Print each line that was not found, each false push and each null update, to learn from."""
    for result in results:
        said = [*result.changes, *result.alerts]
        for line in result.truth:
            if not shown(line) or found(line, filter(is_sure, said)):
                continue
            near = sorted(
                {
                    f"{it.kind}/{it.volume}"
                    for it in said
                    if it.mac == line["mac"] and it.domain in line["domains"] and it.at >= line["ts"]
                }
            )
            update = "yes" if line["update"] else "no"
            print(
                f"missed seed={result.seed} {line['device']} {line['kind']} {line['domain']} "
                f"ts={line['ts']:.0f} update={update} said={','.join(near) or 'nothing'}; {line['detail']}"
            )
        for mac, alerts in false_pushes(result).items():
            for it in alerts:
                device = result.macs.get(mac, "guest")
                print(f"false seed={result.seed} {device} {it.kind} {it.domain} at={it.at:.0f}")


def main() -> int:
    """Print the figures, one `name: value` a line, last."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", required=True, help="A-B, A,B,C or a file with one seed a line")
    parser.add_argument("--drift", type=float, default=1.0, help="how much happens that is no news (1)")
    parser.add_argument("--days", type=int, default=60)
    parser.add_argument("--shape", choices=[*sorted(SHAPES), *DIALECTS], default="plain")
    parser.add_argument("--flows", type=Path, help="a table of periodic flows: further kinds of devices")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--misses", action="store_true", help="print each miss and false push")
    parser.add_argument("--plots", action="store_true", help="write docs/change-figures.md and its plots")
    options = parser.parse_args()
    begin = time.perf_counter()
    wanted = seeds(options.seeds)
    tasks = [Task(seed, options.drift, options.days, options.shape, options.flows) for seed in wanted]
    results = measure(tasks, options.jobs)
    it = score(results)
    if options.misses:
        show_misses(results)
    show(it)
    if options.plots:
        change_page.write(ROOT / "docs", tasks, results, lambda more: measure(more, options.jobs))
    print(f"homes: {len(results)}")
    print(f"seconds_per_home: {(time.perf_counter() - begin) * options.jobs / max(1, len(results)):.2f}")
    figures = {
        "quiet_devices": it.quiet_devices,
        "attribution_error": it.attribution_error,
        "update_recall": it.update_recall,
        "false_updates_per_device_month": it.false_updates,
        "new_party_within_day": it.new_party_within_day,
        "new_party_told": it.new_party_told,
        "new_party_pushed": it.new_party_pushed,
        "recall_by_name": it.recall_by_name,
        "encryption_lost_at_once": it.encryption_lost_at_once,
        "recall_new_party": it.recall_new_party,
        "recall_all": it.recall_all,
        "false_pushes_per_device_month": it.false_pushes,
        "null_update_false": it.null_update_false,
        "delay_new_party_median_h": it.delay_new_party_median_h,
    }
    for name, value in figures.items():
        print(f"{name}: {value:.4f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

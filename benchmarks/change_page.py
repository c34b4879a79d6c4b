"""docs/change-figures.md and its plots, written from a run of benchmarks/change.py."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from benchmarks import change_plots
from benchmarks.change_run import Result, Task
from benchmarks.change_score import Score, delays_of_new_parties, score
from tests.household.stranger import DIALECTS

DRIFTS: Final = (0.5, 1.0, 2.0)
STRANGERS: Final = 2
"""Homes told in each dialect: their lives are plain; what matters is that none of them goes wrong."""

Measure = Callable[[list[Task]], list[Result]]

RULES: Final = """\
## What counts

- A **line of truth** is a change that was put into a home ([simulator.md](simulator.md)): device, kind,
  domain, time. A line counts when its change showed at least twice in the records, or is an absence.
- **Found**: a confirmed change, or an alert that reached a phone, of the right device, kind and domain,
  said within 14 days of its first showing; 21 days for what became less (gone, less often, smaller).
  "Always on" and "active at night" may be told for one another, or as "more often"; "new kind of data"
  also as a posture finding. *Exact* is the number also said under their own name.
- **Within a day**: a new party confirmed, or pushed, no later than a day after its second contact, which is
  the next one five minutes or more after the first. **At once**: lost encryption said within an hour of the
  second readable upload.
- **Recall** is found ÷ true. **Precision** of a kind is the share of its confirmed changes whose device
  and domain have any line of truth at or before that time.
- A change that was found may have been told loudly or only shown: false pushes alone reward silence, so read
  them beside *told* and *pushed*.
- **Told** is the number about whose device and domain anything was said by push or digest; a **quiet
  device** had no false push.
- **False push**: an alert of a change with volume *push* for whose device and domain nothing had changed
  by the truth, whatever benign cause it had, guests' devices included. Posture findings are counted
  apart: they state what is, not what changed.
- **Device-months** count residents from the eighth day of each; a month is 30.44 days.
- **Delay** is capture time from the first packet of the change (for absences from the last) until it was
  said.
- **An update that changed nothing is told falsely** when a push or digest names that update (within 6
  hours) for a party about which nothing had changed.
- **Attribution error**: found changes that name an update that was none, or name none although one was
  visible.
- **Updates seen**: of those that can be seen, the share told as "updated" or "probably updated" within 6
  hours.
- **Interval**: 95 %, from 1,000 drawings of homes with replacement.
- **Baselines** see the same records, keep quiet for a device's first 7 days, and say each new thing once.
  The z-score compares a day's five-minute contacts with up to 28 days before (spread at least 0.5), once
  in 28 days. They are credited with any alert of the right device and domain in time, whatever its kind.
"""


def write(folder: Path, tasks: list[Task], results: list[Result], measure: Measure) -> None:
    """Write the page, from the run at hand and the same seeds at the other drifts and in the other shape."""
    given = tasks[0]
    runs: dict[tuple[str, float], list[Result]] = {(given.shape, given.drift): results}
    for shape, drift in (*(("plain", drift) for drift in DRIFTS), ("harsh", 1.0)):
        if (shape, drift) not in runs:
            runs[shape, drift] = measure([task._replace(shape=shape, drift=drift) for task in tasks])
    scores = {
        key: score(found) for key, found in sorted(runs.items(), key=lambda it: (it[0][0] != "plain", it[0]))
    }
    main = scores["plain", 1.0]
    folder.joinpath("change-methods.svg").write_text(change_plots.methods(main))
    folder.joinpath("change-kinds.svg").write_text(change_plots.kinds(main))
    folder.joinpath("change-delay.svg").write_text(
        change_plots.delays(delays_of_new_parties(runs["plain", 1.0]))
    )
    few = tasks[:STRANGERS]
    strangers = {
        name: score(measure([task._replace(shape=name, drift=1.0) for task in few])) for name in DIALECTS
    }
    folder.joinpath("change-figures.md").write_text(_page(tasks, scores, strangers))


def _page(tasks: list[Task], scores: dict[tuple[str, float], Score], strangers: dict[str, Score]) -> str:
    names = f"{tasks[0].seed} to {tasks[-1].seed}"
    return "\n".join(
        [
            "# Change in figures",
            "",
            f"Made by `benchmarks/change.py --plots` from {len(tasks)} simulated homes (seeds {names}) of "
            f"{tasks[0].days} days each. How they are made: [simulator.md](simulator.md). Development "
            "seeds lie below 1000; figures on them are no promise for others.",
            "",
            _overview(scores),
            "![False alerts and recall of each method](change-methods.svg)",
            "",
            "![Recall by kind](change-kinds.svg)",
            "",
            "![Delay of new parties](change-delay.svg)",
            "",
            _strangers(strangers),
            *(_kinds(key, it) for key, it in scores.items()),
            RULES,
        ]
    )


def _overview(scores: dict[tuple[str, float], Score]) -> str:
    rows = [
        "| homes | false pushes / device / month (95 %) | new party | all kinds | of them under their own "
        "name | new party, median delay | within a day of the second contact | encryption lost, at once | "
        "null update told | quiet devices | wrong update | updates seen | false updates / device / month |",
        "|---|---|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for (shape, drift), it in scores.items():
        interval = f"{it.interval[0]:.3f}–{it.interval[1]:.3f}"
        rows.append(
            f"| {shape}, drift {drift:g} | **{it.false_pushes:.3f}** ({interval}) | "
            f"{it.recall_new_party:.0%} | {it.recall_all:.0%} | {it.recall_by_name:.0%} | "
            f"{it.delay_new_party_median_h:.0f} h | {it.new_party_within_day:.0%} | "
            f"{it.encryption_lost_at_once:.0%} | {it.null_update_false:.1%} of {it.null_updates} | "
            f"{it.quiet_devices:.0%} | {it.attribution_error:.0%} | {it.update_recall:.0%} | "
            f"{it.false_updates:.3f} |"
        )
    return "\n".join([*rows, ""])


def _strangers(scores: dict[str, Score]) -> str:
    """Return the table of homes told in other dialects, and of them all together."""
    rows = [
        f"## Strangers: {STRANGERS} homes in each dialect",
        "",
        "| dialect | device-months | false pushes | new party | within a day | all kinds | updates seen |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, it in scores.items():
        new, true = (sum(getattr(row, what) for row in it.rows) for what in ("found", "true"))
        arrivals = next((row for row in it.rows if row.kind == "new_party" and row.true), None)
        met = f"{arrivals.found} of {arrivals.true}" if arrivals else ""
        day = f"{it.new_party_within_day:.0%}" if arrivals else ""
        pushes = round(it.false_pushes * it.device_months)
        rows.append(
            f"| `{name}` | {it.device_months:.0f} | {pushes} | {met} | {day} | "
            f"{new} of {true} | {it.update_recall:.0%} |"
        )
    return "\n".join([*rows, ""])


def _kinds(key: tuple[str, float], it: Score) -> str:
    shape, drift = key
    rows = [
        f"## {shape.title()} homes, drift {drift:g}",
        "",
        f"{it.device_months:.0f} device-months.",
        "",
        "| kind | true | found | exact | recall | precision | told | pushed | median h | 95 % h |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for row in it.rows:
        recall = f"{row.found / row.true:.0%}" if row.true else ""
        precision = f"{row.right / row.said:.0%}" if row.said else ""
        median, late = (
            "" if value is None else f"{value:.0f}" for value in (row.delay_median_h, row.delay_95_h)
        )
        rows.append(
            f"| `{row.kind}` | {row.true} | {row.found} | {row.exact} | {recall} | {precision} | "
            f"{row.told} | {row.pushed} | {median} | {late} |"
        )
    rows += ["", "| method | false / device / month | found | new party found |", "|---|---|---|---|"]
    for name, (false, recall, new) in it.baselines.items():
        rows.append(f"| {name} | {false:.2f} | {recall:.0%} | {new:.0%} |")
    rows.append(
        f"| **Tattlebox** (pushes) | **{it.false_pushes:.3f}** | **{it.recall_all:.0%}** | "
        f"**{it.recall_new_party:.0%}** |"
    )
    worst = ", ".join(f"{device} {kind} {count}" for device, kind, count in it.false_by[:8])
    return "\n".join([*rows, "", f"False pushes by device and kind: {worst or 'none'}.", ""])

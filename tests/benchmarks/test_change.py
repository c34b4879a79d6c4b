"""benchmarks/change.py: what counts as found and as false, and a small run from end to end."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks import change_plots
from benchmarks.change import seeds
from benchmarks.change_run import DAY_S, Contact, Result, Told, unusual
from benchmarks.change_score import found, score

ROOT = Path(__file__).parents[2]
MAC = "fc:f5:c4:00:00:01"
FIGURES = ("recall_new_party", "recall_all", "false_pushes_per_device_month", "null_update_false",
           "delay_new_party_median_h")  # fmt: skip


def line(kind: str = "new_party", **more: Any) -> dict[str, Any]:
    usual = {"device": "doll0", "mac": MAC, "kind": kind, "domain": "a.example", "domains": ["a.example"],
             "ts": 100 * DAY_S, "update": None, "news": True, "first": 100 * DAY_S,
             "second": 100 * DAY_S + 7_200}  # fmt: skip
    return usual | more


def told(kind: str = "new_party", volume: str = "confirmed", days: float = 101, **more: Any) -> Told:
    return Told(MAC, kind, "a.example", days * DAY_S, volume, None)._replace(**more)


def result(truth: list[dict[str, Any]], changes: list[Told], alerts: list[Told]) -> Result:
    return Result(1, {MAC: "doll"}, 2.0, tuple(truth), tuple(changes), tuple(alerts), (), {}, 0)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (told(), True),
        (told(days=99), False),
        (told(days=115), False),
        (told("more_often"), False),
        (told(domain="b.example"), False),
        (told(mac="fc:f5:c4:00:00:02"), False),
    ],
    ids=["right", "before", "too-late", "other-kind", "other-party", "other-device"],
)
def test_found(said: Told, expected: bool) -> None:
    assert (found(line(), [said]) is not None) == expected


def test_a_kind_found_under_another_name_is_not_exact() -> None:
    said = [told("more_often"), told("new_data", days=102)]
    always, data = line("always_on"), line("new_data")
    it = score([result([always, data], said, [])])
    assert (it.recall_all, it.recall_by_name) == (1.0, 0.5)
    assert [(row.kind, row.found, row.exact) for row in it.rows if row.true] == [
        ("always_on", 1, 0),
        ("new_data", 1, 1),
    ]


@pytest.mark.parametrize(("hours", "expected"), [(2.1, 1.0), (25.9, 1.0), (26.1, 0.0)])
def test_a_new_party_is_due_a_day_after_its_second_contact(hours: float, expected: float) -> None:
    """The second contact of `line` comes two hours after the first."""
    assert score([result([line()], [told(days=100 + hours / 24)], [])]).new_party_within_day == expected


@pytest.mark.parametrize(("hours", "expected"), [(2.5, 1.0), (3.5, 0.0)])
def test_lost_encryption_is_due_at_once(hours: float, expected: float) -> None:
    said = [told("encryption_lost", days=100 + hours / 24)]
    assert score([result([line("encryption_lost")], said, [])]).encryption_lost_at_once == expected


def test_what_became_less_may_be_found_later() -> None:
    assert found(line("gone_party"), [told("gone_party", days=120)])


def test_a_first_sight_is_not_found_unless_it_was_pushed() -> None:
    assert score([result([line()], [told(volume="seen")], [])]).recall_new_party == 0
    assert score([result([line()], [], [told(volume="push")])]).recall_new_party == 1


def test_a_change_that_never_showed_is_not_asked_for() -> None:
    assert score([result([line(second=None), line()], [told()], [])]).rows[0].true == 1


@pytest.mark.parametrize(
    ("alert", "expected"),
    [
        (told(volume="push"), 0.0),
        (told("more_often", "push"), 0.0),
        (told(volume="push", days=50), 0.5),
        (told(volume="push", domain="b.example"), 0.5),
        (told(volume="digest", domain="b.example"), 0.0),
        (told(volume="push", domain="b.example", posture=True), 0.0),
    ],
    ids=["true", "other-kind-same-party", "before", "other-party", "only-digest", "posture"],
)
def test_false_pushes_per_device_and_month(alert: Told, expected: float) -> None:
    assert score([result([line()], [], [alert])]).false_pushes == expected


@pytest.mark.parametrize(("update", "expected"), [(90.0, 1.0), (80.0, 0.0), (None, 0.0)])
def test_a_null_update_is_told_falsely_when_an_alert_names_it(update: float | None, expected: float) -> None:
    null = line("nothing_changed", domain=None, domains=[], ts=90 * DAY_S, update=90 * DAY_S, news=False)
    alert = told("more_often", "digest", 92, update=update and update * DAY_S)
    assert score([result([null], [], [alert])]).null_update_false == expected


@pytest.mark.parametrize(
    ("real", "named", "expected"),
    [(None, None, 0.0), (100.0, 100.1, 0.0), (100.0, None, 1.0), (100.0, 97.0, 1.0), (None, 97.0, 1.0)],
)
def test_attribution_error(real: float | None, named: float | None, expected: float) -> None:
    truth = [line(update=real and real * DAY_S)]
    said = told(update=named and named * DAY_S)
    assert score([result(truth, [said], [])]).attribution_error == expected


def test_the_z_score_hears_a_jump_once() -> None:
    contacts = [Contact(MAC, day * DAY_S + 600 * number, "198.18.0.1", "a.example", "a.example")
                for day in range(40) for number in range(40 if day >= 20 else 3)]  # fmt: skip
    assert [it.at // DAY_S for it in unusual(contacts)] == [21]


@pytest.mark.parametrize(("text", "expected"), [("3", [3]), ("1-3", [1, 2, 3]), ("1,7-8", [1, 7, 8])])
def test_seeds(text: str, expected: list[int]) -> None:
    assert seeds(text) == expected


def test_development_and_evaluation_share_no_seed() -> None:
    dev, heldout = (set(seeds(str(ROOT / "tests" / "household" / f"seeds_{name}.txt")))
                    for name in ("dev", "heldout"))  # fmt: skip
    assert dev and heldout and not dev & heldout


def test_plots_are_svg() -> None:
    it = score([result([line()], [told()], [])])
    for plot in (change_plots.methods(it), change_plots.kinds(it), change_plots.delays([3.0, None])):
        assert plot.startswith("<svg ") and plot.endswith("</svg>\n")


def test_the_trade_off_is_still_computed_of_the_detector_as_it_is() -> None:
    command = [
        sys.executable,
        ROOT / "benchmarks/change_tradeoff.py",
        "--seeds",
        "1",
        "--days",
        "25",
        "--jobs",
        "1",
    ]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    lines = dict(line.split(": ") for line in said.splitlines() if ": " in line and "|" not in line)
    assert float(lines["device_months"]) > 1
    levels = [float(lines[f"within_day_{level}"]) for level in range(6)]
    assert levels == sorted(levels)  # each level holds the devices of the one before


def test_a_small_run_prints_its_figures_last() -> None:
    command = [sys.executable, "benchmarks/change.py", "--seeds", "1", "--days", "9", "--jobs", "1"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=120)
    assert tuple(text.partition(":")[0] for text in done.stdout.splitlines()[-len(FIGURES) :]) == FIGURES

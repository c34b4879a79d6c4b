"""Comparing what was said of simulated homes with what was true of them (rules: docs/change-figures.md)."""

from __future__ import annotations

import random
import statistics
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from typing import Any, Final, NamedTuple

from benchmarks.change_run import DAY_S, Result, Told

FOUND_BY: Final[dict[str, tuple[str, ...]]] = {
    "always_on": ("always_on", "active_at_night", "more_often"),
    "active_at_night": ("active_at_night", "always_on", "more_often"),
    "new_data": ("new_data", "cleartext_identifiers"),
}
"""Kinds that say as much as the true one; every other kind must be told as it is."""

WITHIN_DAYS: Final = 14.0
SLOW_DAYS: Final = 21.0
SLOW: Final = ("gone_party", "less_often", "smaller")
"""What has become less can be noticed later."""

UPDATE_S: Final = 6 * 3_600.0
"""An update is named rightly when its time is off by no more."""

EARLY_S: Final = 3_600.0
AT_ONCE_S: Final = 3_600.0
"""Lost encryption is said at once when it is so soon after it showed a second time."""

RESAMPLES: Final = 1_000
Line = dict[str, Any]


class Row(NamedTuple):
    """One kind of change."""

    kind: str
    true: int
    found: int
    exact: int
    told: int  # by push or digest
    pushed: int
    said: int  # confirmed changes of this kind
    right: int  # of them: something about this device and party did change
    delay_median_h: float | None
    delay_95_h: float | None


class Score(NamedTuple):
    """All figures of a run."""

    rows: tuple[Row, ...]
    recall_new_party: float
    recall_all: float
    recall_by_name: float  # under exactly the kind of the truth
    encryption_lost_at_once: float
    false_pushes: float  # per device and month
    interval: tuple[float, float]  # 95 %, by resampling homes
    new_party_told: float  # share by push or digest
    new_party_pushed: float
    null_update_false: float
    null_updates: int
    delay_new_party_median_h: float
    new_party_within_day: float
    quiet_devices: float
    attribution_error: float
    update_recall: float  # share of updates one can see that were recognised
    false_updates: float  # per device and month: told as "updated" or "probably updated", and none was
    device_months: float
    posture_pushes: float  # per device and month
    false_by: tuple[tuple[str, str, int], ...]  # (kind of device, kind of alert, how many)
    baselines: dict[str, tuple[float, float, float]]  # false per device and month, recall, of new parties


def shown(line: Line) -> bool:
    """Return whether a line can be found at all: its change showed twice, or is an absence."""
    return bool(line["news"]) and (line["kind"] == "gone_party" or line["second"] is not None)


def about(it: Told, mac: str, domains: Iterable[str]) -> bool:
    """Return whether something said is about a device and one of some parties."""
    return it.mac == mac and it.domain in domains


def true_of(it: Told, truth: Iterable[Line]) -> bool:
    """Return whether anything about this device and party had changed when it was said."""
    return any(
        line["news"] and about(it, line["mac"], line["domains"]) and it.at >= line["ts"] - EARLY_S
        for line in truth
    )


def found(line: Line, said: Iterable[Told]) -> Told | None:
    """Return the first of what was said that tells of a line in time; None when nothing does.

    Time runs from when the change first showed: before that nobody can tell.
    """
    kinds = FOUND_BY.get(line["kind"], (line["kind"],))
    days = SLOW_DAYS if line["kind"] in SLOW else WITHIN_DAYS
    hits = [
        it
        for it in said
        if it.kind in kinds
        and about(it, line["mac"], line["domains"])
        and line["ts"] - EARLY_S <= it.at <= (line["first"] or line["ts"]) + days * DAY_S
    ]
    return min(hits, key=lambda it: it.at, default=None)


def named(line: Line, result: Result) -> bool:
    """Return whether a line was found under its own kind, whatever else was said of it."""
    said = (it for it in (*result.changes, *result.alerts) if it.kind == line["kind"])
    return found(line, filter(is_sure, said)) is not None


def is_sure(it: Told) -> bool:
    """Return whether it is a confirmed change or an alert that reached a phone."""
    return it.volume in ("confirmed", "push")


def score(results: list[Result]) -> Score:
    """Return the figures of a run over several homes."""
    months = sum(it.device_months for it in results)
    false = [sum(map(len, false_pushes(it).values())) for it in results]
    lines = [(line, result) for result in results for line in result.truth if shown(line)]
    hits = [
        (line, result, found(line, filter(is_sure, (*result.changes, *result.alerts))))
        for line, result in lines
    ]
    lost = [(line, hit) for line, _, hit in hits if line["kind"] == "encryption_lost"]
    new = [(line, hit) for line, _, hit in hits if line["kind"] == "new_party"]
    delays = [(hit.at - line["first"]) / 3_600 for line, hit in new if hit]
    in_day = [hit is not None and hit.at <= line["second"] + DAY_S for line, hit in new]
    nulls = [
        _null_told(line, result)
        for result in results
        for line in result.truth
        if line["kind"] == "nothing_changed"
    ]
    devices = sum(len(it.macs) for it in results)
    loud = sum(len(false_pushes(it)) for it in results)
    by = Counter(
        (result.macs.get(alert.mac, "guest"), alert.kind)
        for result in results
        for alerts in false_pushes(result).values()
        for alert in alerts
    )
    return Score(
        rows=_rows(results, hits),
        recall_new_party=_share(hit is not None for _, hit in new),
        recall_all=_share(hit is not None for _, _, hit in hits),
        recall_by_name=_share(named(line, result) for line, result in lines),
        encryption_lost_at_once=_share(
            hit is not None and hit.at <= line["second"] + AT_ONCE_S for line, hit in lost
        ),
        false_pushes=sum(false) / months if months else 0.0,
        interval=_interval(false, [it.device_months for it in results]),
        new_party_told=_share(_alerted(*it) in ("push", "digest") for it in lines if _is_new(it[0])),
        new_party_pushed=_share(_alerted(*it) == "push" for it in lines if _is_new(it[0])),
        null_update_false=_share(nulls),
        null_updates=len(nulls),
        delay_new_party_median_h=statistics.median(delays) if delays else float("nan"),
        new_party_within_day=_share(in_day),
        quiet_devices=1 - loud / devices if devices else 1.0,
        attribution_error=_share(
            not _rightly_updated(line, result, hit) for line, result, hit in hits if hit
        ),
        update_recall=_share(seen for it in results for seen in _updates_seen(it)),
        false_updates=sum(map(_false_updates, results)) / (months or 1),
        device_months=months,
        posture_pushes=sum(it.posture and it.volume == "push" for r in results for it in r.alerts)
        / (months or 1),
        false_by=tuple((device, kind, count) for (device, kind), count in by.most_common()),
        baselines=_baselines(results, lines, months),
    )


def delays_of_new_parties(results: list[Result]) -> list[float | None]:
    """Return the hours from first packet to confirmation of each new party; None: never confirmed."""
    delays: list[float | None] = []
    for result in results:
        for line in result.truth:
            if line["kind"] == "new_party" and shown(line):
                hit = found(line, filter(is_sure, (*result.changes, *result.alerts)))
                delays.append((hit.at - line["first"]) / 3_600 if hit else None)
    return delays


def false_pushes(result: Result) -> dict[str, list[Told]]:
    """Return, for each device, the pushes of changes that no line of truth stands behind."""
    found: dict[str, list[Told]] = defaultdict(list)
    for it in result.alerts:
        if it.volume == "push" and not it.posture and not true_of(it, result.truth):
            found[it.mac].append(it)
    return found


def _is_new(line: Line) -> bool:
    return str(line["kind"]) == "new_party"


def _share(values: Iterable[bool]) -> float:
    listed = list(values)
    return sum(listed) / len(listed) if listed else float("nan")


def _interval(false: list[int], months: list[float]) -> tuple[float, float]:
    """Return the 95 % interval of the rate by drawing homes anew."""
    rng = random.Random(7)
    rates = []
    for _ in range(RESAMPLES):
        drawn = rng.choices(range(len(false)), k=len(false))
        total = sum(months[it] for it in drawn)
        rates.append(sum(false[it] for it in drawn) / total if total else 0.0)
    rates.sort()
    return rates[int(0.025 * RESAMPLES)], rates[int(0.975 * RESAMPLES)]


def _null_told(line: Line, result: Result) -> bool:
    """Return whether a family was told of a change by an update that changed nothing."""
    return any(
        it.mac == line["mac"]
        and not it.posture
        and it.volume in ("push", "digest")
        and it.kind != "nothing_changed"
        and it.update is not None
        and abs(it.update - line["ts"]) <= UPDATE_S
        and not true_of(it, result.truth)
        for it in result.alerts
    )


def _rightly_updated(line: Line, result: Result, hit: Told) -> bool:
    """Return whether the update that a found change names, or that it names none, is right."""
    real = [it["update"] for it in result.truth if it["mac"] == line["mac"] and it["update"] is not None]
    if hit.update is not None:
        return any(abs(hit.update - ts) <= UPDATE_S for ts in real)
    return line["update"] is None or hit.posture


def _true_updates(result: Result) -> set[tuple[str, float]]:
    return {(line["mac"], line["update"]) for line in result.truth if line["update"] is not None}


def _said_updates(result: Result) -> set[tuple[str, float]]:
    return {(mac, ts) for mac, ts, certainty in result.updates if certainty != "restarted"}


def _updates_seen(result: Result) -> list[bool]:
    said = _said_updates(result)
    return [
        any(mac == other and abs(at - ts) <= UPDATE_S for other, at in said)
        for mac, ts in _true_updates(result)
    ]


def _false_updates(result: Result) -> int:
    true = _true_updates(result)
    return sum(
        mac in result.macs and not any(mac == other and abs(at - ts) <= UPDATE_S for other, ts in true)
        for mac, at in _said_updates(result)
    )


def _rows(results: list[Result], hits: list[tuple[Line, Result, Told | None]]) -> tuple[Row, ...]:
    kinds = dict.fromkeys([line["kind"] for line, _, _ in hits])
    kinds |= dict.fromkeys(it.kind for r in results for it in r.changes if it.domain is not None)
    return tuple(
        _row(kind, results, [hit for hit in hits if hit[0]["kind"] == kind]) for kind in sorted(kinds)
    )


def _row(kind: str, results: list[Result], hits: list[tuple[Line, Result, Told | None]]) -> Row:
    said = {
        (result.seed, it.mac, it.domain): true_of(it, result.truth)
        for result in results
        for it in result.changes
        if it.kind == kind and it.volume == "confirmed"
    }
    delays = sorted((hit.at - (line["first"] or line["ts"])) / 3_600 for line, _, hit in hits if hit)
    loud = [_alerted(line, result) for line, result, _ in hits]
    return Row(
        kind,
        len(hits),
        sum(hit is not None for _, _, hit in hits),
        sum(named(line, result) for line, result, _ in hits),
        sum(volume in ("push", "digest") for volume in loud),
        loud.count("push"),
        len(said),
        sum(said.values()),
        statistics.median(delays) if delays else None,
        delays[min(len(delays) - 1, int(0.95 * len(delays)))] if delays else None,
    )


def _alerted(line: Line, result: Result) -> str | None:
    """Return the loudest volume at which anything was said of the device and party after the change."""
    volumes = {
        it.volume
        for it in result.alerts
        if about(it, line["mac"], line["domains"])
        and line["ts"] - EARLY_S <= it.at <= line["ts"] + SLOW_DAYS * DAY_S
    }
    return next((it for it in ("push", "digest", "log") if it in volumes), None)


def _baselines(
    results: list[Result], lines: list[tuple[Line, Result]], months: float
) -> dict[str, tuple[float, float, float]]:
    found: dict[str, tuple[float, float, float]] = {}
    for name in results[0].baselines if results else ():

        def hit(line: Line, result: Result, name: str = name) -> bool:
            return any(
                about(it, line["mac"], line["domains"])
                and line["ts"] - EARLY_S <= it.at <= line["ts"] + WITHIN_DAYS * DAY_S
                for it in result.baselines[name]
            )

        false = sum(not true_of(it, result.truth) for result in results for it in result.baselines[name])
        new = [(line, result) for line, result in lines if line["kind"] == "new_party"]
        found[name] = (false / (months or 1), _recall(lines, hit), _recall(new, hit))
    return found


def _recall(lines: list[tuple[Line, Result]], hit: Callable[[Line, Result], bool]) -> float:
    return _share(hit(line, result) for line, result in lines)

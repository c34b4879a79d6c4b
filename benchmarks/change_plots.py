"""Plots of change-figures.md as plain SVG: readable on white and on dark pages, without a library."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Final, Protocol

from benchmarks.change_score import Score

WIDTH: Final = 680
INK, SOFT, OURS, THEIRS = "#1b2733", "#c9d1d9", "#0b6e4f", "#8a6d3b"


class Setting(Protocol):
    """One setting of when a new party is said to last."""

    @property
    def within_day(self) -> float: ...
    @property
    def false_pushes(self) -> float: ...
    @property
    def false_told(self) -> float: ...


def methods(it: Score) -> str:
    """Return a plot of recall over false alerts per device and month, ours and the baselines'."""
    height, left, top, right, bottom = 360, 60, 20, 640, 300
    points = [(name, false, recall, THEIRS) for name, (false, recall, _) in it.baselines.items()]
    points.append(("Tattlebox, pushes", it.false_pushes, it.recall_all, OURS))
    low, high = -2.0, 3.0

    def x(value: float) -> float:
        return left + (math.log10(max(value, 0.01)) - low) / (high - low) * (right - left)

    parts = [_line(left, bottom, right, bottom), _line(left, top, left, bottom)]
    for power in range(-2, 4):
        at = x(10.0**power)
        parts += [_line(at, bottom, at, bottom + 5), _text(at, bottom + 20, f"{10.0**power:g}", "middle")]
    for share in (0, 25, 50, 75, 100):
        at = bottom - share / 100 * (bottom - top)
        parts += [_line(left, at, right, at, SOFT), _text(left - 8, at + 4, f"{share} %", "end")]
    for name, false, recall, colour in points:
        across, up = x(false), bottom - recall * (bottom - top)
        parts.append(f'<circle cx="{across:.1f}" cy="{up:.1f}" r="6" fill="{colour}"/>')
        side = "end" if across > left + 0.75 * (right - left) else "start"
        parts.append(_text(across + (-10 if side == "end" else 10), up + 4, name, side))
    middle = (left + right) / 2
    parts.append(_text(middle, height - 14, "false alerts per device and month (log)", "middle"))
    return _svg(height, "Changes found over false alerts", parts)


def kinds(it: Score) -> str:
    """Return bars of the recall of each kind."""
    rows = [row for row in it.rows if row.true]
    step, left, right = 24, 180, 600
    height = 40 + step * len(rows)
    parts = []
    for number, row in enumerate(rows):
        at, recall = 20 + step * number, row.found / row.true
        parts.append(_text(left - 8, at + 13, row.kind.replace("_", " "), "end"))
        parts.append(f'<rect x="{left}" y="{at}" width="{right - left}" height="16" fill="{SOFT}"/>')
        width = recall * (right - left)
        parts.append(f'<rect x="{left}" y="{at}" width="{width:.1f}" height="16" fill="{OURS}"/>')
        parts.append(_text(right + 8, at + 13, f"{row.found} of {row.true}", "start"))
    return _svg(height, "Changes found, by kind", parts)


def delays(hours: list[float | None]) -> str:
    """Return the share of new parties told after so many hours; None is never."""
    height, left, top, right, bottom, last = 320, 60, 20, 640, 260, 14 * 24.0
    parts = [_line(left, bottom, right, bottom), _line(left, top, left, bottom)]
    for day in (0, 1, 2, 4, 7, 10, 14):
        at = left + day * 24 / last * (right - left)
        parts += [_line(at, bottom, at, bottom + 5), _text(at, bottom + 20, str(day), "middle")]
    for share in (0, 25, 50, 75, 100):
        at = bottom - share / 100 * (bottom - top)
        parts += [_line(left, at, right, at, SOFT), _text(left - 8, at + 4, f"{share} %", "end")]
    told, path, count = sorted(it for it in hours if it is not None), f"M {left} {bottom}", max(1, len(hours))
    for number, value in enumerate(told, 1):
        at = left + min(value, last) / last * (right - left)
        path += f" H {at:.1f} V {bottom - number / count * (bottom - top):.1f}"
    parts.append(f'<path d="{path} H {right}" fill="none" stroke="{OURS}" stroke-width="2.5"/>')
    parts.append(_text((left + right) / 2, height - 10, "days since the first packet", "middle"))
    return _svg(height, "New parties told, over time", parts)


def tradeoff(points: Sequence[Setting]) -> str:
    """Return a plot of new parties said to last within a day over those falsely said so, and pushed."""
    height, left, top, right, bottom = 320, 60, 20, 640, 260
    most = max(0.01, *(it.false_told for it in points)) * 1.15
    parts = [_line(left, bottom, right, bottom), _line(left, top, left, bottom)]
    for share in (0, 25, 50, 75, 100):
        at = bottom - share / 100 * (bottom - top)
        parts += [_line(left, at, right, at, SOFT), _text(left - 8, at + 4, f"{share} %", "end")]
    told = [(it.false_told, it.within_day) for it in points]
    pushed = [(it.false_pushes, it.within_day) for it in points]
    for colour, found in ((THEIRS, told), (OURS, pushed)):
        places = [
            (left + false / most * (right - left), bottom - share * (bottom - top)) for false, share in found
        ]
        path = " L ".join(f"{across:.1f} {up:.1f}" for across, up in places)
        parts.append(f'<path d="M {path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{across:.1f}" cy="{up:.1f}" r="5" fill="{colour}"/>' for across, up in places]
    parts += [
        _text(left, bottom + 20, "0", "middle"),
        _text(right, bottom + 20, f"{most:.3f}", "middle"),
        _text((left + right) / 2, height - 10, "false a month: pushed (green), said (brown)", "middle"),
    ]
    return _svg(height, "New parties said to last within a day, over false ones", parts)


def _svg(height: int, title: str, parts: Iterable[str]) -> str:
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">'
    style = '<g font-family="system-ui, sans-serif" font-size="12">'
    back = f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>'
    return "\n".join([head, f"<title>{title}</title>", back, style, *parts, "</g>", "</svg>", ""])


def _line(x1: float, y1: float, x2: float, y2: float, colour: str = INK) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}"/>'


def _text(x: float, y: float, text: str, anchor: str) -> str:
    safe = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{INK}">{safe}</text>'

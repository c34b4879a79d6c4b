"""The drawings of a dossier as SVG: what was sent each day, and on which days each party was met. No I/O.

Drawn from whole days or weeks; every drawing comes with a text that says the same to who cannot see it.
"""

from __future__ import annotations

import html
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from appliance.store.rollups import Sum

WIDTH: Final = 680.0
LEFT: Final = 150.0
"""Room for the names of parties."""

MAX_BARS: Final = 400
"""Bars of a drawing: beyond, each stands for a week; a decade is 520 weeks."""

MAX_LANES: Final = 14
_FONT: Final = "Libertinus Serif"


class Span(NamedTuple):
    """UTC days since <= day < until."""

    since: int
    until: int

    @property
    def step(self) -> int:
        """Days that one bar stands for."""
        return 1 if self.until - self.since <= MAX_BARS else 7

    @property
    def bars(self) -> int:
        return max(1, -(-(self.until - self.since) // self.step))


class Drawing(NamedTuple):
    """One drawing and the largest bar in it, for the text beside it."""

    svg: str
    most: int
    day: int  # of the largest bar


def sent(
    span: Span, sums: Iterable[tuple[int, Sum]], dark: Sequence[tuple[float, float]], ticks: Sequence[str]
) -> Drawing:
    """Return bars of the bytes sent; `dark` are spans not watched as (day, day), `ticks` three dates."""
    bars = [0] * span.bars
    for day, row in sums:
        bars[(day - span.since) // span.step] += row.bytes_up
    most, height = max(bars, default=0), 120.0
    width = WIDTH / span.bars
    shapes = [_rect(*_place(span, begin, end), 0.0, height, "#ddd") for begin, end in dark]
    for n, amount in enumerate(bars):
        if amount:
            tall = max(1.0, height * amount / most)
            shapes.append(_rect(n * width, max(0.4, width * 0.86), height - tall, tall, "#0b5d63"))
    shapes.append(_rect(0.0, WIDTH, height, 0.6, "#333"))
    return Drawing(
        _svg(height + 16, [*shapes, *_axis(ticks, height + 12, 0.0)]),
        most,
        span.since + bars.index(most) * span.step,
    )


def lanes(
    span: Span, names: Sequence[tuple[str, str]], sums: Iterable[tuple[int, Sum]], ticks: Sequence[str]
) -> str:
    """Return a line for each (domain, name), marked on the days on which the device sent to it."""
    met: dict[str, set[int]] = defaultdict(set)
    for day, row in sums:
        met[row.domain].add((day - span.since) // span.step)
    room, shapes = WIDTH - LEFT, list[str]()
    width = room / span.bars
    for lane, (domain, name) in enumerate(names[:MAX_LANES]):
        top = lane * 15.0
        shapes.append(_text(0.0, top + 10, name))
        shapes.append(_rect(LEFT, room, top + 7, 0.4, "#999"))
        shapes += [
            _rect(LEFT + n * width, max(0.5, width), top + 2, 10.0, "#0b5d63") for n in sorted(met[domain])
        ]
    height = min(len(names), MAX_LANES) * 15.0
    return _svg(height + 16, [*shapes, *_axis(ticks, height + 12, LEFT)])


def _place(span: Span, begin: float, end: float) -> tuple[float, float]:
    """Return x and width of a span of time given in days."""
    scale = WIDTH / (span.bars * span.step)
    left = max(0.0, (begin - span.since) * scale)
    return left, max(0.3, min(WIDTH, (end - span.since) * scale) - left)


def _rect(x: float, width: float, y: float, height: float, colour: str) -> str:
    return f'<rect x="{x:.2f}" y="{y:.2f}" width="{width:.2f}" height="{height:.2f}" fill="{colour}"/>'


def _text(x: float, y: float, text: str, anchor: str = "start") -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
    return f'<text {place} font-size="9" font-family="{_FONT}">{html.escape(text)}</text>'


def _axis(ticks: Sequence[str], y: float, left: float) -> list[str]:
    places = ((left, "start"), ((left + WIDTH) / 2, "middle"), (WIDTH, "end"))
    return [_text(x, y, tick, anchor) for (x, anchor), tick in zip(places, ticks, strict=True)]


def _svg(height: float, shapes: Sequence[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:.0f} {height:.0f}" '
        f'width="{WIDTH:.0f}" height="{height:.0f}">{"".join(shapes)}</svg>'
    )

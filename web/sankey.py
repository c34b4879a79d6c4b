"""The drawing of who shares with whom, and where: toys at the left, companies between, countries at the end.

Heights are pixels; ribbons lie in a box of their own that is stretched to the width of the page, and text
stands outside of it, so that a narrow page does not squeeze letters. A ribbon is as thick as the square root
of what was sent: with true proportions one film would hide every message to an advertiser.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

MAX_COMPANIES: Final = 24
"""Companies drawn one by one; what the smaller ones got is drawn as one."""

GAP_PX: Final = 10
LABEL_PX: Final = 20
THICK_PX: Final = 54
"""A node's least height holds its label; the thickest ribbon still leaves room for others."""

OTHERS: Final = ""
"""The key of the smaller companies drawn as one."""

SIDES: Final = ("device", "company", "country")


class Stream(NamedTuple):
    """What one device sent to one company, as it is drawn."""

    device: str  # its id
    company: str
    role: str
    country: str  # ISO 3166-1 alpha-2; "" where we cannot tell
    sent_bytes: int
    contacts: int


class Node(NamedTuple):
    """One box of a column."""

    key: str
    y: float
    height: float
    sent_bytes: int
    role: str  # of a company; "" in the other columns


class Ribbon(NamedTuple):
    """What flows between two boxes, as the outline of a shape in a box 100 wide."""

    outline: str
    source: str
    target: str
    role: str
    sent_bytes: int


class Sankey(NamedTuple):
    """Three columns of boxes and the ribbons between them."""

    height: float
    columns: dict[str, list[Node]]
    left: list[Ribbon]
    right: list[Ribbon]
    others: int  # companies drawn as one


def sankey(streams: Sequence[Stream]) -> Sankey:
    """Return the drawing; the largest boxes are on top, companies ordered by the toys they hear from."""
    kept = _largest(streams)
    others = len({stream.company for stream in streams}) - len(kept)
    shown = [s if s.company in kept else s._replace(company=OTHERS, role="unknown") for s in streams]
    left = _links(shown, "device", "company")
    right = _links(shown, "company", "country")
    thickest = max((math.sqrt(link.sent_bytes) for link in (*left.values(), *right.values())), default=1.0)
    scale = THICK_PX / max(thickest, 1.0)
    columns = {side: _boxes(shown, side, (left, right), scale) for side in SIDES}
    tall = max((nodes[-1].y + nodes[-1].height for nodes in columns.values() if nodes), default=0.0)
    columns = {side: _centred(nodes, tall) for side, nodes in columns.items()}
    return Sankey(
        tall,
        columns,
        _ribbons(left, columns["device"], columns["company"], scale),
        _ribbons(right, columns["company"], columns["country"], scale),
        others,
    )


class _Link(NamedTuple):
    sent_bytes: int
    role: str


Links = Mapping[tuple[str, str], _Link]


def _largest(streams: Sequence[Stream]) -> set[str]:
    """Return the companies drawn one by one; a third party goes before a larger helper of the maker."""
    sent: dict[str, int] = defaultdict(int)
    third: set[str] = set()
    for stream in streams:
        sent[stream.company] += stream.sent_bytes
        if stream.role == "third":
            third.add(stream.company)
    ranked = sorted(sent, key=lambda company: (company not in third, -sent[company], company))
    return set(ranked if len(ranked) <= MAX_COMPANIES + 1 else ranked[:MAX_COMPANIES])


def _links(streams: Sequence[Stream], source: str, target: str) -> Links:
    found: dict[tuple[str, str], _Link] = {}
    for stream in streams:
        key = (getattr(stream, source), getattr(stream, target))
        had = found.get(key, _Link(0, stream.role))
        found[key] = _Link(had.sent_bytes + stream.sent_bytes, had.role)
    return found


def _thickness(link: _Link, scale: float) -> float:
    return max(1.5, math.sqrt(link.sent_bytes) * scale)


def _boxes(streams: Sequence[Stream], side: str, links: tuple[Links, Links], scale: float) -> list[Node]:
    """Return one column from top to bottom; a box is as high as the thicker of its two sides."""
    sent: dict[str, int] = defaultdict(int)
    roles: dict[str, str] = {}
    for stream in streams:
        sent[getattr(stream, side)] += stream.sent_bytes
        roles.setdefault(stream.company, stream.role)
    sides: dict[str, list[float]] = {key: [0.0, 0.0] for key in sent}
    place = SIDES.index(side)
    for n, pairs in enumerate(links):
        end = place - n
        if end in (0, 1):
            for pair, link in pairs.items():
                sides[pair[end]][n] += _thickness(link, scale)
    nodes = []
    y = 0.0
    for key in sorted(sent, key=lambda key: (key == OTHERS, -sent[key], key)):
        height = max(LABEL_PX, *sides[key])
        nodes.append(Node(key, y, height, sent[key], roles.get(key, "") if side == "company" else ""))
        y += height + GAP_PX
    return nodes


def _centred(nodes: Sequence[Node], height: float) -> list[Node]:
    if not nodes:
        return []
    above = (height - nodes[-1].y - nodes[-1].height) / 2
    return [node._replace(y=round(node.y + above, 1), height=round(node.height, 1)) for node in nodes]


def _ribbons(links: Links, sources: Sequence[Node], targets: Sequence[Node], scale: float) -> list[Ribbon]:
    """Return the ribbons between two columns; at each box they leave in the order of where they go."""
    begin = {node.key: node for node in sources}
    end = {node.key: node for node in targets}
    out, into = _firsts(sources, links, 0, scale), _firsts(targets, links, 1, scale)
    ribbons = []
    for (source, target), link in sorted(
        links.items(), key=lambda item: (begin[item[0][0]].y, end[item[0][1]].y)
    ):
        thick = _thickness(link, scale)
        outline = _outline(out[source], into[target], thick)
        ribbons.append(Ribbon(outline, source, target, link.role, link.sent_bytes))
        out[source] += thick
        into[target] += thick
    return ribbons


def _firsts(nodes: Sequence[Node], links: Links, side: int, scale: float) -> dict[str, float]:
    """Return where the first ribbon of each box begins: the ribbons stand in its middle."""
    thick = {node.key: 0.0 for node in nodes}
    for pair, link in links.items():
        thick[pair[side]] += _thickness(link, scale)
    return {node.key: node.y + (node.height - thick[node.key]) / 2 for node in nodes}


def _outline(left: float, right: float, thick: float) -> str:
    a, b, c, d = (round(value, 1) for value in (left, right, right + thick, left + thick))
    return f"M0 {a}C50 {a} 50 {b} 100 {b}V{c}C50 {c} 50 {d} 0 {d}Z"

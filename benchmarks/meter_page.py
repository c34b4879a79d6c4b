"""The page of benchmarks/meter.py as Markdown, and its plots as SVG."""

from __future__ import annotations

import math
import platform
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

WIDTH: Final = 680
INK, SOFT, OURS, THEIRS = "#1b2733", "#c9d1d9", "#0b6e4f", "#8a6d3b"
LABEL_STEP: Final = 14
OUR_NAMES: Final = ("meter", "sensor", "replay")
SHAPES_PLOT, FLOWS_PLOT = "performance-rates.svg", "performance-flows.svg"

GOALS: Final = {
    "meter_vs_softflowd": 3,
    "meter_vs_nfpcapd": 3,
    "meter_vs_ndpireader": 7,
    "meter_vs_nfstream": 60,
    "meter_vs_cat": 0.3,
    "meter_vs_softflowd_at_100000_flows": 20,
    "meter_vs_softflowd_at_1000000_flows": 15,
    "sensor_packets_per_s": 1_800_000,
    "sensor_vs_ndpireader": 1.8,
    "sensor_vs_nfstream": 25,
    "pipeline_vs_nfstream": 10,
}
"""What these figures were to be at least."""

PAGE: Final = """# How fast packets are metered and read

Made by `python benchmarks/meter.py --write docs/performance.md`; nothing here is typed in by hand.

{machine}.
Every program reads the same files, from the page cache, on one core. Rates are medians of {runs} interleaved
runs, by CPU time (user and system), start-up included; the load average was {load}.
nfstream, dpkt, tshark, scapy, libinspector and pyshark read the first packets of each capture (500,000 to
2,000); what these cost beyond their start-up is scaled to the whole. Ours are `meter` (flows written packed
to a file, as nfpcapd writes its own, and the packets worth reading picked out), `sensor` (every dissector on)
and `replay` (`tattlebox replay`: sensor, home and store on disk). softflowd sends its flows as IPFIX to a
socket on the same machine; with its limit of 8,192 flows raised to 2,000,000 it forgets none. `nfstream` only
counts, `nfstream20` dissects the first 20 packets of a flow; neither writes anything. `cat` copies the file
to nowhere: the limit.

`iot.pcap` has small packets and 70,000 flows per million of them, a third IPv6, with valid hellos of 36 TLS
clients, certificates, DNS, HTTP, mDNS, SSDP, DHCP and NTP; `bulk.pcap` has full-size segments of 200 flows
(`benchmarks/captures.py`).

{rates}

{plots}{growth}{flows}## Figures

{figures}

A `meter_vs_`, `sensor_vs_` (every dissector on, against `nfstream20`) or `pipeline_vs_` (the whole replay,
against `nfstream20`) figure is our rate divided by the other program's, the lowest over the captures above,
as are the `_packets_per_s`; `_at_N_flows` are those of N flows at once. `rss_mb` is the largest memory our
meter took on any capture.
"""

Costs = Mapping[str, Any]


def page(
    load: str,
    runs: int,
    results: Mapping[str, Costs],
    packets: Mapping[str, int],
    larger: Mapping[int, Costs],
    crowded: Mapping[int, Costs],
    lines: Iterable[str],
) -> str:
    """Return the page."""
    plots = f"![Packets per second]({SHAPES_PLOT})\n\n" if crowded else ""
    return PAGE.format(
        machine=_machine(),
        load=load,
        runs=runs,
        rates=_rates(results, packets),
        plots=plots,
        growth=_growth(larger) if larger else "",
        flows=_flows(crowded) if crowded else "",
        figures=_figures(lines),
    )


def _figures(lines: Iterable[str]) -> str:
    rows = ["| figure | measured | goal, at least |", "|---|---|---|"]
    for line in lines:
        name, measured = line.split(": ")
        goal = GOALS.get(name)
        told = "" if goal is None else f"{goal:,}" if float(measured) >= goal else f"{goal:,}: **missed**"
        shown = f"{float(measured):,.2f}" if "." in measured else f"{int(measured):,}"
        rows.append(f"| `{name}` | {shown} | {told} |")
    return "\n".join(rows)


def _rates(results: Mapping[str, Costs], packets: Mapping[str, int]) -> str:
    rows = ["| program | " + " | ".join(f"{name}, packets/s" for name in results) + " | memory, MB |"]
    rows.append("|---|" + "---|" * (len(results) + 1))
    names = dict.fromkeys(name for costs in results.values() for name in costs)
    for name in names:
        cells = [
            f"{packets[capture] / costs[name].cpu_s:,.0f}" if name in costs else "failed"
            for capture, costs in results.items()
        ]
        memory = max(costs[name].rss_mb for costs in results.values() if name in costs)
        rows.append(f"| {name} | " + " | ".join(cells) + f" | {memory:,.0f} |")
    return "\n".join(rows)


def _growth(larger: Mapping[int, Costs]) -> str:
    rows = ["## As the file grows", "", "| packets | packets/s | memory, MB |", "|---|---|---|"]
    for packets, costs in larger.items():
        run = costs["meter"]
        rows.append(f"| {packets:,} | {packets / run.cpu_s:,.0f} | {run.rss_mb:.0f} |")
    return "\n".join([*rows, "", ""])


def _flows(crowded: Mapping[int, Costs]) -> str:
    rows = [
        "## As flows at once grow",
        "",
        "A packet of each in every turn, in an order drawn anew, over ten seconds; as many packets for fewer "
        "flows.",
        "",
    ]
    rows += ["| flows | program | packets/s | memory, MB |", "|---|---|---|---|"]
    for flows, costs in crowded.items():
        for name, run in costs.items():
            rows.append(f"| {flows:,} | {name} | {_packets(crowded) / run.cpu_s:,.0f} | {run.rss_mb:,.0f} |")
    return "\n".join([*rows, "", f"![Packets per second over flows at once]({FLOWS_PLOT})", "", ""])


def _packets(crowded: Mapping[int, Costs]) -> int:
    """Return the packets of each of these captures: four for each of the most flows."""
    return 4 * max(crowded)


def _machine() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    models = (line.split(":")[1].strip() for line in lines if line.startswith("model name"))
    model = next(models, "unknown processor")
    return f"{model}, {platform.system()} {platform.machine()}, Python {platform.python_version()}"


def plots(
    results: Mapping[str, Costs],
    packets: Mapping[str, int],
    larger: Mapping[int, Costs],
    crowded: Mapping[int, Costs],
) -> dict[str, str]:
    """Return the plots by file name; none without the captures that this makes itself."""
    if not larger or not crowded:
        return {}
    capture, costs = next(iter(results.items()))
    rates = {name: packets[capture] / run.cpu_s for name, run in costs.items()}
    return {SHAPES_PLOT: bars(capture, rates), FLOWS_PLOT: lines_over_flows(crowded)}


def bars(capture: str, rates: Mapping[str, float]) -> str:
    """Return bars of packets per second on a logarithmic scale, the fastest first."""
    step, left, right = 24, 110, 560
    low, high = math.log10(min(rates.values()) / 2), math.log10(max(rates.values()))
    parts = []
    for number, (name, rate) in enumerate(sorted(rates.items(), key=lambda item: -item[1])):
        at, width = 20 + step * number, (math.log10(rate) - low) / (high - low or 1) * (right - left)
        colour = OURS if name in OUR_NAMES else THEIRS
        parts.append(_text(left - 8, at + 13, name, "end"))
        parts.append(f'<rect x="{left}" y="{at}" width="{width:.1f}" height="16" fill="{colour}"/>')
        parts.append(_text(left + width + 8, at + 13, f"{rate:,.0f}", "start"))
    return _svg(40 + step * len(rates), f"Packets per second on {capture} (logarithmic)", parts)


def lines_over_flows(crowded: Mapping[int, Costs]) -> str:
    """Return packets per second over flows at once, both logarithmic, a line for each program."""
    left, top, right, bottom = 90, 20, 560, 280
    names = dict.fromkeys(name for costs in crowded.values() for name in costs)
    points = {
        name: [
            (flows, _packets(crowded) / costs[name].cpu_s)
            for flows, costs in crowded.items()
            if name in costs
        ]
        for name in names
    }
    rates = [rate for line in points.values() for _, rate in line]
    low, high = math.floor(math.log10(min(rates))), math.ceil(math.log10(max(rates)))
    first, last = math.log10(min(crowded)), math.log10(max(crowded))

    def x(flows: float) -> float:
        return left + (math.log10(flows) - first) / (last - first or 1) * (right - left)

    def y(rate: float) -> float:
        return bottom - (math.log10(rate) - low) / (high - low or 1) * (bottom - top)

    parts = []
    for power in range(low, high + 1):
        at = y(10.0**power)
        parts += [_line(left, at, right, at, SOFT), _text(left - 8, at + 4, f"{10**power:,}", "end")]
    for flows in crowded:
        parts += [_text(x(flows), bottom + 20, f"{flows:,}", "middle")]
    above = top - LABEL_STEP
    for name, line in sorted(points.items(), key=lambda item: -item[1][-1][1]):
        colour = OURS if name in OUR_NAMES else THEIRS
        path = " ".join(f"{x(flows):.1f},{y(rate):.1f}" for flows, rate in line)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2.5"/>')
        above = max(above + LABEL_STEP, y(line[-1][1]) + 4)
        parts.append(_text(x(line[-1][0]) + 8, above, name, "start"))
    parts.append(_text((left + right) / 2, bottom + 42, "flows at once", "middle"))
    return _svg(bottom + 60, "Packets per second over flows at once", parts)


def _svg(height: float, title: str, parts: Iterable[str]) -> str:
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">'
    style = '<g font-family="system-ui, sans-serif" font-size="12">'
    back = f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>'
    return "\n".join([head, f"<title>{title}</title>", back, style, *parts, "</g>", "</svg>", ""])


def _line(x1: float, y1: float, x2: float, y2: float, colour: str = INK) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}"/>'


def _text(x: float, y: float, text: str, anchor: str) -> str:
    safe = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{INK}">{safe}</text>'

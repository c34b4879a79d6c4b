"""The sensor's numbers about itself, also as Prometheus text. Reads this process's own figures."""

from __future__ import annotations

import os
import resource
import time
from collections.abc import Iterable
from typing import Any, Final, NamedTuple

from sensor.records import SensorStats

PAGE_BYTES: Final = resource.getpagesize()


class Numbers:
    """Fills in what the packets do not tell: memory, processor time, lag."""

    def __init__(self, started: float) -> None:
        self._started = started
        self._wall, self._cpu = time.monotonic(), time.process_time()
        self._statm = os.open("/proc/self/statm", os.O_RDONLY)

    def complete(self, stats: SensorStats, now: float, **fields: Any) -> SensorStats:
        """Return the numbers at this time, with `fields` from the capture and the queue."""
        wall, cpu = time.monotonic(), time.process_time()
        percent = 100 * (cpu - self._cpu) / max(wall - self._wall, 1e-3)
        self._wall, self._cpu = wall, cpu
        return stats._replace(
            ts=now,
            started=self._started,
            rss_bytes=self._rss_bytes(),
            cpu_s=round(cpu, 3),
            cpu_percent=round(percent, 2),
            **fields,
        )

    def _rss_bytes(self) -> int:
        return int(os.pread(self._statm, 128, 0).split()[1]) * PAGE_BYTES


class Metric(NamedTuple):
    """One metric: a field of SensorStats, its kind and what it says."""

    name: str
    kind: str
    field: str
    text: str
    label: str = ""  # for a field of pairs: what the first of each is


METRICS: Final = (
    Metric("packets_total", "counter", "packets", "Packets on the wire."),
    Metric("wire_bytes_total", "counter", "wire_bytes", "Bytes on the wire, link header included."),
    Metric("flow_packets_total", "counter", "flow_packets", "Packets counted in a flow."),
    Metric("weird_packets_total", "counter", "weird_packets", "Packets without readable addresses."),
    Metric("other_packets_total", "counter", "other", "Frames without IP.", "kind"),
    Metric("flows_total", "counter", "flows", "Flows begun."),
    Metric("evictions_total", "counter", "evictions", "Flows reported early because the table was full."),
    Metric("reassembly_given_up_total", "counter", "reassembly", "TCP directions that could not be ordered."),
    Metric("weirds_total", "counter", "weirds", "Malformed packets.", "name"),
    Metric("records_total", "counter", "records", "Records handed on."),
    Metric("kernel_drops_total", "counter", "kernel_drops", "Packets that found no room in the ring."),
    Metric("queue_lost_total", "counter", "queue_lost", "Records that found no room in the queue."),
    Metric("queued_records", "gauge", "queued", "Records that wait for the appliance."),
    Metric("lag_seconds", "gauge", "lag_s", "Age of the latest packet when it was read."),
    Metric("resident_memory_bytes", "gauge", "rss_bytes", "Memory in use."),
    Metric("cpu_seconds_total", "counter", "cpu_s", "Processor time."),
    Metric("cpu_percent", "gauge", "cpu_percent", "Processor time of late, of one core."),
    Metric("start_time_seconds", "gauge", "started", "When the sensor started."),
)


def prometheus(stats: SensorStats) -> str:
    """Return the numbers in Prometheus text form, version 0.0.4."""
    lines: list[str] = []
    for metric in METRICS:
        name = f"tattlebox_sensor_{metric.name}"
        lines += [f"# HELP {name} {metric.text}", f"# TYPE {name} {metric.kind}"]
        value = getattr(stats, metric.field)
        if metric.label:
            lines += [f'{name}{{{metric.label}="{label}"}} {count}' for label, count in value]
        else:
            lines.append(f"{name} {value!r}")
    lines += ["# HELP tattlebox_sensor_interface_up 1 while packets can come.", *_interfaces(stats)]
    return "\n".join(lines) + "\n"


def _interfaces(stats: SensorStats) -> Iterable[str]:
    yield "# TYPE tattlebox_sensor_interface_up gauge"
    for name in stats.interfaces:
        escaped = name.replace("\\", "\\\\").replace('"', '\\"')
        yield f'tattlebox_sensor_interface_up{{interface="{escaped}"}} {int(name not in stats.down)}'

"""Flows in any number for benchmarks: the demonstration household's, told again with other numbers.

Names, addresses, devices, sizes and the share of long connections are the household's; times, ports, uids,
community ids and sizes are drawn anew for each telling, so that nothing compresses that would not at home.
"""

from __future__ import annotations

import os
import random
import tempfile
from base64 import urlsafe_b64encode
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from appliance.flowrow import FlowRow
from appliance.home import Home
from appliance.lookup.knowledge import load_knowledge
from appliance.service import Service
from appliance.store.database import HASTY, open_for_writing
from appliance.store.flowlog import Wanted, flows
from appliance.store.tables import FLOW
from appliance.store.writer import Writer
from sensor.communityid import community_id_of
from tests.household.generate import DAYS, END, generate

DAY_S = 86_400.0
EPHEMERAL = 32_768


def household_days(days: int = DAYS) -> dict[int, list[FlowRow]]:
    """Return the household's flows by day, counted from its first."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "home.db"
        writer = Writer(path)
        service = Service(Home(load_knowledge()), writer)
        service.take(generate(1, days, END, 0.0))
        service.finish()
        writer.close()
        db = open_for_writing(path)
        found = [flow for page in flows(db, Wanted()) for flow in page]
        db.close()
    first = found[0].ts // DAY_S
    by_day: dict[int, list[FlowRow]] = defaultdict(list)
    for flow in found:
        by_day[int(flow.ts // DAY_S - first)].append(flow)
    return by_day


def tell_again(day: list[FlowRow], count: int, draw: random.Random, start: float) -> list[FlowRow]:
    """Return `count` flows of one day from `start`, in the order of time."""
    made = []
    while len(made) < count:
        renamed: dict[str, tuple[str, int]] = {}
        shift = draw.uniform(0, DAY_S)
        for flow in day[: count - len(made)]:
            name = renamed.get(flow.uid)
            if name is None:
                name = renamed[flow.uid] = (
                    "F" + urlsafe_b64encode(os.urandom(12)).decode(),
                    draw.randrange(EPHEMERAL, 61_000) if flow.orig_p >= EPHEMERAL else flow.orig_p,
                )
            grown = draw.uniform(0.8, 1.25)
            up, down = int(flow.orig_bytes * grown), int(flow.resp_bytes * grown)
            made.append(
                flow._replace(
                    ts=start + round((flow.ts + shift) % DAY_S, 6),
                    duration_s=round(flow.duration_s * grown, 6),
                    uid=name[0],
                    community_id=community_id_of(flow.proto, flow.orig_h, name[1], flow.resp_h, flow.resp_p),
                    orig_p=name[1],
                    orig_wire_bytes=flow.orig_wire_bytes - flow.orig_bytes + up,
                    resp_wire_bytes=flow.resp_wire_bytes - flow.resp_bytes + down,
                    orig_ip_bytes=flow.orig_ip_bytes - flow.orig_bytes + up,
                    resp_ip_bytes=flow.resp_ip_bytes - flow.resp_bytes + down,
                    orig_bytes=up,
                    resp_bytes=down,
                )
            )
    made.sort()
    return made


def days_of_flows(total: int, days: int, seed: int, start: float) -> Iterator[list[FlowRow]]:
    """Yield each day's flows, `total` over all days."""
    draw, source = random.Random(seed), household_days()
    for day in range(days):
        share = total * (day + 1) // days - total * day // days
        yield tell_again(source[day % (len(source) - 1)], share, draw, start + day * DAY_S)


def store_with(path: Path, total: int, days: int, seed: int = 1, start: float = 19_700 * DAY_S) -> None:
    """Write a live home's store with so many flows."""
    db = open_for_writing(path, HASTY)
    seq, last = 0, start
    for flows_of_day in days_of_flows(total, days, seed, start):
        db.execute("BEGIN")
        db.executemany(FLOW.insert, [(*flow, seq + n) for n, flow in enumerate(flows_of_day)])
        db.execute("COMMIT")
        seq += len(flows_of_day)
        last = max([last, *(flow.ts for flow in flows_of_day[-1:])])
    db.close()
    writer = Writer(path)
    place = {"place": writer.place(), "last_ts": last}
    writer.commit(origin="live", first_ts=start, last_ts=last, totals={"flows": seq}, checkpoint=place)
    writer.close()

"""A live home's store with flows on several days, small but of every shape."""

from __future__ import annotations

from pathlib import Path

from appliance.flowrow import FlowRow
from appliance.store.writer import Writer
from sensor.communityid import community_id_of
from sensor.records import NtpRequest
from tests.appliance.samples import ALERT, CHANGE, DEVICE, DOLL, FLOW, PARTY, SIGHTING

DAY = 86_400
FIRST = 19_700 * DAY
BOX = "d-0000b0c5"
HOSTILE = '=1+1,"quoted"\nsecond line'


def flows(days: int, each: int = 40) -> list[FlowRow]:
    """Return flows of so many days, of two devices and none, with absent and hostile names."""
    made = []
    for n in range(days * each):
        ts = FIRST + n * DAY / each + n % 7 * 1e-6
        port, far = n % 65_536, "2001:db8::7" if n % 5 == 0 else "198.51.100.7"
        made.append(
            FLOW._replace(
                ts=ts,
                duration_s=n % 300 + 0.25,
                uid=f"F{n:016d}",
                community_id=community_id_of("tcp", FLOW.orig_h, port, far, FLOW.resp_p),
                part=n % 3,
                orig_p=port,
                orig_pkts=n + 1,
                orig_wire_bytes=(n + 1) * 2**20,
                resp_h=far,
                vlan=7 if n % 4 == 0 else None,
                resp_mac=None if n % 4 == 1 else "02:00:00:00:00:01",
                device=(DOLL, BOX, None)[n % 3],
                domain=None if n % 3 == 2 else HOSTILE if n % 6 == 0 else "",
                server_name=None if n % 2 else "api.voice.example",
            )
        )
    return made


def home(path: Path, days: int = 30, each: int = 40) -> list[FlowRow]:
    """Write such a home's store at `path`; return its flows by time."""
    writer = Writer(path)
    made = flows(days, each)
    for fact in (DEVICE, DEVICE._replace(device=BOX, name="Box"), PARTY, CHANGE, ALERT, SIGHTING):
        writer.add(fact)
    for seq, flow in enumerate(made):
        writer.add(flow, seq)
        seen = NtpRequest(flow.ts, flow.uid, flow.orig_mac, flow.orig_h, flow.resp_h, 4)
        writer.add_observation((seq, flow.device, seen))
        if seq % 1000 == 999:
            writer.commit()
    writer.commit()
    last = max(flow.ts for flow in made)
    writer.commit(
        origin="live", last_ts=last, first_ts=FIRST, checkpoint={"place": writer.place(), "last_ts": last}
    )
    writer.close()
    return made

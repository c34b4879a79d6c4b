"""A store whose flow log grows, a sink, and a server as strict as InfluxDB."""

from __future__ import annotations

import gzip
import re
from urllib.parse import parse_qs, urlsplit

from appliance.sinks.pump import Pump
from appliance.store.channels import Channels
from appliance.store.writer import Writer
from tests.appliance import samples
from tests.appliance.notify import home
from tests.appliance.notify.receivers import Hook

TOKEN = "a-token-of-the-tests"  # noqa: S105
MINUTE_S = 60.0
SETTLE_S = 900.0
FIRST = int(samples.TS // 60)
LINE = re.compile(r"(\w+)((?:,\w+=(?:\\.|[^,= ])+)*) (\w+=\d+i(?:,\w+=\d+i)*) (\d+)")


class Strict(Hook):
    """Takes what InfluxDB 2 would take, and keeps each point by its series and time."""

    def __init__(self, port: int = 0, tls: object = None) -> None:
        super().__init__(port, tls)
        self.points: dict[tuple[str, int], str] = {}
        self.writes = 0
        self.check = self._check

    def _check(self, path: str, headers: dict[str, str], body: bytes) -> int:
        asked = {name: values[0] for name, values in parse_qs(urlsplit(path).query).items()}
        if headers.get("Authorization") != f"Token {TOKEN}":
            return 401
        if urlsplit(path).path != "/api/v2/write" or (asked["org"], asked["bucket"]) != ("home", "toys"):
            return 404
        if asked["precision"] != "s":
            return 400
        text = (gzip.decompress(body) if headers.get("Content-Encoding") == "gzip" else body).decode()
        found = [
            re.fullmatch(LINE, line) or re.fullmatch(r"(\w+)() (value=1i) (\d+)", line)
            for line in text.split("\n")
        ]
        if not all(found):
            return 400
        self.writes += 1
        for match in found:
            assert match
            self.points[match[1] + match[2], int(match[4])] = match[3]
        return 204

    def flows(self) -> int:
        """Return the flows that all points hold."""
        return sum(
            int(re.findall(r"flows=(\d+)i", fields)[0])
            for fields in self.points.values()
            if "flows" in fields
        )


def settings(port: int, **more: str) -> dict[str, str]:
    return {"url": f"http://127.0.0.1:{port}", "token": TOKEN, "org": "home", "bucket": "toys", **more}


def sink(channels: Channels, port: int, **more: str) -> Pump:
    """Add a sink that begins with the log, and return its consumer."""
    home.add(channels, "influxdb", "db", settings(port, **more), FIRST)
    return Pump("db", channels, home.send)


def live(channels: Channels, minutes: range, flows: int = 2, **fields: object) -> None:
    """Let the home live through minutes after its first, with flows in each."""
    writer = Writer(channels.book.path)
    for minute in minutes:
        for n in range(flows):
            ts = (FIRST + minute) * MINUTE_S + n
            flow = samples.FLOW._replace(ts=ts, uid=f"F{minute:08}{n:07}", **fields)
            writer.add(flow, minute * flows + n + 10)
    writer.commit(origin="live", last_ts=(FIRST + minutes.stop) * MINUTE_S + SETTLE_S)
    writer.close()


def run(pump: Pump, now: float, until: float) -> float:
    """Let a pump work from one time to another."""
    while now < until:
        now = max(pump.step(now), now)
    return until
